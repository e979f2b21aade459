// A stackless coroutine for the scenarios, which are C.
#include "conformance/peer.h"

#include <climits>
#include <coroutine>
#include <new>

struct ctx_peer_coroutine {
    // NOLINTBEGIN(readability-convert-member-functions-to-static): the compiler calls them on the promise
    struct promise_type {
        ctx_peer_coroutine get_return_object() noexcept {
            return {std::coroutine_handle<promise_type>::from_promise(*this)};
        }
        static ctx_peer_coroutine get_return_object_on_allocation_failure() noexcept {
            return {nullptr};
        }
        std::suspend_always initial_suspend() noexcept {
            return {};
        }
        std::suspend_always final_suspend() noexcept {
            return {};
        }
        void return_void() noexcept {
        }
        void unhandled_exception() {
            throw;
        }
    };
    // NOLINTEND(readability-convert-member-functions-to-static)
    std::coroutine_handle<promise_type> handle;
};

// Its frame is on the heap, and its body runs on the stack of whoever resumes it.
static ctx_peer_coroutine body(ctx_peer_step *step, void *arg, unsigned suspensions) {
    for (unsigned i = 0; suspensions == UINT_MAX || i < suspensions; i++) {
        step(arg, i);
        co_await std::suspend_always();
    }
    step(arg, suspensions);
}

extern "C" ctx_peer_coroutine *ctx_peer_coroutine_new(ctx_peer_step *step, void *arg, unsigned suspensions) {
    ctx_peer_coroutine made = body(step, arg, suspensions);
    if (!made.handle)
        return nullptr;
    auto *coroutine = new (std::nothrow) ctx_peer_coroutine(made);
    if (coroutine == nullptr)
        made.handle.destroy();
    return coroutine;
}

extern "C" bool ctx_peer_coroutine_resume(ctx_peer_coroutine *coroutine) {
    if (!coroutine->handle.done())
        coroutine->handle.resume();
    return !coroutine->handle.done();
}

extern "C" void ctx_peer_coroutine_free(ctx_peer_coroutine *coroutine) {
    coroutine->handle.destroy();
    delete coroutine;
}
