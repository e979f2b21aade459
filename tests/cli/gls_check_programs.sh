#!/usr/bin/env bash
#
# What gls-check says of programs of the distribution, held against what reads in them answer: a scope is put around
# their main, and they read wherever they allocate. Where gls-check finds nothing unreadable, no read is; and no program
# ever reads another value.

# shellcheck source=tests/support/modules.bash
. "$SOURCE/tests/support/modules.bash"

if grep -qE '__(asan|tsan)_' "$BENCH"; then
  echo "skipped: sanitizers want to be the first library of a program"
  exit 77
fi
compile everywhere.so -D_GNU_SOURCE -shared -fPIC "$SOURCE/tests/support/read_everywhere.c" "-L$libraries" -lgls -ldl \
  "-Wl,-rpath,$libraries"
export READ_EVERYWHERE=$folder/counts
tried=0

# try PROGRAM ARGUMENT...
try() {
  local program status=0 name right unreadable wrong
  program=$(type -P "$1") || { echo "$1 is not installed, and was not tried"; return; }
  rm -f counts
  LD_PRELOAD=$folder/everywhere.so "$program" "${@:2}" >out 2>&1 </dev/null || { cat out && return 1; }
  "$libraries/gls-check" "$program" >said || status=$?
  [[ $status -le 1 ]] || { cat said && return 1; }
  while read -r name right unreadable wrong; do # the program's own line, and those of programs that it ran
    echo "$name: $right right, $unreadable unreadable, $wrong wrong; gls-check $program: status $status"
    [[ $right -gt 0 && $wrong -eq 0 ]]
    [[ $status -eq 1 || $unreadable -eq 0 ]]
  done <counts
  tried=$((tried + 1))
}

# shellcheck disable=SC2016 # the variables are the programs'
try bash -c 'declare -A a; for i in {1..3}; do a[$i]=$(printf %s "$i"); done; [[ ${#a[@]} -eq 3 ]]'
# shellcheck disable=SC2016
try perl -e '$h{$_} = $_ for 1 .. 1000; print join ",", sort keys %h'
try git init --quiet repository
try /usr/bin/python3 -c 'import json, re; json.loads(json.dumps(list(range(1000)))); re.compile("(a|b)*c+")'
try cmake --help-command-list
try node -e 'console.log(JSON.stringify(Array.from({ length: 100 }, (_, i) => ({ i }))))'
[[ $tried -ge 3 ]] || { echo "tried $tried programs; wanted bash, perl and python3 at least" && exit 1; }
