/* gls-check(1): which modules of a program make reads of gls slow, or unreadable, and what to do about it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gls/check/image.h"
#include "gls/check/modules_of.h"

enum { STATUS_READABLE = 0, STATUS_UNREADABLE = 1, STATUS_USAGE = 2 };

/*
 * The code with which compilers begin and end a module has no tables (crti.o, crtbegin.o): some hundred bytes, in which
 * calls are made while it is loaded and unloaded alone.
 */
enum { STARTUP_BYTES_MAX = 1024, FAST_PERCENT = 90 };

enum verdict { FAST, SLOWER, UNREADABLE, UNKNOWN };

static const struct {
    const char *name, *meaning;
} verdicts[] = {
    [FAST] = {"fast", "frame pointers lead through it: a load for each call"},
    [SLOWER] = {"slower",
                "unwind tables lead through it: right, and slower for each call, the more so the first time.\n"
                "            Build it with -fno-omit-frame-pointer if reads below it must be fast"},
    [UNREADABLE] = {"unreadable",
                    "code that nothing describes. Below it gls_get_value answers GLS_UNREADABLE, and no scope opens\n"
                    "            (ENOTRECOVERABLE). Build it with -fasynchronous-unwind-tables; assembly wants .cfi\n"
                    "            directives; what calls back from a JIT's code, hand over with a snapshot (gls(3))"},
    [UNKNOWN] = {"unknown", "its file cannot be judged"},
};

static unsigned percent(size_t part, size_t whole) {
    return whole == 0 ? 0 : (unsigned)((part * 100 + whole / 2) / whole);
}

static enum verdict judge(const struct image_facts *facts) {
    if (facts->undescribed_bytes > STARTUP_BYTES_MAX)
        return UNREADABLE;
    const size_t with_stack = facts->framed_bytes + facts->frameless_bytes;
    return percent(facts->framed_bytes, with_stack) >= FAST_PERCENT ? FAST : SLOWER;
}

enum { SIZE_TEXT_MAX = 32, KIB = 1024, MIB = KIB * KIB, MIB_FROM = 10 };

static void print_size(size_t bytes, char text[static SIZE_TEXT_MAX]) {
    if (bytes < KIB)
        (void)snprintf(text, SIZE_TEXT_MAX, "%zu B", bytes);
    else if (bytes < (size_t)MIB_FROM * MIB)
        (void)snprintf(text, SIZE_TEXT_MAX, "%zu KiB", (bytes + KIB / 2) / KIB);
    else
        (void)snprintf(text, SIZE_TEXT_MAX, "%zu MiB", (bytes + MIB / 2) / MIB);
}

static void print_row(const char *name, size_t code_bytes, const char *framed, size_t undescribed_bytes,
                      enum verdict verdict) {
    char code[SIZE_TEXT_MAX], undescribed[SIZE_TEXT_MAX] = "-";
    print_size(code_bytes, code);
    if (undescribed_bytes > STARTUP_BYTES_MAX)
        print_size(undescribed_bytes, undescribed);
    (void)printf("%-10s  %9s  %8s  %9s  %s\n", verdicts[verdict].name, code, framed, undescribed, name);
}

/* What was found in all modules, as a mask of verdicts. */
static unsigned check_modules(const struct modules_of *modules) {
    unsigned found = 0;
    (void)printf("%-10s  %9s  %8s  %9s  %s\n", "reads", "code", "framed", "no tables", "module");
    for (size_t i = 0; i < modules->count; i++) {
        struct image_facts facts;
        char reason[IMAGE_REASON_MAX], framed[16];
        if (!image_read(modules->paths[i], &facts, reason)) {
            (void)printf("%-10s  %9s  %8s  %9s  %s: %s\n", verdicts[UNKNOWN].name, "?", "?", "?", modules->names[i],
                         reason);
            found |= 1u << UNKNOWN;
            continue;
        }
        const enum verdict verdict = judge(&facts);
        (void)snprintf(framed, sizeof framed, "%u %%",
                       percent(facts.framed_bytes, facts.framed_bytes + facts.frameless_bytes));
        print_row(modules->names[i], facts.code_bytes, framed, facts.undescribed_bytes, verdict);
        found |= 1u << verdict;
    }
    if (modules->nameless_bytes > 0) {
        print_row("(memory that no file stands behind, as a JIT makes it)", modules->nameless_bytes, "?",
                  modules->nameless_bytes, UNREADABLE);
        found |= 1u << UNREADABLE;
    }
    return found;
}

