/* The id of the calling thread, for the strategies that look a thread up by it. */
#ifndef CTX_THREADID_SELF_H
#define CTX_THREADID_SELF_H

#include <pthread.h>

#include "strategy.h"

/*
 * pthread_self by another name. <pthread.h> declares it `const`, so that a compiler calls it once, in front of the loop
 * that measures, while code that reads a context now and then asks each time.
 */
extern pthread_t threadid_pthread_self(void) __asm__("pthread_self");

CTX_OPERATION uintptr_t threadid_self(void) {
    return (uintptr_t)threadid_pthread_self();
}

#endif
