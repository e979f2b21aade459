# shellcheck shell=bash
#
# What tests of one-shot commands share: a folder of their own, and failures that are counted rather than fatal, so
# that one run shows all of them. Sourced, not run; the last line of a test is `finish`.

folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

finish() {
  [ "$failures" -eq 0 ]
}
