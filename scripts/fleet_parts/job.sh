#!/bin/bash
# job.sh NODE KIND CONFORMANCE PROGRAM: a task of a fleet. Measures on one node, and leaves one result file. scripts/fleet
# puts the names below in.
#
# Each attempt has a folder of its own; the first that measures all links its result to where it counts, and no second
# one can. Where the folder of results is not shared, all goes to the spool of this node, from which `fleet merge`
# fetches it. Exit status: 0 measured; 65 another machine than planned; 74 the disk is full or cannot be written to;
# 124 out of time; 130 interrupted; else that of the program.

folder=@folder@
spool=@spool@
id=@id@
options=(@options@)
strategies=(@strategies@)
readonly other_machine=65 cannot_write=74 out_of_time=124

node=$1 kind=$2 conformance=$3 program=$4
job=$SLURM_JOB_ID restart=${SLURM_RESTART_COUNT:-0}
here=${SLURMD_NODENAME:-$(uname -n)}
started=$(date +%s)
child=''

# finish STATUS REASON: the last word of this attempt.
finish() {
  trap '' TERM
  {
    printf '%s\n' "job=$job" "restart=$restart" "node=$here" "host=$(uname -n)" "status=$1" \
      "reason=$2" "started=$started" "ended=$(date +%s)" "kind=${found-}" \
      >"$attempt/exit.new" && mv "$attempt/exit.new" "$attempt/exit"
  } 2>/dev/null || exit "$cannot_write"
  exit "$1"
}

# Whether a file can still be written where results go.
can_write() {
  head -c 65536 /dev/zero >"$attempt/try" 2>/dev/null
  local status=$?
  rm -f "$attempt/try"
  return "$status"
}

# run PROGRAM ARGUMENT...: in the background, so that a signal is heeded at once.
run() {
  "$@" &
  child=$!
  wait "$child"
}

end_early() {
  trap '' TERM
  local left
  left=$(squeue -h -j "$job" -o %L 2>/dev/null)
  [[ -z $child ]] || { kill -INT "$child" && wait "$child"; } 2>/dev/null
  [[ ! $left =~ ^0:[0-9]{2}$ ]] || finish "$out_of_time" "its time limit came before all was measured"
  finish 130 "it was told to end before all was measured"
}

check_machine() {
  [[ $here == "$node" ]] || finish "$other_machine" "the task is for $node and was started on $here"
  found=$("$program" topology --format=json 2>&1)
  local status=$?
  [[ $status -eq 0 ]] || finish 1 "$program does not run here: ${found:0:200}"
  found=$(sed -n 's/.*"kind":"\([0-9a-f]*\)".*/\1/p' <<<"$found")
  [[ ! $kind =~ ^[0-9a-f]{16}$ || $found == "$kind" ]] ||
    finish "$other_machine" "this machine is of kind $found, and the plan says $kind: another processor than promised"
}

why_failed() {
  can_write || finish "$cannot_write" "no space is left, or nothing can be written, in $out"
  [[ $1 -ne 130 ]] || finish 130 "the run was interrupted"
  finish "$1" "$(tail -n 1 "$attempt/log" | tr -d '\0' | head -c 300)"
}

measure() {
  run "$program" run "${options[@]}" --quiet --out="$attempt/run.json"
  local status=$?
  [[ $status -le 1 && -s $attempt/run.json ]] || why_failed "$status"
  ln "$attempt/run.json" "$out/results/$node.json" 2>/dev/null || [[ -s $out/results/$node.json ]] ||
    finish "$cannot_write" "the result cannot be put into $out/results"
  [[ $status -eq 0 ]] || failed_cases="some cases failed: the result file says which"
}

prove() {
  [[ $conformance -eq 1 && ! -e $out/conformance/$node.json ]] || return
  run "$program" conformance "${strategies[@]}" --quiet --out="$attempt/conformance.json"
  [[ ! -s $attempt/conformance.json ]] || ln "$attempt/conformance.json" "$out/conformance/$node.json" 2>/dev/null
}

out=$folder
[[ -e $folder/plan.json ]] || out=$spool/ctxbench-fleet-$id
attempt=$out/nodes/$node/$job.$restart
umask 022
mkdir -p "$attempt" "$out/results" "$out/conformance" 2>/dev/null && exec >"$attempt/log" 2>&1 || exit "$cannot_write"
trap end_early TERM
[[ ! -s $out/results/$node.json ]] || finish 0 "it had a result already, which counts"
check_machine
measure
prove
finish 0 "${failed_cases-}"
