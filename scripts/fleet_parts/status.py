"""`fleet status`: what has become of each node."""
import json

from . import outcomes, state


def show(options):
    fleet = state.Fleet(options.folder)
    found = outcomes.of_all(fleet)
    if options.json:
        print(json.dumps({name: {"state": what, "reason": why} for name, (what, why) in found.items()}, indent=1))
        return 0
    counts = {}
    for what, _ in found.values():
        counts[what] = counts.get(what, 0) + 1
    print(f"{len(found)} nodes: " + ", ".join(f"{count} {what}" for what, count in sorted(counts.items())))
    for name, (what, why) in found.items():
        if what != "measured":
            print(f"  {name}: {what}: {why}")
    return 0
