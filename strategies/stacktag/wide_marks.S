/* The marks of the alphabet with 256 digits (wide_marks.h). */
#define MARKS ctx_wide_marks
#define MARK_E_RETURN ctx_wide_mark_E_return
#define MARK_DIGIT_BITS 8
#define MARK_NAME ctx_wide_mark_
#include "gls/marks.S"
