/* The bytes of the shared object that module.c becomes. */

	.section .rodata
	.globl	ctx_peer_module_first
	.globl	ctx_peer_module_end
ctx_peer_module_first:
	.incbin CTX_MODULE
ctx_peer_module_end:
	.section .note.GNU-stack, "", %progbits
