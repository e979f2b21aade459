#!/usr/bin/env bash
#
# scripts/ci-examples/junit.py: what comes of each verdict of bench check, and of what is no answer of it. (check_both.sh
# gives it a real one.)

# shellcheck source=tests/support/run.bash
. "$(dirname "${BASH_SOURCE[0]}")/../support/run.bash"

junit() {
  "$python" "$SOURCE/scripts/ci-examples/junit.py" <"$1"
}

cat >check.json <<'END'
{"time": {"cases": [
  {"name": "a/get/depth:0", "verdict": "regressed", "ratio": 1.1, "interval": [1.05, 1.15]},
  {"name": "a/get/depth:1", "verdict": "improved", "ratio": 0.9, "interval": [0.85, 0.95]},
  {"name": "a/get/depth:2", "verdict": "equivalent", "ratio": 1.0},
  {"name": "b/get/depth:0", "verdict": "inconclusive", "ratio": 1.02, "interval": [0.9, 1.2]},
  {"name": "b/get/depth:1", "verdict": "not-compared", "remark": "the base <lacks> \"it\""}]},
 "instructions": {"cases": [{"name": "a/get/depth:0", "verdict": "regressed", "base": 5, "now": 6}]}}
END
expect 0 junit check.json
"$python" - out <<'END' || fail "junit.py: found $(<out)"
import sys
import xml.etree.ElementTree as ElementTree

suites = {suite.get("name"): suite for suite in ElementTree.parse(sys.argv[1]).getroot()}
assert list(suites) == ["time", "instructions"]
counts = [[suite.get(name) for name in ("tests", "failures", "skipped", "errors")] for suite in suites.values()]
assert counts == [["5", "1", "2", "0"], ["1", "1", "0", "0"]], counts
found = {f"{test.get('classname')}/{test.get('name')}": test[0] for test in suites["time"]}
assert [found[name].tag for name in sorted(found)] == ["failure", "system-out", "system-out", "skipped", "skipped"]
assert found["a/get/depth:0"].get("message") == "regressed, +10.0 %, 95 % interval +5.0 to +15.0 %"
assert found["b/get/depth:1"].get("message") == 'not-compared, the base <lacks> "it"'
assert suites["instructions"][0][0].get("message") == "regressed, 5 instructions before, 6 now"
END

: >nothing
expect 1 junit nothing
expect_words "standard input is no JSON"
echo '{}' >empty
expect 1 junit empty
expect_words "found neither times nor instructions"
