#!/usr/bin/env bash
#
# The peer of Node.js 24 lacks nothing.

# shellcheck source=tests/support/run.bash
source "$SOURCE/tests/support/run.bash"
# shellcheck source=tests/support/shipped_peer.bash
source "$SOURCE/tests/support/shipped_peer.bash"
check_shipped node24 node24
