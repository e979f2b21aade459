#include "session/child.h"
#include "protocol/turns.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/now.h"
#include "base/spawn.h"
#include "session/progress.h"

#define PAD_VARIABLE "CTXBENCH_PAD"

/* Google Benchmark takes defaults from its environment: BENCHMARK_LIST_TESTS, say, would keep it from measuring. */
#define GBENCH_VARIABLES "BENCHMARK_"

/* The parent's ends are what poll(2) sees; -1 when closed. */
struct channels {
    int input;        /* holds the request; a file in memory, so that writing it cannot block */
    int output[2];    /* read end, write end */
    int complaint[2]; /* likewise */
};

static const struct channels no_channels = {.input = -1, .output = {-1, -1}, .complaint = {-1, -1}};

static void close_channel(int *fd) {
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void channels_close(struct channels *channels) {
    close_channel(&channels->input);
    for (int i = 0; i < 2; i++) {
        close_channel(&channels->output[i]);
        close_channel(&channels->complaint[i]);
    }
}

static bool channels_open(struct channels *channels, const struct child_plan *plan, struct error *error) {
    *channels = no_channels;
    channels->input = memfd_create("ctxbench-request", MFD_CLOEXEC);
    if (channels->input < 0 || pipe2(channels->output, O_CLOEXEC) != 0 || pipe2(channels->complaint, O_CLOEXEC) != 0 ||
        write(channels->input, plan->input, plan->input_length) != (ssize_t)plan->input_length ||
        lseek(channels->input, 0, SEEK_SET) != 0 || fcntl(channels->output[0], F_SETFL, O_NONBLOCK) != 0 ||
        fcntl(channels->complaint[0], F_SETFL, O_NONBLOCK) != 0) {
        error_set_code(error, ERROR_SYSTEM, "cannot make the pipes to a worker process: %s", strerror(errno));
        channels_close(channels);
        return false;
    }
    return true;
}

/* Our environment, less what would disturb, plus the pad. One block, freed by free(). NULL when out of memory. */
static char **environment_make(size_t pad_bytes) {
    size_t count = 0;
    while (environ[count] != NULL)
        count++;
    char **environment = malloc((count + 2) * sizeof *environment + sizeof PAD_VARIABLE "=" + pad_bytes);
    if (environment == NULL)
        return NULL;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (strncmp(environ[i], GBENCH_VARIABLES, strlen(GBENCH_VARIABLES)) != 0 &&
            strncmp(environ[i], PAD_VARIABLE "=", strlen(PAD_VARIABLE "=")) != 0)
            environment[kept++] = environ[i];
    }
    char *pad = (char *)(environment + count + 2);
    char *end = stpcpy(pad, PAD_VARIABLE "=");
    memset(end, 'x', pad_bytes);
    end[pad_bytes] = '\0';
    environment[kept++] = pad;
    environment[kept] = NULL;
    return environment;
}

enum { PUS_MAX = 1 << 16 };

/*
 * Binds this thread to the child's PUs, which it then inherits. NULL when it cannot; else what unbind is given. A child
 * of another runtime has threads before its first line runs, and cannot bind them all.
 */
static cpu_set_t *bind_for(const struct child_plan *plan) {
    const size_t size = CPU_ALLOC_SIZE(PUS_MAX);
    cpu_set_t *own = CPU_ALLOC(PUS_MAX), *wanted = CPU_ALLOC(PUS_MAX);
    bool bound = own != NULL && wanted != NULL && sched_getaffinity(0, size, own) == 0;
    if (bound) {
        CPU_ZERO_S(size, wanted);
        for (size_t i = 0; i < plan->pu_count; i++)
            CPU_SET_S(plan->pus[i], size, wanted);
        bound = sched_setaffinity(0, size, wanted) == 0;
    }
    CPU_FREE(wanted);
    if (bound)
        return own;
    CPU_FREE(own);
    return NULL;
}

static void unbind(cpu_set_t *own) {
    if (own != NULL)
        (void)sched_setaffinity(0, CPU_ALLOC_SIZE(PUS_MAX), own);
    CPU_FREE(own);
}

/*
 * Spawns the child in a process group of its own: a Ctrl-C at the terminal reaches us alone, and killing the group
 * takes along what the child started. Returns an error number, 0 on success.
 */
static int start_program(const struct child_plan *plan, const struct channels *channels, char *const *environment,
                         pid_t *pid) {
    const int descriptors[] = {channels->input, channels->output[1], channels->complaint[1],
                               plan->socket != NULL ? *plan->socket : -1};
    _Static_assert(TURNS_DESCRIPTOR == 3, "the socket is the child's descriptor after the three streams");
    const struct spawn_plan program = {.argv = plan->argv,
                                       .environment = environment,
                                       .program = plan->program,
                                       .descriptors = descriptors,
                                       .descriptor_count = plan->socket != NULL ? 4 : 3,
                                       .own_group = true};
    cpu_set_t *own_pus = plan->pus != NULL ? bind_for(plan) : NULL;
    if (plan->pus != NULL && own_pus == NULL)
        return EINVAL; /* as sched_setaffinity says of PUs that are not there */
    const int persona = plan->fixed_layout ? personality(0xffffffff) : -1;
    if (persona != -1) /* what a child inherits; containers may forbid it, and counts then say whether they vary */
        (void)personality((unsigned long)persona | ADDR_NO_RANDOMIZE);
    const int failure = spawn_program(&program, pid);
    if (persona != -1)
        (void)personality((unsigned long)persona);
    unbind(own_pus);
    return failure;
}

