/*
 * The id of the request in every log line, also in those of code that knows nothing of requests: a hook under stdio
 * looks it up whenever a line is written. Requests run on threads of their own, start helpers by gls_go, and leave work
 * in a queue together with a snapshot. Build it with
 *
 *     cc -D_GNU_SOURCE request_id.c $(pkg-config --cflags --libs gls)
 */
#include <gls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

static gls_manager *manager;
static const gls_key *request_id;

static void die(const char *what) {
    perror(what);
    exit(EXIT_FAILURE);
}

/* ---- Code that we cannot change: it just prints. ---- */

static int legacy_compare(const void *a, const void *b) {
    printf("comparing %s with %s\n", *(const char *const *)a, *(const char *const *)b);
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void legacy_parse(void) {
    const char *catalogue[] = {"apples"}, *wanted = "pears";
    printf("parsing an order\n");
    if (bsearch(&wanted, catalogue, 1, sizeof *catalogue, legacy_compare) == NULL) /* which libc calls back */
        printf("there are no %s\n", wanted);
}

static void *legacy_charge(void *arg) {
    printf("charging the customer\n");
    return arg;
}

static void legacy_mail(void *arg) {
    (void)arg;
    printf("mailing a receipt\n");
}

/* ---- The hook: stdio hands it each line on the thread that prints it. ---- */

static ssize_t write_with_id(void *log, const char *text, size_t size) {
    void *id = NULL;
    if (gls_get_value(manager, request_id, &id) != GLS_SET)
        id = "no request";
    for (const char *line = text, *end = text + size; line < end;) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        const char *next = newline != NULL ? newline + 1 : end;
        fprintf(log, "[%s] ", (const char *)id);
        fwrite(line, 1, (size_t)(next - line), log);
        line = next;
    }
    return fflush(log) == 0 ? (ssize_t)size : 0;
}

static void install_hook(void) {
    FILE *hooked = fopencookie(stdout, "w", (cookie_io_functions_t){.write = write_with_id});
    if (hooked == NULL || setvbuf(hooked, NULL, _IOLBF, BUFSIZ) != 0)
        die("cannot hook stdout");
    stdout = hooked;
}

/* ---- A queue for work that can wait; each piece brings its context along. ---- */

enum { QUEUE_MAX = 16 };

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    gls_snapshot *waiting[QUEUE_MAX]; /* whom to mail a receipt */
    size_t count;
    int closed;
} queue = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void enqueue_receipt(void) {
    gls_snapshot *snapshot = gls_snapshot_take();
    if (snapshot == NULL)
        die("cannot take a snapshot");
    pthread_mutex_lock(&queue.lock);
    if (queue.count == QUEUE_MAX)
        abort();
    queue.waiting[queue.count++] = snapshot;
    pthread_cond_signal(&queue.changed);
    pthread_mutex_unlock(&queue.lock);
}

/* NULL when the queue is closed and empty. */
static gls_snapshot *dequeue(void) {
    gls_snapshot *snapshot = NULL;
    pthread_mutex_lock(&queue.lock);
    while (queue.count == 0 && !queue.closed)
        pthread_cond_wait(&queue.changed, &queue.lock);
    if (queue.count > 0)
        snapshot = queue.waiting[--queue.count];
    pthread_mutex_unlock(&queue.lock);
    return snapshot;
}

static void close_queue(void) {
    pthread_mutex_lock(&queue.lock);
    queue.closed = 1;
    pthread_cond_signal(&queue.changed);
    pthread_mutex_unlock(&queue.lock);
}

/* Started before there was any request, and serves all of them. */
static void *mailer_main(void *arg) {
    for (gls_snapshot *snapshot = dequeue(); snapshot != NULL; snapshot = dequeue()) {
        if (gls_snapshot_run(snapshot, legacy_mail, NULL) != 0)
            die("cannot run with a snapshot");
        gls_snapshot_release(snapshot);
    }
    printf("the mailer ends\n");
    return arg;
}

/* ---- Requests ---- */

static void handle(void *arg) {
    pthread_t helper;
    (void)arg;
    legacy_parse();
    if (gls_go(&helper, NULL, legacy_charge, NULL) != 0)
        die("cannot start a helper");
    pthread_join(helper, NULL);
    enqueue_receipt();
}

static void *request_main(void *id) {
    const struct gls_binding binding = {.key = request_id, .value = id};
    if (gls_set_values(manager, &binding, 1, handle, NULL) != 0)
        die("cannot set the request id");
    return NULL;
}

int main(void) {
    static char ids[][8] = {"req-1", "req-2", "req-3"};
    enum { REQUESTS = sizeof ids / sizeof *ids };
    pthread_t mailer, requests[REQUESTS];
    manager = gls_manager_new();
    request_id = gls_key_intern("request id");
    if (manager == NULL || request_id == NULL)
        die("cannot set gls up");
    install_hook();

    printf("the server starts\n");
    if (pthread_create(&mailer, NULL, mailer_main, NULL) != 0)
        die("cannot start the mailer");
    for (size_t i = 0; i < REQUESTS; i++)
        if (pthread_create(&requests[i], NULL, request_main, ids[i]) != 0)
            die("cannot start a request");
    for (size_t i = 0; i < REQUESTS; i++)
        pthread_join(requests[i], NULL);
    close_queue();
    pthread_join(mailer, NULL);
    printf("the server ends\n");
    return EXIT_SUCCESS;
}
