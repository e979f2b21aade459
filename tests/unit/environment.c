/* The environment of machines that are not this one: files below a directory stand for their /proc, /sys and /etc. */
#include "machine/environment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char root[] = "/tmp/ctxbench-environment-XXXXXX";
static const struct topology_facts facts = {.pu_count = 4, .pus_present = 4, .core_count = 4, .allowed_pus = "0-3"};

static int make_root(void **state) {
    (void)state;
    (void)snprintf(root, sizeof root, "/tmp/ctxbench-environment-XXXXXX");
    return mkdtemp(root) != NULL ? 0 : -1;
}

static int remove_root(void **state) {
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        (void)execlp("rm", "rm", "-r", root, (char *)NULL);
        _exit(127);
    }
    int status;
    return waitpid(child, &status, 0) == child && status == 0 ? 0 : -1;
}

/* Writes root/path, with the directories above it. */
static void put(const char *path, const char *text) {
    char full[512];
    int length = snprintf(full, sizeof full, "%s%s", root, path);
    assert_true(length > 0 && (size_t)length < sizeof full);
    for (char *slash = full + sizeof root; (slash = strchr(slash, '/')) != NULL; *slash++ = '/') {
        *slash = '\0';
        (void)mkdir(full, 0777); /* may exist */
    }
    FILE *file = fopen(full, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0 && fclose(file) == 0);
}

static struct environment read_root(void) {
    struct environment environment = {.optimised = true};
    environment_read_machine(&environment, &facts, root);
    environment_add_warnings(&environment, &facts);
    return environment;
}

static bool warns_of(const struct environment *environment, const char *what) {
    for (size_t i = 0; i < environment->warning_count; i++) {
        const char *warning = environment->warnings[i];
        assert_true(warning[strlen(warning) - 1] == '.'); /* a whole sentence */
        if (strstr(warning, what) != NULL)
            return true;
    }
    return false;
}

static void test_nothing_is_made_up(void **state) {
    (void)state;
    struct environment found = read_root();
    assert_string_equal(found.governor, "");
    assert_string_equal(found.virtualisation, "");
    assert_string_equal(found.container, "");
    assert_string_equal(found.quota, "");
    assert_int_equal(found.turbo, -1);
    assert_int_equal(found.aslr, -1);
    assert_int_equal(found.smt, 0); /* as many PUs as cores */
    assert_true(found.mhz < 0 && found.load_average[0] < 0 && found.steal_percent < 0);
    assert_int_equal(found.warning_count, 0);
}

