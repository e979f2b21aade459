#!/usr/bin/env bash
#
# Does anything in report/ or harness/ know a strategy, a workload or a scenario by name? Renames all of them in a copy
# of the source, builds it, and runs the tests there. Tests of the command line know the old names: between them and the
# program stands one that translates (tests/support/rename.py).
#
#   tests/variants/renamed.sh [FOLDER]     where the copy goes, and stays; build/variants/renamed if not given

set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
# shellcheck source=scripts/tally.sh
. scripts/tally.sh
folder=${1-build/variants/renamed}
names=(strategy workload scenario)

# Of the tests of the command line, those that look at what is shown of strategies, workloads and scenarios. Others are
# about processes, streams and files, which the translation stands in the way of.
shown='^unit/|^cli/(conformance|report|compare|export|result_file|warnings)$'

copy() {
  rm -rf "$folder"
  mkdir -p "$folder"
  git ls-files -z | xargs -0 cp --parents -t "$folder"
  for option in "${names[@]}"; do build/release/bench --names="$option"; done >"$folder/names"
  /usr/bin/python3 tests/support/rename.py "$folder" "$folder/names"
}

build() {
  cmake -S "$folder" -B "$folder/build/release" --preset release
  cmake --build "$folder/build/release"
}

# Every name is another one, and nothing is left of the old ones.
check_names() {
  for option in "${names[@]}"; do "$folder/build/release/bench" --names="$option"; done >"$folder/renamed"
  grep -v '^zq' "$folder/renamed" && return 1
  diff <(sed 's/^zq//' "$folder/renamed") "$folder/names"
}

# The program's place is taken by the one that translates.
put_translator() {
  local bench=$folder/build/release/bench
  mv "$bench" "$bench-renamed"
  printf '#!/bin/sh\nexec /usr/bin/python3 %q --bench %q "$@"\n' "$PWD/tests/support/rename.py" \
    "$(readlink -f "$bench-renamed")" >"$bench"
  chmod +x "$bench"
}

run_tests() {
  ctest --test-dir "$folder/build/release" --parallel "$(nproc)" --tests-regex "$shown" --output-on-failure
}

check 'renaming of a copy' copy
check 'its build' build
check 'all names are new' check_names
check 'a translator' put_translator
check 'tests of the copy' run_tests
finish
