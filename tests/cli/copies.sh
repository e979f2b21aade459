#!/usr/bin/env bash
#
# Two copies of the gls library in one process are refused, however they came there; two users of one copy are not.

# shellcheck source=tests/support/modules.bash
. "$SOURCE/tests/support/modules.bash"

# A module that has a copy, or uses one; a program that loads modules, and may have a copy itself.
cat >user.c <<'END'
#include <gls.h>
gls_manager *user(void);
gls_manager *user(void) { return gls_manager_new(); }
END
cat >loader.c <<'END'
#include <dlfcn.h>
#include <stdio.h>
int main(int count, char **names) {
    for (int i = 1; i < count; i++)
        if (dlopen(names[i], RTLD_NOW | RTLD_LOCAL) == NULL)
            return fprintf(stderr, "%s\n", dlerror()), 2;
    return 0;
}
END
read -ra private < <(sed -n 's/^Libs\.private: //p' "$libraries/gls.pc")
static=("$libraries/libgls.a" "${private[@]}")
shared=("-L$libraries" -lgls "-Wl,-rpath,$libraries")
for name in first second; do
  compile $name.so -shared -fPIC user.c "${static[@]}"
  compile $name-hidden.so -shared -fPIC user.c "${static[@]}" -Wl,--exclude-libs,ALL -Wl,--gc-sections -s
  compile $name-user.so -shared -fPIC user.c "${shared[@]}"
done
compile loader loader.c -ldl
compile loader-with-copy loader.c user.c "${static[@]}" -ldl
compile loader-user loader.c user.c -Wl,--no-as-needed "${shared[@]}" -ldl

# run PROGRAM MODULE...: its exit status, and its messages in ./err.
run() {
  status=0
  (ulimit -c 0; exec "$@") >out 2>err || status=$?
}

refused() {
  run "$@"
  local words="gls: two copies of the library are in this process"
  [[ $status -eq 134 ]] && grep -qF "$words" err && return
  echo "$*: status $status, wanted 134 (an abort) with '$words' in"
  cat err
  exit 1
}

accepted() {
  run "$@"
  [[ $status -eq 0 && ! -s err ]] && return
  echo "$*: status $status, wanted 0, and no message:"
  cat err
  exit 1
}

accepted ./loader ./first.so
accepted ./loader ./first-hidden.so
accepted ./loader ./first-user.so ./second-user.so
accepted ./loader-user ./first-user.so ./second-user.so
refused ./loader ./first.so ./second.so
refused ./loader ./first.so ./second-hidden.so
refused ./loader ./first-hidden.so ./second.so
refused ./loader ./first-hidden.so ./second-hidden.so
refused ./loader ./first-user.so ./second-hidden.so
refused ./loader ./first-hidden.so ./second-user.so
refused ./loader-with-copy ./first-user.so
refused ./loader-with-copy ./first-hidden.so
refused ./loader-user ./first.so
[[ $(<err) == *first.so*libgls.so* || $(<err) == *libgls.so*first.so* ]] ||
  { echo "both copies should be named:"; cat err; exit 1; }
