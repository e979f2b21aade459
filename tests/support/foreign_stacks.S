/*
 * Stacks that begin as others begin theirs (foreign_stacks.h). Each function runs fn(arg) on the stack that ends at `top`,
 * which is a multiple of 16, and comes back: what the first function there returns to is in a register that it preserves.
 */

	.text

#if defined(__x86_64__)

/* Defines NAME: fn returns to the first byte of NAME_end, which no call lies in front of. */
.macro ends_at_first_byte name
	.globl	\name
	.type	\name, %function
\name:
	.cfi_startproc
	endbr64
	pushq	%rbp
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %rbp, 0
	pushq	%rbx
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %rbx, 0
	movq	%rsp, %rbx
	.cfi_def_cfa_register %rbx
	leaq	\name\()_end(%rip), %rax
	movq	%rdi, %rsp
	pushq	%rax
	xorl	%ebp, %ebp
	movq	%rdx, %rdi
	jmp	*%rsi
	.cfi_endproc
	.size	\name, . - \name
.endm

/* Defines NAME_end. `described`: unwind tables say that a stack ends there. */
.macro end_of name, described
	.type	\name\()_end, %function
\name\()_end:
.if \described
	.cfi_startproc
	.cfi_undefined %rip
.endif
	movq	%rbx, %rsp
	popq	%rbx
	popq	%rbp
	ret
.if \described
	.cfi_endproc
.endif
	.size	\name\()_end, . - \name\()_end
.endm

	/* Nothing that unwind tables know lies in front of the end: looking for the call finds nothing. */
	ends_at_first_byte on_stack_after_gap
	.fill	64, 1, 0xcc
	end_of on_stack_after_gap 1

	/* Another function lies right in front of it: looking for the call finds that one, which is the wrong one. */
	ends_at_first_byte on_stack_after_function
	end_of on_stack_after_function 1

	/* Nobody says that the stack ends there. */
	ends_at_first_byte on_stack_undescribed
	.fill	64, 1, 0xcc
	end_of on_stack_undescribed 0
	.fill	64, 1, 0xcc

	/* fn must not return, but call leave_stack: what it would return to is whatever the caller says. */
	.globl	on_stack_below
	.type	on_stack_below, %function
on_stack_below: /* (top, fn, arg, return address) */
	.cfi_startproc
	endbr64
	pushq	%rbp
	.cfi_adjust_cfa_offset 8
	pushq	%rbx
	.cfi_adjust_cfa_offset 8
	pushq	%r12
	.cfi_adjust_cfa_offset 8
	pushq	%r13
	.cfi_adjust_cfa_offset 8
	pushq	%r14
	.cfi_adjust_cfa_offset 8
	pushq	%r15
	.cfi_adjust_cfa_offset 8
	movq	%rsp, stack_left(%rip)
	movq	%rdi, %rsp
	pushq	%rcx
	xorl	%ebp, %ebp
	movq	%rdx, %rdi
	jmp	*%rsi
	.cfi_endproc
	.size	on_stack_below, . - on_stack_below

	.globl	leave_stack
	.type	leave_stack, %function
leave_stack:
	.cfi_startproc
	endbr64
	movq	stack_left(%rip), %rsp
	.cfi_undefined %rip
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	ret
	.cfi_endproc
	.size	leave_stack, . - leave_stack

	.local	stack_left
	.comm	stack_left, 8, 8

	/* The first function of a stack, for clone(2): it is not called, and nothing is above it but its argument. */
	.globl	on_stack_cloned
	.type	on_stack_cloned, %function
on_stack_cloned: /* (top, fn, arg, flags): the number that clone(2) returns to the caller */
	.cfi_startproc
	endbr64
	movq	%rsi, %r8
	movq	%rdx, %r9
	movq	%rdi, %rsi
	movq	%rcx, %rdi
	xorl	%edx, %edx
	xorl	%r10d, %r10d
	movl	$56, %eax /* clone */
	syscall /* which preserves r8 and r9 on both sides */
	testq	%rax, %rax
	jz	on_stack_cloned_first
	ret
	.cfi_endproc
	.size	on_stack_cloned, . - on_stack_cloned

	.type	on_stack_cloned_first, %function
on_stack_cloned_first:
	.cfi_startproc
	.cfi_undefined %rip
	xorl	%ebp, %ebp
	movq	%r9, %rdi
	call	*%r8
	xorl	%edi, %edi
	movl	$60, %eax /* exit */
	syscall
	hlt
	.cfi_endproc
	.size	on_stack_cloned_first, . - on_stack_cloned_first

	/* A thread's first function, with unwind information and without. */
	.globl	thread_in_assembly
	.type	thread_in_assembly, %function
thread_in_assembly: /* takes a `struct readers_body` */
	.cfi_startproc
	endbr64
	subq	$8, %rsp
	.cfi_adjust_cfa_offset 8
	movq	(%rdi), %rax
	movq	8(%rdi), %rdi
	call	*%rax
	xorl	%eax, %eax
	addq	$8, %rsp
	.cfi_adjust_cfa_offset -8
	ret
	.cfi_endproc
	.size	thread_in_assembly, . - thread_in_assembly

	.globl	thread_undescribed
	.type	thread_undescribed, %function
thread_undescribed:
	endbr64
	subq	$8, %rsp
	movq	(%rdi), %rax
	movq	8(%rdi), %rdi
	call	*%rax
	xorl	%eax, %eax
	addq	$8, %rsp
	ret
	.size	thread_undescribed, . - thread_undescribed
	.fill	64, 1, 0xcc

#endif

	.section .note.GNU-stack, "", %progbits
