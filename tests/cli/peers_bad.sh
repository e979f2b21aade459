#!/usr/bin/env bash
#
# Peers that lie, crash, hang, print garbage, speak another version, or are not there: each has its reason told, and
# takes nothing else along. And what `bench peer-check` says of them.

# shellcheck source=tests/support/run.bash
source "$SOURCE/tests/support/run.bash"
# shellcheck source=tests/support/peers.bash
source "$SOURCE/tests/support/peers.bash"
leave_signals_alone

# The good one refuses to measure anywhere but where it is to be bound.
make_peer good "import os; measure = peer.measure" "peer.measure = lambda s, r: measure(s, r) \
  if os.sched_getaffinity(0) == set(r['pus']) else sys.exit(f'bound to {os.sched_getaffinity(0)}')"
make_peer idle "get = peer.get" \
  "peer.WORKLOADS['get'] = (lambda s, timed, n, *rest: get(s, timed, max(1, n // 2), *rest), 'depth', 'up')"
make_peer slow "measure = peer.measure" \
  "peer.measure = lambda *a: (lambda m: {**m, 'measured_ms': 1e9})(measure(*a))"
make_peer elsewhere "measure = peer.measure" "peer.measure = lambda *a: {**measure(*a), 'pus': [7]}"
make_peer unsummed "measure = peer.measure" \
  "peer.measure = lambda *a: {k: v for k, v in measure(*a).items() if k != 'checksums'}"
make_peer crashes "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
make_peer hangs "import time; peer.measure = lambda *a: time.sleep(1000)"
make_peer garbage "print('hello')"
make_peer silent "sys.exit(0)"
make_peer stranger "peer.PROTOCOL = 4" "peer.json.loads = lambda text, l=peer.json.loads: {**l(text), 'protocol': 4}"
make_peer absent
sed -i 's/"version": \["python3"/"version": ["no-such-runtime"/' peers/absent/peer.json
make_peer unbuilt
sed -i 's/"run": /"build": ["sh", "-c", "echo no compiler here; exit 3"], "run": /' peers/unbuilt/peer.json
make_peer unfloored
sed -i 's/"floor": "unfloored-floor"/"floor": "nothing"/' peers/unfloored/peer.json
make_peer misnamed
sed -i 's/"name": "misnamed",/"name": "..\/misnamed",/' peers/misnamed/peer.json
make_peer unlimited
sed -i 's/"depth": .*/"depth": ["few", "many"]}/' peers/unlimited/peer.json
export XDG_CACHE_HOME=$folder/cache

export CTXBENCH_PATIENCE=5
expect 1 "$BENCH" --strategy=peers,tls --workload=get --parameter=depth=0 --parameter=up=1 --threads=1 \
  --executions=1 --samples=1 --min-time=100us --out=run.json
expect_words 'absent-it is left out: Python is not installed: cannot start no-such-runtime'
expect_words 'unbuilt-it is left out: it cannot be built: sh ended with status 3; it said: no compiler here'
expect_words 'unfloored/peer.json: "floor" is missing, or none of its strategies'
expect_words 'misnamed/peer.json: found "name": "../misnamed", wanted at most 31 lower-case letters'
expect_words 'unlimited/peer.json: workload get: wanted "depth" to be a range [MIN, MAX] within 0 to 10000'
check run.json '
case = "-it/get/depth:0/up:1/throughput/threads:1/pu"
found = {f["name"].split("-")[0]: (f["outcome"], f["reason"]) for f in failures if f["name"].endswith(case)}
wanted = {
  "idle": ("wrong-checksum", "returned the checksum 0x"),
  "slow": ("nonsense", "told of 1e+09 ms of measuring, and lived for"),
  "elsewhere": ("nonsense", "answered for other \"pus\" than"),
  "unsummed": ("nonsense", "answered without \"checksums\""),
  "crashes": ("crashed", "ended by SIGSEGV"),
  "hangs": ("timed-out", "gave no answer within"),
  "garbage": ("nonsense", "hello"),
  "silent": ("exited", "exited with status 0 and without an answer"),
  "stranger": ("nonsense", "found protocol version 4, wanted"),
}
assert set(found) == set(wanted), set(found) ^ set(wanted)
for peer, (outcome, words) in wanted.items():
    assert found[peer][0] == outcome and words in found[peer][1], (peer, found[peer])
assert len([f for f in failures if f["name"].startswith("hangs-it")]) == 1
kept = {row["ctxbench"]["strategy"] for row in rows}
assert {"good-it", "good-floor", "tls", "floor", "none"} == kept, kept'
expect_schema schema.json run.json
expect_no_survivors

# What peer-check says, line by line, and its statuses.
expect 0 "$BENCH" peer-check peers/good
grep -q '^ok  *good-it/get/depth:0/up:1/throughput/threads:1/pu$' out || fail "peer-check of the good: $(cat out)"
grep -q '^ok  *good-it, scenario nest$' out || fail "peer-check should prove scenarios: $(cat out)"
! grep -q '^lacks' out || fail "the good peer lacks something: $(cat out)"
expect 1 "$BENCH" peer-check peers/idle
grep -q '^lacks  idle-it/get/.*: sample 0 returned the checksum 0x' out || fail "peer-check of the idle: $(cat out)"
grep -q '^ok  *idle-it, scenario nest$' out || fail "what the idle peer proves should stay: $(cat out)"
expect 1 "$BENCH" peer-check peers/unfloored
grep -q '^lacks  peer.json: .*"floor" is missing' out || fail "peer-check of a manifest: $(cat out)"
expect 1 "$BENCH" peer-check peers/unbuilt
grep -q '^lacks  its program: it cannot be built: ' out || fail "peer-check of what cannot be built: $(cat out)"
expect 1 "$BENCH" peer-check peers/stranger
grep -q '^lacks  refuses another version of the protocol: wanted' out || fail "peer-check of a stranger: $(cat out)"
expect 2 "$BENCH" peer-check peers/absent
expect_words 'Python is not installed'
expect 2 "$BENCH" peer-check peers/nobody
expect_words 'peers/nobody: found no folder of a peer'
