#!/usr/bin/env bash
#
# bench export: each format is what its readers accept, and says what the result file says.
#
# The readers' rules, as their sources had them in 2025:
#   github-action-benchmark, src/extract.ts (tool googlecpp): JSON; every element of "benchmarks" is one benchmark of its
#     own, called "name", worth "real_time" in "time_unit"; "iterations", "cpu_time" and "threads" are shown beside it.
#     Two of one name would be one benchmark with two values.
#   Bencher, adapters/cpp/google.rs: "context" must have an array "caches"; each element a "name" of 1 to 1024
#     characters, a number "real_time", and a "time_unit" of ns, us, ms or s.
#   Bencher, adapters/json/v0.rs: an object of objects of objects: name, measure, metric, which has "value" and perhaps
#     "lower_value" and "upper_value", all numbers. The measure "latency" is in nanoseconds.
#   CodSpeed's runner reads what codspeed-cpp (core/src/walltime.cpp) and codspeed-rust (walltime_results.rs) write:
#     "creator" with name, version and pid; "instrument" with the type "walltime"; "benchmarks", each with "name", "uri",
#     "config" (four numbers or null) and "stats", whose eight times are numbers and whose five counts are whole numbers.

set -euo pipefail
source "$SOURCE/tests/support/run.bash"

"$python" "$SOURCE/tests/support/make_result.py" result.json executions=9 fail='tls/with/keys:4/*'
"$python" "$SOURCE/tests/support/make_result.py" single.json executions=1

# read_export CODE: runs Python with standard output as `text`, and by name the medians of the result file as `medians`.
read_export() {
  "$python" -c "
import csv, io, json, math, statistics
text = open('out', newline='').read()
result = json.load(open('result.json'))
samples = {}
for row in result['benchmarks']:
    samples.setdefault(row['name'], []).append(row['ctxbench']['samples']['real_ns'])
medians = {name: statistics.median(map(statistics.median, of)) for name, of in samples.items()}
def refuse(name): raise ValueError(name + ' is no JSON')
def parse(): return json.loads(text, parse_constant=refuse)
def number(value): return isinstance(value, (int, float)) and not isinstance(value, bool)
def whole(value): return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**64
def near(a, b): return math.isclose(a, b, rel_tol=1e-9)
$1" || fail "the export is not as it should be"
}

expect 0 "$BENCH" export result.json --format=gbench-flat
read_export '
flat = parse()
rows = {row["name"]: row for row in flat["benchmarks"]}
assert len(rows) == len(flat["benchmarks"]) == len(medians) == 14
assert isinstance(flat["context"]["caches"], list) and flat["context"]["host_name"] == "example"
assert "ctxbench" not in flat["context"]
for name, row in rows.items():
    assert 1 <= len(name) <= 1024 and row["run_name"] == name and row["run_type"] == "iteration"
    assert row["time_unit"] == "ns" and near(row["real_time"], medians[name])
    assert whole(row["iterations"]) and row["threads"] == 1 and near(row["cpu_time"], 0.99 * medians[name])
'

expect 0 "$BENCH" export result.json --format=bmf
read_export '
bmf = parse()
assert bmf.keys() == medians.keys()
for name, measures in bmf.items():
    assert list(measures) == ["latency"]
    metric = measures["latency"]
    assert metric.keys() == {"value", "lower_value", "upper_value"} and all(map(number, metric.values()))
    assert near(metric["value"], medians[name]) and metric["lower_value"] <= metric["value"] <= metric["upper_value"]
'
expect 0 "$BENCH" export single.json --format=bmf
read_export 'assert all(measures["latency"].keys() == {"value"} for measures in parse().values())'

