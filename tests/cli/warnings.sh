#!/usr/bin/env bash
#
# Warnings are errors for us: in CI, and in all presets but the one that users build. Never for users, whose compiler may
# warn of more than ours.

set -euo pipefail

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

# configure VALUE ARGUMENT...: with CTXBENCH_WERROR=VALUE in the environment. Prints how many files are compiled in all,
# and how many of them with warnings as errors.
configure() {
  local commands=$folder/$1/compile_commands.json
  (cd "$SOURCE" && CTXBENCH_WERROR=$1 cmake --fresh -B "$folder/$1" "${@:2}" >"$folder/log" 2>&1) || {
    cat "$folder/log" >&2
    exit 1
  }
  printf '%s of %s\n' "$(grep -c '"command": .* -Werror ' "$commands")" "$(grep -c '"command":' "$commands")"
}

expect() {
  [[ $2 == "$3" ]] || { printf '%s: found warnings as errors in %s files, wanted %s\n' "$1" "$2" "$3" && exit 1; }
}

found=$(configure '' --preset release)
all=${found#* of }
expect "the preset release" "$found" "0 of $all"
expect "the preset release in CI" "$(configure ON --preset release)" "$all of $all"
expect "no preset" "$(configure '' -G Ninja)" "0 of $all"
expect "no preset, with -DCTXBENCH_WERROR=ON" "$(configure '' -G Ninja -DCTXBENCH_WERROR=ON)" "$all of $all"

/usr/bin/python3 - "$SOURCE/CMakePresets.json" <<'END'
import json
import sys

presets = {preset["name"]: preset for preset in json.load(open(sys.argv[1]))["configurePresets"]}


def value(name):
    preset = presets[name]
    own = preset.get("cacheVariables", {}).get("CTXBENCH_WERROR")
    return own or value(preset["inherits"])


for name in presets:
    wanted = "$penv{CTXBENCH_WERROR}" if name == "release" else "ON"
    assert value(name) == wanted, f"preset {name}: found CTXBENCH_WERROR {value(name)}, wanted {wanted}"
END
