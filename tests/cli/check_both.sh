#!/usr/bin/env bash
#
# bench check on time and instructions at once: where they disagree, the output says so. One build waits in each read,
# in few instructions, and the other executes many that take less time, by a factor of ten and more.

source "$SOURCE/tests/support/run.bash"
source "$SOURCE/tests/support/other_build.bash"

require_valgrind
build waiting "$(read_after '.rept 50; pause; .endr')"
build working "$(read_after '.rept 400; nop; .endr')"
case=(--strategy=tls-ie --workload=with --parameter=inside=1 --samples=2 --metric="time,instructions")

expect 3 working/bench check "${case[@]}" --against=waiting/bench --format=json
"$python" -c '
import json
both = json.load(open("out"))
time, count = both["time"]["cases"][0], both["instructions"]["cases"][0]
assert time["verdict"] == "improved" and count["verdict"] == "regressed", both
assert count["dissent"] == "more work, and yet it takes less time", count
' || fail "more work in less time is not told"

"$python" "$SOURCE/scripts/ci-examples/junit.py" <out >junit.xml || fail "its answer cannot be made JUnit XML of"
"$python" -c '
import xml.etree.ElementTree as ElementTree
time, count = ElementTree.parse("junit.xml").getroot()
assert (time.get("failures"), count.get("failures"), time.get("tests")) == ("0", "1", "1")
assert "more work, and yet it takes less time" in count[0][0].get("message")
' || fail "the JUnit XML of both is not as it should be: $(<junit.xml)"
