/*
 * Part of kernels.h, store `chain`: each scope is a link in its opener's frame, and a read walks outwards from the
 * innermost. The store of the workloads that do not vary it (gls/context.h). Idea: Go's `context` package.
 */
#define CTX_HAS_STORE_CHAIN 1
#define CTX_STORE_SUMMARY_chain "a chain of scopes, walked outwards"
#define CTX_STORE_RULE_chain                                                                                           \
    { 0 }

#define CTX_READ_chain(after, manager, key, value) CTX_GET(after, manager, key, value)

#define CTX_SCOPE_chain(manager_, bindings_, count_, fn, arg)                                                          \
    do {                                                                                                               \
        const struct ctx ctx_link = {CTX_CURRENT(0), manager_, bindings_, count_};                                     \
        CTX_WITH(&ctx_link, fn, arg);                                                                                  \
        ctx_touch(&ctx_link);                                                                                          \
    } while (0)
