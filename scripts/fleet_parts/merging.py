"""`fleet merge`: one result file and one report of all results that are there, and what is missing and why."""
import base64
import glob
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess

from . import outcomes, slurm, state
from .errors import FleetError
from .planning import SOURCE

FETCH = """
cd {spool} 2>/dev/null || exit 3
for file in results/{node}.json conformance/{node}.json nodes/{node}/*/exit; do
  [ -s "$file" ] || continue
  printf 'ctxbench-file:%s %s\\n' "$(sha256sum <"$file" | cut -c 1-64)" "$file"
  base64 "$file"
  printf 'ctxbench-end:\\n'
done
"""


def _fetch_node(fleet, node):
    """Files of a node that does not share the folder, by the output of a job step. None, or why they did not come."""
    spool = os.path.join(fleet.plan["spool"], f"ctxbench-fleet-{fleet.plan['id']}")
    script = FETCH.format(spool=shlex.quote(spool), node=shlex.quote(node["name"]))
    passed = [word for word in fleet.plan["slurm_options"] if not word.startswith("--time=")] + ["--time=10"]
    done = slurm.step(node["name"], script, passed, fleet.plan["patience"])
    for digest, name, body in re.findall(r"ctxbench-file:(\w{64}) (\S+)\n([A-Za-z0-9+/=\n]*)ctxbench-end:\n", done.stdout):
        bytes_ = base64.b64decode(body)
        if hashlib.sha256(bytes_).hexdigest() != digest or ".." in name or name.startswith("/"):
            return f"{name} came incomplete from {node['name']}"
        os.makedirs(os.path.dirname(fleet.path(name)), exist_ok=True)
        state.write(fleet.path(name), bytes_.decode("utf-8"))
    if done.returncode not in (0, 3):
        return f"what it has in {spool} could not be fetched: {(done.stderr.strip().splitlines() or ['no answer'])[-1]}"
    return None


def _fetch(fleet):
    """{node: why its files did not come}."""
    wanted = [node for node in fleet.nodes.values() if not node["shared"] and not fleet.has_result(node["name"])]
    return {node["name"]: why for node in wanted if (why := _fetch_node(fleet, node))}


def _flaw(path, node, kinds):
    """Why a result does not count; None if it does."""
    try:
        with open(path, encoding="utf-8") as file:
            result = json.load(file)
        ours = result["context"]["ctxbench"]
        rows = len(result["benchmarks"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"its result cannot be read: {type(error).__name__}: {error}"
    kind = ours.get("topology", {}).get("kind")
    if ours.get("interrupted"):
        return f"its run was interrupted after {ours['executions']['done']} of {ours['executions']['planned']} executions"
    if kinds == "probe" and kind is not None and kind != node["kind"]:
        return f"its result is of kind {kind}, and the plan says {node['kind']}: another processor than promised"
    return None if rows > 0 else "its result has no measurement: all cases failed"


def _program(options, fleet):
    """One that runs here."""
    candidates = [options.program] if options.program else sorted({node["program"] for node in fleet.nodes.values()})
    candidates += [] if options.program else [os.path.join(SOURCE, "build", "release", "bench"), "ctxbench"]
    for candidate in candidates:
        path = shutil.which(candidate)
        if path and subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0:
            return path
    raise FleetError(f"none of {', '.join(candidates)} runs here; add --program=PATH of bench or ctxbench")


def _call(words):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise FleetError(f"{shlex.join(words[:3])} ...: {done.stderr.strip()}", 1)


def _sort_out(fleet, unfetched):
    """(paths of results that count, [what is missing])."""
    good, missing = [], []
    for name, (what, why) in outcomes.of_all(fleet).items():
        node = fleet.nodes[name]
        path = fleet.path("results", name + ".json")
        if what == "measured":
            flaw = _flaw(path, node, fleet.plan["kinds"])
            if flaw is None:
                good.append(path)
                continue
            os.makedirs(fleet.path("refused"), exist_ok=True)
            os.replace(path, fleet.path("refused", name + ".json"))
            what, why = "other-processor" if "processor" in flaw else "broken", flaw
        elif name in unfetched and what not in ("pending", "running", "not-submitted"):
            what, why = "unreachable", f"{unfetched[name]}; {why}"
        missing.append({"name": name, "kind": node["kind"], "state": what, "reason": why})
    return good, missing


def _warn_of_clocks(fleet):
    kept = state.read_json(fleet.path("outcomes.json"), {})
    for name in fleet.nodes:
        said = fleet.last_exit(name)
        skew = max((outcomes.clock_skew(facts, said) for facts in kept.get(name, {}).values()
                    if said and facts["job"] == said["job"]), key=abs, default=0)
        if skew:
            print(f"the clock of {name} is {abs(skew)} s {'ahead of' if skew > 0 else 'behind'} Slurm's: dates in its "
                  "result are off, and nothing else rests on it")


def merge(options):
    fleet = state.Fleet(options.folder)
    program = _program(options, fleet)
    with state.locked(fleet.folder):
        good, missing = _sort_out(fleet, _fetch(fleet))
        state.write_json(fleet.path("missing.json"), missing)
        _warn_of_clocks(fleet)
        print(f"{len(good)} of {len(fleet.nodes)} nodes have a result.")
        for one in missing:
            print(f"  missing: {one['name']}: {one['state']}: {one['reason']}")
        if not good:
            raise FleetError("there is nothing to merge", 1)
        proofs = sorted(glob.glob(glob.escape(fleet.path("conformance")) + "/*.json"))
        merged = fleet.path("fleet.json")
        _call([program, "merge", "--force", f"--missing={fleet.path('missing.json')}", f"--out={merged}", *good, *proofs])
        for form, name in (("html", "report.html"), ("markdown", "report.md"), ("json", "report.json")):
            _call([program, "report", merged, f"--format={form}", f"--out={fleet.path(name)}", "--force", "--quiet"])
        print(f"The result file is {merged}, the report {fleet.path('report.html')}.")
    return 1 if missing else 0
