"""Result files of machines that never were, for tests of the report. Deterministic.

    python3 made_up.py KIND FILE

Costs have known relations, so that a test knows what a report must say of them.
"""
import json
import math
import sys

STRATEGIES = ["explicit", "stacktag", "tls"]
REFERENCES = ["floor", "none", "walk-floor"]


def noise(k):
    """The k-th of a sequence without a pattern, from -1 to 1."""
    x = math.sin(k * 12.9898) * 43758.5453
    return 2 * (x - math.floor(x)) - 1


def make_context(**changes):
    machine = {"architecture": "x86_64", "cpu_model": "Made-up CPU", "kernel": "Linux 6.1.0"}
    machine.update(changes.pop("machine", {}))
    build = {"libraries": {"hwloc": "2.9.0"}, "version": "0.1.0", "compiler": "gcc 12.2.0", "compiler_flags": "-O2"}
    build.update(changes.pop("build", {}))
    context = {
        "date": "2026-01-02T03:04:05+00:00", "host_name": "made-up", "num_cpus": 8,
        "caches": [{"type": "Data", "level": 1, "size": 32768, "num_sharing": 1},
                   {"type": "Unified", "level": 2, "size": 1 << 20, "num_sharing": 2},
                   {"type": "Unified", "level": 3, "size": 32 << 20, "num_sharing": 4}],
        "library_build_type": "release", "json_schema_version": 1,
        "ctxbench": {
            "schema_version": 1, "fingerprint": "0123456789abcdef", "interrupted": False,
            "executions": {"planned": 0, "done": 0, "failed": 0}, "seed": "42", "command_line": ["bench"],
            "settings": {"strategy": "*"}, "machine": machine,
            "topology": {"source": "this machine", "packages": 1, "numa_nodes": 1, "cores": 4, "core_kinds": 1,
                         "pus": 8, "pus_present": 8, "restricted": False},
            "build": build, "warnings": []}}
    ours = context["ctxbench"]
    for key, value in changes.items():
        (ours if key in ("fingerprint", "warnings", "conformance", "interrupted", "not_applicable", "presentation")
         else context)[key] = value
    return context


def make_rows(strategy, workload, parameters, ns, executions=9, form="latency", operation="read", threads=1,
              placement="pu", spread=0.01, store="chain"):
    """The executions of one case; `ns` is its cost."""
    values = "/".join(f"{name}:{value}" for name, value in parameters.items())
    comparison = "/".join(filter(None, [workload, values, form, f"threads:{threads}", placement]))
    rows = []
    for i in range(executions):
        samples = [ns * (1 + spread * noise(7 * i + s + 1)) for s in range(3)]
        rows.append({
            "name": f"{strategy}/{comparison}", "family_index": 0, "per_family_instance_index": 0,
            "run_name": f"{strategy}/{comparison}", "run_type": "iteration", "repetitions": executions,
            "repetition_index": i, "threads": threads, "iterations": 1000, "real_time": sorted(samples)[1],
            "cpu_time": sorted(samples)[1], "time_unit": "ns",
            "ctxbench": {
                "strategy": strategy, "reference": strategy in REFERENCES, "reads_stack": strategy in ("stacktag", "walk-floor"),
                "store": store, "workload": workload, "workload_revision": 1, "operation": operation, "form": form,
                "parameters": parameters, "comparison_name": comparison, "placement": placement,
                "pus": list(range(threads)), "linkage": "program",
                "samples": {"real_ns": samples, "cpu_ns": samples, "involuntary_switches": [0] * 3}}})
    return rows


def make_cell(strategy, scenario, outcome="held", expected=None, found="found a wrong value", reason=""):
    cell = {"strategy": strategy, "scenario": scenario, "summary": f"about {scenario}", "outcome": outcome,
            "expected": expected or outcome, "as_expected": (expected or outcome) == outcome}
    if outcome != "held":
        cell["found"] = found
    if reason:
        cell["reason"] = reason
    return cell


SECTIONS = {"depth": "Reading, by depth", "threads": "By threads", "keys": "By keys", "handoff": "Handing work over",
            "request": "A request"}
