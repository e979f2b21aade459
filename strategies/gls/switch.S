/*
 * The switch of stacks (switch.h), for x86-64. What a function must preserve is pushed, the stack pointer is exchanged,
 * and what the other stack holds is popped. A suspended stack looks the same everywhere, so that each instruction here
 * is described by one rule, whichever of the two stacks it runs on: who interrupts it finds the caller that is there.
 *
 * Of the floating-point control words a function must preserve the control bits; flags belong to whoever runs. Loading
 * MXCSR waits for all that is under way if a flag changes, as one does with the first inexact result. So words are
 * loaded only where control bits differ, and flags stay as they are.
 *
 * Sources: System V ABI for AMD64, 3.2.3; the idea of one layout for both sides is Boost.Context's.
 */
#if defined(__x86_64__)

#define CONTROL_BITS 0xffc0 /* of MXCSR: denormals, masks, rounding, flush to zero */

	/* In front of a program's text, as fiber_entry.S is, and for the same reason. */
	.section .text.unlikely.glsi_switch, "ax", %progbits
	.globl	glsi_switch
	.type	glsi_switch, %function
	.balign	64
glsi_switch:
	.cfi_startproc
	endbr64
	pushq	%rbp
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %rbp, 0
	pushq	%rbx
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %rbx, 0
	pushq	%r15
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %r15, 0
	pushq	%r14
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %r14, 0
	pushq	%r13
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %r13, 0
	pushq	%r12
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %r12, 0
	subq	$8, %rsp
	.cfi_adjust_cfa_offset 8
	stmxcsr	(%rsp)
	fnstcw	4(%rsp)
	movq	%rsi, %rdx
	movq	%rsp, %rax
	movq	%rdi, %rsp
	/* On the other stack, which looks the same. */
	movl	(%rax), %ecx
	movl	(%rsp), %esi
	xorl	%ecx, %esi
	testl	$CONTROL_BITS, %esi
	jne	load_mxcsr
compare_x87:
	movzwl	4(%rax), %ecx
	cmpw	%cx, 4(%rsp)
	jne	load_x87
go_on:
	addq	$8, %rsp
	.cfi_adjust_cfa_offset -8
	popq	%r12
	.cfi_adjust_cfa_offset -8
	.cfi_restore %r12
	popq	%r13
	.cfi_adjust_cfa_offset -8
	.cfi_restore %r13
	popq	%r14
	.cfi_adjust_cfa_offset -8
	.cfi_restore %r14
	popq	%r15
	.cfi_adjust_cfa_offset -8
	.cfi_restore %r15
	popq	%rbx
	.cfi_adjust_cfa_offset -8
	.cfi_restore %rbx
	popq	%rbp
	.cfi_adjust_cfa_offset -8
	.cfi_restore %rbp
	/* Not by a return, which processors expect to lead to the caller on the stack that was left. The address stays
	   where it was, in the red zone, for who interrupts the jump. */
	popq	%r8
	.cfi_adjust_cfa_offset -8
	jmp	*%r8

	.cfi_adjust_cfa_offset 64
	.cfi_rel_offset %rbp, 48
	.cfi_rel_offset %rbx, 40
	.cfi_rel_offset %r15, 32
	.cfi_rel_offset %r14, 24
	.cfi_rel_offset %r13, 16
	.cfi_rel_offset %r12, 8
load_mxcsr: /* the control bits of this stack, and the flags as they are */
	andl	$CONTROL_BITS, %esi
	xorl	%ecx, %esi
	movl	%esi, (%rsp)
	ldmxcsr	(%rsp)
	jmp	compare_x87
load_x87:
	fldcw	4(%rsp)
	jmp	go_on
	.cfi_endproc
	.size	glsi_switch, . - glsi_switch

#endif

	.section .note.GNU-stack, "", %progbits
