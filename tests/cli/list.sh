#!/usr/bin/env bash
# bench list, --help, --completion and the manual page: complete, 80 columns wide, and plain in a pipe.
set -u
# shellcheck source=tests/support/checks.bash
source "$SOURCE/tests/support/checks.bash"

# wide FILE: whether a line has more than 80 columns.
wide() {
  awk 'length($0) > 80 { found = 1 } END { exit !found }' "$1"
}

"$BENCH" list >listing 2>&1 || fail "bench list failed: $(cat listing)"
"$BENCH" --list >again 2>&1 || fail "bench --list failed"
cmp -s listing again || fail "bench list and bench --list differ"
wide listing && fail "bench list is wider than 80 columns"
grep -q $'\033' listing && fail "bench list writes escape sequences into a pipe"
for word in Strategies Workloads Placements; do
  grep -q "^$word" listing || fail "bench list has no part $word"
done

# Each file in strategies/ and in strategies/modules/ is a strategy that list shows; nothing else is needed to add one.
for file in "$SOURCE"/strategies/*.c "$SOURCE"/strategies/modules/*.c; do
  name=$(basename "$file" .c)
  [ "$name" = skeleton ] && continue
  grep -q "^  $name " listing || fail "bench list does not show $name"
done
"$BENCH" --names=strategy | while read -r name; do
  grep -q "^  $name " listing || echo "$name"
done | grep . && fail "--names=strategy and list differ"
"$BENCH" --names=parameter | grep -qx 'depth=' || fail "--names=parameter has no depth="
"$BENCH" --names=workload | grep -qx get || fail "--names=workload has no get"
# Each file in strategies/stores/ is a store, and each in strategies/workloads/ a workload.
for file in "$SOURCE"/strategies/stores/*.h; do
  "$BENCH" --names=store | grep -qx "$(basename "$file" .h)" || fail "--names=store has no $(basename "$file" .h)"
done
for file in "$SOURCE"/strategies/workloads/*.h; do
  "$BENCH" --names=workload | grep -qx "$(basename "$file" .h)" || fail "--names=workload has no $(basename "$file" .h)"
done
tr -s ' \n' ' ' <listing | grep -q 'stores: cached, chain, flat, native, table' || fail "bench list does not show stores"
"$BENCH" --names=placement | grep -qx pu || "$BENCH" --names=placement | grep -q pu-kind || fail "--names=placement has no pu"

"$BENCH" list --plugin="$PLUGINS/unavailable.so" >listing || fail "list --plugin failed"
grep -q 'not available here: needs a processor' listing || fail "list does not say why a strategy is not available"
tr -s ' \n' ' ' <listing | grep -q 'from [^ ]*unavailable.so' || fail "list does not say where a strategy comes from"

# For programs: the same names, and each strategy's outcome in each of its scenarios is stated once.
"$BENCH" list --format=json >list.json || fail "list --format=json failed"
"${PYTHON:-python3}" - "$("$BENCH" --names=strategy)" "$("$BENCH" --names=workload)" "$("$BENCH" --names=scenario)" <<'END' ||
import json, sys
listed = json.load(open("list.json"))
assert listed["ctxbench_list"] == 1
for key, names in zip(("strategies", "workloads", "scenarios"), sys.argv[1:]):
    assert [row["name"] for row in listed[key]] == names.split(), key
scenarios = {row["name"]: row for row in listed["scenarios"]}
strategies = {row["name"]: row for row in listed["strategies"]}
for row in strategies.values():
    stated = [cell["scenario"] for key in ("passes", "fails", "not_applicable") for cell in row[key]]
    assert len(set(stated)) == len(stated) and set(stated) <= set(scenarios), row["name"]
    assert stated or row["reference"], row["name"]
    assert all("reason" in cell for cell in row["fails"]), row["name"]
fails = {cell["scenario"]: cell["reason"] for cell in strategies["tls"]["fails"]}
assert "longjmp" in fails and "fiber-switch" in fails, fails
assert "longjmp" in [cell["scenario"] for cell in strategies["stacktag"]["passes"]]
assert "folly#2017" in scenarios["restore-absence"]["story"]
assert all(set(row["scenarios"]) <= set(scenarios) for row in listed["conditions"])
get = next(row for row in listed["workloads"] if row["name"] == "get")
assert [p["name"] for p in get["parameters"]][0] == "depth" and get["operation"] == "read"
END
  fail "list --format=json is not as it should be"
if [ -e /dev/full ]; then
  "$BENCH" list --format=json >/dev/full 2>err && fail "list --format=json succeeds on a full disk"
  [ "$(wc -l <err)" -eq 1 ] || fail "list --format=json on a full disk: $(cat err)"
fi

"$BENCH" --help >help || fail "--help failed"
wide help && fail "--help is wider than 80 columns"
"$BENCH" --version | grep -Eqx 'bench \(ctxbench\) [0-9]+\.[0-9]+\.[0-9]+' || fail "--version: $("$BENCH" --version)"

# The manual page names every option, and man's own checker has nothing to say.
"$BENCH" --manual >bench.1 || fail "--manual failed"
grep -o '^  --[a-z-]*' help | tr -d ' ' | sed 's/-/\\-/g' | while read -r option; do
  grep -qF -- "$option" bench.1 || echo "$option"
done | grep . && fail "options that the manual page lacks"
if command -v groff >/dev/null; then
  warnings=$(groff -man -Tutf8 -ww -z bench.1 2>&1)
  [ -z "$warnings" ] || fail "groff: $warnings"
fi

# complete WORD...: what the completion script offers for the last word.
complete_words() {
  bash -c '
    compopt() { :; }
    source <("$1" --completion) || exit 1
    shift
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    _ctxbench
    printf "%s\n" "${COMPREPLY[@]}"' bash "$BENCH" "$@"
}

complete_words "$BENCH" --strat | grep -qx -- '--strategy=' || fail "completion of --strat"
complete_words "$BENCH" li | grep -qx list || fail "completion of li"
complete_words "$BENCH" --strategy = expl | grep -qx explicit || fail "completion of --strategy=expl"
complete_words "$BENCH" --strategy = tls,expl | grep -qx tls,explicit || fail "completion of --strategy=tls,expl"
complete_words "$BENCH" --workload = | grep -qx get || fail "completion of --workload="
touch result.json
complete_words "$BENCH" --resume = res | grep -qx result.json || fail "completion of --resume=res"

finish