LEGENDS = {"floor": ("floor", "times the least work"), "none": ("none", "times the work without a context"),
           "walk-floor": ("walk", "times a walk over the frames")}
CONDITIONS = {"Threads, scopes and queues, with nothing else in the way":
                  ["nest", "three-answers", "two-managers", "plain-child", "inherit", "handoff", "many-threads"],
              "Callbacks through code that you cannot change, and that hands nothing on": ["qsort", "bsearch"],
              "Fibers that take turns on a thread": ["fiber-switch"],
              "Fibers that go from thread to thread": ["fiber-switch", "fiber-migration", "fiber-crowd"]}


NEEDS = ["threads", "callbacks", "fibers", "migration"]


def make_presentation(rows):
    """What the file says of the workloads, references, conditions and strategies."""
    workloads = []
    for name in dict.fromkeys(row["ctxbench"]["workload"] for row in rows):
        about = {"name": name, "threads_section": "threads"}
        about.update({"get": {"role": "read", "section": "depth", "parameter_sections": {"depth": "depth"}},
                      "keys": {"section": "keys"}, "handoff": {"section": "handoff", "communicates": True},
                      "with": {"role": "scope"}, "log": {"role": "line"}, "task": {"role": "task"}, "spawn": {"role": "start"},
                      "request": {"role": "whole", "section": "request"}}.get(name, {}))
        if name == "handoff":
            about["role"] = "handoff"
        workloads.append(about)
    workloads.sort(key=lambda about: about["name"] != "get")
    return {"sections": [{"id": name, "title": title, "order": i} for i, (name, title) in enumerate(SECTIONS.items())],
            "workloads": workloads,
            "references": [{"strategy": name, "label": label, "legend": legend}
                           for name, (label, legend) in LEGENDS.items()],
            "conditions": [{"need": need, "title": title, "scenarios": scenarios}
                           for need, (title, scenarios) in zip(NEEDS, CONDITIONS.items())],
            "strategies": [{"name": "explicit", "explicit_argument": True}, {"name": "stacktag"},
                           {"name": "tls", "fails": [{"scenario": "fiber-switch", "reason": "it is the thread's"}]}]}


PLAIN = ["nest", "three-answers", "two-managers", "plain-child", "inherit", "handoff", "many-threads"]
FIBERS = ["fiber-switch", "fiber-migration", "fiber-crowd"]
CALLBACKS = ["qsort", "bsearch"]


def make_matrix(strategies, broken):
    """Cells of all scenarios; `broken` maps (strategy, scenario) to why it breaks, or None: it does not apply."""
    cells = []
    for scenario in PLAIN + FIBERS + CALLBACKS:
        for strategy in strategies:
            if (strategy, scenario) not in broken:
                cells.append(make_cell(strategy, scenario))
            elif broken[strategy, scenario] is None:
                cells.append(make_cell(strategy, scenario, "not-applicable", found="hands nothing on",
                                       reason="hands nothing on"))
            else:
                cells.append(make_cell(strategy, scenario, "broken", reason=broken[strategy, scenario]))
    return cells


BROKEN = {("tls", scenario): "it belongs to the thread" for scenario in FIBERS}
BROKEN.update({("explicit", scenario): None for scenario in CALLBACKS})


def make_result(rows, failures=(), **context):
    """A whole file; failures are (case, outcome, reason)."""
    context.setdefault("presentation", make_presentation(rows))
    result = {"context": make_context(**context), "benchmarks": rows,
              "failures": [{"name": name, "repetition_index": 0, "outcome": outcome, "reason": reason}
                           for name, outcome, reason in failures]}
    done = len(rows) + len(result["failures"])
    result["context"]["ctxbench"]["executions"] = {"planned": done, "done": done, "failed": len(failures)}
    return result


def make_reads(costs, depths=(0, 16, 256), **how):
    """`get` by depth: costs maps strategies to (ns at depth 0, ns for each frame)."""
    rows = []
    for strategy, (base, frame) in costs.items():
        for depth in depths:
            rows += make_rows(strategy, "get", {"depth": depth, "up": 1}, base + frame * depth, **how)
    return rows