expect 0 "$BENCH" export result.json --format=codspeed
read_export '
walltime = parse()
assert walltime.keys() == {"creator", "instrument", "benchmarks"} and walltime["instrument"] == {"type": "walltime"}
assert walltime["creator"]["name"] and walltime["creator"]["version"] and whole(walltime["creator"]["pid"])
assert len({b["uri"] for b in walltime["benchmarks"]}) == len(walltime["benchmarks"]) == len(medians)
for benchmark in walltime["benchmarks"]:
    assert benchmark.keys() == {"name", "uri", "config", "stats"} and benchmark["uri"].endswith(benchmark["name"])
    assert benchmark["config"] == dict.fromkeys(["warmup_time_ns", "min_round_time_ns", "max_time_ns", "max_rounds"])
    stats = benchmark["stats"]
    times = ["min_ns", "max_ns", "mean_ns", "stdev_ns", "q1_ns", "median_ns", "q3_ns", "total_time"]
    counts = ["rounds", "iqr_outlier_rounds", "stdev_outlier_rounds", "iter_per_round", "warmup_iters"]
    assert sorted(stats) == sorted(times + counts)
    assert all(number(stats[key]) for key in times) and all(whole(stats[key]) for key in counts)
    every = sorted(sum(samples[benchmark["name"]], []))
    quartiles = statistics.quantiles(every, method="inclusive")
    mean, deviation, width = statistics.mean(every), statistics.stdev(every), 1.5 * (quartiles[2] - quartiles[0])
    wanted = {"min_ns": every[0], "max_ns": every[-1], "mean_ns": mean, "stdev_ns": deviation, "q1_ns": quartiles[0],
              "median_ns": quartiles[1], "q3_ns": quartiles[2], "total_time": sum(every) * 1000 / 1e9}
    assert all(math.isclose(stats[key], value, rel_tol=1e-9) for key, value in wanted.items()), (stats, wanted)
    assert stats["rounds"] == len(every) == 27 and stats["iter_per_round"] == 1000
    assert stats["iqr_outlier_rounds"] == sum(not quartiles[0] - width <= t <= quartiles[2] + width for t in every)
    assert stats["stdev_outlier_rounds"] == sum(abs(t - mean) > 3 * deviation for t in every)
'

expect 0 "$BENCH" export result.json --format=csv
read_export '
rows = list(csv.DictReader(io.StringIO(text), strict=True))
assert len(rows) == sum(len(of) for executions in samples.values() for of in executions) == 14 * 27
assert all(None not in row and None not in row.values() for row in rows)
for row in rows:
    assert float(row["real_ns"]) == samples[row["case"]][int(row["execution"])][int(row["sample"])]
    assert row["case"] == row["strategy"] + "/" + row["comparison_name"]
    get = row["workload"] == "get"
    assert row["parameter_depth"].isdigit() == get and row["parameter_keys"].isdigit() != get
    assert row["reference"] == ("TRUE" if row["strategy"] == "none" else "FALSE")
    assert row["fingerprint"] == "0123456789abcdef" and row["source_revision"] == ""
    assert row["run_delay_ns"].isdigit() and row["involuntary_switches"].isdigit() and float(row["cpu_ns"]) > 0
order = [int(row["order"]) for row in rows if row["sample"] == "0" and row["case"].startswith("tls/with/keys:1/")]
assert order == sorted(order) and len(set(order)) == 9
'

# Text that a field could not hold as it stands.
"$python" "$SOURCE/tests/support/make_result.py" result.json executions=2 name='a,"b" ' linkage='x
y'
expect 0 "$BENCH" export result.json --format=csv
read_export '
rows = list(csv.DictReader(io.StringIO(text), strict=True))
assert {row["strategy"] for row in rows} == {"a,\"b\" " + name for name in ("stacktag", "tls", "none")}
assert {row["linkage"] for row in rows} == {"x?y"}
'
for format in gbench-flat bmf codspeed; do
  expect 0 "$BENCH" export result.json --format=$format
  read_export 'parse()'
done

# Where it goes.
expect 0 "$BENCH" export result.json --format=csv
cp out wanted
expect 0 "$BENCH" export result.json --format=csv --out=samples.csv
cmp samples.csv wanted || fail "--out and standard output differ"
[[ ! -s out ]] || fail "with --out nothing goes to standard output"
echo precious >kept
expect 1 "$BENCH" export result.json --format=csv --out=kept
expect_words --force
[[ $(cat kept) == precious ]] || fail "a file was overwritten"
expect 0 "$BENCH" export result.json --format=csv --out=kept --force
cmp kept wanted || fail "--force should replace the file"
status=0
"$BENCH" export result.json --format=csv >/dev/full 2>"$err" || status=$?
[[ $status -eq 1 ]] || fail "a full standard output: status $status, wanted 1"

# A file in which nothing went well: an empty export would look as if all had.
"$python" "$SOURCE/tests/support/make_result.py" failed.json fail='*'
for format in gbench-flat bmf codspeed csv; do
  expect 2 "$BENCH" export failed.json --format=$format
  expect_words 'failed.json has no measurement to export'
  [[ ! -s out ]] || fail "nothing should be exported as $format"
done

# What it refuses.
expect 2 "$BENCH" export result.json
expect_words "--format=FORMAT: bmf, codspeed, csv, gbench-flat"
expect 2 "$BENCH" export result.json --format=html
expect_words gbench-flat
expect 2 "$BENCH" export --format=csv
expect_words "bench export RESULT"
expect 2 "$BENCH" export missing.json --format=csv
expect_words "No such file"
expect 2 "$BENCH" compare result.json result.json --format=csv
expect_words terminal
