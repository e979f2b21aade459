#!/usr/bin/env bash
#
# Is ctxbench right on other releases of Debian, for somebody who comes to it anew? Makes a fresh system of each release
# (tests/support/root.bash), clones what is committed here into it, and does there what README says, as it stands there.
# Ends with a table and a line of counts. Wants root, 8 GiB of memory, and the mirror that this machine's apt uses;
# without them it skips.
#
#   tests/variants/debian.sh RELEASE...          bookworm (12), trixie (13), sid (unstable)
#   tests/variants/debian.sh --brief RELEASE...  README's two commands alone: the tests have nearly all of the matrix
#
# Leaves in build/debian/RELEASE the table, the result files and CTest's log.

set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
# shellcheck source=scripts/tally.sh
. scripts/tally.sh
# shellcheck source=tests/support/root.bash
. tests/support/root.bash

releases=(bookworm trixie sid)
system=$PWD/build/debian/system # where it is mounted
bare=$PWD/build/debian/bare     # another, in which nothing is built
clone=$system/root/ctxbench

# The tests that may be skipped, in whole or in part. Any other that is skipped is a failure.
list_permitted_skips() {
  printf 'cli/%s\n' report report_accessible # want chromium, which is much to install, and axe-core
  echo cli/advise # a part of it wants Node.js
  echo cli/docs_site # what it is made with comes after the tests (make_documentation)
  echo cli/peers_go # a runtime that scripts/setup --peers installs
  printf 'cli/%s\n' install_usr_local namespaces # not every machine has namespaces within namespaces
  [[ $release == bookworm ]] || echo cli/check_instructions # the baseline is of Debian 12's tool chain
  grep -qw fsgsbase /proc/cpuinfo || echo unit/gsbase # the processor cannot
}

# README's commands for somebody new: the program, and its tests.
list_commands() {
  sed -n 's/^    \(scripts\/setup && .*\)/\1/p' README.md
}

# In the clone, on the system.
run() {
  in_system "$system" "cd ${clone#"$system"} && $1"
}

# note WORD...: a line of the table.
note() {
  printf '  %s\n' "$*" >>"$kept/table"
}

# keep FILE NAME: a file of the clone, if there is such, for when the system is gone.
keep() {
  [[ ! -e $clone/$1 ]] || cp "$clone/$1" "$kept/$2"
}

make_clone() {
  git -c safe.directory='*' clone --quiet "$PWD" "$clone"
}

# Prints NAME VERSION of what a build hangs on.
list_versions() {
  # shellcheck disable=SC2016 # the variables are others'
  run 'gcc --version | sed -nE "1s/.* ([0-9.]+)$/gcc \1/p"
    clang --version | sed -nE "1s/.* version ([0-9.]+).*/clang \1/p"
    ld --version | sed -nE "1s/.* ([0-9.]+)$/binutils \1/p"
    cmake --version | sed -nE "1s/.* ([0-9.]+)$/cmake \1/p"
    dpkg-query --show --showformat="\${Package} \${Version}\n" lib{benchmark,unwind,hwloc,jansson,cmocka}-dev |
      sed -E "s/^lib(.*)-dev /\1 /; s/-[^-]*$//"'
}