YARDSTICKS = {"floor": (1.5, 0), "none": (0.5, 0), "walk-floor": (2.0, 1.0)}
USUAL = {"explicit": (3.0, 0), "tls": (5.0, 0), "stacktag": (9.0, 1.3), **YARDSTICKS}


def usual(**context):
    """An argument is fastest, TLS next, and both are faster than what passes everywhere."""
    rows = make_reads(USUAL)
    for reads in (0, 5, 50):
        for strategy, ns in (("explicit", 400 + reads), ("tls", 300 + 5 * reads), ("stacktag", 500 + 10 * reads),
                             ("floor", 250), ("none", 200)):
            rows += make_rows(strategy, "request", {"reads": reads}, ns, operation="request", form="throughput")
    context.setdefault("conformance", make_matrix(STRATEGIES, BROKEN))
    context.setdefault("not_applicable", [{"name": f"ids-only/get/depth:{depth}/up:1/latency/threads:1/pu",
                                           "reason": "there are no ids"} for depth in (0, 256)])
    return make_result(rows, **context)


def old():
    """A file from before there was a presentation."""
    result = usual()
    del result["context"]["ctxbench"]["presentation"]
    return result


def no_fibers():
    """A program that was built without fibers: what takes them is applicable to no strategy."""
    cells = make_matrix(STRATEGIES, {**BROKEN, **{(strategy, scenario): None for strategy in STRATEGIES
                                                  for scenario in FIBERS}})
    for cell in cells:
        if cell["scenario"] in FIBERS:
            cell["found"] = cell["reason"] = "this program has no fibers"
    return usual(conformance=cells)


def part_of_a_matrix():
    """One scenario was tried, on which alone no choice rests."""
    return usual(conformance=[make_cell("tls", "nest"), make_cell("stacktag", "nest")])


def make_program(reads, scopes, handoffs, starts, depths=(0, 16, 256), **context):
    """All that a program does with its contexts; each maps strategies to costs, reads as make_reads wants them."""
    rows = make_reads(reads, depths)
    for workload, operation, parameters, costs in (("with", "scope", {"keys": 1}, scopes),
                                                   ("handoff", "round trip", {"batch": 1}, handoffs),
                                                   ("spawn", "fan-out", {"fanout": 1}, starts)):
        for strategy, ns in costs.items():
            rows += make_rows(strategy, workload, parameters, ns, operation=operation, form="throughput",
                              threads=2 if workload == "handoff" else 1)
    return make_result(rows, **context)


PROGRAM = {"reads": {**USUAL, "slow": (1000.0, 0)},
           "scopes": {"explicit": 4, "tls": 6, "stacktag": 25, "slow": 500, "none": 2},
           "handoffs": {"explicit": 1010, "tls": 1020, "stacktag": 1100, "slow": 2000, "none": 1000},
           "starts": {"explicit": 37000, "tls": 37500, "stacktag": 38000, "slow": 40000, "none": 36000}}


def program(**changes):
    """An argument costs least; with fibers nothing but the stack is right. `slow` costs most, and nobody proved it."""
    changes.setdefault("conformance", make_matrix(STRATEGIES, BROKEN))
    return make_program(**{**PROGRAM, **changes})


def program_whole():
    """Whole requests, and their parts: what they cost is the sum of these, but with the stack it is twice as much."""
    read, scope, inner, task = ({"none": 1, "explicit": 3, "tls": 5, "stacktag": 9}, {"none": 2, "explicit": 3, "tls": 8,
        "stacktag": 20}, {"none": 2, "explicit": 4, "tls": 12, "stacktag": 30}, {"none": 5, "explicit": 20, "tls": 30,
        "stacktag": 40})
    rows = make_reads({"explicit": (3, 0), "tls": (5, 0), "stacktag": (9, 0), "none": (1, 0)})
    for name in read:
        for depth in (0, 16):
            rows += make_rows(name, "log", {"depth": depth}, read[name], operation="line", form="throughput")
        for inside, cost in enumerate((scope, inner)):
            rows += make_rows(name, "with", {"keys": 1, "inside": inside}, cost[name], operation="scope",
                              form="throughput")
        rows += make_rows(name, "task", {}, task[name], operation="task", form="throughput",
                          store="none" if name == "none" else "chain")
        for depth, scopes, handoffs in ((30, 3, 0), (15, 40, 1)):
            added = (50 * (read[name] - read["none"]) + scope[name] - scope["none"] +
                     (scopes - 1) * (inner[name] - inner["none"]) + handoffs * (task[name] - task["none"]))
            for callbacks in (0, 20):
                rows += make_rows(name, "request", {"reads": 50, "depth": depth, "scopes": scopes, "handoffs": handoffs,
                                                    "callbacks": callbacks},
                                  800 + added * (2 if name == "stacktag" else 1), operation="request", form="throughput")
    return make_result(rows, conformance=make_matrix(STRATEGIES, BROKEN))


