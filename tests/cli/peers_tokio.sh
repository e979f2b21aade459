#!/usr/bin/env bash
#
# The peer of tokio lacks nothing.

# shellcheck source=tests/support/run.bash
source "$SOURCE/tests/support/run.bash"
compgen -G '/usr/share/cargo/registry/tokio-1.*' >/dev/null ||
  { echo "skipped: librust-tokio-dev is missing; scripts/setup --peers installs it" && exit 77; }

# shellcheck source=tests/support/shipped_peer.bash
source "$SOURCE/tests/support/shipped_peer.bash"
check_shipped tokio cargo
