/* Frames that a compiler would not make to order (odd_frames.h). */

	.text

	.globl	call_with_rbp
	.type	call_with_rbp, @function
call_with_rbp:
	.cfi_startproc
	endbr64
	pushq	%rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq	%rdi, %rax
	movq	%rsi, %rdi
	movq	%rdx, %rbp
	call	*%rax
	popq	%rbp
	.cfi_def_cfa_offset 8
	.cfi_restore %rbp
	ret
	.cfi_endproc
	.size	call_with_rbp, . - call_with_rbp

	.globl	call_uncovered
	.type	call_uncovered, @function
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
	.type	uncovered_body, @function
uncovered_body:
	endbr64
	movq	8(%rdi), %rsi
	movq	(%rdi), %rdi

	.globl	call_uncovered_without_frame
	.type	call_uncovered_without_frame, @function
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

	/* What follows has unwind information again; a call at the end above must not be taken for part of it. */
	.fill	64, 1, 0xcc

	.section .note.GNU-stack, "", @progbits