def program_of_stack():
    """Another machine, where the stack costs least in all things."""
    return make_program({"explicit": (30, 0), "tls": (20, 0), "stacktag": (10, 0), **YARDSTICKS},
                        {"explicit": 30, "tls": 20, "stacktag": 10, "none": 1},
                        {"explicit": 1300, "tls": 1200, "stacktag": 1010, "none": 1000}, {},
                        conformance=make_matrix(STRATEGIES, {}), fingerprint="fedcba9876543210")


def stores():
    """One strategy is fastest with one store, another with another."""
    rows = []
    for strategy, store, ns in (("explicit", "chain", 9), ("explicit", "flat", 3), ("tls", "chain", 6),
                                ("tls", "flat", 12)):
        part = make_rows(strategy, "keys", {"keys": 8}, ns, store=store)
        for row in part if store != "chain" else []:
            row["name"] = row["run_name"] = row["name"].replace("/", f"+{store}/", 1)
        rows += part
    return make_result(rows, conformance=make_matrix(["explicit", "tls"], BROKEN))


def other(**context):
    """Another machine: the stack is fastest, and an argument slowest."""
    rows = make_reads({"explicit": (30, 0), "tls": (20, 0), "stacktag": (10, 0), **YARDSTICKS})
    for reads in (0, 5, 50):
        for strategy, ns in (("explicit", 100 + 100 * reads), ("tls", 200 + reads), ("floor", 50), ("none", 40)):
            rows += make_rows(strategy, "request", {"reads": reads}, ns, operation="request", form="throughput")
    return make_result(rows, conformance=make_matrix(STRATEGIES, {}), fingerprint="fedcba9876543210",
                       host_name="elsewhere", **context)


def large():
    """As many cases as the suite `full` has, 3,900 with two executions each: 20 strategies and the yardsticks, ten
    workloads with three axes each, one of them unheard of."""
    rows = []
    workloads = {"get": "depth", "miss": "scope", "keys": "keys", "ids": "ids", "with": "inside", "spawn": "fanout",
                 "handoff": "batch", "fiber": "migration", "request": "reads", "unheard-of": "level"}
    for i, strategy in enumerate([f"strategy-{i}" for i in range(20)] + REFERENCES):
        for workload, axis in workloads.items():
            def add(form, ns, value=0, other=1, **place):
                rows.extend(make_rows(strategy, workload, {axis: value, "up": other}, ns, executions=2, form=form,
                                      operation="deed" if workload == "unheard-of" else "read", **place))
            cost = 2 + i + 0.001 * len(workload)
            for value in (0, 1, 4, 16, 64, 256):
                add("latency", cost + 0.1 * value * (i % 5), value)
            for other in (2, 4, 8):
                add("latency", cost * other, other=other)
            for placement in ("same-pu", "smt", "l3"):
                add("latency", cost + 10 * len(placement), threads=2, placement=placement)
            for value in (0, 1, 4, 16, 64):
                add("throughput", cost / 2 + 0.1 * value, value)
    return make_result(rows)


HOSTILE = ("<img src=x onerror=alert(1)>\"'&amp;</script><script>alert(2)</script>`system(\"touch pwned\")`"
           "'; !touch pwned; system 'touch pwned'\n%d%s%n $x @y #1 {/Bold z}^2_3 \\ | [a](javascript:b) \u202egnp.exe\u2066")


