/*
 * A program with a hundred threads, or as many as a last argument says, each within a random number of scopes. Each
 * writes what gls_get_id answers and how many scopes it has to the file EXPECTED, and then its stack to standard
 * output:
 *
 *   many_tags symbols EXPECTED SEED    as backtrace_symbols has it, below a heading "thread ID:"
 *   many_tags raw EXPECTED SEED        "frame ADDRESS MODULE OFFSET", for formats that a test makes itself
 *   many_tags report EXPECTED SEED     as a sanitizer does (built with MANY_TAGS_REPORT)
 *   many_tags wait EXPECTED SEED       nothing, but waits to be looked at: writes "ready" and stays
 *   many_tags abort EXPECTED SEED      nothing, but ends by SIGABRT
 */
#include <dlfcn.h>
#include <execinfo.h>
#include <gls.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(MANY_TAGS_REPORT)
void __sanitizer_print_stack_trace(void);
#endif

enum { THREADS = 100, DEPTH_MAX = 18, FRAMES_MAX = 512 };

static gls_manager *manager;
static const gls_key *key;
static FILE *expected;
static const char *mode;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t all_stand;
static char names[THREADS][16];

struct thread {
    unsigned number, depth, left;
};

static void print_frames(void) {
    void *frames[FRAMES_MAX];
    const int count = backtrace(frames, FRAMES_MAX);
    if (strcmp(mode, "symbols") == 0) {
        fflush(stdout);
        backtrace_symbols_fd(frames, count, STDOUT_FILENO);
    } else if (strcmp(mode, "raw") == 0) {
        for (int i = 0; i < count; i++) {
            Dl_info info = {0};
            dladdr(frames[i], &info);
            printf("frame %p %s %#lx\n", frames[i], info.dli_fname, (long)((char *)frames[i] - (char *)info.dli_fbase));
        }
        fflush(stdout);
    }
#if defined(MANY_TAGS_REPORT)
    __sanitizer_print_stack_trace();
#endif
}

static void stand(void *arg) {
    const struct thread *thread = arg;
    unsigned id = 0;
    pthread_mutex_lock(&turn);
    if (!gls_get_id(&id))
        abort();
    fprintf(expected, "%u %u %d %s\n", id, thread->depth, gettid(), names[thread->number]);
    printf("\nthread %u:\n", thread->number);
    print_frames();
    pthread_mutex_unlock(&turn);
    pthread_barrier_wait(&all_stand);
    if (strcmp(mode, "wait") == 0 || strcmp(mode, "abort") == 0)
        for (;;)
            pause();
}

static void descend(void *arg) {
    struct thread *thread = arg;
    struct gls_binding binding = {key, names[thread->number]};
    if (thread->left-- == 0)
        stand(thread);
    else if (gls_set_values(manager, &binding, 1, descend, thread) != 0)
        abort();
}

static void *begin(void *arg) {
    descend(arg);
    return NULL;
}

int main(int argc, char **argv) {
    static struct thread threads[THREADS];
    pthread_t handles[THREADS];
    const unsigned count = argc == 5 ? (unsigned)atoi(argv[4]) : THREADS;
    if (argc < 4 || count > THREADS || (expected = fopen(argv[2], "w")) == NULL)
        return 2;
    mode = argv[1];
    srand((unsigned)atoi(argv[3]));
    manager = gls_manager_new();
    key = gls_key_intern("request");
    pthread_barrier_init(&all_stand, NULL, count + 1);
    for (unsigned i = 0; i < count; i++) {
        threads[i].number = i;
        threads[i].depth = threads[i].left = 1 + (unsigned)rand() % DEPTH_MAX;
        snprintf(names[i], sizeof names[i], "r-%u", i);
        if (pthread_create(&handles[i], NULL, begin, &threads[i]) != 0)
            abort();
    }
    pthread_barrier_wait(&all_stand);
    fclose(expected);
    puts("ready");
    fflush(stdout);
    if (strcmp(mode, "abort") == 0)
        abort();
    if (strcmp(mode, "wait") == 0)
        pause();
    for (unsigned i = 0; i < count; i++)
        pthread_join(handles[i], NULL);
    return 0;
}
