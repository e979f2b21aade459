# shellcheck shell=bash
#
# For scripts that run checks. Each ends with one line of counts, "12 passed, 0 failed" with ", 1 skipped" where some
# were, so that one script can add up what others found. To be sourced; ends with `finish`.

passed=0 failed=0 skipped=0

# check NAME COMMAND...: one check, which passes if the command succeeds, and is skipped if it ends with status 77; its
# output is shown unless it passes. A function ends at its first command that fails; in a condition it would go on.
check() {
  local name=$1 output status
  shift
  set +e
  output=$(set -e; "$@" 2>&1)
  status=$?
  set -e
  case $status in
    0) printf 'ok      %s\n' "$name" && passed=$((passed + 1)) ;;
    77) printf '%s\nskipped %s\n' "$output" "$name" && skipped=$((skipped + 1)) ;;
    *) printf '%s\nFAILED  %s\n' "$output" "$name" && failed=$((failed + 1)) ;;
  esac
}

# tally COMMAND...: runs what ends with a line of counts, and adds them. A failure that it did not count counts as one.
tally() {
  local line last='' status=0 failed_before=$failed
  local counts='^([0-9]+) passed, ([0-9]+) failed(, ([0-9]+) skipped)?$'
  while IFS= read -r line; do
    [[ $line =~ $counts ]] || printf '%s\n' "$line"
    last=$line
  done < <("$@" 2>&1)
  wait $! || status=$?
  if [[ $last =~ $counts ]]; then
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
    skipped=$((skipped + ${BASH_REMATCH[4]:-0}))
  elif [[ $status -eq 0 ]]; then
    status=1
  fi
  if [[ $status -ne 0 && $failed -eq $failed_before ]]; then
    printf 'FAILED  %s\n' "$*"
    failed=$((failed + 1))
  fi
}

# Prints the counts as the last line, and exits: 0 only if something passed and nothing failed.
finish() {
  printf '%d passed, %d failed' "$passed" "$failed"
  [[ $skipped -eq 0 ]] || printf ', %d skipped' "$skipped"
  printf '\n'
  [[ $passed -gt 0 && $failed -eq 0 ]]
  exit
}
