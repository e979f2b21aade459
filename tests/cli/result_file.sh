#!/usr/bin/env bash
#
# Result files, shown to readers that are not ours: a JSON Schema validator, and Google Benchmark's compare.py.
set -euo pipefail

python=/usr/bin/python3 # the distribution's, which has the distribution's packages
compare=/usr/share/benchmark/compare.py
for module in jsonschema scipy; do
    "$python" -c "import $module" 2>/dev/null || { echo "skipped: python3-$module is not installed"; exit 77; }
done
[ -e "$compare" ] || { echo "skipped: libbenchmark-tools is not installed"; exit 77; }

directory=$(mktemp -d)
trap 'rm -r "$directory"' EXIT

"$(dirname "$BENCH")/tests/test_results" "$directory"
CTXBENCH_LOCK=test-$$ "$BENCH" conformance --strategy=explicit,tls --scenario=nest,longjmp,qsort --quiet \
    --out="$directory/conformance.json"
"$python" -W ignore "$SOURCE/tests/support/validate.py" "$SOURCE/results/schema.json" \
    "$directory"/{first,second,empty,conformance}.json

# The comparison must find the rows: a line per case with both times and their change, and a test of significance.
"$python" "$compare" --no-color benchmarks "$directory/first.json" "$directory/second.json" >"$directory/comparison"
grep -q '^stacktag/get/depth:16/up:1/latency/threads:1/pu  *[+-][0-9.]*  *[+-][0-9.]*  *[0-9]' "$directory/comparison"
grep -q '^stacktag/get/depth:16/up:1/latency/threads:1/pu_pvalue .*U Test, Repetitions: 10 vs 10' "$directory/comparison"
grep -q '^OVERALL_GEOMEAN' "$directory/comparison"
if grep -qi 'nan\|inf' "$directory/comparison"; then
    echo "the comparison divides by something that is no time:"
    grep -i 'nan\|inf' "$directory/comparison"
    exit 1
fi
