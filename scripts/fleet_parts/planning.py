"""`fleet plan`: which nodes there are, of which kind each is, and which program measures on it."""
import concurrent.futures
import json
import os
import re
import shlex
import time

from . import slurm, state
from .errors import FleetError

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
AT_ONCE = 32  # probes: Slurm's controller has others to serve

# What a node says of itself; each line begins with a word that no prologue prints.
PROBE = """
say() {{ printf 'ctxbench-probe:%s=%s\\n' "$1" "$2"; }}
say host "$(uname -n)"
say architecture "$(uname -m)"
say processor "$(sed -n 's/^\\(model name\\|CPU part\\)[^:]*: *//p' /proc/cpuinfo | head -n 1)"
say clock "$(date +%s)"
[ ! -e {token} ] || say shared yes
[ ! -e {source} ] || say source yes
if [ -n {program} ]; then say topology "$({program} topology --format=json 2>&1)"; fi
"""

BUILD = """
set -e
cd {source}
cmake --preset release -B {build}.new -DCTXBENCH_WERROR=OFF
cmake --build {build}.new --target bench -j "$(nproc)"
{build}.new/bench topology --format=json
"""


def passed_options(options):
    """What each job is submitted with."""
    passed = [f"--{name}={value}" for name in ("partition", "constraint", "account", "qos", "time", "reservation")
              if (value := getattr(options, name, None))]
    return passed + options.sbatch


def _probe(node, options, program, token):
    script = PROBE.format(token=shlex.quote(token), source=shlex.quote(os.path.join(SOURCE, "CMakeLists.txt")),
                          program=shlex.quote(program or ""))
    before = time.time()
    done = slurm.step(node, script, _step_options(options), options.patience)
    said = dict(re.findall(r"ctxbench-probe:(\w+)=(.*)", done.stdout))
    if "architecture" not in said:
        return {"problem": (done.stderr.strip().splitlines() or ["it gave no answer"])[-1]}
    # A clock between before and after is right, as far as can be told.
    clock = int(said.get("clock", "0") or 0)
    skew = round(before - clock) if clock < before - 1 else round(clock - time.time()) if clock > time.time() + 1 else 0
    said["skew"] = -skew if clock < before - 1 else skew
    if program:
        try:
            said["topology"] = json.loads(said.get("topology", ""))
        except ValueError:
            return {"problem": f"{program} does not run there: {said.get('topology', '')[:200]}"}
    return said


def _step_options(options):
    return [word for word in passed_options(options) if not word.startswith("--time=")] + ["--time=10"]


def probe_all(names, options, programs, token):
    """{node: what it says, or {"problem": why it says nothing}}."""
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        answers = pool.map(lambda name: _probe(name, options, programs.get(name), token), names)
        return dict(zip(names, answers))


def processor_type(said):
    return re.sub(r"[^a-z0-9]+", "-", f"{said['architecture']} {said['processor']}".lower()).strip("-")


def _build(folder, kind, node, options):
    """Builds on a node of this processor type, once. The program's path, or FleetError."""
    build = os.path.join(folder, "builds", kind)
    if os.path.isfile(os.path.join(build, "bench")):
        return os.path.join(build, "bench")
    os.makedirs(os.path.dirname(build), exist_ok=True)
    print(f"building for {kind} on {node}", flush=True)
    script = BUILD.format(source=shlex.quote(SOURCE), build=shlex.quote(build))
    passed = [word for word in _step_options(options) if not word.startswith("--time")] + ["--exclusive", "--time=60"]
    done = slurm.step(node, script, passed, options.patience)
    state.write(build + ".log", done.stdout + done.stderr)
    if done.returncode != 0:
        raise FleetError(f"the build for {kind} on {node} failed; see {build}.log, or give --program=PATH", 1)
    # The program finds its modules beside it, wherever the folder is.
    os.rename(build + ".new", build)
    return os.path.join(build, "bench")


def _programs(options, said, folder):
    """{node: program} of those that can have one; those that cannot get a problem."""
    usable = {name: facts for name, facts in said.items() if "problem" not in facts}
    if options.program:
        return {name: options.program for name in usable}
    types = {}
    for name, facts in usable.items():
        if "source" in facts and "shared" in facts:
            types.setdefault(processor_type(facts), []).append(name)
        else:
            facts["problem"] = (f"it does not see {folder if 'source' in facts else SOURCE}, so that nothing can be built "
                                "there: install ctxbench on it, and give --program=PATH")
    return {name: program for kind, names in sorted(types.items())
            for program in [_build(folder, kind, names[0], options)] for name in names}


