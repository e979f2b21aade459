#!/usr/bin/env bash
#
# Where the JSON library fails, which it does without a word, that is noticed: the status is not 0, or what was written
# is whole.

set -euo pipefail
source "$SOURCE/tests/support/run.bash"
if is_sanitised; then
  echo "skipped: a sanitizer's runtime has to come before what is preloaded"
  exit 77
fi
shim=$PLUGINS/failing_json.so
settings=(--strategy=tls --workload=get --depth=0 --threads=1 --executions=1 --samples=1 --min-time=1ms)
expect 0 "$BENCH" "${settings[@]}" --quiet --out=base.json

# sweep FILE COMMAND...: with every number of calls that go well, until all do. FILE is what has to be whole then.
sweep() {
  local file=$1 calls=0 step=1 status
  shift
  for ((;; calls += step)); do
    rm -f ./out.json ./*.journal
    status=0
    JSON_CALLS=$calls LD_PRELOAD=$shim timeout 60 "$@" >out 2>"$err" || status=$?
    [[ $status -lt 124 ]] || fail "$*: status $status after $calls calls"
    if [[ $status -eq 0 ]]; then
      "$python" -c 'import json, sys; assert json.load(open(sys.argv[1]))' "$file" 2>/dev/null ||
        fail "$*: status 0 after $calls calls, and $file holds no JSON: $(head -c 100 "$file" 2>/dev/null)"
      [[ $calls -lt 100000 ]] || fail "$*: still fails after $calls calls"
      JSON_CALLS=1000000 LD_PRELOAD=$shim timeout 60 "$@" --force >whole 2>/dev/null || fail "$* fails by itself"
      return
    fi
    [[ -s $err ]] || fail "$*: status $status after $calls calls, and not a word"
    step=$((1 + calls / 8)) # the first ones one by one
  done
}
sweep out "$BENCH" compare base.json base.json --format=json
sweep out "$BENCH" export base.json --format=gbench-flat
sweep out "$BENCH" export base.json --format=bmf
sweep out "$BENCH" export base.json --format=codspeed
sweep out.json "$BENCH" "${settings[@]}" --quiet --out=out.json
sweep out.json "$BENCH" conformance --strategy=tls --scenario=nest --out=out.json
sweep out "$BENCH" check --strategy=tls-c11 --workload=get --depth=0 --budget=1ms --format=json --against="$BENCH"
sweep out "$BENCH" check --strategy=tls --workload=get --depth=0 --budget=1ms --format=json --baseline=base.json
