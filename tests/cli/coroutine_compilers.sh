#!/usr/bin/env bash
#
# A thread-local variable in a C++20 coroutine: read, suspension, resumption on another thread and read again, all in one
# function that the compiler sees. A compiler that keeps the variable's address over the suspension goes on with the first
# thread's (llvm#98479). Read by a function of its own, it is right with every compiler; that is what README advises.

set -euo pipefail
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
cd "$folder"

cat >program.cc <<'END_OF_CC'
#include <coroutine>
#include <thread>
struct task {
    struct promise_type {
        task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
        std::suspend_always initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { throw; }
    };
    std::coroutine_handle<promise_type> handle;
};
static thread_local const int *here;
static const int numbers[] = {1, 2};
static int found[4];
#ifdef OWN_FUNCTION
__attribute__((noinline)) static const int **place() {
    asm volatile("" ::: "memory");
    return &here;
}
#else
static inline const int **place() { return &here; }
#endif
__attribute__((noinline)) static void read(const int **from, int *to) {
    asm volatile("" ::: "memory");
    *to = **from;
}
static task body() {
    for (int &each : found) {
        read(place(), &each);
        co_await std::suspend_always();
    }
}
int main() {
    task coroutine = body();
    here = &numbers[0];
    for (int i = 0; i < 4; i++) {
        if (i % 2 == 0)
            coroutine.handle.resume();
        else
            std::thread([&] { here = &numbers[1]; coroutine.handle.resume(); }).join();
    }
    coroutine.handle.destroy();
    return found[0] == 1 && found[1] == 2 && found[2] == 1 && found[3] == 2 ? 0 : 3;
}
END_OF_CC

# answer COMPILER FLAG...: "right", "wrong", or "-" where it cannot compile coroutines.
answer() {
  local status=0 standard
  for standard in -std=c++20 '-std=c++20 -fcoroutines'; do
    # shellcheck disable=SC2086
    if "$1" $standard "${@:2}" -pthread -o program program.cc 2>errors; then
      ./program || status=$?
      case $status in
        0) echo right ;;
        3) echo wrong ;;
        *) echo "status $status" ;;
      esac
      return
    fi
  done
  echo -
}

# What the two compilers that the project is built with do, and the one that is known to be wrong, where it is there.
failed=0
tried=0
for compiler in g++ g++-{10..16} clang++ clang++-{13..22}; do
  command -v "$compiler" >/dev/null || continue
  version=$("$compiler" -dumpversion)
  for level in -O0 -O2 -O3 '-O2 -fPIC'; do
    read -ra flags <<<"$level"
    inlined=$(answer "$compiler" "${flags[@]}")
    apart=$(answer "$compiler" "${flags[@]}" -DOWN_FUNCTION)
    printf '%-12s %-8s %-10s inlined: %-6s by a function of its own: %s\n' "$compiler" "$version" "$level" "$inlined" "$apart"
    [[ $inlined == - ]] && continue
    tried=$((tried + 1))
    [[ $apart == right ]] || failed=1
    wanted=$inlined
    case $compiler-${version%%.*}-$level in
      g++*-1[12]-* | clang*-1[45]-* | clang*-16--O0) wanted=right ;;
      clang*-16-*) wanted=wrong ;;
    esac
    [[ $inlined == "$wanted" ]] || { echo "wanted $wanted" && failed=1; }
  done
done
[[ $tried -gt 0 ]] || { echo "no compiler here knows coroutines" && exit 1; }
exit "$failed"
