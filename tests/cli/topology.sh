#!/usr/bin/env bash
# bench topology, and plans on machines that are restricted or made up.
set -u
# shellcheck source=tests/support/checks.bash
source "$SOURCE/tests/support/checks.bash"

"$BENCH" topology >drawing 2>&1 || fail "bench topology failed: $(cat drawing)"
[ -s drawing ] || fail "bench topology draws nothing"
awk 'length($0) > 80 { exit 1 }' drawing || LC_ALL=C.UTF-8 awk 'length($0) > 80 { exit 1 }' drawing ||
  fail "bench topology is wider than 80 columns in a pipe"
"$BENCH" topology --topology='synthetic:package:2 core:4 pu:2' >drawing || fail "a synthetic machine is not drawn"
grep -q smt drawing || fail "the drawing of a machine with SMT has no placement smt"

printf '<topology><object type="Machine"' >broken.xml
"$BENCH" topology --topology=broken.xml >stdout 2>stderr
[ $? -eq 2 ] || fail "a broken XML: wanted status 2"
grep -q 'broken.xml' stderr || fail "a broken XML: found $(cat stderr)"
# XML of the next hwloc is not nonsense: what it is, and what to do, is said; whichever hwloc is here.
sed 's/version="3.0"/version="99.0"/' "$SOURCE/tests/data/topology/hwloc-3.xml" >later.xml
"$BENCH" topology --topology=later.xml >stdout 2>stderr
[ $? -eq 2 ] || fail "XML of a later hwloc: wanted status 2"
grep -q "'later.xml' was written by hwloc 99, and hwloc [0-9]*, which this program uses, does not read that" stderr ||
  fail "XML of a later hwloc: found $(cat stderr)"
grep -q 'lstopo --export-xml-flags v[0-9]* FILE.xml' stderr || fail "XML of a later hwloc: found $(cat stderr)"
case $(pkg-config --modversion hwloc 2>/dev/null) in
2.*)
  "$BENCH" topology --topology="$SOURCE/tests/data/topology/hwloc-3.xml" >stdout 2>stderr
  status=$?
  # hwloc 2.12 reads it; an earlier one refuses, and then it is said what it is and what to do.
  if [ "$status" -eq 0 ]; then
    [ -s stdout ] || fail "XML of hwloc 3 is accepted, and nothing is drawn"
  else
    [ "$status" -eq 2 ] || fail "XML of hwloc 3: wanted status 2, found $status"
    grep -q 'was written by hwloc 3, and hwloc 2, .* v2 FILE.xml' stderr || fail "XML of hwloc 3: found $(cat stderr)"
  fi
  ;;
esac
"$BENCH" topology --topology='synthetic:nonsense:2' >stdout 2>stderr
[ $? -eq 2 ] || fail "a broken synthetic description: wanted status 2"

# A path that is not UTF-8 leaves the drawing UTF-8.
odd=$(printf 'M\374ller.xml')
cp "$SOURCE/tests/data/topology/hybrid.xml" "$odd"
"$BENCH" topology --topology="$odd" >drawing || fail "a path that is not UTF-8 is not drawn"
iconv -f utf-8 -t utf-8 drawing >/dev/null || fail "a path that is not UTF-8: the drawing is not UTF-8 either"
grep -qF 'M\xfcller.xml' drawing || fail "a path that is not UTF-8 is not told"

# Placements follow the machine that is planned for.
"$BENCH" --dry-run --topology='package:2 l3:2 core:2 pu:2' --workload=handoff >plan || fail "planning failed"
for placement in smt l3; do
  grep -q "^placements:.*$placement" plan || fail "the plan has no placement $placement: $(grep ^placements plan)"
done

# Memory of what is handed on, bound where there are several NUMA nodes; where there is one the plan says so.
"$BENCH" --dry-run --topology='numa:2 core:2 pu:1' --workload=handoff --strategy=tls >plan || fail "planning failed"
for memory in producer consumer interleaved; do
  tr -d '\n' <plan | grep -q "machine@$memory" || fail "the plan binds no memory $memory: $(cat plan)"
done
"$BENCH" --dry-run --topology='core:2 pu:1' --workload=handoff --strategy=tls >plan || fail "planning failed"
grep -q '^memory: .*where it is first touched' plan || fail "one NUMA node: the plan does not say so: $(cat plan)"
ask_worker() { # NODES: what a worker answers that is to bind memory to them
  printf '{"protocol":5,"case":"c","strategy":"tls","workload":"miss","form":"throughput","parameters":%s%s' \
    '{"depth":0,"scope":1},"pus":[0],"iterations":1,"samples":1,"sample_seconds":0.001,' "\"memory_nodes\":[$1]}" |
    "$BENCH" --worker
}
ask_worker 1023 >answer
grep -q 'cannot bind memory to the NUMA nodes 1023: ' answer || fail "a node that is not there: found $(cat answer)"
ask_worker 0 >answer
grep -qE '"memory_bound":true|a sandbox forbids|knows no NUMA|cannot bind a thread' answer ||
  fail "memory on node 0: found $(cat answer)"

# The first PU alone: one thread, and a pair that shares it.
first=$(taskset -cp $$ 2>/dev/null | sed 's/.*: //; s/[-,].*//')
[ -n "$first" ] || { [ "$failures" -eq 0 ] && exit 77; exit 1; }
taskset -c "$first" "$BENCH" --dry-run >plan 2>stderr || fail "restricted to PU $first: $(cat stderr)"
grep -qE '^placements: +(pu|pu-kind[0-9]+), same-pu$' plan ||
  fail "restricted to PU $first: found $(grep ^placements plan)"
taskset -c "$first" "$BENCH" --threads=65 --dry-run >plan 2>stderr
[ $? -eq 2 ] || fail "65 threads on one PU: wanted status 2"
grep -q 'there is only 1 PU to run on' stderr || fail "65 threads on one PU: found $(cat stderr)"

finish