/* Reads what there is of the answer. A flood is cut at the size of the buffer. */
static void collect_output(int *fd, struct child_end *end) {
    while (*fd >= 0 && end->output_length < CHILD_OUTPUT_MAX) {
        ssize_t got = read(*fd, end->output + end->output_length, CHILD_OUTPUT_MAX - end->output_length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return;
        if (got == 0)
            close_channel(fd);
        end->output_length += (size_t)got;
    }
}

/* Reads what there is of the complaints, and keeps the last of it. */
static void collect_complaint(int *fd, struct child_end *end) {
    char chunk[CHILD_COMPLAINT_MAX];
    for (int reads = 0; *fd >= 0 && reads < 64; reads++) { /* a child that never stops must not keep us here */
        ssize_t got = read(*fd, chunk, sizeof chunk);
        if (got < 0)
            return;
        if (got == 0) {
            close_channel(fd);
            return;
        }
        size_t fresh = (size_t)got, kept = end->complaint_length;
        if (kept > CHILD_COMPLAINT_MAX - fresh)
            kept = CHILD_COMPLAINT_MAX - fresh;
        memmove(end->complaint, end->complaint + end->complaint_length - kept, kept);
        memcpy(end->complaint + kept, chunk, fresh);
        end->complaint_length = kept + fresh;
    }
}

static void collect(struct channels *channels, struct child_end *end) {
    collect_output(&channels->output[0], end);
    collect_complaint(&channels->complaint[0], end);
    end->output[end->output_length] = '\0';
    end->complaint[end->complaint_length] = '\0';
}

/* Whether the child has ended. It stays a zombie, so that its process group cannot become somebody else's. */
static bool has_ended(pid_t pid) {
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

/* A child under way. */
struct running {
    const struct child_plan *plan;
    struct child_end *end;
    struct channels channels;
    pid_t pid;
    double started;
    bool over;
};

static double seconds_left(const struct running *running) {
    return running->started + running->plan->deadline_seconds - now_seconds();
}

/* Waits until there is something to read, a child ended, a signal came, or the time is up. */
static void wait_for_news(const struct running *running, size_t count) {
    struct pollfd fds[2 * CHILD_TOGETHER_MAX];
    struct progress *progress = running[0].plan->progress;
    double seconds = progress != NULL ? 1.0 : 60.0; /* between two looks at the remaining time */
    nfds_t watched = 0;
    for (size_t i = 0; i < count; i++) {
        if (running[i].over)
            continue;
        fds[watched++] = (struct pollfd){.fd = running[i].channels.output[0], .events = POLLIN};
        fds[watched++] = (struct pollfd){.fd = running[i].channels.complaint[0], .events = POLLIN};
        seconds = fmax(0, fmin(seconds, seconds_left(&running[i])));
    }
    (void)interrupt_poll(fds, watched, (int)(seconds * 1e3) + 1);
    if (progress != NULL)
        progress_refresh(progress);
}

/* It ended by itself or is to end now, with all that it started. */
static void finish(struct running *running) {
    struct child_end *end = running->end;
    kill(-running->pid, SIGKILL);
    while (wait4(running->pid, &end->status, 0, &end->usage) < 0 && errno == EINTR)
        ;
    end->wall_seconds = now_seconds() - running->started;
    collect(&running->channels, end);
    channels_close(&running->channels);
    running->over = true;
}

static void look_after(struct running *running) {
    struct child_end *end = running->end;
    if (!has_ended(running->pid)) {
        collect(&running->channels, end);
        if (interrupt_requested())
            end->fate = CHILD_INTERRUPTED;
        else if (end->output_length == CHILD_OUTPUT_MAX)
            end->fate = CHILD_FLOODED;
        else if (seconds_left(running) <= 0)
            end->fate = CHILD_TIMED_OUT;
        if (end->fate == CHILD_ENDED)
            return;
    }
    finish(running);
}

static bool start(struct running *running, const struct child_plan *plan, struct child_end *end, struct error *error) {
    *running = (struct running){.plan = plan, .end = end, .over = true};
    end->fate = CHILD_ENDED;
    end->output_length = end->complaint_length = 0;
    char **environment = plan->environment == NULL ? environment_make(plan->pad_bytes) : NULL;
    if (plan->environment == NULL && environment == NULL)
        return error_set_code(error, ERROR_MEMORY, "out of memory for a worker's environment");
    if (!channels_open(&running->channels, plan, error)) {
        free(environment);
        return false;
    }
    running->started = now_seconds();
    int failure =
        start_program(plan, &running->channels, environment != NULL ? environment : plan->environment, &running->pid);
    free(environment);
    if (failure != 0) {
        channels_close(&running->channels);
        return error_set_code(error, ERROR_SYSTEM, "cannot start %s: %s", plan->program, strerror(failure));
    }
    close_channel(&running->channels.input);
    close_channel(&running->channels.output[1]);
    close_channel(&running->channels.complaint[1]);
    if (plan->socket != NULL) /* so that whoever holds the other end sees when the child is gone */
        close_channel(plan->socket);
    running->over = false;
    return true;
}

bool child_run_together(const struct child_plan *plans, struct child_end *const *ends, size_t count,
                        struct error *error) {
    struct running running[CHILD_TOGETHER_MAX];
    size_t started = 0, left;
    while (started < count && start(&running[started], &plans[started], ends[started], error))
        started++;
    for (size_t i = 0; started < count && i < started; i++)
        finish(&running[i]);
    do {
        left = 0;
        for (size_t i = 0; i < started; i++) {
            if (!running[i].over)
                look_after(&running[i]);
            left += !running[i].over;
        }
        if (left > 0)
            wait_for_news(running, started);
    } while (left > 0);
    return started == count;
}

bool child_run(const struct child_plan *plan, struct child_end *end, struct error *error) {
    return child_run_together(plan, &end, 1, error);
}
