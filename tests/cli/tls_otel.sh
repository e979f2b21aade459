#!/usr/bin/env bash
#
# What tls-otel, tls-otel-valid and gls_publish publish, as an independent reader outside of the process sees it (tests/outside/):
# after every single instruction of opening, closing, nesting, an exception and a fork, for each model by which a program
# or a library reaches a thread-local variable; and at random stops of four threads. Nothing torn, stale or missing.
#
#   STOPS=20000 tests/cli/tls_otel.sh      so many random stops, of each form and model

# shellcheck source=tests/support/modules.bash
. "$SOURCE/tests/support/modules.bash"

stops=${STOPS-500}

fail() {
  echo "$*"
  [[ ! -e out ]] || cat out
  exit 1
}

if [[ $(uname -m) != x86_64 ]]; then
  echo "skipped: the reader knows the thread-local storage of x86-64 alone"
  exit 77
fi
if grep -qE '__(asan|tsan)_' "$BENCH"; then
  echo "skipped: sanitizers have stacks and thread-local storage of their own"
  exit 77
fi

headers=(-std=gnu17 -D_GNU_SOURCE -O2 -fexceptions -I"$SOURCE/strategies" -I"$SOURCE/strategies/gls")
outside=$SOURCE/tests/outside
publisher=$SOURCE/strategies/gls/otel.c
"$(setting CMAKE_C_COMPILER)" -std=gnu17 -D_GNU_SOURCE -O1 -o watch "$outside"/{watch,record,process}.c
"$(setting CMAKE_CXX_COMPILER)" -O2 -I"$SOURCE/strategies" -c -o exception.o "$SOURCE/strategies/conformance/exception.cc"

if ! ./watch steps /bin/true 2>err && grep -q 'cannot be traced\|a step' err; then
  echo "skipped: this system lets no process trace another: $(<err)"
  exit 77
fi

c() {
  "$(setting CMAKE_C_COMPILER)" "${headers[@]}" "$@"
}
link() {
  "$(setting CMAKE_CXX_COMPILER)" "$@" exception.o -rdynamic -pthread -ldl
}

# watch_it FORM MODEL PROGRAM [LIBRARY]: FORM and PROGRAM are words for people, MODEL a pattern for what the
# reader must find.
watch_it() {
  ./watch steps "$3" steps "${@:4}" >out 2>&1 || fail "$1, $2: each instruction"
  # shellcheck disable=SC2053 # a pattern
  [[ $(sed -n 's/^model //p' out) == $2 ]] || fail "$1, $2: it is another model"
  grep -q ' forks 1 ' out || fail "$1, $2: the fork was not followed"
  grep -q '^schema tlsdesc_v1_dev, key context$' out || fail "$1, $2: the process's context is not as wanted"
  echo "$1, $2: each instruction: $(tail -n 1 out)"
  ./watch stops "$stops" "$3" loops "${@:4}" >out 2>&1 || fail "$1, $2: random stops"
  echo "$1, $2: random stops: $(tail -n 1 out)"
}

# A library with the scopes, by the flags of a model.
library() {
  c -fPIC -shared -DCTX_OTEL_BY_COMPILER "${@:2}" -o "$1" "$outside/scopes.c" "$publisher" -pthread
}

# Which flags ask a compiler for a model, if it has that; on x86-64 clang knows descriptors since its version 19.
has() {
  c -fPIC -shared "$@" -x c -o probe.so - <<<'int empty;' 2>/dev/null
}
general_dynamic=(-ftls-model=global-dynamic)
! has -mtls-dialect=gnu || general_dynamic+=(-mtls-dialect=gnu)

c -c -o writer.o "$outside/writer.c"
c -c -DWRITER_LOADS_LATE -o late.o "$outside/writer.c"
c -c -o otel.o "$publisher"
link -o late late.o

for form in swapped toggled; do
  flags=()
  [[ $form != toggled ]] || flags=(-DWRITER_TOGGLES)

  c -c "${flags[@]}" -o scopes.o "$outside/scopes.c"
  link -o program writer.o scopes.o otel.o
  watch_it $form local-exec ./program

  library libscopes.so "${flags[@]}" "${general_dynamic[@]}"
  link -o linked writer.o -L. -lscopes "-Wl,-rpath,$PWD"
  watch_it $form general-dynamic ./linked
  watch_it $form general-dynamic ./late "$PWD/libscopes.so"

  if has -mtls-dialect=gnu2; then
    library libscopes.so "${flags[@]}" -ftls-model=global-dynamic -mtls-dialect=gnu2
    watch_it $form 'descriptor (static)' ./linked
    # As where the room beside the program's own variables is used up.
    GLIBC_TUNABLES=glibc.rtld.optional_static_tls=0 watch_it $form 'descriptor (dynamic)' ./late "$PWD/libscopes.so"
  else
    echo "descriptors not tried: the compiler has none"
  fi

  library libscopes.so "${flags[@]}" -ftls-model=initial-exec
  watch_it $form initial-exec ./linked
  watch_it $form initial-exec ./late "$PWD/libscopes.so"
done

# What gls_publish publishes: the library in the program, and as the shared library that it is.
c -c -o scopes.o "$outside/gls_scopes.c"
link -o program writer.o scopes.o "$libraries/libgls.a"
watch_it gls_publish "@(local|initial)-exec" ./program # as the linker likes
link -o program writer.o scopes.o -L"$libraries" -lgls "-Wl,-rpath,$libraries"
model=$(readelf --relocs --wide "$libraries/libgls.so" | grep otel_thread_ctx_v1)
case $model in
  *R_X86_64_TLSDESC*) watch_it gls_publish 'descriptor (static)' ./program ;;
  *) watch_it gls_publish general-dynamic ./program ;;
esac

# The reader finds what is wrong: a pointer that comes before its record is written, and a record that stays valid.
mkdir -p broken/otel
sed 's/otel_fill(&scope.record, next);/scope.record.head.valid = 1, otel_pointer_store(\&scope.record), &/' \
  "$SOURCE/strategies/otel/swap.h" >broken/otel/swap.h
sed 's/ \*valid = 0;//' "$SOURCE/strategies/otel/toggle.h" >broken/otel/toggle.h
for form in swapped toggled; do
  flags=(-Ibroken)
  [[ $form != toggled ]] || flags+=(-DWRITER_TOGGLES)
  "$(setting CMAKE_C_COMPILER)" "${flags[@]}" "${headers[@]}" -c -o scopes.o "$outside/scopes.c"
  link -o program writer.o scopes.o otel.o
  ! ./watch steps ./program steps >out 2>&1 || fail "$form: the reader finds nothing wrong with a writer that is"
  grep -q '^looks' out || fail "$form: the reader did not look"
done
