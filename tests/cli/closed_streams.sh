#!/usr/bin/env bash
#
# Started without standard streams, as daemons and some agents of CI start programs: what is printed arrives, or the
# status says that it did not; and it never goes into a file or a library's pipe that took the number.

set -euo pipefail
source "$SOURCE/tests/support/run.bash"
settings=('--strategy=tls,stacktag' --workload=get --depth=0 --threads=1 --executions=2 --samples=1 --min-time=1ms)
"$BENCH" "${settings[@]}" --quiet --out=base.json 2>"$err" || fail "no result to begin with"

# status_of CLOSED COMMAND...: CLOSED is which descriptors are closed, as "01".
status_of() {
  local closed=$1 status=0
  shift
  (
    exec 2>"$err"
    [[ $closed != *0* ]] || exec <&-
    [[ $closed != *1* ]] || exec >&-
    [[ $closed != *2* ]] || exec 2>&-
    exec "$@"
  ) </dev/null >out || status=$?
  echo "$status"
}

# What prints says with status 1 that nothing arrived, whichever other streams are there.
for command in list topology suite --help --version --manual --completion '--names=workload' '--dry-run' \
  'export base.json --format=csv' 'export base.json --format=bmf' 'compare base.json base.json' \
  'compare base.json base.json --format=json' 'report base.json --format=markdown' 'report base.json --out=-'; do
  read -ra words <<<"$command"
  for closed in 1 01 12 012; do
    status=$(status_of "$closed" "$BENCH" "${words[@]}")
    [[ $status -eq 1 ]] || fail "bench $command with $closed closed: status $status, wanted 1"
  done
  for closed in 0 2 02; do
    status=$(status_of "$closed" "$BENCH" "${words[@]}")
    [[ $status -eq 0 && -s out ]] || fail "bench $command with $closed closed: status $status and $(wc -c <out) bytes"
  done
done
status=$(status_of 1 "$BENCH" list)
expect_words 'standard output could not be written'

# Files are whole: nothing that was printed is in them.
for closed in 0 1 2 01 02 12 012; do
  rm -f file.* ./*.journal
  status=$(status_of "$closed" "$BENCH" "${settings[@]}" --quiet --out=file.json)
  [[ $status -eq 0 ]] || fail "a run with $closed closed: status $status"
  check file.json 'assert rows and not failures'
  status=$(status_of "$closed" "$BENCH" report base.json --quiet --out=file.html)
  [[ $status -eq 0 ]] || fail "a report with $closed closed: status $status"
  [[ $(head -c 15 file.html) == '<!doctype html>' ]] || fail "file.html does not begin as it should"
done
rm -f file.json
status=$(status_of 012 "$BENCH" "${settings[@]}" --out=file.json)
[[ $status -eq 1 ]] || fail "a run that cannot tell its table: status $status, wanted 1"
check file.json 'assert rows and not failures'

# A worker without streams reads no request and answers nobody.
for closed in 0 01 012; do
  status=$(status_of "$closed" "$BENCH" --worker)
  [[ $status -eq 1 ]] || fail "a worker with $closed closed: status $status, wanted 1"
done
