#!/usr/bin/env python3
"""A fleet that never was, for tests of scale: make_fleet.py FOLDER BENCH NODES [TEMPLATE]

Kinds are the topologies in tests/data/topology and synthetic ones, at least 20; what identifies each is asked of BENCH.
FOLDER gets bin/ with sinfo, srun, sbatch, squeue, scontrol and sacct that play a cluster of NODES nodes of these kinds, and
made/NODE.json: results by the pattern of TEMPLATE, a result file, with times that depend on strategy, kind and node. Some
nodes are slow, some results are missing.
"""
import copy
import glob
import json
import os
import random
import subprocess
import sys

SYNTHETIC = [f"package:{packages} l3:{l3} core:{cores} pu:{pus}"
             for packages, l3, cores, pus in ((1, 1, 4, 1), (1, 1, 4, 2), (1, 1, 8, 2), (1, 2, 4, 2), (1, 2, 8, 1),
                                              (2, 1, 8, 2), (2, 2, 4, 2), (2, 4, 4, 2), (2, 1, 16, 1), (2, 1, 16, 2),
                                              (2, 8, 4, 2), (4, 1, 8, 2), (1, 1, 2, 1), (1, 1, 64, 2), (2, 4, 8, 1))]
SINFO = """#!/bin/sh
exec cat {folder}/sinfo.txt
"""
# The probe's script is run as it is, but says what this node would.
SRUN = """#!/bin/sh
for word; do case $word in --nodelist=*) node=${{word#--nodelist=}} ;; esac; done
cat {folder}/probes/$node
"""
SBATCH = """#!/bin/sh
for word; do case $word in --nodelist=*) node=${{word#--nodelist=}} ;; esac; done
[ -z "$node" ] || ! [ -e {folder}/made/$node.json ] || ln {folder}/made/$node.json "$FLEET/results/$node.json"
echo $$
"""
NOTHING = """#!/bin/sh
exit 0
"""
WITHOUT = """#!/bin/sh
echo 'Slurm accounting storage is disabled' >&2
exit 1
"""


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def kinds(bench):
    here = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    specs = sorted(glob.glob(here + "/data/topology/*.xml")) + SYNTHETIC
    found = {}
    for spec in specs:
        done = subprocess.run([bench, "topology", "--format=json", f"--topology={spec}"], capture_output=True, text=True,
                              check=False)
        if done.returncode == 0:
            facts = json.loads(done.stdout)
            facts["cpu_model"] = facts.get("cpu_model") or f"Processor of {spec}"
            found.setdefault(facts["kind"], facts)
    assert len(found) >= 20, f"{len(found)} kinds, wanted 20"
    return list(found.values())


def result(template, kind, index, chance):
    """Half of the kinds prefer one half of the strategies."""
    made = copy.copy(template)
    context = made["context"] = copy.deepcopy(template["context"])
    ours = context["ctxbench"]
    context["host_name"] = f"node{index}"
    ours["fingerprint"] = f"{index:016x}"
    ours["seed"] = str(index)
    ours["machine"]["cpu_model"] = kind["cpu_model"]
    ours["topology"] = {key: kind[key] for key in ("source", "packages", "numa_nodes", "cores", "core_kinds", "pus",
                                                   "pus_present", "allowed_pus", "restricted", "kind")}
    slow = 1.25 if index % 97 == 11 else 1
    speed = 0.5 + int(kind["kind"][:2], 16) / 256
    made["benchmarks"] = []
    for row in template["benchmarks"]:
        row = copy.copy(row)
        prefers = hash_of(row["ctxbench"]["strategy"]) % 2 == int(kind["kind"], 16) % 2
        row["real_time"] = round(row["real_time"] * speed * slow * (0.7 if prefers else 1) * chance.gauss(1, 0.01), 4)
        made["benchmarks"].append(row)
    return made


def hash_of(text):
    return sum(map(ord, text))


def main():
    folder, bench, count, template = os.path.abspath(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
    with open(template, encoding="utf-8") as file:
        template = json.load(file)
    chance = random.Random(1)
    all_kinds = kinds(bench)
    lines = []
    for index in range(count):
        name, kind = f"node{index:04}", all_kinds[index % len(all_kinds)]
        state = "down" if index % 211 == 7 else "idle"
        lines.append(f"{name}|all*|{state}|made|{kind['packages']}:1:1|{'no power' if state == 'down' else 'none'}|\n")
        write(f"{folder}/probes/{name}",
              f"ctxbench-probe:host={name}\nctxbench-probe:architecture=x86_64\nctxbench-probe:processor={kind['cpu_model']}\n"
              f"ctxbench-probe:shared=yes\nctxbench-probe:source=yes\nctxbench-probe:topology={json.dumps(kind)}\n")
        if index % 101 != 3:
            write(f"{folder}/made/{name}.json", json.dumps(result(template, kind, index, chance)))
    write(f"{folder}/sinfo.txt", "".join(lines))
    for name, text in (("sinfo", SINFO), ("srun", SRUN), ("sbatch", SBATCH), ("squeue", NOTHING), ("scontrol", NOTHING),
                       ("scancel", NOTHING), ("sacct", WITHOUT)):
        write(f"{folder}/bin/{name}", text.format(folder=folder), 0o755)


if __name__ == "__main__":
    main()
