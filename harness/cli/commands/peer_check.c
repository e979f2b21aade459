#include "session/peer_check.h"
#include "base/interrupt.h"
#include "base/lock.h"
#include "base/message.h"
#include "cli/command.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* One line for what cannot be asked any further. */
static int lack(const char *what, const char *reason) {
    (void)printf("lacks  %s: %s\n", what, reason);
    return EXIT_STATUS_FAILED;
}

static int conclude(const struct peer_check *check, bool is_whole) {
    if (!is_whole)
        return interrupt_requested() ? EXIT_STATUS_INTERRUPTED : EXIT_STATUS_FAILED;
    (void)printf("\n%s: %zu of %zu as wanted\n", check->peer->name, check->good, check->good + check->lacking);
    return check->lacking == 0 ? EXIT_STATUS_OK : EXIT_STATUS_FAILED;
}

/* Alone on the machine, as a run is. */
static int ask(const struct command_call *call, const struct registry *registry) {
    struct peer *peer = registry->peers[0];
    struct error error;
    int lock = -1;
    const char *reason = peer_missing(peer);
    if (reason != NULL) {
        message(stderr, "%s", reason);
        return EXIT_STATUS_USAGE;
    }
    (void)printf("ok     %s: %zu strategies; %s\n", PEER_MANIFEST, peer->strategy_count, peer->version);
    reason = peer_unavailable(peer, stderr);
    if (reason != NULL)
        return lack("its program", reason);
    interrupt_install();
    if (!lock_take(&lock, call->options->quiet ? NULL : stderr, &error))
        return message_fail(EXIT_STATUS_USAGE, &error);
    struct peer_check check = {.registry = registry, .peer = peer, .topology = call->topology, .out = stdout};
    const bool is_whole = peer_check_all(&check);
    lock_give_back(lock);
    return conclude(&check, is_whole);
}

static int peer_check_command(const struct command_call *call) {
    const char *directory = call->options->operands[0];
    struct registry registry;
    struct error error;
    if (access(directory, R_OK | X_OK) != 0) {
        (void)error_set_code(&error, ERROR_SYSTEM, "%s: found no folder of a peer: %s", directory, strerror(errno));
        return message_fail(EXIT_STATUS_USAGE, &error);
    }
    if (!registry_init(&registry, &error))
        return message_fail(EXIT_STATUS_USAGE, &error);
    const int status =
        registry_add_peer(&registry, directory, &error) ? ask(call, &registry) : lack(PEER_MANIFEST, error.text);
    registry_free(&registry);
    return status;
}

static const struct command_option takes[] = {{.name = "quiet"}, {.name = NULL}};

const struct command command_peer_check = {
    .name = "peer-check",
    .group = COMMAND_MEASURES,
    .help = "ask a peer all that a run may: what do its answers lack?",
    .operands = "DIR",
    .operands_min = 1,
    .operands_max = 1,
    .options = takes,
    .needs = COMMAND_NEEDS_TOPOLOGY,
    .examples = {{"peer-check strategies/peers/python", "the skeleton, which lacks nothing"},
                 {"peer-check ./mine", "a peer of one's own"}},
    .run = peer_check_command,
};
