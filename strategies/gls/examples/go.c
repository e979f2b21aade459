/*
 * A thread sees nothing of the thread that started it, unless gls_go did. In the manner of the example Go of
 * jtolds/gls. Build it with
 *
 *     cc go.c $(pkg-config --cflags --libs gls)
 */
#include <gls.h>
#include <stdio.h>
#include <stdlib.h>

static gls_manager *manager;
static const gls_key *request_id;

static void *log_request(void *arg) {
    void *id = NULL;
    if (gls_get_value(manager, request_id, &id) == GLS_SET)
        printf("My request id is: %s\n", (const char *)id);
    else
        puts("No request id found");
    return arg;
}

static void start_threads(void *failed) {
    pthread_t thread;
    *(int *)failed = pthread_create(&thread, NULL, log_request, NULL) != 0 || pthread_join(thread, NULL) != 0 ||
                     gls_go(&thread, NULL, log_request, NULL) != 0 || pthread_join(thread, NULL) != 0;
}

int main(void) {
    char id[] = "12345";
    int failed = 0;
    manager = gls_manager_new();
    request_id = gls_key_new("request id");
    if (manager == NULL || request_id == NULL)
        return EXIT_FAILURE;

    const struct gls_binding binding = {.key = request_id, .value = id};
    if (gls_set_values(manager, &binding, 1, start_threads, &failed) != 0 || failed)
        return EXIT_FAILURE;

    gls_key_free(request_id);
    gls_manager_free(manager);
    return EXIT_SUCCESS;
}
