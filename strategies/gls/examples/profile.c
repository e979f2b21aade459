/*
 * A CPU profile, split by request: a signal handler samples the stack, and the library says for which class of requests
 * it stands there, though neither the sampled code nor its callers hand that down. flame.py draws a flame graph of each
 * class.
 *
 *     cc -O1 -fno-omit-frame-pointer -rdynamic profile.c -o profile $(pkg-config --cflags --libs gls)
 *     ./profile folded && python3 flame.py folded .
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* dladdr; NOLINT(bugprone-reserved-identifier) */
#endif
#include <dlfcn.h>
#include <execinfo.h>
#include <gls.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

enum { SAMPLES_MAX = 4096, FRAMES_MAX = 48, WANTED = 40, EVERY_US = 1000, ROUNDS_MAX = 1000 };

struct sample {
    const char *class;
    int count;
    void *frames[FRAMES_MAX];
};

static gls_manager *manager;
static const gls_key *class_key;
static struct sample samples[SAMPLES_MAX];
static volatile sig_atomic_t sample_count;

static void take_sample(int signal) {
    void *class = NULL;
    (void)signal;
    if (sample_count == SAMPLES_MAX || gls_get_value(manager, class_key, &class) != GLS_SET)
        return;
    struct sample *sample = &samples[sample_count];
    sample->class = class;
    sample->count = backtrace(sample->frames, FRAMES_MAX);
    sample_count++;
}

/* ---- A server, whose functions know nothing of profiles ---- */

#define WORK __attribute__((noinline))
extern volatile unsigned long result;
volatile unsigned long result;

extern void compute(unsigned long), search_index(void *), charge_card(void *), write_page(void);

WORK void compute(unsigned long steps) {
    for (unsigned long i = 0; i < steps; i++)
        result = result * 2862933555777941757UL + 3037000493UL;
}

WORK void write_page(void) {
    compute(20000);
    result++;
}

WORK void search_index(void *arg) {
    (void)arg;
    compute(60000);
    write_page();
    result++;
}

WORK void charge_card(void *arg) {
    (void)arg;
    compute(30000);
    write_page();
    result++;
}

static void serve(const char *class, void (*handle)(void *)) {
    const struct gls_binding binding = {class_key, (void *)class};
    if (gls_set_values(manager, &binding, 1, handle, NULL) != 0)
        perror("gls_set_values");
}

/* ---- What was sampled ---- */

static int count_samples(const char *class) {
    int count = 0;
    for (int i = 0; i < sample_count; i++)
        count += strcmp(samples[i].class, class) == 0;
    return count;
}

/* "class;outermost;...;innermost 1": without the library's own frames, and those that brought the signal. */
static void write_folded(const struct sample *sample, FILE *out) {
    fputs(sample->class, out);
    for (int i = sample->count - 1; i > 1; i--) {
        Dl_info info;
        const int is_known = dladdr((char *)sample->frames[i] - 1, &info);
        if (is_known && info.dli_sname != NULL && strncmp(info.dli_sname, "gls", 3) != 0)
            fprintf(out, ";%s", info.dli_sname);
    }
    fputs(" 1\n", out);
}

int main(int argc, char **argv) {
    const struct itimerval timer = {{0, EVERY_US}, {0, EVERY_US}}, none = {{0, 0}, {0, 0}};
    const struct sigaction action = {.sa_handler = take_sample, .sa_flags = SA_RESTART};
    void *warm_up[FRAMES_MAX];
    manager = gls_manager_new();
    class_key = gls_key_intern("class");
    backtrace(warm_up, FRAMES_MAX); /* loads what it needs, which a handler must not */
    sigaction(SIGPROF, &action, NULL);
    setitimer(ITIMER_PROF, &timer, NULL);
    /* Where signals do not come, it ends all the same, and says below that samples are missing. */
    for (int round = 0; round < ROUNDS_MAX && sample_count < SAMPLES_MAX &&
                        (count_samples("search") < WANTED || count_samples("checkout") < WANTED);
         round++) {
        for (int i = 0; i < 100; i++) {
            serve("search", search_index);
            serve("checkout", charge_card);
        }
    }
    setitimer(ITIMER_PROF, &none, NULL);
    FILE *folded = argc == 2 ? fopen(argv[1], "w") : NULL;
    for (int i = 0; i < sample_count && folded != NULL; i++)
        write_folded(&samples[i], folded);
    if (folded != NULL && fclose(folded) != 0)
        perror(argv[1]);
    printf("search: %s\ncheckout: %s\n", count_samples("search") >= WANTED ? "sampled" : "missing",
           count_samples("checkout") >= WANTED ? "sampled" : "missing");
    gls_manager_free(manager);
    return 0;
}
