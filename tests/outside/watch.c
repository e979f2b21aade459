/*
 * Watches a writer (writer.c) from outside:
 *
 *   watch steps PROGRAM ARGUMENT...        after each instruction, from its first SIGSTOP to its end, forks included
 *   watch stops COUNT PROGRAM ARGUMENT...  COUNT times, at random, each time one of its threads
 *
 * Each time what is read has to be what the writer says is in force: `writer_truth`, one for each thread. Writes what
 * was seen; exit status 0 if nothing was torn, stale or missing.
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "record.h"

enum { THREADS_MAX = 8 };

/* As writer.c lays it out. While `phase` is even `expected` is in force; else `from`, and then `next`. 0: none. */
struct truth {
    uint64_t thread, phase, expected, from, next;
};

struct watch {
    struct symbol pointer, truth;
    unsigned long looks, records, torn, stale, missing, forks;
    /* Of the process in hand: */
    uint64_t phase;
    bool has_begun; /* in this phase the next one was seen */
};

_Noreturn static void die(const char *what) {
    fprintf(stderr, "watch: %s: %s\n", what, strerror(errno));
    exit(2);
}

/* ---- One look ---- */

static bool is_whole(const struct record *record) {
    char text[TEXT_MAX], wanted[TEXT_MAX];
    snprintf(wanted, sizeof wanted, "%016" PRIx64, record->span_id);
    return memcmp(record->trace_id, "ctxbench-process", 16) == 0 && record->flags == 1 &&
           record_attribute(record, 0, text) && strcmp(text, wanted) == 0;
}

/* `steps`: looks come in order, and once the next context was seen the one before must not be. */
static void judge(struct watch *watch, const struct truth *truth, enum reading reading, const struct record *record,
                  bool steps) {
    const uint64_t seen = reading == READ_RECORD ? record->span_id : 0;
    watch->looks++;
    watch->records += reading == READ_RECORD;
    if (truth->phase != watch->phase) {
        watch->phase = truth->phase;
        watch->has_begun = false;
    }
    if (reading == READ_FAILED || (reading == READ_RECORD && !is_whole(record))) {
        watch->torn++;
    } else if (truth->phase % 2 == 0) {
        watch->missing += seen == 0 && truth->expected != 0;
        watch->stale += seen != 0 && seen != truth->expected;
    } else if (seen == truth->next && seen != 0) {
        watch->has_begun = true;
    } else if (seen != 0) {
        watch->stale += seen != truth->from || (steps && watch->has_begun);
    }
}

static void look(struct watch *watch, pid_t process, pid_t thread, bool steps) {
    struct user_regs_struct registers;
    struct truth truths[THREADS_MAX];
    struct record record;
    size_t which = 0;
    if (ptrace(PTRACE_GETREGS, thread, NULL, &registers) != 0)
        die("a thread's registers cannot be read");
    if (!process_read(process, watch->truth.bias + watch->truth.value, truths, sizeof truths))
        die("what the writer says cannot be read");
    while (!steps && which < THREADS_MAX && truths[which].thread != (uint64_t)thread)
        which++;
    if (which == THREADS_MAX)
        return; /* a thread that opens no scope, or has ended */
    const enum reading reading = record_read(process, registers.fs_base, &watch->pointer, &record);
    judge(watch, &truths[which], reading, &record, steps);
}

static void find(struct watch *watch, pid_t process) {
    struct process_context context;
    const char *why;
    if (!process_find(process, "otel_thread_ctx_v1", &watch->pointer) ||
        !process_find(process, "writer_truth", &watch->truth)) {
        fprintf(stderr, "watch: found no otel_thread_ctx_v1, or no writer_truth, among its dynamic symbols\n");
        exit(2);
    }
    if (!process_context_read(process, &context, &why)) {
        fprintf(stderr, "watch: the process's context (OTEP 4719): %s\n", why);
        exit(2);
    }
    printf("model %s\n", process_access_model(process, &watch->pointer));
    printf("schema %s, key %s\n", context.schema, context.key_count == 1 ? context.keys[0] : "(not one)");
}

static int conclude(const struct watch *watch) {
    printf("looks %lu records %lu forks %lu torn %lu stale %lu missing %lu\n", watch->looks, watch->records,
           watch->forks, watch->torn, watch->stale, watch->missing);
    return watch->torn + watch->stale + watch->missing == 0 && watch->records > 0 ? 0 : 1;
}

/* ---- Each instruction ---- */

