/*
 * The checks that every strategy passes before it is used, be it built in or from a plug-in (strategy.h is the
 * contract). A refusal names what was found and what was wanted.
 */
#ifndef CTXBENCH_CONTRACT_H
#define CTXBENCH_CONTRACT_H

#include "base/error.h"
#include "strategy.h"

/* Checks one strategy by itself. */
bool contract_check(const struct ctx_strategy *strategy, struct error *error);

/* The same of a peer's (peer.h), which proves in its own program what it can, and need not prove all. */
bool contract_check_peer(const struct ctx_strategy *strategy, struct error *error);

/*
 * Checks that where both strategies have a workload of the same name, it is the same work: figures stand side by side.
 */
bool contract_check_agreement(const struct ctx_strategy *newcomer, const struct ctx_strategy *known,
                              struct error *error);

#endif
