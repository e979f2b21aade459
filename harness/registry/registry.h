/*
 * The strategies that this process knows: those in the program and those in shared objects beside it (both found by the
 * build, no list to edit), and plug-ins. All come in through the same checks (contract.h), and a refusal names what was
 * found and what was wanted.
 */
#ifndef CTXBENCH_REGISTRY_H
#define CTXBENCH_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"
#include "base/text.h"
#include "registry/peer.h"
#include "strategy.h"

struct registry_entry {
    const struct ctx_strategy *strategy;
    char *plugin;      /* path of the shared object that it comes from, owned; NULL when it is in the program */
    bool own;          /* that object is one of the program's own, and not the user's */
    struct peer *peer; /* whose program has its loops; NULL: they are in this process */
};

struct registry {
    struct registry_entry *entries; /* references last, otherwise by name */
    size_t count;
    struct peer **peers; /* owned */
    size_t peer_count;
};

/* Registers the strategies in the program. False with *error set if one breaks the contract, or memory ran out. */
bool registry_init(struct registry *registry, struct error *error);

/* Of those only the one called `name`, if it is there: for a worker, whose supervisor has checked how all agree. */
bool registry_init_only(struct registry *registry, const char *name, struct error *error);

/*
 * Registers the program's own strategies that are shared objects, in `directory`; NULL: where the build or the
 * installation put them. One that cannot be loaded is left out, and `notes` are told. Returns whether all are there.
 * A worker does without: it loads the one object that its case needs.
 */
bool registry_load_modules(struct registry *registry, const char *directory, FILE *notes);

/*
 * Registers the strategies of the peer in a folder, and its floor. False with *error set, and the registry unchanged,
 * if its manifest is not as it should be, or a name is taken.
 */
bool registry_add_peer(struct registry *registry, const char *directory, struct error *error);

/*
 * Registers the peers in the folders of CTXBENCH_PEERS or, where that is not set, of the place where the build or the
 * installation put them, for the program in the directory `program` (NULL: the running one). One that cannot be
 * registered is left out, and `notes` are told. Returns whether all are.
 */
bool registry_load_peers(struct registry *registry, const char *program, FILE *notes);

/* Registers a strategy of this process, under the same checks: how the built-in ones come in, and those of tests. */
bool registry_add(struct registry *registry, const struct ctx_strategy *strategy, const char *plugin,
                  struct error *error);

/* Loads a plug-in, having tried in a child process whether loading it crashes. The registry is unchanged on failure. */
bool registry_load_plugin(struct registry *registry, const char *path, struct error *error);

/* The same without the trial, for a worker: a crash there is an answer, and the trial was the supervisor's. */
bool registry_load_tried_plugin(struct registry *registry, const char *path, struct error *error);

void registry_free(struct registry *registry); /* plug-ins stay loaded: descriptors may still be referred to */

const struct registry_entry *registry_find(const struct registry *registry, const char *name);

/* NULL when the strategy can run here, else the reason why not. A peer is built for that; `notes` are told. */
const char *registry_unavailable(const struct registry_entry *entry, FILE *notes);

/*
 * Sets selected[i] (of `count` entries) for those that match `patterns`: names and globs, separated by commas. "*"
 * stands for all but those of peers, which "peers" stands for, and which other patterns may name. A pattern that
 * matches nothing is an error, which suggests the nearest name.
 */
bool registry_select(const struct registry *registry, const char *patterns, bool *selected, struct error *error);

/*
 * The workloads of the registered strategies, each name once, by name; as many as *count. Another strategy's workload
 * of the same name is the same work. NULL with *error set when out of memory; to be freed by the caller.
 */
const struct ctx_workload **registry_workloads(const struct registry *registry, size_t *count, struct error *error);

/* Likewise the scenarios that strategies are to pass, each name once, in the order of the strategies' own tables. */
const struct ctx_scenario **registry_scenarios(const struct registry *registry, size_t *count, struct error *error);

/*
 * Likewise the stores that kernels keep values in, as kernel_store_name calls them: sets of names that `names` gets.
 * False with *error set when out of memory.
 */
bool registry_stores(const struct registry *registry, struct text_names *names, struct error *error);

#endif
