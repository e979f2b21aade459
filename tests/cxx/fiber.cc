// C++ exceptions on fibers: thrown and caught there, handled while other fibers run, and what happens if one gets out.
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "gls.h"

namespace {

int failures = 0;

void check(bool held, const char *what) {
    if (held)
        return;
    std::fprintf(stderr, "wanted: %s\n", what);
    failures++;
}
#define CHECK(condition) check(condition, #condition)

gls_manager *manager;
const gls_key *key;

gls_fiber *start(void *(*fn)(void *), void *arg) {
    gls_fiber *fiber = nullptr;
    CHECK(gls_go_fiber(&fiber, 0, fn, arg) == 0);
    return fiber;
}

void resume(gls_fiber *fiber) {
    CHECK(gls_fiber_resume(fiber) == 0);
}

void yield() {
    CHECK(gls_fiber_yield() == 0);
}

enum gls_answer answer() {
    void *value = nullptr;
    return gls_get_value(manager, key, &value);
}

void throw_argument(void *arg) {
    yield();
    throw std::runtime_error(*static_cast<std::string *>(arg));
}

// Through a scope, which closes; and the thread of the throw is another than that of the scope's beginning.
void *catch_what_a_scope_throws(void *arg) {
    const gls_binding binding = {key, nullptr};
    try {
        (void)gls_set_values(manager, &binding, 1, throw_argument, arg);
    } catch (const std::runtime_error &error) {
        const bool is_same = *static_cast<std::string *>(arg) == error.what();
        return is_same && answer() == GLS_NO_CONTEXT ? arg : nullptr;
    }
    return nullptr;
}

void exceptions_are_caught_within_a_fiber() {
    std::string text = "text";
    gls_fiber *fiber = start(catch_what_a_scope_throws, &text);
    resume(fiber);
    std::thread([fiber] { (void)gls_fiber_resume(fiber); }).join();
    void *result = nullptr;
    CHECK(gls_fiber_is_done(fiber, &result));
    CHECK(result == &text);
    gls_fiber_free(fiber);
}

// Which exception is being handled belongs to the stack, though C++ keeps it for the thread.
void *yield_while_handling(void *arg) {
    const std::string &text = *static_cast<std::string *>(arg);
    try {
        throw std::runtime_error(text);
    } catch (const std::runtime_error &) {
        yield();
        try {
            throw; // our own, not that of whoever ran meanwhile
        } catch (const std::runtime_error &error) {
            yield();
            if (text != error.what() || std::current_exception() == nullptr)
                return nullptr;
        }
    }
    return std::current_exception() == nullptr ? arg : nullptr;
}

void each_fiber_handles_its_own_exception() {
    std::string texts[] = {"a", "b", "c"};
    gls_fiber *fibers[3];
    for (int i = 0; i < 3; i++)
        fibers[i] = start(yield_while_handling, &texts[i]);
    for (int round = 0; round < 3; round++) {
        for (gls_fiber *fiber : fibers) {
            resume(fiber);
            CHECK(std::current_exception() == nullptr);
        }
    }
    for (int i = 0; i < 3; i++) {
        void *result = nullptr;
        CHECK(gls_fiber_is_done(fibers[i], &result));
        CHECK(result == &texts[i]);
        gls_fiber_free(fibers[i]);
    }
}

class Resumer { // resumes when its destructor runs because of an exception
  public:
    explicit Resumer(gls_fiber *resumed) : fiber(resumed) {
    }
    ~Resumer() {
        (void)gls_fiber_resume(fiber);
    }
    Resumer(const Resumer &) = delete;
    Resumer &operator=(const Resumer &) = delete;

  private:
    gls_fiber *fiber;
};

void *count_uncaught(void *arg) {
    *static_cast<int *>(arg) = std::uncaught_exceptions();
    return nullptr;
}

void exceptions_under_way_in_the_resumer_are_not_the_fibers() {
    int on_fiber = -1, caught = 0;
    gls_fiber *fiber = start(count_uncaught, &on_fiber);
    try {
        const Resumer resumer(fiber);
        throw 1;
    } catch (int number) {
        caught = number;
    }
    CHECK(caught == 1);
    CHECK(on_fiber == 0);
    gls_fiber_free(fiber);
}

void *throw_out(void *arg) {
    (void)arg;
    throw std::runtime_error("out of the fiber");
}

void an_exception_that_leaves_the_fiber_aborts_with_a_message() {
    int ends[2];
    CHECK(pipe(ends) == 0);
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        const struct rlimit no_core = {0, 0};
        (void)setrlimit(RLIMIT_CORE, &no_core);
        (void)dup2(ends[1], STDERR_FILENO);
        (void)signal(SIGABRT, SIG_DFL);
        try {
            (void)gls_fiber_resume(start(throw_out, nullptr));
        } catch (...) {
            _exit(1); // must not get here: the resumer's stack is another one
        }
        _exit(0);
    }
    (void)close(ends[1]);
    std::string words;
    char block[256];
    for (ssize_t count = 0; (count = read(ends[0], block, sizeof block)) > 0;)
        words.append(block, static_cast<std::size_t>(count));
    (void)close(ends[0]);
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGABRT);
    CHECK(words.find("out of the fiber") != std::string::npos);
}

} // namespace

int main() {
    if (gls_fiber_yield() == ENOSYS) {
        std::puts("this build has no fibers: nothing to test");
        return 0;
    }
    manager = gls_manager_new();
    key = gls_key_new("key");
    exceptions_are_caught_within_a_fiber();
    each_fiber_handles_its_own_exception();
    exceptions_under_way_in_the_resumer_are_not_the_fibers();
    an_exception_that_leaves_the_fiber_aborts_with_a_message();
    gls_key_free(key);
    gls_manager_free(manager);
    return failures == 0 ? 0 : 1;
}
