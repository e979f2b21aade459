#!/usr/bin/env bash
#
# bench conformance: wrong input, and files that it may and may not write.

source "$SOURCE/tests/support/run.bash"
source "$SOURCE/tests/support/conformance.bash"
leave_signals_alone

bench=("$BENCH" conformance)

# Wrong input, and what must not be overwritten.
expect 2 "${bench[@]}" --scenario=longjump
expect_words 'no scenario is called "longjump"; did you mean "longjmp"'
expect 2 "${bench[@]}" --strategy=none
expect_words 'found only references in "none"'
expect 2 "${bench[@]}" --format=html
expect_words '--format'
expect 2 "$BENCH" run --scenario=nest
expect_words '--scenario has no meaning for bench run'
expect 0 "${bench[@]}" --scenario=nest --strategy=tls --out=all.json
expect 2 "${bench[@]}" --scenario=nest --out=all.json
expect_words 'all.json'
expect 0 "${bench[@]}" --scenario=nest --strategy=tls --out=all.json --force --quiet
[[ ! -s out ]] || fail "--quiet prints"
expect 0 "${bench[@]}" --scenario=nest --strategy=tls --out=-
"$python" -c 'import json; json.load(open("out"))' || fail "--out=- prints no JSON"

# Where there is no room to show it, the file holds it all the same.
status=0
"${bench[@]}" --scenario=nest --strategy=tls --out=kept.json >/dev/full 2>"$err" || status=$?
[[ $status -eq 1 ]] || fail "no room for the matrix: status $status, wanted 1"
check kept.json 'assert len(result["context"]["ctxbench"]["conformance"]) == 1'
