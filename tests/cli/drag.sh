#!/usr/bin/env bash
#
# A drag of a known number of steps in each read (tests/plugins/drag.c) shows up in the right amount: eighteen
# instructions a step, in `get`, in scopes that look for their parent, and in `nest`: exact to the digit. Instructions, and
# no times. (drag_request.sh has two threads.)

source "$SOURCE/tests/support/run.bash"
require_valgrind

# count STEPS: a worker that is counted gets none of our environment, so the number is built in.
count() {
  build_plugin "$SOURCE/tests/plugins/drag.c" "drag$1.so" -DDRAG_STEPS="$1"
  expect 0 "$BENCH" check --metric=instructions --plugin="./drag$1.so" --strategy=drag --workload=get,with,nest \
    --parameter=depth=0,16 --parameter=up=1 --parameter=keys=1 --parameter=inside=0,1 \
    --parameter=nest=8 --parameter=reads=1 --out="$1.json"
}
count 100
count 150
"$python" - <<'END' || fail "50 steps more are not 900 instructions more in each read"
import json, re

def reads_of(name):
    """How often one operation looks at the context."""
    if "/nest/" in name:  # each scope looks for its parent, and reads two keys
        return 3 * int(re.search("/nest:([0-9]+)/", name)[1])
    return 0 if "/with/" in name and "/inside:0/" in name else 1

def counted(name):
    """Without the store `table`: it hashes addresses, so that where the plug-in lies decides what collides."""
    cases = json.load(open(name))["cases"]
    return {case: count for case, count in cases.items() if not case.startswith("drag+table/")}

few, many = counted("100.json"), counted("150.json")
assert few.keys() == many.keys() and len(few) >= 6, few.keys()
assert any("/nest/nest:8/" in name for name in few), few.keys()
for name in few:
    added = many[name]["instructions"] - few[name]["instructions"]
    assert added == reads_of(name) * 900, (name, few[name], many[name])
END