def hostile():
    """Every text that a file can hold is an attack."""
    rows = []
    for i, strategy in enumerate([HOSTILE, "=1+1", "+cmd|' /C calc'!A0", "@SUM(1)", "-2+3", "stacktag"] + REFERENCES):
        for depth in (0, 16, 256):
            rows += make_rows(strategy, "get", {"depth": depth, HOSTILE: 1}, 2 + i + depth * 0.1, operation=HOSTILE)
        rows += make_rows(strategy, HOSTILE, {}, 2 + i, placement=HOSTILE, threads=2, store=HOSTILE)
    cells = [make_cell(HOSTILE, HOSTILE, "broken", found=HOSTILE, reason=HOSTILE), make_cell("stacktag", "nest")]
    for cell in cells:
        cell["summary"] = HOSTILE
    result = make_result(rows, [(f"{HOSTILE}/get/x", "crashed", HOSTILE)], conformance=cells, warnings=[HOSTILE],
                         not_applicable=[{"name": f"{HOSTILE}/get/depth:0/{HOSTILE}:1/latency/threads:1/pu",
                                          "reason": HOSTILE}],
                         host_name=HOSTILE, machine={"cpu_model": HOSTILE}, build={"compiler": HOSTILE})
    result["context"]["ctxbench"]["settings"] = {HOSTILE: HOSTILE}
    result["context"]["ctxbench"]["presentation"] = {
        "sections": [{"id": HOSTILE, "title": HOSTILE, "order": 1}, {"id": "answer", "title": HOSTILE, "order": HOSTILE},
                     {"id": "depth", "title": HOSTILE, "order": -1}, HOSTILE],
        "workloads": [{"name": HOSTILE, "section": HOSTILE}, {"name": "get", "section": "answer", "role": HOSTILE,
                                                              "parameter_sections": {"depth": "depth"}}, 7],
        "references": [{"strategy": "floor", "label": HOSTILE, "legend": HOSTILE}, {"strategy": HOSTILE}, []],
        "conditions": [{"title": HOSTILE, "scenarios": [HOSTILE, 1]}, {"title": "no scenarios"}, {"scenarios": [HOSTILE]}],
        "strategies": [{"name": HOSTILE, "fails": [{"scenario": HOSTILE, "reason": HOSTILE}]}]}
    result["context"]["ctxbench"]["seed"] = HOSTILE
    return result


KINDS = {
    "usual": usual,
    "other": other,
    "program": program,
    "program-of-stack": program_of_stack,
    "program-whole": program_whole,
    "program-unproved": lambda: program(conformance=[make_cell("slow", "nest")]),
    "program-without-matrix": lambda: program(conformance=[]),
    "program-of-many": lambda: program(depths=[0] + [2 ** i for i in range(13)]),
    "program-of-one-depth": lambda: program(depths=(0,)),
    "old": old,
    "large": large,
    "stores": stores,
    "no-fibers": no_fibers,
    "part-of-a-matrix": part_of_a_matrix,
    "hostile": hostile,
    "build-a": lambda: usual(build={"compiler": "gcc 12.2.0"}),
    "build-b": lambda: make_result(make_reads({**USUAL, "tls": (7.5, 0)}), build={"compiler": "clang 14.0.6"}),
    "one-case": lambda: make_result(make_rows("tls", "get", {"depth": 0, "up": 1}, 5, executions=1)),
    "failures": lambda: make_result(make_reads({"tls": (5, 0), **YARDSTICKS}),
                                    [("stacktag/get/depth:0/up:1/latency/threads:1/pu", "crashed", "ended by SIGSEGV")]
                                    * 3, interrupted=True, warnings=["The machine was busy."]),
    "nothing": lambda: make_result([], [("tls/get/latency/threads:1/pu", "timed-out", "gave no answer")]),
    "matrix": lambda: make_result([], conformance=make_matrix(STRATEGIES, BROKEN)),
    "unmatched": lambda: make_result(make_reads(USUAL)),
}

if __name__ == "__main__":
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write(json.dumps(KINDS[sys.argv[1]]()))
