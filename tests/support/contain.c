/*
 * contain COMMAND...: runs a test so that no process of it outlives it, however it ends.
 *
 * Processes that lose their parent become ours, also those in sessions of their own. What is still there a while after
 * the test ended is killed, named, and a failure: a child that hangs would hold CTest's pipe, and live for ever. CTest,
 * once its patience is over, kills all that descend from us; we do, where somebody ends us, or CTest ends before us.
 *
 * Exit status: the test's, 128 + N if signal N ended it; 1 if it passed, but left a process.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* So long processes may take to end after the test did. */
enum { GRACE_SECONDS = 5 };

_Noreturn static void give_up(const char *what) {
    (void)fprintf(stderr, "contain: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* The process's parent, and its name into `name`; 0 if it is gone. */
static pid_t read_parent(const char *pid, char name[32]) {
    char path[64];
    char text[512] = "";
    (void)snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    const size_t size = fread(text, 1, sizeof text - 1, file);
    (void)fclose(file);
    text[size] = '\0';
    const char *open = strchr(text, '('), *close = strrchr(text, ')');
    if (open == NULL || close == NULL)
        return 0;
    (void)snprintf(name, 32, "%.*s", (int)(close - open - 1), open + 1);
    return (pid_t)strtol(close + strlen(") R "), NULL, 10);
}

/* Kills our children; theirs become ours by that. Names them, if asked. */
static void kill_children(bool name_them) {
    DIR *folder = opendir("/proc");
    if (folder == NULL)
        give_up("/proc");
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char name[32];
        if (!isdigit((unsigned char)entry->d_name[0]) || read_parent(entry->d_name, name) != getpid())
            continue;
        if (name_them)
            (void)fprintf(stderr, "contain: the test left process %s (%s), which is killed\n", entry->d_name, name);
        (void)kill((pid_t)strtol(entry->d_name, NULL, 10), SIGKILL);
    }
    (void)closedir(folder);
}

/* Takes leave of children that ended; false if there are no others. `status` is set if `test` is among them. */
static bool reap(pid_t test, int *status, bool *has_ended) {
    for (;;) {
        int found;
        const pid_t pid = waitpid(-1, &found, WNOHANG);
        if (pid <= 0)
            return pid == 0;
        if (pid == test) {
            *status = found;
            *has_ended = true;
        }
    }
}

/* Until none is left, whatever they start meanwhile. */
static void kill_all(bool name_them) {
    int status;
    bool has_ended;
    while (reap(0, &status, &has_ended)) {
        kill_children(name_them);
        name_them = false; /* a process that was just killed can still be seen */
        const struct timespec moment = {.tv_nsec = 10000000};
        (void)nanosleep(&moment, NULL);
    }
}

/* Waits for one of `signals`, a second at most. One that asks us to end is followed. */
static void await(const sigset_t *signals) {
    const int signal = sigtimedwait(signals, NULL, &(const struct timespec){.tv_sec = 1});
    if (signal > 0 && signal != SIGCHLD) {
        kill_all(false);
        exit(128 + signal);
    }
}

/* The test's exit status, as a shell has it, once no process is left. */
static int wait_for(pid_t test, const sigset_t *signals) {
    int status = 0;
    bool has_ended = false, are_others = true;
    while (!has_ended) {
        await(signals);
        are_others = reap(test, &status, &has_ended);
    }
    const time_t end = time(NULL) + GRACE_SECONDS;
    while (are_others && time(NULL) < end) {
        await(signals);
        are_others = reap(test, &status, &has_ended);
    }
    if (are_others)
        kill_all(true);
    if (WIFSIGNALED(status)) {
        (void)fprintf(stderr, "contain: ended by signal %d (%s)\n", WTERMSIG(status), strsignal(WTERMSIG(status)));
        return 128 + WTERMSIG(status);
    }
    return WEXITSTATUS(status) == 0 && are_others ? 1 : WEXITSTATUS(status);
}

int main(int argc, char **argv) {
    if (argc < 2) {
        (void)fputs("usage: contain COMMAND...\n", stderr);
        return 2;
    }
    sigset_t signals, before;
    (void)sigemptyset(&signals);
    for (size_t i = 0; i < 4; i++)
        (void)sigaddset(&signals, (const int[]){SIGCHLD, SIGTERM, SIGINT, SIGHUP}[i]);
    (void)sigprocmask(SIG_BLOCK, &signals, &before);
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0 || prctl(PR_SET_PDEATHSIG, SIGTERM) != 0)
        give_up("prctl");
    const pid_t test = fork();
    if (test < 0)
        give_up("fork");
    if (test == 0) {
        (void)sigprocmask(SIG_SETMASK, &before, NULL);
        (void)execvp(argv[1], argv + 1);
        give_up(argv[1]);
    }
    return wait_for(test, &signals);
}
