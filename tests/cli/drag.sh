#!/usr/bin/env bash
#
# A drag of a known number of steps in each read (tests/plugins/drag.c) shows up in the right amount: eighteen
# instructions a step, in `get`, in scopes that look for their parent, in `nest`, and in `request`. Instructions, and no
# times.

source "$SOURCE/tests/support/run.bash"

if is_sanitised; then
  echo "skipped: sanitizers do not run under valgrind"
  exit 77
fi
command -v valgrind >/dev/null || fail "valgrind is missing; scripts/setup installs it"
drag=$PLUGINS/drag.so

# ---- One thread: exact to the digit ----

# count STEPS: a worker that is counted gets none of our environment, so the number is built in.
count() {
  cc -std=c17 -D_GNU_SOURCE -O2 -shared -fPIC -fno-omit-frame-pointer -fexceptions -DDRAG_STEPS="$1" \
    -I"$SOURCE/strategies" -I"$(dirname "$BENCH")/strategies" -o "drag$1.so" \
    "$SOURCE/tests/plugins/drag.c" || fail "cannot build a drag of $1 steps"
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

# ---- A request: two threads wait for each other, which costs a little more or less each time ----

protocol=$(sed -n 's/^#define PROTOCOL_VERSION //p' "$SOURCE/harness/protocol/protocol.h")

# request STEPS ITERATIONS: all instructions of a worker that serves so many requests of 50 reads.
request() {
  printf '{"protocol":%s,"case":"drag","strategy":"drag","workload":"request","form":"throughput",' "$protocol" >line
  printf '"parameters":{"reads":50},"pus":[0,0],"iterations":%s,"samples":1,' "$2" >>line
  printf '"sample_seconds":1,"plugin":"%s"}\n' "$drag" >>line
  expect 0 env CTXBENCH_DRAG="$1" valgrind --tool=callgrind --callgrind-out-file=/dev/null "$BENCH" --worker <line
  grep -q '"outcome":"ok"' out || fail "the worker did not measure: $(cat out)"
  sed -n 's/.*Collected : //p' "$err"
}
# Each request looks at the context once for each read, once for each of its three scopes, and once to hand it on.
"$python" - "$(request 0 2)" "$(request 0 12)" "$(request 2000 2)" "$(request 2000 12)" <<'END' ||
import sys
short, long, short_dragged, long_dragged = map(int, sys.argv[1:])
found, wanted = ((long_dragged - short_dragged) - (long - short)) / 10, 18 * 2000 * (50 + 3 + 1)
print(f"a request is dragged by {found:.0f} instructions, predicted are {wanted}")
sys.exit(abs(found - wanted) > wanted / 100)
END
  fail "a request is not dragged as predicted"
