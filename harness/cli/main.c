/* The program: reads the command line and hands it to the part that does the work. */
#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/standard_streams.h"
#include "cli/command_line.h"
#include "cli/compare.h"
#include "cli/conformance.h"
#include "cli/export_command.h"
#include "cli/list.h"
#include "cli/report_command.h"
#include "cli/run.h"
#include "cli/usage.h"
#include "gate/calibrate.h"
#include "gate/check.h"
#include "plan/options.h"
#include "worker/worker.h"

static int usage_error(const struct error *error) {
    (void)fprintf(stderr, "bench: %s\n", error->text);
    return EXIT_STATUS_USAGE;
}

/* What was printed reached its reader: a full disk is a failure, not a silence. */
static int check_printed(void) {
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_STATUS_OK;
    (void)fprintf(stderr, "bench: standard output could not be written: %m\n");
    return EXIT_STATUS_FAILED;
}

static unsigned terminal_width(void) {
    struct winsize size;
    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
        return size.ws_col;
    return 80;
}

static int list(const struct options *options, struct registry *registry, struct topology *topology) {
    struct error error;
    bool done = options->command == COMMAND_NAMES ? list_print_names(options->names, registry, topology, stdout, &error)
                                                  : list_print(registry, topology, stdout, &error);
    return done ? EXIT_STATUS_OK : usage_error(&error);
}

static int use_registry(const struct options *options, struct registry *registry, struct topology *topology, int argc,
                        char **argv) {
    switch (options->command) {
    case COMMAND_RUN:
        return run_command(options, registry, topology, argc, argv);
    case COMMAND_CONFORMANCE:
        return conformance_command(options, registry, topology, argc, argv);
    case COMMAND_CHECK:
        return check_command(options, registry, topology);
    case COMMAND_CALIBRATE:
        return calibrate_command(options, registry, topology);
    default:
        return list(options, registry, topology);
    }
}

/* The commands that need to know the strategies. */
static int with_registry(const struct options *options, struct topology *topology, int argc, char **argv) {
    struct error error;
    struct registry registry;
    bool ready = registry_init(&registry, &error);
    if (ready)
        (void)registry_load_modules(&registry, NULL, stderr);
    for (size_t i = 0; ready && i < options->plugin_count; i++)
        ready = registry_load_plugin(&registry, options->plugins[i], &error) || error_prefix(&error, "--plugin: ");
    int status = ready ? use_registry(options, &registry, topology, argc, argv) : usage_error(&error);
    registry_free(&registry);
    return status;
}

/* The commands that need to know the machine. */
static int with_topology(const struct options *options, int argc, char **argv) {
    struct error error;
    struct topology *topology = topology_load(options->topology, &error);
    if (topology == NULL) {
        if (options->topology != NULL)
            (void)error_prefix(&error, "--topology: ");
        return usage_error(&error);
    }
    int status = EXIT_STATUS_OK;
    if (options->command == COMMAND_TOPOLOGY)
        topology_draw(topology, stdout, terminal_width());
    else
        status = with_registry(options, topology, argc, argv);
    topology_free(topology);
    return status;
}

static int dispatch(const struct options *options, int argc, char **argv) {
    switch (options->command) {
    case COMMAND_HELP:
        usage_print_help(stdout);
        break;
    case COMMAND_VERSION:
        (void)printf("%s (ctxbench) %s\n", program_invocation_short_name, CTXBENCH_VERSION);
        break;
    case COMMAND_COMPLETION:
        usage_print_completion(stdout);
        break;
    case COMMAND_MANUAL:
        usage_print_manual(stdout);
        break;
    case COMMAND_SUITE:
        (void)fputs(options->suite->text, stdout);
        break;
    case COMMAND_WORKER:
        return worker_main();
    case COMMAND_REPORT:
        return report_command(options);
    case COMMAND_EXPORT:
        return export_command(options);
    case COMMAND_COMPARE:
        return compare_command(options);
    case COMMAND_RUN:
    case COMMAND_LIST:
    case COMMAND_TOPOLOGY:
    case COMMAND_CONFORMANCE:
    case COMMAND_CHECK:
    case COMMAND_CALIBRATE:
    case COMMAND_NAMES:
        return with_topology(options, argc, argv);
    }
    return EXIT_STATUS_OK;
}

int main(int argc, char **argv) {
    standard_streams_fill();
    struct error error;
    struct options options;
    int status = options_parse(&options, argc, argv, &error) ? dispatch(&options, argc, argv) : usage_error(&error);
    options_free(&options);
    return status == EXIT_STATUS_OK ? check_printed() : status;
}
