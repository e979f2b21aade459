# shellcheck shell=bash
#
# What those who try the conformance matrix share. Sourced, not run.

# One strategy of each kind, where there is no time for all.
# shellcheck disable=SC2034 # for who sources this
kinds=explicit,tls,tls-gd,threadid,stacktag,stacktag-unwind,stacktag-wide

# The scenarios with scopes or threads by the million, which take most of the time.
# shellcheck disable=SC2034 # for who sources this
millions=thread-end,million-scopes,longjmp-million

# list_usual: all other scenarios, a line each.
list_usual() {
  "$BENCH" --names=scenario | grep -vxE "${millions//,/|}"
}
