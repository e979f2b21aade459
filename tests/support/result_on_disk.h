/* For tests that read result files: a file with a name of its own, which each test finds empty. */
#ifndef CTXBENCH_RESULT_ON_DISK_H
#define CTXBENCH_RESULT_ON_DISK_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "data/result_file.h"
#include "results_fixture.h"

static char path[] = "/tmp/ctxbench-result-XXXXXX";

static int make_file(void **state) {
    (void)state;
    (void)snprintf(path, sizeof path, "/tmp/ctxbench-result-XXXXXX");
    return close(mkstemp(path));
}

static int remove_file(void **state) {
    (void)state;
    return unlink(path);
}

static void write_text_file(const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0 && fclose(file) == 0);
}

static void write_fixture(struct fixture *fixture) {
    struct error error;
    if (!results_write(&fixture->results, path, true, &error))
        fail_msg("%s", error.text);
}

/* Never NULL: what cannot be read ends the test. */
static struct result_file *read_file(void) {
    struct error message = {.text = ""};
    struct result_file *file = result_file_load(path, &message);
    if (file == NULL) {
        print_error("%s\n", message.text);
        abort();
    }
    return file;
}

#endif
