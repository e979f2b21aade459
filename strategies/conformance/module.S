/* The bytes of the shared objects that module.c becomes, and where each ends. */

	.section .rodata
	.macro carry name, file
	.globl	ctx_peer_\name
	.globl	ctx_peer_\name\()_end
ctx_peer_\name:
	.incbin "\file"
ctx_peer_\name\()_end:
	.endm
	carry small_frames, CTX_MODULE_SMALL
	carry large_frames, CTX_MODULE_LARGE
	carry destructor, CTX_MODULE_DESTRUCTOR
	carry static_tls, CTX_MODULE_TLS
	.section .note.GNU-stack, "", %progbits
