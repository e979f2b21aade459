/* gls-decode(1): which id of gls stands behind each stack of a textual trace, of a core file or of a process. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gls/decode/inspect.h"
#include "gls/decode/text.h"

enum { STATUS_FOUND = 0, STATUS_NONE = 1, STATUS_USAGE = 2 };

static const char usage[] =
    "Usage: gls-decode <TRACE | gls-decode --core=FILE PROGRAM | gls-decode --pid=NUMBER\n"
    "Says which id of gls stands behind each stack of a textual trace (gdb, perf script, eu-stack,\n"
    "backtrace_symbols, a sanitizer's report); of a core file or a process the bindings, too.\n"
    "Exit status: 0 an id was found, 1 none was, 2 the input could not be read.\n";

static int fail(const char *what, const char *reason) {
    (void)fprintf(stderr, "gls-decode: %s: %s\n", what, reason);
    return STATUS_USAGE;
}

static int conclude(bool found) {
    if (fflush(stdout) != 0 || ferror(stdout))
        return fail("cannot write", strerror(errno));
    return found ? STATUS_FOUND : STATUS_NONE;
}

static int decode_text(void) {
    bool found = false;
    errno = 0;
    if (!text_decode(stdin, stdout, &found))
        return fail("cannot read the trace", errno != 0 ? strerror(errno) : "memory is out");
    return conclude(found);
}

static int decode_core(const char *core, const char *program) {
    char reason[INSPECT_REASON_MAX] = "";
    bool found = false;
    if (!inspect_core(core, program, stdout, &found, reason))
        return fail(core, reason);
    return conclude(found);
}

static int decode_process(const char *text) {
    char reason[INSPECT_REASON_MAX] = "", *end = NULL;
    bool found = false;
    errno = 0;
    const long process = strtol(text, &end, 10);
    if (end == text || *end != '\0' || process <= 0 || errno != 0 || process != (pid_t)process)
        return fail(text, "found no number, wanted that of a process: gls-decode --pid=NUMBER");
    if (!inspect_process((pid_t)process, stdout, &found, reason))
        return fail(text, reason);
    return conclude(found);
}

int main(int argc, char **argv) {
    static const char pid[] = "--pid=", core[] = "--core=";
    if (argc == 1)
        return decode_text();
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return fputs(usage, stdout) < 0 ? STATUS_USAGE : conclude(true);
    if (argc == 2 && strncmp(argv[1], pid, sizeof pid - 1) == 0)
        return decode_process(argv[1] + sizeof pid - 1);
    if (argc == 3 && strncmp(argv[1], core, sizeof core - 1) == 0)
        return decode_core(argv[1] + sizeof core - 1, argv[2]);
    (void)fputs(usage, stderr);
    return STATUS_USAGE;
}
