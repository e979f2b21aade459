/*
 * What a scope of gls_set_values costs without and with gls_publish: it says nanoseconds a scope, of which each binds
 * two ids and a text, within another. In turns of fresh processes, since publishing cannot be taken back:
 *
 *   publish_price EXECUTIONS
 */
#include <gls.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SCOPES = 200000, SAMPLES = 7, EXECUTIONS_MAX = 200 };

static gls_manager *manager;
static const gls_key *keys[3];
static struct gls_binding bindings[3];

static void nothing(void *arg) {
    __asm__ volatile("" : : "r"(arg) : "memory");
}

static int compare(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(void *arg) {
    double samples[SAMPLES];
    for (int sample = 0; sample < SAMPLES; sample++) {
        struct timespec from, to;
        clock_gettime(CLOCK_MONOTONIC, &from);
        for (int i = 0; i < SCOPES; i++)
            if (gls_set_values(manager, bindings, 3, nothing, NULL) != 0)
                abort();
        clock_gettime(CLOCK_MONOTONIC, &to);
        samples[sample] = ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) / SCOPES;
    }
    qsort(samples, SAMPLES, sizeof *samples, compare);
    *(double *)arg = samples[SAMPLES / 2];
}

static double execute(int publishes) {
    int ends[2];
    double found = 0;
    if (pipe(ends) != 0)
        abort();
    const pid_t child = fork();
    if (child == 0) {
        const struct gls_publication publication = {manager, keys[0], keys[1], &keys[2], 1};
        if (publishes && gls_publish(&publication) != 0)
            abort();
        if (gls_set_values(manager, bindings, 3, measure, &found) != 0 ||
            write(ends[1], &found, sizeof found) != sizeof found)
            abort();
        _exit(0);
    }
    if (child < 0 || read(ends[0], &found, sizeof found) != sizeof found || waitpid(child, NULL, 0) != child)
        abort();
    close(ends[0]);
    close(ends[1]);
    return found;
}

int main(int argc, char **argv) {
    static double plain[EXECUTIONS_MAX], published[EXECUTIONS_MAX], more[EXECUTIONS_MAX];
    static char ids[] = "0123456789abcdefspanspan", route[] = "/cart/checkout";
    const int count = argc == 2 ? atoi(argv[1]) : 0;
    if (count < 1 || count > EXECUTIONS_MAX)
        return 2;
    manager = gls_manager_new();
    keys[0] = gls_key_intern("trace");
    keys[1] = gls_key_intern("span");
    keys[2] = gls_key_intern("http.route");
    bindings[0] = (struct gls_binding){keys[0], ids};
    bindings[1] = (struct gls_binding){keys[1], ids + 16};
    bindings[2] = (struct gls_binding){keys[2], route};
    for (int i = 0; i < count; i++) {
        plain[i] = execute(0);
        published[i] = execute(1);
        more[i] = published[i] - plain[i];
    }
    qsort(plain, (size_t)count, sizeof *plain, compare);
    qsort(published, (size_t)count, sizeof *published, compare);
    qsort(more, (size_t)count, sizeof *more, compare);
    printf("without %.1f ns, with %.1f ns; in pairs %.1f ns more [%.1f, %.1f] (median and quartiles of %d)\n",
           plain[count / 2], published[count / 2], more[count / 2], more[count / 4], more[count * 3 / 4], count);
    return 0;
}
