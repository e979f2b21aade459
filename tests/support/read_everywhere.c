/*
 * A library to be preloaded into programs that know nothing of gls: their main runs in a scope, and each call of malloc
 * and calloc on that thread reads, from wherever the program and its libraries allocate. At the end a line is added to
 * the file that READ_EVERYWHERE names: the program's name, and the number of reads that were right, unreadable, wrong.
 */
#include <dlfcn.h>
#include <errno.h>
#include <gls.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char *program_invocation_short_name; /* glibc's */
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t n, size_t bytes);

typedef int main_fn(int argc, char **argv, char **envp);
typedef int start_fn(main_fn *run, int argc, char **argv, void (*init)(void), void (*fini)(void),
                     void (*end_of_loader)(void), void *end_of_stack);
int __libc_start_main(main_fn *run, int argc, char **argv, void (*init)(void), void (*fini)(void),
                      void (*end_of_loader)(void), void *end_of_stack);

struct program {
    main_fn *run;
    int argc, status;
    char **argv, **envp;
};

static gls_manager *manager;
static const gls_key *key;
static main_fn *program_main;
static _Thread_local bool in_scope, in_read;
static unsigned long right, unreadable, wrong;

static void read_here(void) {
    void *value = NULL;
    if (!in_scope || in_read)
        return;
    in_read = true;
    const enum gls_answer answer = gls_get_value(manager, key, &value);
    if (answer == GLS_SET && value == &right)
        ++right;
    else if (answer == GLS_UNREADABLE)
        ++unreadable;
    else
        ++wrong;
    in_read = false;
}

void *malloc(size_t bytes) {
    read_here();
    return __libc_malloc(bytes);
}

void *calloc(size_t n, size_t bytes) {
    read_here();
    return __libc_calloc(n, bytes);
}

static void write_counts(void) {
    in_scope = false;
    FILE *file = fopen(getenv("READ_EVERYWHERE"), "a");
    if (file == NULL ||
        fprintf(file, "%s %lu %lu %lu\n", program_invocation_short_name, right, unreadable, wrong) < 0 ||
        fclose(file) != 0)
        abort();
}

static void run_in_scope(void *arg) {
    struct program *program = arg;
    in_scope = true;
    program->status = program->run(program->argc, program->argv, program->envp);
    in_scope = false;
}

static int main_in_scope(int argc, char **argv, char **envp) {
    struct program program = {program_main, argc, EXIT_FAILURE, argv, envp};
    manager = gls_manager_new();
    key = gls_key_intern("everywhere");
    const struct gls_binding binding = {key, &right};
    if (manager == NULL || key == NULL || atexit(write_counts) != 0)
        abort();
    const int error = gls_set_values(manager, &binding, 1, run_in_scope, &program);
    if (error != 0) {
        fprintf(stderr, "no scope could be opened around main: %s\n", strerror(error));
        abort();
    }
    return program.status;
}

int __libc_start_main(main_fn *run, int argc, char **argv, void (*init)(void), void (*fini)(void),
                      void (*end_of_loader)(void), void *end_of_stack) {
    start_fn *next;
    *(void **)&next = dlsym(RTLD_NEXT, "__libc_start_main");
    program_main = run;
    return next(main_in_scope, argc, argv, init, fini, end_of_loader, end_of_stack);
}
