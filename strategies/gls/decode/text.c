#include "gls/decode/text.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { HEADING_MAX = 256 };

struct reading {
    FILE *out; /* NULL: nothing is told, but where marks are is noted */
    struct tags tags;
    bool is_in_stack, is_numbered;
    int last_number;
    size_t line;
    char heading[HEADING_MAX]; /* of the stack, or of the one that may follow */
    char other[HEADING_MAX];   /* the last line between two stacks of numbered frames */
    bool found;
};

void text_print_stack(FILE *out, const struct tags *tags, const char *heading) {
    if (tags->is_cut)
        (void)fputs("?", out);
    else if (tags->count == 0)
        (void)fputs("-", out);
    else
        (void)fprintf(out, "%" PRIu32, tags->ids[tags->count - 1]);
    (void)fputs(tags->count == 0 ? "\t-" : "\t", out);
    for (size_t i = 0; i < tags->count; i++)
        (void)fprintf(out, "%s%" PRIu32, i == 0 ? "" : ",", tags->ids[i]);
    (void)fprintf(out, "\t%s\n", heading);
}

static void keep(char kept[static HEADING_MAX], const char *text) {
    (void)snprintf(kept, HEADING_MAX, "%s", text);
    for (char *at = kept; *at != '\0'; at++)
        if (*at == '\t')
            *at = ' ';
}

static void end_stack(struct reading *reading) {
    if (!reading->is_in_stack)
        return;
    tags_end(&reading->tags);
    if (reading->out != NULL)
        text_print_stack(reading->out, &reading->tags, reading->heading);
    reading->found |= reading->tags.count > 0;
    reading->is_in_stack = false;
    keep(reading->heading, reading->is_numbered ? reading->other : "");
    reading->other[0] = '\0';
}

static void begin_stack(struct reading *reading, bool is_numbered) {
    tags_begin(&reading->tags);
    reading->is_in_stack = true;
    reading->is_numbered = is_numbered;
    if (reading->heading[0] == '\0')
        (void)snprintf(reading->heading, HEADING_MAX, "line %zu", reading->line);
}

static void take_frame(struct reading *reading, const struct frame *frame) {
    const bool is_numbered = frame->number != FRAME_NOT_NUMBERED;
    const bool starts_again = is_numbered && (frame->number == 0 || frame->number < reading->last_number);
    if (reading->is_in_stack && (reading->is_numbered != is_numbered || starts_again))
        end_stack(reading);
    if (!reading->is_in_stack)
        begin_stack(reading, is_numbered);
    reading->last_number = frame->number;
    tags_add(&reading->tags, frame);
}

/* Headings may have numbers that look like addresses. */
static bool is_heading(const char *line, size_t length) {
    return strncmp(line, "==", 2) == 0 || strncmp(line, "Thread ", 7) == 0 || strncmp(line, "TID ", 4) == 0 ||
           line[length - 1] == ':';
}

/* What a line is, where it stands. */
enum line_kind { LINE_EMPTY, LINE_FRAME, LINE_HEADING, LINE_OTHER };

static enum line_kind kind_of(const struct reading *reading, const char *line, size_t length, struct frame *frame) {
    const bool is_frame = frame_parse(line, frame);
    if (length == 0)
        return LINE_EMPTY;
    if (is_frame && frame->number != FRAME_NOT_NUMBERED)
        return LINE_FRAME;
    if (is_heading(line, length))
        return LINE_HEADING;
    if (reading->is_in_stack && reading->is_numbered)
        return LINE_OTHER; /* a variable, a source line, or what follows the stack */
    return is_frame ? LINE_FRAME : LINE_HEADING;
}

static void take_line(struct reading *reading, const char *line, size_t length) {
    struct frame frame;
    reading->line++;
    switch (kind_of(reading, line, length, &frame)) {
    case LINE_FRAME:
        take_frame(reading, &frame);
        break;
    case LINE_OTHER:
        keep(reading->other, line + strspn(line, " \t"));
        break;
    case LINE_HEADING:
        end_stack(reading);
        keep(reading->heading, line + strspn(line, " \t"));
        break;
    case LINE_EMPTY:
        end_stack(reading);
        break;
    }
}

static size_t trimmed(const char *line) {
    size_t length = strlen(line);
    while (length > 0 && isspace((unsigned char)line[length - 1]))
        length--;
    return length;
}

/* All of it, from the start. */
static bool take_all(struct reading *reading, FILE *in) {
    char *line = NULL;
    size_t capacity = 0;
    rewind(in);
    while (getline(&line, &capacity, in) >= 0) {
        const size_t length = trimmed(line);
        line[length] = '\0';
        take_line(reading, line, length);
    }
    free(line);
    if (feof(in) == 0 || reading->tags.out_of_memory)
        return false;
    end_stack(reading);
    return true;
}

/* A copy of what can be read but once. NULL: it cannot be made. */
static FILE *copy(FILE *in) {
    char buffer[BUFSIZ];
    size_t count = 0;
    FILE *made = tmpfile();
    while (made != NULL && (count = fread(buffer, 1, sizeof buffer, in)) > 0) {
        if (fwrite(buffer, 1, count, made) == count)
            continue;
        (void)fclose(made);
        made = NULL;
    }
    if (made == NULL || (ferror(in) == 0 && fflush(made) == 0))
        return made;
    (void)fclose(made);
    return NULL;
}

/* Twice: where the marks are is known from the whole of it, and the first stack may need that. */
bool text_decode(FILE *in, FILE *out, bool *found) {
    struct reading *reading = calloc(1, sizeof *reading);
    FILE *const text = fseek(in, 0, SEEK_SET) == 0 ? in : copy(in);
    bool done = reading != NULL && text != NULL && take_all(reading, text);
    if (done) {
        const struct tags tags = reading->tags;
        *reading = (struct reading){.out = out, .tags = tags};
        done = take_all(reading, text);
        *found = reading->found;
    }
    if (reading != NULL)
        tags_free(&reading->tags);
    free(reading);
    if (text != NULL && text != in)
        (void)fclose(text);
    return done;
}
