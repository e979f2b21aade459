#!/usr/bin/env python3
"""matrix.py LIST FOLDER: pages of what `bench list --format=json` says: scenarios, strategies and workloads."""
import json
import sys

import markdown

SIGNS = {"passes": "✓", "fails": "✗", "not_applicable": "–"}
WORDS = {"passes": "passes", "fails": "fails", "not_applicable": "does not apply"}


def sentence(text):
    """A summary as a sentence."""
    return markdown.escape(text[0].upper() + text[1:]) + "."


def outcomes(strategy):
    """{scenario: (outcome, reason)}"""
    return {cell["scenario"]: (outcome, cell.get("reason", "")) for outcome in SIGNS for cell in strategy[outcome]}


def propagating(listed):
    return [strategy for strategy in listed["strategies"] if not strategy["reference"] and "runtime" not in strategy]


def groups(listed):
    """(title, need, scenarios): each scenario once, at the first condition that it decides, and then the others."""
    known = {scenario["name"]: scenario for scenario in listed["scenarios"]}
    left = dict(known)
    for condition in listed["conditions"]:
        yield (condition["title"], condition.get("need"),
               [left.pop(name) for name in condition["scenarios"] if name in left])
    yield "What decides no condition", None, list(left.values())


def anchor(scenario):
    return f"scenario-{scenario['name']}"


def make_grid(listed, scenarios):
    """A row for each strategy, a column for each scenario; strategies that are alike share a row. None: all pass."""
    rows = {}
    for strategy in propagating(listed):
        found = outcomes(strategy)
        signs = tuple(SIGNS[found[scenario["name"]][0]] if scenario["name"] in found else "" for scenario in scenarios)
        rows.setdefault(signs, []).append(markdown.code(strategy["name"]))
    if set(rows) == {(SIGNS["passes"],) * len(scenarios)}:
        return None
    head = ["strategy", *(f"{{ref}}`{scenario['name']} <{anchor(scenario)}>`" for scenario in scenarios)]
    table = markdown.table(head, [[", ".join(names), *signs] for signs, names in rows.items()])
    return f"````{{table}}\n:class: matrix\n{table}````"


def make_scenario(listed, scenario):
    """Its heading, its story, and who is not to pass it, with the reasons."""
    parts = [f"({anchor(scenario)})=\n### {scenario['name']}", sentence(scenario["summary"])]
    if "story" in scenario:
        parts.append(f"Met by programs: {markdown.escape(scenario['story'])}.")
    reasons = {}
    for strategy in propagating(listed):
        outcome, reason = outcomes(strategy).get(scenario["name"], ("passes", ""))
        if outcome != "passes":
            reasons.setdefault((outcome, reason), []).append(markdown.code(strategy["name"]))
    parts.append("\n".join(f"- {', '.join(names)}: {WORDS[outcome]}: {markdown.escape(reason)}"
                           for (outcome, reason), names in reasons.items()))
    return "\n\n".join(part for part in parts if part) + "\n"


def make_matrix(listed):
    parts = []
    for title, need, scenarios in groups(listed):
        if not scenarios:
            continue
        parts.append(f"## {title}")
        if need is not None:
            parts.append(f"`--needs={need}`")
        parts.append(make_grid(listed, scenarios) or "All strategies pass.")
        parts.extend(make_scenario(listed, scenario) for scenario in scenarios)
    return parts


def make_strategies(listed):
    rows = [[markdown.code(strategy["name"]), markdown.cell(strategy["summary"]),
             markdown.cell(strategy.get("runtime", "C")), markdown.cell(", ".join(strategy["traits"]))]
            for strategy in listed["strategies"]]
    return markdown.table(["strategy", "what it is", "runtime", "traits"], rows)


def make_workloads(listed):
    parts = []
    for workload in listed["workloads"]:
        parts.append(f"### {workload['name']}\n\n{sentence(workload['summary'])} "
                     f"One operation is a {markdown.escape(workload['operation'])}.")
        parts.append(markdown.table(
            ["parameter", "what it is", "range", "values"],
            [[markdown.code(parameter["name"]), markdown.cell(parameter["summary"]),
              f"{parameter['min']} to {parameter['max']}", ", ".join(map(str, parameter["defaults"]))]
             for parameter in workload["parameters"]]))
    return parts


def make_suites(listed):
    return markdown.table(["suite", "what it is"], [[markdown.code(suite["name"]), markdown.cell(suite["summary"])]
                                                    for suite in listed["suites"]])


def main(path, folder):
    listed = json.load(open(path, encoding="utf-8"))
    markdown.write(f"{folder}/matrix.md", *make_matrix(listed))
    markdown.write(f"{folder}/strategies.md", make_strategies(listed))
    markdown.write(f"{folder}/workloads.md", *make_workloads(listed))
    markdown.write(f"{folder}/suites.md", make_suites(listed))


if __name__ == "__main__":
    main(*sys.argv[1:])
