# shellcheck shell=bash
#
# What tests of peers share: folders of peers that are the peer of Python but for one thing. Sourced, not run.

export CTXBENCH_PEERS=$PWD/peers
mkdir peers

# make_peer NAME [PYTHON...]: strategies NAME-it and NAME-floor, with the workload `get` and the scenario `nest`. Each
# PYTHON is run in the program before it answers; `peer` is the module of the peer of Python.
make_peer() {
  mkdir "peers/$1"
  sed "s/python-context/$1-it/; /python-local/d; s/python-floor/$1-floor/; s/\"name\": \"python\"/\"name\": \"$1\"/
    /\"miss\": /d; /\"with\": /d; /\"nest\": /d; /\"spawn\": /d; /\"handoff\": /d; s/\(\"depth\": .*\)},/\1}/
    s/\"scenarios\": .*/\"scenarios\": [\"nest\"]/; /\"handoff\", /d" \
    "$SOURCE/strategies/peers/python/peer.json" >"peers/$1/peer.json"
  {
    echo "import sys; sys.dont_write_bytecode = True; sys.path.insert(0, '$SOURCE/strategies/peers/python')"
    echo "import peer; peer.STRATEGIES = {'$1-it': peer.ContextVars, '$1-floor': peer.Floor}"
    printf '%s\n' "${@:2}" "peer.main()"
  } >"peers/$1/peer.py"
}
