/*
 * One run at a time on a machine: two would disturb each other. The lock is an abstract socket name, so that it goes
 * with its holder, whatever way that ends. (Containers with a network of their own do not see each other's.)
 */
#ifndef CTXBENCH_LOCK_H
#define CTXBENCH_LOCK_H

#include <stdbool.h>

#include "base/error.h"

/*
 * Waits until no other run holds the lock, having said on `notes` (NULL: silent) for which process it waits; *lock is
 * then to be given back. False with *error set, to ERROR_INTERRUPTED where that is why. Tests that may run beside
 * others take a lock of their own by the environment variable CTXBENCH_LOCK.
 */
bool lock_take(int *lock, FILE *notes, struct error *error);
void lock_give_back(int lock);

#endif
