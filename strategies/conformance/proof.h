/* Part of conformance.h: the words that scenarios are written in. */

struct ctx_proof {
    bool failed;
    char complaint[200];
};

/* Notes what was found and what was wanted, unless something was noted before: what follows may follow from it. */
__attribute__((format(printf, 2, 3))) static void ctx_complain(struct ctx_proof *proof, const char *format, ...) {
    if (proof->failed)
        return;
    proof->failed = true;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(proof->complaint, sizeof proof->complaint, format, args);
    va_end(args);
}

static const char *ctx_answer_name(enum ctx_answer answer) {
    switch (answer) {
    case CTX_NO_CONTEXT:
        return "no context";
    case CTX_NOT_SET:
        return "not set";
    case CTX_SET:
        return "set";
    }
    return "nonsense";
}

/* What a read at some point must give. */
struct ctx_wanted {
    const char *where;
    const struct ctx_manager *manager;
    const struct ctx_key *key;
    enum ctx_answer answer;
    uintptr_t value; /* with CTX_SET */
};

/* Complains if the read gave anything else. */
static void ctx_judge(struct ctx_proof *proof, const struct ctx_wanted *wanted, enum ctx_answer answer,
                      const void *value) {
    if (answer == wanted->answer && (uintptr_t)value == wanted->value)
        return;
    ctx_complain(proof, "%s: found \"%s\" with value %#zx, wanted \"%s\" with %#zx", wanted->where,
                 ctx_answer_name(answer), (size_t)(uintptr_t)value, ctx_answer_name(wanted->answer),
                 (size_t)wanted->value);
}

CTX_OPAQUE static void CTX_FN(ctx_want, struct ctx_proof *proof, const struct ctx_wanted *wanted) {
    void *value = NULL;
    CTX_ENTER_OPAQUE();
    if (proof->failed)
        return; /* what is in force by now may be a context that is gone */
    const enum ctx_answer answer = CTX_GET(0, wanted->manager, wanted->key, &value);
    ctx_judge(proof, wanted, answer, value);
}

/* Shorthands. The first manager and the first key unless something else is said. */
#define CTX_WANT_AT(proof, where_, manager_, key_, answer_, value_)                                                    \
    CTX_CALL(ctx_want, proof,                                                                                          \
             &(const struct ctx_wanted){                                                                               \
                 .where = (where_), .manager = (manager_), .key = (key_), .answer = (answer_), .value = (value_)})
#define CTX_WANT(proof, where, key, value) CTX_CALL(ctx_want_of_key, proof, where, key, CTX_SET, value)
#define CTX_WANT_UNSET(proof, where, key) CTX_CALL(ctx_want_of_key, proof, where, key, CTX_NOT_SET, 0)
#define CTX_WANT_NO_CONTEXT(proof, where) CTX_CALL(ctx_want_of_key, proof, where, 0, CTX_NO_CONTEXT, 0)

CTX_OPAQUE static void CTX_FN(ctx_want_of_key, struct ctx_proof *proof, const char *where, uint32_t key,
                              enum ctx_answer answer, uintptr_t value) {
    CTX_ENTER_OPAQUE();
    CTX_WANT_AT(proof, where, &ctx_bench_manager, &ctx_bench_keys[key], answer, value);
}

/* Key `number` of the first manager is `value`. */
static inline struct ctx_binding ctx_bind(uint32_t number, uintptr_t value) {
    return (struct ctx_binding){.key = &ctx_bench_keys[number], .value = (void *)value}; /* NOLINT */
}

static inline struct ctx ctx_child(const struct ctx *parent, const struct ctx_binding *binding) {
    return (struct ctx){.parent = parent, .manager = &ctx_bench_manager, .bindings = binding, .count = 1};
}

/*
 * Runs `fn` with one more binding in force. A function: scenarios open scopes in so many places that compiling the
 * operation into each took a third of a strategy's compile time. Workloads have it inlined.
 */
CTX_OPAQUE static void CTX_FN(ctx_with_one, uint32_t number, uintptr_t value, ctx_body *fn, void *arg) {
    const struct ctx_binding binding = ctx_bind(number, value);
    const struct ctx scope = ctx_child(CTX_CURRENT(0), &binding);
    CTX_WITH(&scope, fn, arg);
    ctx_touch(&scope);
}
#define CTX_WITH_ONE(number, value, fn, arg) CTX_CALL(ctx_with_one, number, value, fn, arg)

/*
 * What others' code calls back. Where that hands a user pointer on, an explicit context travels in it; where it does
 * not, there is no way for an explicit one, and the scenario does not apply.
 *
 *   CTX_PASS(here, fn, arg)    ->  fn(arg)      or  fn(here, arg): the callback goes on in a function of our own
 *   CTX_UNLESS_EXPLICIT(prove) ->  prove        or  NULL
 */
#if defined(CTX_EXPLICIT) && CTX_EXPLICIT
#define CTX_PASS(here, fn, ...) fn(here, __VA_ARGS__)
#define CTX_UNLESS_EXPLICIT(prove) NULL
#else
#define CTX_PASS(here, fn, ...) ((void)(here), fn(__VA_ARGS__))
#define CTX_UNLESS_EXPLICIT(prove) prove
#endif

/* What a user pointer leads to. */
struct ctx_luggage {
    struct ctx_proof *proof;
    const struct ctx *here; /* for a strategy whose contexts are passed; others find theirs */
    unsigned calls;         /* so that a callback which never came is noticed */
};

/* Resident memory of this process. 0 where the system does not say. */
static inline long ctx_resident_kib(void) {
    FILE *statm = fopen("/proc/self/statm", "re");
    long pages = 0;
    if (statm == NULL)
        return 0;
    if (fscanf(statm, "%*d %ld", &pages) != 1)
        pages = 0;
    (void)fclose(statm);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Runs one scenario. NULL, or what was found and what was wanted. */
static const char *ctx_prove(ctx_body *root) {
    static struct ctx_proof proof; /* its words outlive the call; scenarios run one at a time */
    proof = (struct ctx_proof){.failed = false};
    ctx_thread_begin();
    CTX_BARE(root, &proof);
    ctx_thread_end();
    return proof.failed ? proof.complaint : NULL;
}

/* Makes `root`, which runs with no context in force, a scenario: a function <root>_prove for the table. */
#define CTX_SCENARIO(root)                                                                                             \
    static const char *root##_prove(void) {                                                                            \
        return ctx_prove(root);                                                                                        \
    }
