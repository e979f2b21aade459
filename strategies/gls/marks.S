/*
 * The 18 marks (marks.h), each MARK_STRIDE bytes, in one section of its own. A mark keeps a frame pointer, calls the
 * next address of the path that it is handed in its first argument, and returns. Padding on both sides keeps the return
 * addresses of neighbours (behind a call that never returns) from looking like marks.
 */
#include "marks.h"

#if defined(__x86_64__)

	.section .text.gls_marks, "ax", @progbits
	.balign	MARK_STRIDE, 0xcc
	.fill	MARK_STRIDE, 1, 0xcc

	.globl	glsi_marks
	.type	glsi_marks, @object
	.size	glsi_marks, MARK_COUNT * MARK_STRIDE
glsi_marks:

.macro mark_begin name
	.type	gls_mark_\name, @function
gls_mark_\name:
	.cfi_startproc
	endbr64
	pushq	%rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq	%rsp, %rbp
	.cfi_def_cfa_register %rbp
.endm

.macro mark_end name
	popq	%rbp
	.cfi_def_cfa %rsp, 8
	ret
	.cfi_endproc
	.size	gls_mark_\name, . - gls_mark_\name
	/* An error here means that a mark has outgrown its stride. */
	.org	gls_mark_\name + MARK_STRIDE, 0xcc
.endm

/* Hands the rest of the path on to the mark that the path names. */
.macro mark_step name
	mark_begin \name
	addq	$8, %rdi
	call	*-8(%rdi)
	mark_end \name
.endm

.irp	digit, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, a, b, c, d, e, f
	mark_step \digit
.endr

/* E: the path now holds the function to run and its argument. */
	mark_begin E
	movq	(%rdi), %rax
	movq	8(%rdi), %rdi
	call	*%rax
	.globl	glsi_mark_E_return
glsi_mark_E_return:
	mark_end E

	mark_step S

	.org	glsi_marks + MARK_COUNT * MARK_STRIDE
	.fill	MARK_STRIDE, 1, 0xcc

#else
#error "marks.S knows x86-64 only"
#endif

	/* For other copies of the library in this process (copies.c): a distance to the address of the marks. */
	.section .data.rel.ro.gls_marks, "aw", @progbits
	.balign	8
bound_marks:
	.quad	glsi_marks

	.section .note.gls, "a", @note
	.balign	4
	.long	name_end - name
	.long	4
	.long	MARK_NOTE_TYPE
name:
	.asciz	MARK_NOTE_NAME
name_end:
	.balign	4
	.long	bound_marks - .

	.section .note.GNU-stack, "", @progbits
