#!/bin/sh
# Prints the version of tokio's crate that Debian has installed, and of the compiler.
set -eu
cargo --version >/dev/null
for crate in /usr/share/cargo/registry/tokio-1.*; do
  [ -d "$crate" ] || { echo "found no $crate; librust-tokio-dev brings it" >&2 && exit 1; }
  echo "${crate##*/}, $(rustc --version)"
done
