/*
 * The outermost function of a fiber. Boost.Context begins a fiber with whatever its switch restores in the frame pointer
 * (on x86-64 a code address) and with a return address to code that no unwind table describes: a stack reader would take
 * both for frames. This one is where stacks end. The unwind tables say so (a return address that is undefined: there is
 * no caller), and so does the frame pointer, 0.
 */
#if defined(__x86_64__)

	/* In front of a program's text: in its midst it would split the range in which frame pointers are believed. */
	.section .text.unlikely.glsi_fiber_entry, "ax", %progbits
	.globl	glsi_fiber_entry
	.type	glsi_fiber_entry, %function
glsi_fiber_entry:
	.cfi_startproc
	.cfi_undefined %rip
	endbr64
	xorl	%ebp, %ebp
	pushq	%rbp
	.cfi_adjust_cfa_offset 8
	movq	%rsp, %rbp
	/* The transfer, in its two registers, is handed on as it came. */
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