static void test_a_quiet_machine_gives_no_warning(void **state) {
    (void)state;
    put("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
    put("/sys/devices/system/cpu/cpu0/cpufreq/base_frequency", "3400000\n");
    put("/sys/devices/system/cpu/intel_pstate/no_turbo", "1\n");
    put("/sys/devices/system/cpu/smt/active", "0\n");
    put("/proc/sys/kernel/randomize_va_space", "2\n");
    put("/proc/loadavg", "0.10 0.20 0.30 1/100 1234\n");
    put("/proc/stat", "cpu  100 0 100 800 0 0 0 0 0 0\n");
    put("/proc/self/cgroup", "0::/user.slice\n");
    put("/sys/fs/cgroup/user.slice/cpu.max", "max 100000\n");
    struct environment found = read_root();
    assert_string_equal(found.governor, "performance");
    assert_true(found.mhz == 3400);
    assert_int_equal(found.turbo, 0);
    assert_int_equal(found.smt, 0);
    assert_int_equal(found.aslr, 2);
    assert_true(found.load_average[2] == 0.3 && found.steal_percent == 0);
    assert_int_equal(found.warning_count, 0);
}

static void test_everything_at_once(void **state) {
    (void)state;
    put("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
    put("/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "performance\n");
    put("/sys/devices/system/cpu/cpu2/cpufreq/scaling_governor", "powersave\n");
    put("/sys/devices/system/cpu/cpufreq/boost", "1\n");
    put("/sys/devices/system/cpu/smt/active", "1\n");
    put("/proc/sys/kernel/randomize_va_space", "0\n");
    put("/proc/loadavg", "2.50 0.20 0.30 1/100 1234\n");
    put("/proc/stat", "cpu  100 0 100 700 0 0 0 100 0 0\n");
    put("/proc/cpuinfo",
        "processor\t: 0\nmodel\t\t: 7\nmodel name\t: Old CPU @ 2.20GHz\nflags\t\t: fpu hypervisor sse\n");
    put("/.dockerenv", "");
    put("/proc/self/cgroup", "4:memory:/x\n3:cpu,cpuacct:/a/b\n0::/\n");
    put("/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "150000\n");
    put("/sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000\n");
    put("/sys/fs/cgroup/cpu/a/b/cpu.cfs_quota_us", "-1\n");
    put("/sys/fs/cgroup/cpu/a/b/cpu.cfs_period_us", "100000\n");
    struct topology_facts restricted = facts;
    restricted.restricted = true;
    restricted.pu_count = 1;
    struct environment found = {.sanitised = true};
    environment_read_machine(&found, &restricted, root);
    environment_add_warnings(&found, &restricted);

    assert_string_equal(found.governor, "powersave,performance");
    assert_string_equal(found.cpu_model, "Old CPU @ 2.20GHz");
    assert_true(found.mhz == 2200);
    assert_string_equal(found.quota, "1.50 CPUs");
    assert_string_equal(found.container, "docker");
    assert_true(strlen(found.virtualisation) > 0);
    assert_true(found.steal_percent == 10);
    static const char *const sentences[] = {"governor",        "Turbo",     "SMT",           "load average",
                                            "virtual machine", "steal",     "control group", "Only PUs",
                                            "debug build",     "sanitizer", "randomisation"};
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
        if (!warns_of(&found, sentences[i]))
            fail_msg("no warning of %s", sentences[i]);
    assert_int_equal(found.warning_count, sizeof sentences / sizeof *sentences);
}

static void test_the_least_quota_counts(void **state) {
    (void)state;
    put("/proc/self/cgroup", "0::/a/b\n");
    put("/sys/fs/cgroup/a/cpu.max", "200000 100000\n");
    put("/sys/fs/cgroup/a/b/cpu.max", "300000 100000\n");
    assert_string_equal(read_root().quota, "2.00 CPUs");
    put("/sys/fs/cgroup/a/b/cpu.max", "50000 100000\n");
    assert_string_equal(read_root().quota, "0.50 CPUs");
}

static void test_garbage_is_unknown(void **state) {
    (void)state;
    put("/sys/devices/system/cpu/cpufreq/boost", "maybe\n");
    put("/proc/sys/kernel/randomize_va_space", "2 or so\n");
    put("/proc/loadavg", "high\n");
    put("/proc/stat", "cpu  100\n");
    put("/proc/cpuinfo", "cpu MHz\t: nan\n");
    put("/proc/self/cgroup", "no colons\n0::\n::\n");
    struct environment found = read_root();
    assert_int_equal(found.turbo, -1);
    assert_int_equal(found.aslr, -1);
    assert_true(found.load_average[0] < 0 && found.steal_percent < 0 && found.mhz < 0);
    assert_string_equal(found.quota, "");
}

/* What a boot, a load, or a cpuset changes must not change the fingerprint; another machine must. */
static void test_fingerprint(void **state) {
    (void)state;
    put("/etc/machine-id", "0123\n");
    put("/proc/cpuinfo", "model\t\t: 7\nmodel name\t: Some CPU\nstepping\t: 1\nmicrocode\t: 0x1\ncpu MHz\t: 2000.1\n");
    struct environment first = read_root();
    assert_int_equal(strlen(first.fingerprint), 16);

    put("/proc/cpuinfo", "model\t\t: 7\nmodel name\t: Some CPU\nstepping\t: 1\nmicrocode\t: 0x2\ncpu MHz\t: 2100.7\n");
    put("/proc/loadavg", "3.00 0.20 0.30 1/100 1234\n");
    put("/proc/sys/kernel/random/boot_id", "another\n");
    struct topology_facts restricted = facts;
    restricted.restricted = true;
    restricted.pu_count = restricted.core_count = 1;
    struct environment again = {0};
    environment_read_machine(&again, &restricted, root);
    assert_string_equal(again.fingerprint, first.fingerprint);

    put("/proc/cpuinfo", "model\t\t: 7\nmodel name\t: Some CPU\nstepping\t: 2\n");
    assert_string_not_equal(read_root().fingerprint, first.fingerprint);
    put("/proc/cpuinfo", "model\t\t: 7\nmodel name\t: Some CPU\nstepping\t: 1\n");
    assert_string_equal(read_root().fingerprint, first.fingerprint);
    put("/etc/machine-id", "0124\n");
    assert_string_not_equal(read_root().fingerprint, first.fingerprint);
}

static void test_this_machine_and_build(void **state) {
    (void)state;
    struct environment first, second;
    environment_capture(&first, &facts);
    environment_capture(&second, &facts);
    assert_string_equal(first.fingerprint, second.fingerprint);
    assert_true(strlen(first.host) > 0 && strlen(first.kernel) > 0 && strlen(first.architecture) > 0);
    assert_non_null(strstr(first.compiler, __VERSION__));
    assert_non_null(strstr(first.compiler_flags, "-fno-omit-frame-pointer"));
    assert_null(strstr(first.compiler_flags, "-Wall"));
    assert_true(strlen(first.version) > 0 && first.library_count >= 5);
    assert_true(first.started.tv_sec > 1700000000);
    size_t revision = strspn(first.source_revision, "0123456789abcdef");
    assert_true(revision == 0 || revision == 40 || revision == 64);
    const char *rest = first.source_revision + revision;
    assert_true(strcmp(rest, "") == 0 || strcmp(rest, "-dirty") == 0);
}

static void test_what_was_put_into_the_process_is_told(void **state) {
    (void)state;
    struct environment found = {.optimised = true,
                                .source_revision_absent = "git could not read it",
                                .process = {.preloaded = "libx.so", .allocator = "liby.so", .variables = "MALLOC_X=1"}};
    environment_read_machine(&found, &facts, root);
    environment_add_warnings(&found, &facts);
    assert_true(warns_of(&found, "preloaded into the program (libx.so)"));
    assert_true(warns_of(&found, "the allocator in liby.so"));
    assert_true(warns_of(&found, "MALLOC_X=1"));
    assert_true(warns_of(&found, "source revision of this program is not known"));
    found.warning_count = 0;
    (void)snprintf(found.process.sanitizer, sizeof found.process.sanitizer, "libz.so");
    environment_add_warnings(&found, &facts);
    assert_true(warns_of(&found, "A sanitizer's runtime is loaded (libz.so)"));
    assert_false(warns_of(&found, "liby.so")); /* the runtime's own */
}

/* What is equal is told equally, whatever the order of the variables. */
static void test_facts_of_the_process_have_an_order(void **state) {
    (void)state;
    struct process_facts first, second;
    char first_text[1024], second_text[1024];
    assert_int_equal(setenv("MALLOC_ARENA_MAX", "1", 1), 0);
    assert_int_equal(setenv("GLIBC_TUNABLES", "\xfc", 1), 0);
    process_facts_read(&first);
    assert_non_null(strstr(first.variables, "GLIBC_TUNABLES=\\xfc MALLOC_ARENA_MAX=1")); /* and UTF-8 */
    assert_int_equal(unsetenv("MALLOC_ARENA_MAX"), 0);
    assert_int_equal(unsetenv("GLIBC_TUNABLES"), 0);
    assert_int_equal(setenv("GLIBC_TUNABLES", "\xfc", 1), 0);
    assert_int_equal(setenv("MALLOC_ARENA_MAX", "1", 1), 0);
    process_facts_read(&second);
    process_facts_join(&first, first_text, sizeof first_text);
    process_facts_join(&second, second_text, sizeof second_text);
    assert_string_equal(first_text, second_text);
    assert_int_equal(unsetenv("MALLOC_ARENA_MAX"), 0);
    assert_int_equal(unsetenv("GLIBC_TUNABLES"), 0);
}

#define WITH_ROOT(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)

int main(void) {
    /* A debugger or a sanitizer may have switched randomisation off for us, which would show everywhere. */
    (void)personality((unsigned long)personality(0xffffffff) & ~(unsigned long)ADDR_NO_RANDOMIZE);
    const struct CMUnitTest tests[] = {
        WITH_ROOT(test_nothing_is_made_up),
        WITH_ROOT(test_a_quiet_machine_gives_no_warning),
        WITH_ROOT(test_everything_at_once),
        WITH_ROOT(test_the_least_quota_counts),
        WITH_ROOT(test_garbage_is_unknown),
        WITH_ROOT(test_fingerprint),
        WITH_ROOT(test_what_was_put_into_the_process_is_told),
        cmocka_unit_test(test_facts_of_the_process_have_an_order),
        cmocka_unit_test(test_this_machine_and_build),
    };
    return cmocka_run_group_tests_name("environment", tests, NULL, NULL);
}
