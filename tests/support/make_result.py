#!/usr/bin/env python3
"""Makes a result file of a run that never took place, valid by results/schema.json: make_result.py FILE [KEY=VALUE]...

Cases are get and with on the strategies tls and stacktag, times scatter by 0.3 % around 10 ns and more. Keys:

  seed=N          of the scatter (1)           executions=N     per case (20)
  spread=X        of the scatter (0.003)       slower=GLOB:X    cases of that name take X times as long
  drop=GLOB       leaves cases out             fail=GLOB        makes them fail
  fingerprint=H   linkage=TEXT   revision=N    of the machine, of all cases, of all workloads
  governor=TEXT   name=TEXT                    in the context; put before each strategy's name
  floor=yes       a strategy more, a reference as none is: with both there are enough to tell what the machine did
"""
import fnmatch
import json
import random
import statistics
import sys

SAMPLES = 3
WORKLOADS = {"get": ("read", [{"depth": d, "up": 1} for d in (0, 16, 256)]), "with": ("scope", [{"keys": 1}, {"keys": 4}])}


def context(settings):
    return {
        "date": "2026-11-23T12:00:00+00:00",
        "host_name": "example",
        "num_cpus": 2,
        "caches": [],
        "library_build_type": "release",
        "json_schema_version": 1,
        "ctxbench": {
            "schema_version": 1,
            "fingerprint": settings["fingerprint"],
            "interrupted": False,
            "executions": {"planned": 0, "done": 0, "failed": 0},
            "seed": settings["seed"],
            "command_line": ["bench"],
            "settings": {},
            "machine": {"architecture": "x86_64", "cpu_model": "Example CPU", "governor": settings["governor"]},
            "topology": {"source": "this machine", "packages": 1, "numa_nodes": 1, "cores": 2, "core_kinds": 1,
                         "pus": 2, "pus_present": 2, "restricted": False},
            "build": {"libraries": {}},
            "warnings": ["Turbo is on."],
        },
    }


def cases(settings):
    index = 0
    strategies = {"stacktag": 12.5, "tls": 5.0, "none": 1.0} | ({"floor": 2.0} if settings["floor"] else {})
    for strategy, base in strategies.items():
        for family, (workload, (operation, choices)) in enumerate(WORKLOADS.items()):
            for instance, parameters in enumerate(choices):
                words = "/".join(f"{key}:{value}" for key, value in parameters.items())
                comparison = f"{workload}/{words}/throughput/threads:1/pu"
                name = f"{settings['name']}{strategy}"
                yield {"name": f"{name}/{comparison}", "index": index, "family": family, "instance": instance,
                       "ns": base * (1 + 0.01 * parameters.get("depth", 3)),
                       "ours": {"strategy": name, "reference": base < 5, "reads_stack": False,
                                "store": "chain", "workload": workload,
                                "workload_revision": int(settings["revision"]), "operation": operation,
                                "form": "throughput", "parameters": parameters, "comparison_name": comparison,
                                "placement": "pu", "pus": [0], "linkage": settings["linkage"]}}
                index += 1


def row(case, execution, settings, noise):
    slower = 1.0
    if settings["slower"]:
        pattern, factor = settings["slower"].rsplit(":", 1)
        slower = float(factor) if fnmatch.fnmatch(case["name"], pattern) else 1.0
    centre = case["ns"] * slower * noise.lognormvariate(0, float(settings["spread"]))
    real = [centre * noise.lognormvariate(0, 0.001) for _ in range(SAMPLES)]
    samples = {"real_ns": real, "cpu_ns": [ns * 0.99 for ns in real], "run_delay_ns": [0, 10, 20],
               "involuntary_switches": [0, 0, 1]}
    return {"name": case["name"], "family_index": case["family"], "per_family_instance_index": case["instance"],
            "run_name": case["name"], "run_type": "iteration", "repetitions": int(settings["executions"]),
            "repetition_index": execution, "threads": 1, "iterations": 1000,
            "real_time": statistics.median(real), "cpu_time": statistics.median(samples["cpu_ns"]), "time_unit": "ns",
            "ctxbench": case["ours"] | {"samples": samples}}


def main():
    settings = {"seed": "1", "executions": "20", "spread": "0.003", "slower": "", "drop": "", "fail": "",
                "fingerprint": "0123456789abcdef", "linkage": "program", "revision": "1", "governor": "performance",
                "name": "", "floor": ""}
    for argument in sys.argv[2:]:
        key, value = argument.split("=", 1)
        assert key in settings, key
        settings[key] = value
    noise = random.Random(int(settings["seed"]))
    result = {"context": context(settings), "benchmarks": [], "failures": []}
    for execution in range(int(settings["executions"])):
        for case in cases(settings):
            if fnmatch.fnmatch(case["name"], settings["drop"]):
                continue
            if fnmatch.fnmatch(case["name"], settings["fail"]):
                result["failures"].append({"name": case["name"], "repetition_index": execution, "outcome": "crashed",
                                           "reason": "the worker was ended by SIGSEGV"})
                continue
            result["benchmarks"].append(row(case, execution, settings, noise))
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(result, file)


if __name__ == "__main__":
    main()
