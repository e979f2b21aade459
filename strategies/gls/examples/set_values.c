/*
 * A logger finds the id of the request that it works for, though nobody hands it down. In the manner of the example
 * ContextManager.SetValues of jtolds/gls. Build it with
 *
 *     cc set_values.c $(pkg-config --cflags --libs gls)
 */
#include <gls.h>
#include <stdio.h>
#include <stdlib.h>

static gls_manager *manager;
static const gls_key *request_id;

static void log_request(void *arg) {
    void *id = NULL;
    (void)arg;
    if (gls_get_value(manager, request_id, &id) == GLS_SET)
        printf("My request id is: %s\n", (const char *)id);
    else
        puts("No request id found");
}

int main(void) {
    char id[] = "12345";
    manager = gls_manager_new();
    request_id = gls_key_new("request id");
    if (manager == NULL || request_id == NULL)
        return EXIT_FAILURE;

    const struct gls_binding binding = {.key = request_id, .value = id};
    if (gls_set_values(manager, &binding, 1, log_request, NULL) != 0)
        return EXIT_FAILURE;
    log_request(NULL);

    gls_key_free(request_id);
    gls_manager_free(manager);
    return EXIT_SUCCESS;
}
