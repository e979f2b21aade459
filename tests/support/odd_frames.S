/* Frames that a compiler would not make to order (odd_frames.h). */

	.text

#if defined(__x86_64__)

	.globl	call_with_fp
	.type	call_with_fp, %function
call_with_fp:
	.cfi_startproc
	endbr64
	pushq	%rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	leaq	call_with_fp(%rip), %rax /* as compilers have it in front of a frame; what follows is a call all the same */
	movq	%rdi, %rax
	movq	%rsi, %rdi
	movq	%rdx, %rbp
	call	*%rax
	popq	%rbp
	.cfi_def_cfa_offset 8
	.cfi_restore %rbp
	ret
	.cfi_endproc
	.size	call_with_fp, . - call_with_fp

	.globl	call_with_late_frame
	.type	call_with_late_frame, %function
call_with_late_frame:
	.cfi_startproc
	endbr64
	pushq	%rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	leaq	0xe8(%rip), %rax
	movq	%rdi, %rax
	movq	%rsp, %rbp
	.cfi_def_cfa_register %rbp
	movq	%rsi, %rdi
	call	*%rax
	popq	%rbp
	.cfi_def_cfa %rsp, 8
	.cfi_restore %rbp
	ret
	.cfi_endproc
	.size	call_with_late_frame, . - call_with_late_frame

	.globl	call_uncovered
	.type	call_uncovered, %function
call_uncovered:
	endbr64
	pushq	%rbp
	movq	%rsp, %rbp
	movq	%rdi, %rax
	movq	%rsi, %rdi
	call	*%rax
	popq	%rbp
	ret
	.size	call_uncovered, . - call_uncovered

	.globl	uncovered_body
	.type	uncovered_body, %function
uncovered_body:
	endbr64
	movq	8(%rdi), %rsi
	movq	(%rdi), %rdi

	.globl	call_uncovered_without_frame
	.type	call_uncovered_without_frame, %function
call_uncovered_without_frame:
	endbr64
	subq	$8, %rsp
	movq	%rdi, %rax
	movq	%rsi, %rdi
	call	*%rax
	addq	$8, %rsp
	ret
	.size	call_uncovered_without_frame, . - call_uncovered_without_frame
	.size	uncovered_body, . - uncovered_body

#define FILL 0xcc

#elif defined(__aarch64__)

	.globl	call_with_fp
	.type	call_with_fp, %function
call_with_fp:
	.cfi_startproc
	hint	#34 /* bti c */
	stp	x29, x30, [sp, #-16]!
	.cfi_def_cfa_offset 16
	.cfi_offset x29, -16
	.cfi_offset x30, -8
	mov	x9, x0
	mov	x0, x1
	mov	x29, x2
	blr	x9
	ldp	x29, x30, [sp], #16
	.cfi_restore x29
	.cfi_restore x30
	.cfi_def_cfa_offset 0
	ret
	.cfi_endproc
	.size	call_with_fp, . - call_with_fp

	.globl	call_uncovered
	.type	call_uncovered, %function
call_uncovered:
	hint	#34
	stp	x29, x30, [sp, #-16]!
	mov	x29, sp
	mov	x9, x0
	mov	x0, x1
	blr	x9
	ldp	x29, x30, [sp], #16
	ret
	.size	call_uncovered, . - call_uncovered

	.globl	uncovered_body
	.type	uncovered_body, %function
uncovered_body:
	hint	#34
	ldp	x0, x1, [x0]

	.globl	call_uncovered_without_frame
	.type	call_uncovered_without_frame, %function
call_uncovered_without_frame:
	hint	#34
	str	x30, [sp, #-16]!
	mov	x9, x0
	mov	x0, x1
	blr	x9
	ldr	x30, [sp], #16
	ret
	.size	call_uncovered_without_frame, . - call_uncovered_without_frame
	.size	uncovered_body, . - uncovered_body

#define FILL 0

#else
#error "odd_frames.S knows x86-64 and aarch64"
#endif

	/* What follows has unwind information again; a call at the end above must not be taken for part of it. */
	.fill	64, 1, FILL

	.section .note.GNU-stack, "", %progbits
