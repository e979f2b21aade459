/*
 * The outermost function of a fiber: where its stack ends. The unwind tables say so (a return address that is
 * undefined: there is no caller), and so does the frame pointer, 0. (Boost.Context, which switches where we have no
 * switch of our own, would begin with a frame pointer and a return address that a stack reader takes for frames.)
 */
#if defined(__x86_64__)

	/* In front of a program's text: in its midst it would split the range in which frame pointers are believed. */
	.section .text.unlikely.glsi_fiber_entry, "ax", %progbits
	.globl	glsi_fiber_entry
	.type	glsi_fiber_entry, %function
	.cfi_startproc
	.cfi_undefined %rip
	call	glsi_fiber_main /* never: who interrupts the switch to here looks for a call in front of it */
glsi_fiber_entry:
	endbr64
	xorl	%ebp, %ebp
	pushq	%rbp
	.cfi_adjust_cfa_offset 8
	movq	%rsp, %rbp
	/* The transfer is in the registers that a switch returns it in. */
	movq	%rax, %rdi
	movq	%rdx, %rsi
	call	glsi_fiber_main
	ud2
	.cfi_endproc
	.size	glsi_fiber_entry, . - glsi_fiber_entry

#elif defined(__aarch64__)

	.section .text.unlikely.glsi_fiber_entry, "ax", %progbits
	.globl	glsi_fiber_entry
	.type	glsi_fiber_entry, %function
glsi_fiber_entry:
	.cfi_startproc
	.cfi_undefined x30
	hint	#36 /* bti j: make_fcontext's stack is entered by a return */
	mov	x29, #0
	stp	x29, x29, [sp, #-16]!
	.cfi_adjust_cfa_offset 16
	mov	x29, sp
	bl	glsi_fiber_main
	brk	#1
	.cfi_endproc
	.size	glsi_fiber_entry, . - glsi_fiber_entry

#else
#error "fiber_entry.S knows x86-64 and aarch64"
#endif

	.section .note.GNU-stack, "", %progbits
