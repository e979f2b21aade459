/*
 * The marks of an alphabet (marks.h), each MARK_STRIDE bytes, in one section of its own. A mark keeps a frame pointer,
 * calls the next address of the path that it is handed in its first argument, and returns. Padding on both sides keeps
 * the return addresses of neighbours (behind a call that never returns) from looking like marks.
 *
 * By itself this makes the library's hexadecimal ones. For another alphabet define, and then include this:
 *
 *   MARKS, MARK_E_RETURN   the symbols that a struct mark_alphabet names
 *   MARK_DIGIT_BITS        4 or 8
 *   MARK_NAME              what the names of the marks begin with
 */
#include "gls/marks.h"

#ifndef MARKS
#define MARKS glsi_marks
#define MARK_E_RETURN glsi_mark_E_return
#define MARK_DIGIT_BITS 4
#define MARK_NAME gls_mark_
/* Only these are part of the library, of which there may be one copy in a process. */
#define MARK_NOTE
#endif

#define MARKS_BYTES (((1 << MARK_DIGIT_BITS) + 2) * MARK_STRIDE)

/* What a mark is made of, for each processor; MARK_FILL pads in units that no call returns into. */
#if defined(__x86_64__)

#define MARK_FILL 0xcc

.macro mark_frame
	endbr64
	pushq	%rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq	%rsp, %rbp
	.cfi_def_cfa_register %rbp
.endm

.macro mark_unframe
	popq	%rbp
	.cfi_def_cfa %rsp, 8
	ret
.endm

.macro mark_call_next
	addq	$8, %rdi
	call	*-8(%rdi)
.endm

.macro mark_call_body
	movq	(%rdi), %rax
	movq	8(%rdi), %rdi
	call	*%rax
.endm

#elif defined(__aarch64__)

#define MARK_FILL 0

.macro mark_frame
	hint	#34 /* bti c */
	stp	x29, x30, [sp, #-16]!
	.cfi_def_cfa_offset 16
	.cfi_offset x29, -16
	.cfi_offset x30, -8
	mov	x29, sp
	.cfi_def_cfa_register x29
.endm

.macro mark_unframe
	ldp	x29, x30, [sp], #16
	.cfi_restore x29
	.cfi_restore x30
	.cfi_def_cfa sp, 0
	ret
.endm

.macro mark_call_next
	ldr	x9, [x0], #8
	blr	x9
.endm

.macro mark_call_body
	ldp	x9, x0, [x0]
	blr	x9
.endm

#else
#error "marks.S knows x86-64 and aarch64"
#endif

	.section .text.gls_marks, "ax", %progbits
	.balign	MARK_STRIDE, MARK_FILL
	.fill	MARK_STRIDE, 1, MARK_FILL

	.globl	MARKS
	.type	MARKS, %object
	.size	MARKS, MARKS_BYTES
MARKS:

.macro mark_begin name
	.type	MARK_NAME\name, %function
MARK_NAME\name:
	.cfi_startproc
	mark_frame
.endm

.macro mark_end name
	mark_unframe
	.cfi_endproc
	.size	MARK_NAME\name, . - MARK_NAME\name
	/* An error here means that a mark has outgrown its stride. */
	.org	MARK_NAME\name + MARK_STRIDE, MARK_FILL
.endm

/* Hands the rest of the path on to the mark that the path names. */
.macro mark_step name
	mark_begin \name
	mark_call_next
	mark_end \name
.endm

.macro mark_sixteen name
.irp	digit, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, a, b, c, d, e, f
	mark_step \name\digit
.endr
.endm

#if MARK_DIGIT_BITS == 4
	mark_sixteen
#elif MARK_DIGIT_BITS == 8
.irp	high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, a, b, c, d, e, f
	mark_sixteen \high
.endr
#else
#error "a mark stands for four bits of an id, or for eight"
#endif

/* E: the path now holds the function to run and its argument. */
	mark_begin E
	mark_call_body
	.globl	MARK_E_RETURN
MARK_E_RETURN:
	mark_end E

	mark_step S

	.org	MARKS + MARKS_BYTES
	.fill	MARK_STRIDE, 1, MARK_FILL

#ifdef MARK_NOTE
	/* For other copies of the library in this process (copies.c): a distance to the address of the marks. */
	.section .data.rel.ro.gls_marks, "aw", %progbits
	.balign	8
bound_marks:
	.quad	MARKS
bound_layout:
	.quad	glsi_layout

	.section .note.gls, "a", %note
	.balign	4
	.long	name_end - name
	.long	4
	.long	MARK_NOTE_TYPE
name:
	.asciz	MARK_NOTE_NAME
name_end:
	.balign	4
	.long	bound_marks - .

	/* For readers outside of the process (layout.h). */
	.long	name_end - name
	.long	4
	.long	MARK_NOTE_LAYOUT
	.asciz	MARK_NOTE_NAME
	.balign	4
	.long	bound_layout - .
#endif

	.section .note.GNU-stack, "", %progbits
