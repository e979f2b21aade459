#!/usr/bin/env python3
"""Validates result files with a validator that is not ours: validate.py SCHEMA FILE...

Then breaks a copy of each in ways that the schema must refuse, since a schema that accepts everything proves nothing.
"""
import copy
import json
import sys

from jsonschema import Draft202012Validator


def refuse_constant(name):
    raise ValueError(f"{name} is no JSON")


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file, parse_constant=refuse_constant)


def ours(document):
    return document["context"]["ctxbench"]


def first(document):
    return document["benchmarks"][0]


def failure(document):
    return document["failures"][0]


def cell(document):
    return ours(document).get("conformance", [])[0]


def failing(document):
    return [one for one in ours(document)["presentation"]["strategies"] if "fails" in one][0]


# What breaks a document, by name. One that finds nothing to break (no rows, no failures) raises IndexError.
BREAKERS = {
    "another schema version": lambda d: ours(d).update(schema_version=2),
    "an unknown key at the top": lambda d: d.update(extra=1),
    "an unknown key in our context": lambda d: ours(d).update(extra=1),
    "an unknown fact of the machine": lambda d: ours(d)["machine"].update(extra=1),
    "no failures": lambda d: d.pop("failures"),
    "no context of ours": lambda d: d["context"].pop("ctxbench"),
    "a seed as a number": lambda d: ours(d).update(seed=1),
    "a fingerprint that is none": lambda d: ours(d).update(fingerprint="x"),
    "a revision without its state": lambda d: ours(d)["build"].update(source_revision="0" * 40) or ours(d)["build"].pop("source_dirty", None),
    "an unknown turbo as -1": lambda d: ours(d)["machine"].update(turbo=-1),
    "an unknown clock as 0": lambda d: d["context"].update(mhz_per_cpu=0),
    "a row without a time": lambda d: first(d).pop("real_time"),
    "a row with a made-up zero": lambda d: first(d).update(real_time=0),
    "a row in another unit": lambda d: first(d).update(time_unit="us"),
    "a row with an unknown key of ours": lambda d: first(d)["ctxbench"].update(extra=1),
    "a row without samples": lambda d: first(d)["ctxbench"]["samples"].update(real_ns=[]),
    "a parameter as text": lambda d: first(d)["ctxbench"]["parameters"].update(depth="16"),
    "a presentation without strategies": lambda d: ours(d)["presentation"].pop("strategies"),
    "a workload of an unknown role": lambda d: ours(d)["presentation"]["workloads"][0].update(role="star"),
    "a section whose id is a title": lambda d: ours(d)["presentation"]["sections"][0].update(id="By Depth"),
    "a condition of no scenarios": lambda d: ours(d)["presentation"]["conditions"][0].update(scenarios=[]),
    "a failing strategy without a reason": lambda d: failing(d)["fails"][0].pop("reason"),
    "a failure without a reason": lambda d: failure(d).update(reason=""),
    "a failure that went well": lambda d: failure(d).update(outcome="ok"),
    "a cell that held for a reason": lambda d: cell(d).update(outcome="held", found="something"),
    "a cell that broke without one": lambda d: (cell(d).update(outcome="broken"), cell(d).pop("found", None)),
    "a cell of another outcome": lambda d: cell(d).update(outcome="fine"),
    "a cell of no strategy": lambda d: cell(d).pop("strategy"),
    "a failure of no execution": lambda d: (failure(d).pop("repetition_index", None), failure(d).pop("calibration", None)),
}


def main(schema_path, *paths):
    schema = load(schema_path)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    wrong, used = [], set()
    for path in paths:
        document = load(path)
        wrong += [f"{path}: {e.json_path}: {e.message}"[:500] for e in validator.iter_errors(document)]
        # A few rows are enough to break, and deep copies of all are slow.
        small = dict(document, benchmarks=document["benchmarks"][:2], failures=document["failures"][:2])
        for name, breaker in BREAKERS.items():
            broken = copy.deepcopy(small)
            try:
                breaker(broken)
            except IndexError:
                continue
            used.add(name)
            if validator.is_valid(broken):
                wrong.append(f"{path}: the schema accepts {name}")
    wrong += [f"no file could be broken by {name}" for name in BREAKERS.keys() - used]
    print("\n".join(wrong) or f"{len(paths)} files are valid; {len(used)} ways to break them are refused")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
