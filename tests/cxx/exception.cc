// The gls library from C++: an exception that passes through scopes closes them and gives their ids back.
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>

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
char value1, value2;

bool is_set_to(const void *wanted) {
    void *found = nullptr;
    return gls_get_value(manager, key, &found) == GLS_SET && found == wanted;
}

bool is_without_context() {
    void *found = nullptr;
    return gls_get_value(manager, key, &found) == GLS_NO_CONTEXT;
}

int set(void *value, void (*fn)(void *), void *arg) {
    const gls_binding binding = {key, value};
    return gls_set_values(manager, &binding, 1, fn, arg);
}

void give_up(void *reason) {
    CHECK(is_set_to(&value2));
    throw std::runtime_error(*static_cast<const std::string *>(reason));
}

void catch_below_outer_scope(void *reason) {
    std::string caught;
    try {
        (void)set(&value2, give_up, reason);
    } catch (const std::exception &error) {
        caught = error.what();
        CHECK(is_set_to(&value1)); // in the handler, too
    }
    CHECK(caught == "reason");
    CHECK(is_set_to(&value1));
}

void pass_on_from_two_scopes(void *reason) {
    (void)set(&value2, give_up, reason);
    check(false, "the exception goes on to the caller");
}

void record_id(unsigned id, void *arg) {
    *static_cast<unsigned *>(arg) = id;
}

// The id that the next scope of this thread gets: the smallest free one of its shard.
unsigned next_id() {
    unsigned id = 0;
    CHECK(gls_ensure_id(record_id, &id) == 0);
    return id;
}

void throw_often() {
    constexpr int rounds = 1000;
    std::string reason = "reason";
    CHECK(is_without_context());
    const unsigned id = next_id();
    for (int i = 0; i < rounds; i++) {
        CHECK(set(&value1, catch_below_outer_scope, &reason) == 0);
        bool caught = false;
        try {
            (void)set(&value1, pass_on_from_two_scopes, &reason);
        } catch (const std::runtime_error &) {
            caught = true;
        }
        CHECK(caught);
        CHECK(is_without_context());
    }
    CHECK(next_id() == id);
}

} // namespace

int main() {
    manager = gls_manager_new();
    key = gls_key_new("key");
    throw_often();
    std::thread(throw_often).join();
    gls_key_free(key);
    gls_manager_free(manager);
    return failures == 0 ? 0 : 1;
}
