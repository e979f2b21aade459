# shellcheck shell=bash
#
# What the tests of the conformance matrix share. Sourced, not run.

# Sanitizers must leave the signals alone, or they report them in their own way.
export ASAN_OPTIONS=handle_segv=0 UBSAN_OPTIONS=handle_segv=0
export TSAN_OPTIONS=handle_segv=0:suppressions=$SOURCE/tests/support/tsan.supp

# The scenarios with scopes or threads by the million, which take most of the time.
# shellcheck disable=SC2034 # for who sources this
millions=thread-end,million-scopes,longjmp-million