def _kinds_by_probe(options, listed, folder):
    token = os.path.join(folder, "token")
    state.write(token, "nodes that see this file share the folder\n")
    said = probe_all(sorted(listed), options, {name: options.program for name in listed}, token)
    programs = _programs(options, said, folder)
    if not options.program and programs:
        said.update(probe_all(sorted(programs), options, programs, token))
    return said, programs


def _kinds_by_features(options, listed, _):
    if not options.program:
        raise FleetError("--kinds=features asks no node, and so cannot build on one: add --program=PATH")
    said = {name: {"shared": "yes", "skew": 0, "topology": {"kind": f"{facts['features']} {facts['shape']}"}}
            for name, facts in listed.items()}
    return said, {name: options.program for name in listed}


def _choose(said, programs, each_kind):
    """(nodes of the plan, spare nodes), the spares of the same kinds."""
    chosen, spares, counts, proving = [], [], {}, set()
    for name in sorted(programs, key=_natural):
        facts = said[name]
        if "problem" in facts:
            continue
        kind = facts["topology"]["kind"]
        counts[kind] = counts.get(kind, 0) + 1
        node = {"name": name, "kind": kind, "program": programs[name], "shared": "shared" in facts,
                "processor": facts["topology"].get("cpu_model", ""), "clock_skew": facts["skew"],
                "conformance": kind not in proving}
        proving.add(kind)
        (chosen if each_kind is None or counts[kind] <= each_kind else spares).append(node)
    return chosen, spares


def _natural(name):
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def _prepare_folder(options):
    if options.each_kind is not None and options.each_kind < 1:
        raise FleetError(f"--each-kind={options.each_kind}: wanted 1 or more")
    if re.search(r"[\n\t]", options.folder):
        raise FleetError("the folder's path has a line break or a tab in it, which no table of tasks can hold")
    if os.path.exists(os.path.join(options.folder, "plan.json")):
        if os.path.exists(os.path.join(options.folder, "submissions")):
            raise FleetError(f"{options.folder} has a plan under which tasks were submitted; take another folder")
        if not options.force:
            raise FleetError(f"{options.folder} has a plan; --force replaces it")
    try:
        os.makedirs(options.folder, exist_ok=True)
    except OSError as error:
        raise FleetError(f"cannot make the folder {options.folder}: {error.strerror}") from None


def plan(options):
    _prepare_folder(options)
    listed = slurm.nodes(options.partition, options.constraint, options.nodes)
    if not listed:
        raise FleetError("Slurm has no such node; `sinfo -N -l` shows those that there are")
    left_out = [{"node": name, "reason": f"Slurm says it is {facts['state']}: {facts['reason']}"}
                for name, facts in listed.items() if not slurm.is_usable(facts["state"])]
    usable = {name: facts for name, facts in listed.items() if slurm.is_usable(facts["state"])}
    ask = _kinds_by_probe if options.kinds == "probe" else _kinds_by_features
    with state.locked(options.folder):
        said, programs = ask(options, usable, options.folder)
        left_out += [{"node": name, "reason": facts["problem"]} for name, facts in said.items() if "problem" in facts]
        nodes, spares = _choose(said, programs, options.each_kind)
        if not nodes:
            raise FleetError("no node can be measured on: " +
                             "; ".join(f"{one['node']}: {one['reason']}" for one in left_out[:3]))
        state.write_json(os.path.join(options.folder, "plan.json"), {
            "version": state.VERSION, "id": os.urandom(4).hex(), "nodes": nodes, "spares": spares, "left_out": left_out,
            "run_options": options.run_options, "slurm_options": passed_options(options), "spool": options.spool,
            "kinds": options.kinds, "conformance": not options.no_conformance, "patience": options.patience})
    _print(options, nodes, spares, left_out)
    return 0


def _print(options, nodes, spares, left_out):
    kinds = {}
    for node in nodes:
        kinds.setdefault(node["kind"], []).append(node)
    print(f"{len(nodes)} nodes of {len(kinds)} kinds will be measured on:")
    for kind, members in sorted(kinds.items(), key=lambda item: -len(item[1])):
        names = " ".join(node["name"] for node in members[:8]) + (" ..." if len(members) > 8 else "")
        print(f"  {kind}  {members[0]['processor'] or 'processor unknown'}: {len(members)}: {names}")
    for node in nodes:
        if abs(node["clock_skew"]) > 5:
            print(f"  the clock of {node['name']} differs from this one by {node['clock_skew']} s; nothing rests on it")
    if spares:
        print(f"{len(spares)} more of these kinds are spare.")
    for one in left_out:
        print(f"  left out: {one['node']}: {one['reason']}")
    print(f"Next: scripts/fleet submit {shlex.quote(options.folder)}")
