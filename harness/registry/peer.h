/*
 * Peers: strategies of other runtimes. A peer is a folder with a program, which answers as a worker of ours does, and
 * with a manifest, peer.json, which says what it can do (strategies/peers/README.md). Its strategies have our workloads
 * and scenarios, whose loops run in the peer's program: nothing of theirs is ever called in this process.
 */
#ifndef CTXBENCH_PEER_H
#define CTXBENCH_PEER_H

#include <limits.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/error.h"
#include "strategy.h"

#define PEER_MANIFEST "peer.json"
#define PEER_MANIFEST_VERSION 1
enum { PEER_NAME_MAX = 31, PEER_VERSION_MAX = 64 };

/* The values of one workload's parameter that a peer takes, where they are not all. */
struct peer_limit {
    const struct ctx_workload *workload;
    size_t parameter; /* its index */
    uint32_t min, max;
    const char *reason; /* for a case beyond them */
};

/* How far it has been made ready. */
enum peer_state { PEER_UNTRIED, PEER_INSTALLED, PEER_READY, PEER_UNAVAILABLE };

struct peer {
    const char *name, *runtime, *summary;                                     /* the manifest's words */
    const char *directory;                                                    /* absolute */
    char *const *version_command, *const *build_command, *const *run_command; /* as in the manifest; build: or NULL */
    struct peer_limit *limits;
    size_t limit_count;
    struct ctx_strategy *strategies; /* as the manifest lists them; its floor is a reference */
    const char **beside;             /* of each: what it is shown beside; or NULL */
    size_t strategy_count;
    enum peer_state state;
    char version[PEER_VERSION_MAX]; /* what its version command said */
    struct error why;               /* it is unavailable */
    char build[PATH_MAX];           /* the folder of what its build command made; empty: it has none */
    char *const *argv;              /* of its program, once it is ready */
    struct arena arena;
    struct json_t *manifest;
};

/*
 * Reads a folder's manifest. Workloads and scenarios are found among `known`, strategies of this process. NULL with
 * *error set when there is none, or something in it is missing, wrong or unknown.
 */
struct peer *peer_load(const char *directory, const struct ctx_strategy *const *known, size_t known_count,
                       struct error *error);
void peer_free(struct peer *peer);

/* Whether the strategy is one of a peer. */
bool peer_has(const struct ctx_strategy *strategy);

/* NULL when its runtime is here, else the reason why it is not. Runs the peer's version command, once. */
const char *peer_missing(struct peer *peer);

/*
 * NULL when it can be run, else the reason why it cannot. Builds the program, unless that was done for these sources
 * and this version of the runtime before; `notes` (NULL: nobody) are told.
 */
const char *peer_unavailable(struct peer *peer, FILE *notes);

/* The strategy of this process that one of the peer's is to be shown beside, as its manifest says; NULL: none. */
const char *peer_beside(const struct peer *peer, const struct ctx_strategy *strategy);

/* NULL, or why the peer does not take these parameters of a workload: a clause. */
const char *peer_refuses(const struct peer *peer, const struct ctx_workload *workload, const uint32_t *parameters);

#endif
