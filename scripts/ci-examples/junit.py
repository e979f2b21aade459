#!/usr/bin/env python3
"""junit.py <CHECK.json >JUNIT.xml: what `bench check --format=json` says, as JUnit XML, which CI servers show.

A case is a test of the suite `time` or `instructions`. It has failed if it regressed, and is skipped where there is no
verdict; improved and equivalent ones have passed.
"""
import json
import sys
import xml.etree.ElementTree as ElementTree

PASSED = ("equivalent", "improved")


def words(case):
    """What there is to say of a case: its change, with the interval, and the remark."""
    parts = [case["verdict"]]
    if "ratio" in case:
        parts.append(f"{100 * (case['ratio'] - 1):+.1f} %")
    if "base" in case and "now" in case:
        parts.append(f"{case['base']:g} instructions before, {case['now']:g} now")
    if "interval" in case:
        parts.append("95 % interval {:+.1f} to {:+.1f} %".format(*(100 * (end - 1) for end in case["interval"])))
    parts += [case[name] for name in ("remark", "reason", "dissent") if case.get(name)]
    return ", ".join(parts)


def add_case(suite, case):
    strategy, name = case["name"].split("/", 1)
    test = ElementTree.SubElement(suite, "testcase", classname=strategy, name=name)
    if case["verdict"] == "regressed":
        ElementTree.SubElement(test, "failure", message=words(case), type="regressed")
    elif case["verdict"] not in PASSED:
        ElementTree.SubElement(test, "skipped", message=words(case))
    else:
        ElementTree.SubElement(test, "system-out").text = words(case)


def make_suite(name, part):
    verdicts = [case["verdict"] for case in part["cases"]]
    suite = ElementTree.Element("testsuite", name=name, tests=str(len(verdicts)), errors="0",
                                failures=str(verdicts.count("regressed")),
                                skipped=str(sum(verdict not in (*PASSED, "regressed") for verdict in verdicts)))
    for case in part["cases"]:
        add_case(suite, case)
    return suite


def main():
    try:
        checked = json.load(sys.stdin)
    except json.JSONDecodeError as error:
        sys.exit(f"junit.py: standard input is no JSON ({error}); wanted what bench check --format=json writes")
    parts = {name: checked[name] for name in ("time", "instructions") if name in checked}
    if not parts:
        sys.exit("junit.py: found neither times nor instructions; wanted what bench check --format=json writes")
    suites = ElementTree.Element("testsuites", name="bench check")
    suites.extend(make_suite(name, part) for name, part in parts.items())
    ElementTree.indent(suites)
    print(ElementTree.tostring(suites, encoding="unicode", xml_declaration=True))


if __name__ == "__main__":
    main()
