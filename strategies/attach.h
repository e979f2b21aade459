/*
 * Part of kernels.h, for strategies that have CTX_OP_PUT: contexts that are attached in one call and detached in
 * another, with no call around both. Callbacks that come in pairs need this: begin and end of a request, of a span, of
 * a task.
 *
 * What is in force names its token: the token holds a copy of the context's first link, and that copy is what is put in
 * force. So detaching tells by one comparison whether its token is the innermost one here. Whatever is refused changes
 * nothing. Source of the idea: the Context API of OpenTelemetry, whose attach returns a token that detach takes, and
 * the ways in which its implementations went wrong (opentelemetry-cpp pops what lies above; opentelemetry-rust#1887;
 * opentelemetry-python#2606).
 */
#ifdef CTX_OP_PUT

/* The caller's memory: it stays where it is until it has been detached. Not to be shared by threads meanwhile. */
struct ctx_token {
    struct ctx link;            /* the copy; bindings and parents are those of the original, which must live as long */
    const struct ctx *attached; /* `link`, or NULL: that no context is in force was attached */
    const struct ctx *outer;
    pthread_t thread; /* that attached it */
};

enum ctx_detached {
    CTX_DETACHED,
    CTX_NOT_INNERMOST, /* another one was attached since, or this one is detached already */
    CTX_ELSEWHERE,     /* it is not in force here, and another thread attached it */
};

/* Puts `next` in force here, which may be NULL, until the token is detached. */
CTX_OPERATION void ctx_attach(struct ctx_token *token, const struct ctx *next) {
    if (next != NULL)
        token->link = *next;
    token->attached = next != NULL ? &token->link : NULL;
    token->outer = CTX_CURRENT(0);
    token->thread = pthread_self();
    CTX_OP_PUT(token->attached);
}

/* Puts back what was in force when the token was attached. Tokens of NULL are not told apart from each other. */
CTX_OPERATION enum ctx_detached ctx_detach(const struct ctx_token *token) {
    if (__builtin_expect(CTX_CURRENT(0) != token->attached, 0))
        return pthread_equal(pthread_self(), token->thread) ? CTX_NOT_INNERMOST : CTX_ELSEWHERE;
    CTX_OP_PUT(token->outer);
    return CTX_DETACHED;
}

#endif
