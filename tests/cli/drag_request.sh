#!/usr/bin/env bash
#
# As drag.sh, in `request`: two threads wait for each other, which costs a little more or less each time.

source "$SOURCE/tests/support/run.bash"
require_valgrind
drag=$PLUGINS/drag.so

protocol=$(sed -n 's/^#define PROTOCOL_VERSION //p' "$SOURCE/harness/protocol/protocol.h")

# request STEPS ITERATIONS: all instructions of a worker that serves so many requests of 50 reads.
request() {
  printf '{"protocol":%s,"case":"drag","strategy":"drag","workload":"request","form":"throughput",' "$protocol" >line
  printf '"parameters":{"reads":50,"depth":30,"scopes":3,"handoffs":1,"callbacks":20},"pus":[0,0],"iterations":%s,"samples":1,' "$2" >>line
  printf '"sample_seconds":1,"plugin":"%s"}\n' "$drag" >>line
  expect 0 env CTXBENCH_DRAG="$1" valgrind --tool=callgrind --callgrind-out-file=/dev/null "$BENCH" --worker <line
  grep -q '"outcome":"ok"' out || fail "the worker did not measure: $(cat out)"
  sed -n 's/.*Collected : //p' "$err"
}
# Each request looks at the context once for each read, once for each of its three scopes but the outermost, which has
# no parent, and once to hand it on.
"$python" - "$(request 0 2)" "$(request 0 12)" "$(request 2000 2)" "$(request 2000 12)" <<'END' ||
import sys
short, long, short_dragged, long_dragged = map(int, sys.argv[1:])
found, wanted = ((long_dragged - short_dragged) - (long - short)) / 10, 18 * 2000 * (50 + 2 + 1)
print(f"a request is dragged by {found:.0f} instructions, predicted are {wanted}")
sys.exit(abs(found - wanted) > wanted / 100)
END
  fail "a request is not dragged as predicted"
