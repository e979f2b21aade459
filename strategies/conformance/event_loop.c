/* libuv's loop, where the build found it. */
#include "conformance/peer.h"

#include <stddef.h>

#ifdef CTX_HAVE_LIBUV
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

struct called_back {
    ctx_peer_function *fn;
    void *arg;
};

static void call_back(void *data) {
    const struct called_back *back = data;
    back->fn(back->arg);
}

static void on_timer(uv_timer_t *timer) {
    call_back(timer->data);
    uv_close((uv_handle_t *)timer, NULL);
}

static void on_idle(uv_idle_t *idle) {
    call_back(idle->data);
    uv_close((uv_handle_t *)idle, NULL);
}

static void on_async(uv_async_t *async) {
    call_back(async->data);
    uv_close((uv_handle_t *)async, NULL);
}

static void check(int status) {
    if (status == 0)
        return;
    (void)fprintf(stderr, "libuv: %s\n", uv_strerror(status));
    abort();
}

void ctx_peer_loop_run(ctx_peer_function *fn, void *arg) {
    struct called_back back = {fn, arg};
    uv_loop_t loop;
    uv_timer_t timer = {.data = &back};
    uv_idle_t idle = {.data = &back};
    uv_async_t async = {.data = &back};
    check(uv_loop_init(&loop));
    check(uv_timer_init(&loop, &timer));
    check(uv_idle_init(&loop, &idle));
    check(uv_async_init(&loop, &async, on_async));
    check(uv_timer_start(&timer, on_timer, 1, 0));
    check(uv_idle_start(&idle, on_idle));
    check(uv_async_send(&async));
    check(uv_run(&loop, UV_RUN_DEFAULT));
    check(uv_loop_close(&loop));
}

const char *ctx_peer_loop_missing(void) {
    return NULL;
}
#else
void ctx_peer_loop_run(ctx_peer_function *fn, void *arg) {
    (void)fn, (void)arg;
}

const char *ctx_peer_loop_missing(void) {
    return "this program was built without libuv (Debian's libuv1-dev)";
}
#endif
