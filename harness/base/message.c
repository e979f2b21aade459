#include "base/message.h"

#include <errno.h>
#include <string.h>

const char *message_program(void) {
    return strcmp(program_invocation_short_name, "ctxbench") == 0 ? "ctxbench" : "bench";
}

void message(FILE *out, const char *format, ...) {
    va_list args;
    if (out == NULL)
        return;
    const int error_number = errno; /* for %m */
    va_start(args, format);
    (void)fprintf(out, "%s: ", message_program());
    errno = error_number;
    (void)vfprintf(out, format, args);
    (void)fputc('\n', out);
    va_end(args);
}

int message_fail(int status, const struct error *error) {
    if (error->code == ERROR_INTERRUPTED)
        return EXIT_STATUS_INTERRUPTED;
    message(stderr, "%s", error->text);
    return status;
}
