#!/usr/bin/env bash
# Wrong input: status 2, one message on standard error that names the trouble, nothing on standard output, no file left.
set -u
# shellcheck source=tests/support/checks.bash
source "$SOURCE/tests/support/checks.bash"

# refused WORDS ARGUMENT...: the program refuses the arguments, with WORDS in its message.
refused() {
  local words=$1 status
  shift
  "$BENCH" "$@" >stdout 2>stderr
  status=$?
  [ "$status" -eq 2 ] || fail "bench $*: status $status, wanted 2"
  grep -qF -- "$words" stderr || fail "bench $*: wanted \"$words\", found: $(cat stderr)"
  [ -s stdout ] && fail "bench $*: wrote to standard output: $(head -3 stdout)"
  rm -f stdout stderr
  [ -z "$(ls -A)" ] || fail "bench $*: left behind: $(ls -A)"
  rm -rf "${folder:?}"/*
}

refused 'no strategy is called "explict"; did you mean "explicit"?' --strategy=explict
refused 'no strategy is called "xyz*"; there are ' --strategy='xyz*'
refused 'no workload is called "gte"; did you mean "get"?' --workload=gte
refused 'no placement of the chosen workloads and threads is called "ppu"; did you mean "pu"?' --placement=ppu
refused 'did you mean --strategy?' --stratgey=tls
refused 'unknown option --nonsense' --nonsense
refused 'unknown option -x' -x
refused 'no command is called "lisst"; did you mean "list"?' lisst
refused 'found both list and topology' list topology
refused 'parameter depth: found -1; the workload get takes 0 to' --workload=get --depth=-1
refused 'parameter depth: found 1000000000000; the workload get takes 0 to' --workload=get --depth=1000000000000
refused 'no parameter of the chosen workloads is called "dept"; did you mean "depth"?' --parameter=dept=1
refused '--depth: found an empty item' --depth=,
refused '--depth wants a value' --depth=
refused '--strategy: found an empty item' --strategy=tls,,none
refused '--threads: found 65536, wanted at most ' --threads=65536
refused '--threads: found "0"' --threads=0
refused '--executions: found "0"; wanted a whole number from 1' --executions=0
refused '--samples: found "1000"' --samples=1000
refused '--min-time: found "soon"; wanted a time' --min-time=soon
refused '--seed: found "tuesday"; wanted a whole number' --seed=tuesday
refused '--out is given twice' --out=a.json --out=b.json
refused '--dry-run takes no value' --dry-run=very
refused '--resume takes its settings from a.json, so --strategy cannot be given too' --resume=a.json --strategy=tls
refused 'add --dry-run' --topology=package:2
refused '--topology: ' --topology=no-such-file.xml --dry-run
refused '--depth has no meaning for bench list' list --depth=1
refused 'cannot write /: ' --out=/
refused 'cannot write no-such-folder/a.json: ' --out=no-such-folder/a.json
refused 'nothing is left to measure' --workload=handoff --threads=1

# Plug-ins: each is wrong in one way.
refused 'no_such.so: cannot be read: No such file' --plugin=no_such.so --dry-run
refused 'wrong_abi.so: found ABI ' --plugin="$PLUGINS/wrong_abi.so" --dry-run
refused 'wrong_size.so: found a descriptor of' --plugin="$PLUGINS/wrong_size.so" --dry-run
refused 'missing_entry.so: found no symbol ctx_strategy_entry' --plugin="$PLUGINS/missing_entry.so" --dry-run
refused 'duplicate_name.so: found a second strategy called none' --plugin="$PLUGINS/duplicate_name.so" --dry-run
refused 'crash_when_loaded.so: crashes when loaded: signal 11' --plugin="$PLUGINS/crash_when_loaded.so" --dry-run
refused 'with exit status 7' --plugin="$PLUGINS/exit_when_loaded.so" --dry-run
refused 'strategy unavailable is left out: needs a processor' \
  --plugin="$PLUGINS/unavailable.so" --strategy=unavailable --dry-run

# A plug-in that is well-formed loads by its bare name, too.
cp "$PLUGINS/well_formed.so" . || exit 1
"$BENCH" --plugin=well_formed.so --strategy=well-formed --dry-run >stdout 2>stderr || fail "well_formed.so: $(cat stderr)"
grep -q '^well-formed ' stdout || fail "well_formed.so is not in the plan: $(cat stdout)"

# What is printed must arrive.
for command in --help list topology --dry-run; do
  "$BENCH" "$command" >/dev/full 2>stderr
  [ $? -eq 1 ] || fail "bench $command to a full disk: wanted status 1"
  grep -q 'standard output could not be written' stderr || fail "bench $command to a full disk: found $(cat stderr)"
done

# A plan can be looked at without leaving a trace.
rm -rf "${folder:?}"/*
"$BENCH" --dry-run --suite=quick >/dev/null || fail "--dry-run failed"
"$BENCH" --dry-run --topology='package:2 l3:2 core:4 pu:2' >/dev/null || fail "--dry-run --topology failed"
[ -z "$(ls -A)" ] || fail "--dry-run left behind: $(ls -A)"

finish
