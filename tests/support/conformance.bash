# shellcheck shell=bash
#
# What the tests of the conformance matrix share. Sourced, not run.

leave_signals_alone

# The scenarios with scopes or threads by the million, which take most of the time.
# shellcheck disable=SC2034 # for who sources this
millions=thread-end,million-scopes,longjmp-million