static int conclude(unsigned found) {
    (void)puts("\nframed: of the code that keeps something on the stack, the part that keeps a frame pointer\n");
    for (enum verdict verdict = FAST; verdict <= UNKNOWN; verdict++)
        if ((found & 1u << verdict) != 0)
            (void)printf("%-10s  %s.\n", verdicts[verdict].name, verdicts[verdict].meaning);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        (void)fprintf(stderr, "gls-check: cannot write: %s\n", strerror(errno));
        return STATUS_USAGE;
    }
    return (found & (1u << UNREADABLE | 1u << UNKNOWN)) != 0 ? STATUS_UNREADABLE : STATUS_READABLE;
}

static int fail(const char *what, const char *reason) {
    (void)fprintf(stderr, "gls-check: %s: %s\n", what, reason);
    return STATUS_USAGE;
}

static int check_process(const char *text) {
    char reason[IMAGE_REASON_MAX] = "", *end = NULL;
    const long process = strtol(text, &end, 10);
    struct modules_of modules;
    if (end == text || *end != '\0' || process <= 0)
        return fail(text, "found no number, wanted that of a process: gls-check --pid=NUMBER");
    int status = STATUS_USAGE;
    if (modules_of_process((pid_t)process, &modules, reason))
        status = conclude(check_modules(&modules));
    else
        (void)fail(text, reason);
    modules_of_free(&modules);
    return status;
}

/* A name without a slash is looked for where the shell would look. */
static const char *find_program(const char *name, char path[static IMAGE_PATH_MAX]) {
    const char *folders = getenv("PATH");
    if (strchr(name, '/') != NULL || folders == NULL)
        return name;
    for (const char *from = folders; *from != '\0'; from += strspn(from, ":")) {
        const size_t length = strcspn(from, ":");
        (void)snprintf(path, IMAGE_PATH_MAX, "%.*s/%s", (int)length, from, name);
        if (length > 0 && access(path, X_OK) == 0)
            return path;
        from += length;
    }
    return name;
}

static int check_program(const char *name) {
    char found[IMAGE_PATH_MAX], reason[IMAGE_REASON_MAX] = "";
    const char *path = find_program(name, found);
    struct modules_of modules;
    int status = STATUS_USAGE;
    if (modules_of_program(path, &modules, reason)) {
        status = conclude(check_modules(&modules));
        (void)puts(modules.count == 1 && reason[0] == '\0' ? ""
                                                           : "\nWhat the program loads later, and code that it makes, "
                                                             "is seen while it runs: gls-check --pid=NUMBER");
        if (reason[0] != '\0')
            (void)fprintf(stderr, "gls-check: %s: %s\n", path, reason);
    } else {
        (void)fail(path, reason);
    }
    modules_of_free(&modules);
    return status;
}

int main(int argc, char **argv) {
    static const char usage[] =
        "Usage: gls-check PROGRAM | gls-check --pid=NUMBER\n"
        "Says which modules of a program, or of a process, make reads of gls slow or unreadable.\n"
        "Exit status: 0 all of it is readable, 1 some is not, 2 it could not be checked.\n";
    static const char pid[] = "--pid=";
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return fputs(usage, stdout) < 0 ? STATUS_USAGE : STATUS_READABLE;
    if (argc != 2 || (argv[1][0] == '-' && strncmp(argv[1], pid, sizeof pid - 1) != 0)) {
        (void)fputs(usage, stderr);
        return STATUS_USAGE;
    }
    return argv[1][0] == '-' ? check_process(argv[1] + sizeof pid - 1) : check_program(argv[1]);
}
