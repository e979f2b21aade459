#!/bin/sh
# build.sh DIRECTORY BUILD: builds the peer in BUILD, without the network: crates are those that Debian has installed.
set -eu
crates=/usr/share/cargo/registry
[ -d "$crates" ] || { echo "found no $crates; librust-tokio-dev brings it" >&2 && exit 1; }
cp -L "$1"/*.rs "$1/Cargo.toml" "$2"
cd "$2"
cargo build --release --offline --quiet --config 'source.crates-io.replace-with="debian"' \
  --config "source.debian.directory=\"$crates\"" --target-dir "$2/target"
mv target/release/peer peer
rm -r target
