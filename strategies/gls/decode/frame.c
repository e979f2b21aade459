#include "gls/decode/frame.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static bool is_of_name(char c) {
    return isalnum((unsigned char)c) || c == '_' || c == '$';
}

static const char *skip_spaces(const char *text) {
    return text + strspn(text, " \t");
}

/* "0x" and digits. Returns what follows them; NULL: there are none, or more than an address has. */
static const char *read_hexadecimal(const char *text, uint64_t *value) {
    enum { DIGITS_MAX = 16 };
    if (text[0] != '0' || text[1] != 'x')
        return NULL;
    const size_t digits = strspn(text + 2, "0123456789abcdefABCDEF");
    if (digits == 0 || digits > DIGITS_MAX)
        return NULL;
    *value = strtoull(text + 2, NULL, 16);
    return text + 2 + digits;
}

/* ---- Names ---- */

static unsigned mark_of_letter(char letter) {
    static const char letters[] = "0123456789abcdefES";
    const char *found = letter == '\0' ? NULL : strchr(letters, letter);
    return found == NULL ? FRAME_NO_MARK : (unsigned)(found - letters);
}

/* The label of E's return address stands where the innermost mark returns to, and some readers take it for a name. */
static unsigned mark_of_names(const char *line) {
    static const char prefix[] = "gls_mark_", label[] = "glsi_mark_E_return";
    for (const char *at = line; (at = strstr(at, prefix)) != NULL; at += sizeof prefix - 1) {
        const char *letter = at + sizeof prefix - 1;
        if ((at == line || !is_of_name(at[-1])) && *letter != '\0' && !is_of_name(letter[1]))
            return mark_of_letter(*letter);
    }
    return strstr(line, label) != NULL ? FRAME_MARK_E : FRAME_NO_MARK;
}

/* ---- Addresses ---- */

/* "7f5c0a011f8f name+0x9 (module)", as perf script has them. */
static bool read_bare(const char *text, uint64_t *address) {
    enum { DIGITS_MIN = 3, DIGITS_MAX = 16 };
    const size_t digits = strspn(text, "0123456789abcdef");
    if (digits < DIGITS_MIN || digits > DIGITS_MAX || (text[digits] != ' ' && text[digits] != '\t'))
        return false;
    size_t length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    if (text[length - 1] != ')')
        return false;
    *address = strtoull(text, NULL, 16);
    return true;
}

static bool read_absolute(const char *text, uint64_t *address) {
    const char *bracket = strstr(text, "[0x");
    return read_hexadecimal(text, address) != NULL || read_bare(text, address) ||
           (bracket != NULL && read_hexadecimal(bracket + 1, address) != NULL);
}

/* "module+0x1234" or "symbol+0x12", in or without brackets. backtrace_symbols has "module(+0x1234)", too. */
static bool read_offset(const char *text, struct frame *frame) {
    const char *plus = strstr(text, "+0x");
    if (plus == NULL || read_hexadecimal(plus + 1, &frame->address) == NULL)
        return false;
    const char *end = plus, *start = plus;
    if (end > text && end[-1] == '(')
        end--;
    for (start = end; start > text && strchr(" \t([<", start[-1]) == NULL;)
        start--;
    const size_t length = (size_t)(end - start);
    if (length == 0 || length >= sizeof frame->base)
        return false;
    memcpy(frame->base, start, length);
    frame->base[length] = '\0';
    return true;
}

/* "glsi_marks+0x21f": readers of exported symbols alone name the table of marks. */
static unsigned mark_of_offset(const char *line) {
    enum { STRIDE = 32 };
    static const char table[] = "glsi_marks+";
    const char *at = strstr(line, table);
    uint64_t offset = 0;
    if (at == NULL || read_hexadecimal(at + sizeof table - 1, &offset) == NULL || offset / STRIDE >= FRAME_NO_MARK)
        return FRAME_NO_MARK;
    return (unsigned)(offset / STRIDE);
}

static const char *read_number(const char *text, int *number) {
    enum { DIGITS_MAX = 6 };
    const size_t digits = *text == '#' ? strspn(text + 1, "0123456789") : 0;
    *number = FRAME_NOT_NUMBERED;
    if (digits == 0 || digits > DIGITS_MAX || (text[digits + 1] != ' ' && text[digits + 1] != '\t'))
        return text;
    *number = (int)strtol(text + 1, NULL, 10);
    return skip_spaces(text + digits + 1);
}

bool frame_parse(const char *line, struct frame *frame) {
    *frame = (struct frame){.number = FRAME_NOT_NUMBERED, .mark = FRAME_NO_MARK};
    const char *text = read_number(skip_spaces(line), &frame->number);
    frame->mark = mark_of_names(text);
    if (frame->mark == FRAME_NO_MARK)
        frame->mark = mark_of_offset(text);
    frame->is_library = frame->mark != FRAME_NO_MARK || strstr(text, "libgls.so") != NULL;
    frame->has_address = read_absolute(text, &frame->address) || read_offset(text, frame);
    return frame->number != FRAME_NOT_NUMBERED || frame->has_address || frame->mark != FRAME_NO_MARK;
}
