#!/usr/bin/env bash
#
# What operations and scopes take of memory, and how long single operations take, as result files have it: for strategies
# of which that is known, and for a plug-in that takes a known amount (tests/plugins/hungry.c). No time is judged.

source "$SOURCE/tests/support/run.bash"

# measure FILE OPTION...: with short samples, since times do not matter.
measure() {
  expect 0 "$BENCH" --executions=1 --samples=2 --min-time=1ms --quiet --out="$1" "${@:2}"
}

counted=yes
if is_sanitised; then
  counted=no # the sanitizer's allocator is not the one that is counted
fi

# ---- Known strategies ----

measure known.json --threads=1 --strategy=explicit,tls --workload=with,nest --store='*' --parameter=nest=8,64 --parameter=reads=1
check known.json "
counted = '$counted' == 'yes'
assert rows and not failures
for row in rows:
    ours = row['ctxbench']
    footprint, store = ours['footprint'], ours['store']
    assert ('absent' in footprint) != counted, footprint
    assert footprint['scope_stack_bytes'] > 0 and footprint['scope_stack_bytes'] % 16 == 0, (row['name'], footprint)
    if not counted:
        assert 'sanitizer' in footprint['absent'] and 'allocations' not in footprint, footprint
        continue
    scopes = ours['parameters'].get('nest', 1)
    if store in ('none', 'chain', 'cached'):
        assert footprint['allocations'] == 0 and footprint['scope_heap_bytes'] == 0, (row['name'], footprint)
    if store == 'chain':
        assert footprint['scope_stack_bytes'] >= 48, footprint # a struct ctx and a binding
    if store == 'flat': # a count, and three words for each of all keys that are in force
        assert footprint['allocations'] == scopes, (row['name'], footprint)
        assert footprint['allocated_bytes'] == sum(8 + 24 * n for n in range(1, scopes + 1)), (row['name'], footprint)
        assert 8 + 24 * scopes <= footprint['scope_heap_bytes'] < 8 + 24 * scopes + 32, (row['name'], footprint)
"

# ---- A known amount, exactly ----

measure hungry.json --threads=1 --plugin="$PLUGINS/hungry.so" --strategy=hungry --workload=with,spawn --parameter=fibers=0 \
  --parameter=fanout=4
CTXBENCH_HUNGRY=0 measure sated.json --threads=1 --plugin="$PLUGINS/hungry.so" --strategy=hungry --workload=with
"$python" - "$counted" <<'END' || fail "the plug-in takes something else than it does"
import json, sys
counted = sys.argv[1] == "yes"
def footprints(name):
    return {row["name"]: row["ctxbench"]["footprint"] for row in json.load(open(name))["benchmarks"]
            if row["ctxbench"]["strategy"] == "hungry"}
hungry, sated = footprints("hungry.json"), footprints("sated.json")
assert len(sated) >= 2, sated.keys()
for name, without in sated.items():
    found = hungry[name]
    assert found["scope_stack_bytes"] - without["scope_stack_bytes"] == 2048, (name, found, without)
    if counted:
        assert found["scope_heap_bytes"] == 3 * 104 and without["scope_heap_bytes"] == 0, (name, found, without)
        assert (found["allocations"], found["allocated_bytes"]) == (3, 3 * 104), (name, found)
        assert (without["allocations"], without["allocated_bytes"]) == (0, 0), (name, without)
for name, found in hungry.items():
    if "/spawn/" in name: # four threads, each with a snapshot and a scope
        assert "scope_stack_bytes" not in found, (name, found)
        assert not counted or found["allocations"] == 4 * (1 + 3), (name, found)
END

# ---- Single operations ----

measure times.json --strategy=tls --workload=spawn,handoff,request,get --placement=same-pu,pu --parameter=depth=0 \
  --parameter=fibers=0 --parameter=fanout=1
check times.json "
for row in rows:
    ours = row['ctxbench']
    times = ours.get('operation_times')
    assert (times is None) == (ours['workload'] == 'get'), row['name']
    if times is None:
        continue
    assert times['operations'] == sum(times['histogram']['operations']) == 2 * row['iterations'], row['name']
    assert times['histogram']['picoseconds'] == sorted(times['histogram']['picoseconds'])
    assert times['clock_ns'] > 0
    for quantile, needs in (('p50', 20), ('p99', 1000), ('p999', 10000)):
        assert (quantile + '_ns' in times) == (times['operations'] >= needs), (row['name'], times)
    assert ('absent' in times) == (times['operations'] < 10000), times
    found = [times[q + '_ns'] for q in ('p50', 'p99', 'p999') if q + '_ns' in times]
    assert found == sorted(found), times
"
# ---- In the table for other programs: empty where there is nothing ----

expect 0 "$BENCH" export times.json --format=csv
"$python" - <<'END' || fail "the CSV says something else than the file"
import csv, json
rows = {(row["name"]): row for row in json.load(open("times.json"))["benchmarks"]}
table = list(csv.DictReader(open("out", newline=""), strict=True))
assert len(table) == 2 * len(rows)
for line in table:
    ours = rows[line["case"]]["ctxbench"]
    times = ours.get("operation_times", {})
    assert line["operations_recorded"] == str(times.get("operations", "")), line
    for name in ("p50_ns", "p99_ns", "p999_ns", "clock_ns"):
        assert (line[name] == "") == (name not in times) and (line[name] == "" or float(line[name]) == times[name]), line
    for name in ("allocations", "allocated_bytes", "scope_stack_bytes", "scope_heap_bytes"):
        found = ours["footprint"].get(name)
        assert line[name] == "" if found is None else float(line[name]) == found, line
END
expect 0 "$BENCH" report times.json --format=markdown
grep -q "Single operations: how long each round trip took" out || fail "the report does not tell of single operations"

/usr/bin/python3 -c 'import jsonschema' 2>/dev/null || { echo "not validated: python3-jsonschema is missing"; exit 0; }
for file in known hungry times; do
  /usr/bin/python3 -W ignore -m jsonschema -i "$file.json" "$SOURCE/results/schema.json" ||
    fail "$file.json is not as the schema has it"
done