# The first command, which "leaves a result file in results/".
measure() {
  run "$1"
  cp "$clone"/results/*-20??????-??????.json "$kept/result.json"
  run "/usr/bin/python3 -m jsonschema -i results/*-20??????-??????.json results/schema.json"
}

# What CTest took for skipped, and what tests say that they left out of themselves.
list_skips() {
  awk -F'"' '/<testcase / { name = $2 } /<skipped message="SKIP_RETURN_CODE=/ { print name }' "$kept/tests.xml"
  awk '/^[0-9]+\/[0-9]+ Test: / { name = $3 } /^skipped: / || /^\[  SKIPPED \] test_/ { print name }' "$kept/tests.log"
}

are_skips_permitted() {
  local surplus
  surplus=$(list_skips | grep -vxF -f <(list_permitted_skips)) || return 0
  echo "skipped, though list_permitted_skips does not name it: ${surplus//$'\n'/, }"
  return 1
}

# The second command, which counts for itself.
run_tests() {
  local command=$1 begun=$SECONDS passed_before=$passed failed_before=$failed skips
  tally run "$command"
  keep build/release/tests.xml tests.xml
  keep build/release/Testing/Temporary/LastTest.log tests.log
  skips=$(list_skips | sort -u | paste -sd ' ')
  note "$command: $((SECONDS - begun)) s, $((passed - passed_before)) passed, $((failed - failed_before)) failed," \
    "skipped: ${skips:-none}"
  check "$release: nothing is skipped that may not be" are_skips_permitted
}

# The matrix, every cell of which is to be as expected; its last line is the sum.
prove() {
  run './bench conformance --out=build/conformance.json >build/matrix' || { cat "$clone/build/matrix" && return 1; }
  note "matrix: $(tail -n 1 "$clone/build/matrix")"
  keep build/conformance.json conformance.json
}

# The documentation, by this release's Sphinx.
make_documentation() {
  run 'scripts/setup --docs && scripts/docs --check'
}

# What the second system gets of the clone: the packages, and the script that tries them.
hand_over_packages() {
  mkdir -p "$bare"/root/{scripts,tests/variants}
  cp "$clone/scripts/tally.sh" "$bare/root/scripts/"
  cp "$clone/tests/variants/packages.sh" "$bare/root/tests/variants/"
  mv "$clone/build/packages" "$bare/root/packages"
}

# The packages: built here; installed, used and removed in a second system, which is fresh and has nothing else.
try_packages() {
  mkdir -p "$clone/build/packages"
  tally run 'tests/variants/packages.sh --build build/packages'
  check "$release: a second fresh system" make_system "$bare" "$release" "$mirror"
  check "$release: the packages are there" hand_over_packages
  tally in_system "$bare" '/root/tests/variants/packages.sh --try /root/packages'
}

# All that is done with one release, in namespaces of its own.
visit() {
  local commands begun
  rm -rf "$kept"
  mkdir -p "$kept"
  printf '%s:\n' "$release" >"$kept/table"
  mapfile -t commands < <(list_commands)
  check "$release: a fresh system from $mirror" make_system "$system" "$release" "$mirror"
  [[ $failed -eq 0 ]] || finish
  check "$release: a clone" make_clone
  begun=$SECONDS
  check "$release: ${commands[0]}" measure "${commands[0]}"
  note "$(list_versions | paste -sd, | sed 's/,/, /g')"
  note "${commands[0]}: $((SECONDS - begun)) s"
  run_tests "${commands[1]}"
  check "$release: the packages of scripts/setup --all" run 'scripts/setup --simulate --all'
  if [[ ! $brief ]]; then
    check "$release: the matrix" prove
    check "$release: the documentation" make_documentation
    try_packages
  fi
  finish
}

# skip RELEASE REASON
skip() {
  printf 'skipped %s: %s\n' "$@"
  skipped=$((skipped + 1))
}

# visit_each RELEASE...: one after the other.
visit_each() {
  local release mirror reason
  for release; do
    reason=$(why_no_system)
    if [[ -n $reason ]]; then
      skip "$release" "$reason"
    elif mirror=$(find_mirror "$release"); then
      tally in_namespaces bash "$0" --inside "$release" "$mirror" $brief
      visited+=("build/debian/$release/table")
    else
      skip "$release" "no mirror that apt uses here has it, or none can be reached"
    fi
  done
}

if [[ ${1-} == --inside ]]; then
  release=$2 mirror=$3 kept=$PWD/build/debian/$2 brief=${4-}
  visit
fi
brief=
[[ ${1-} != --brief ]] || { brief=--brief && shift; }
if [[ $# -eq 0 ]]; then
  printf 'debian.sh: wanted one or some of: %s\n' "${releases[*]}" >&2
  exit 2
fi
for release; do
  if [[ " ${releases[*]} " != *" $release "* ]]; then
    printf 'debian.sh: unknown release "%s"; wanted one or some of: %s\n' "$release" "${releases[*]}" >&2
    exit 2
  fi
done
visited=()
visit_each "$@"
[[ ${#visited[@]} -eq 0 ]] || cat "${visited[@]}"
# `finish` takes it for a failure where nothing passed.
[[ $passed -gt 0 || $failed -gt 0 ]] || { echo "0 passed, 0 failed, $skipped skipped" && exit; }
finish
