/* The style and the script of a page, as they stand in their files. */
    .section .rodata, "a", %progbits
    .globl page_style, page_script
page_style:
    .incbin "page.css"
    .byte 0
page_script:
    .incbin "page.js"
    .byte 0
    .section .note.GNU-stack, "", %progbits