/* A child stands still where it was made, and is stepped to its end before its parent goes on. */
static void step(struct watch *watch, pid_t process) {
    int status = 0, handed_on = 0;
    for (;;) {
        if (ptrace(PTRACE_SINGLESTEP, process, NULL, (void *)(intptr_t)handed_on) != 0)
            die("a step");
        if (waitpid(process, &status, __WALL) != process)
            die("waiting for a step");
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
                watch->missing++, fprintf(stderr, "watch: the writer ended with status %#x\n", (unsigned)status);
            return;
        }
        handed_on = WSTOPSIG(status) == SIGTRAP || WSTOPSIG(status) == SIGSTOP ? 0 : WSTOPSIG(status);
        if (status >> 8 == (SIGTRAP | PTRACE_EVENT_FORK << 8)) {
            unsigned long child = 0;
            if (ptrace(PTRACE_GETEVENTMSG, process, NULL, &child) != 0 || waitpid((pid_t)child, &status, __WALL) < 0)
                die("a forked child");
            const uint64_t phase = watch->phase;
            const bool has_begun = watch->has_begun;
            watch->forks++;
            step(watch, (pid_t)child);
            watch->phase = phase;
            watch->has_begun = has_begun;
            continue;
        }
        look(watch, process, process, true);
    }
}

static int watch_steps(char **arguments) {
    struct watch watch = {.looks = 0};
    int status = 0;
    const pid_t process = fork();
    if (process == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        execv(arguments[0], arguments);
        die(arguments[0]);
    }
    if (process < 0 || waitpid(process, &status, 0) != process || !WIFSTOPPED(status) ||
        ptrace(PTRACE_SETOPTIONS, process, NULL, (void *)(PTRACE_O_TRACEFORK | PTRACE_O_EXITKILL)) != 0)
        die("the writer cannot be traced");
    do {
        if (ptrace(PTRACE_CONT, process, NULL, NULL) != 0 || waitpid(process, &status, 0) != process ||
            !WIFSTOPPED(status))
            die("the writer did not get ready");
    } while (WSTOPSIG(status) != SIGSTOP);
    find(&watch, process);
    step(&watch, process);
    return conclude(&watch);
}

/* ---- Random stops ---- */

static size_t list_threads(pid_t process, pid_t threads[static THREADS_MAX]) {
    char path[64];
    size_t count = 0;
    snprintf(path, sizeof path, "/proc/%d/task", (int)process);
    DIR *folder = opendir(path);
    if (folder == NULL)
        die(path);
    for (struct dirent *entry; count < THREADS_MAX && (entry = readdir(folder)) != NULL;)
        if (entry->d_name[0] != '.')
            threads[count++] = (pid_t)atoi(entry->d_name);
    closedir(folder);
    return count;
}

static void stop_and_look(struct watch *watch, pid_t process, pid_t thread) {
    int status = 0;
    if (ptrace(PTRACE_INTERRUPT, thread, NULL, NULL) != 0 || waitpid(thread, &status, __WALL) != thread ||
        !WIFSTOPPED(status))
        die("a thread cannot be stopped");
    look(watch, process, thread, false);
    if (ptrace(PTRACE_CONT, thread, NULL, NULL) != 0)
        die("a thread cannot go on");
}

static int watch_stops(unsigned long count, char **arguments) {
    struct watch watch = {.looks = 0};
    pid_t threads[THREADS_MAX];
    int ready[2];
    char byte;
    if (pipe(ready) != 0)
        die("pipe");
    const pid_t process = fork();
    if (process == 0) {
        dup2(ready[1], STDOUT_FILENO);
        execv(arguments[0], arguments);
        die(arguments[0]);
    }
    if (process < 0 || read(ready[0], &byte, 1) != 1)
        die("the writer did not get ready");
    find(&watch, process);
    const size_t thread_count = list_threads(process, threads);
    for (size_t i = 0; i < thread_count; i++)
        if (ptrace(PTRACE_SEIZE, threads[i], NULL, (void *)PTRACE_O_EXITKILL) != 0)
            die("a thread cannot be traced");
    srand(1);
    while (watch.looks < count) {
        stop_and_look(&watch, process, threads[(unsigned)rand() % thread_count]);
        for (volatile int spin = rand() % 2000; spin > 0;)
            spin = spin - 1;
    }
    kill(process, SIGKILL);
    return conclude(&watch);
}

int main(int argc, char **argv) {
    if (argc >= 3 && strcmp(argv[1], "steps") == 0)
        return watch_steps(argv + 2);
    if (argc >= 4 && strcmp(argv[1], "stops") == 0)
        return watch_stops(strtoul(argv[2], NULL, 10), argv + 3);
    fprintf(stderr, "Usage: watch steps PROGRAM ARGUMENT... | watch stops COUNT PROGRAM ARGUMENT...\n");
    return 2;
}
