"""What became of each node, and why one has no result: from results, exits and Slurm, in this order."""
import datetime

from . import slurm, state

# What a task's exit status says (job.sh).
EXITS = {65: "other-processor", 74: "disk-full", 124: "time-limit", 130: "interrupted"}
STATES = {"NODE_FAIL": "node-down", "BOOT_FAIL": "node-down", "TIMEOUT": "time-limit", "DEADLINE": "time-limit",
          "CANCELLED": "cancelled", "REVOKED": "cancelled", "PREEMPTED": "preempted", "OUT_OF_MEMORY": "out-of-memory"}
CLOCK_SKEW_SECONDS = 60


def update(fleet):
    """Asks Slurm, and keeps what it says of tasks that have ended: after some minutes it may know nothing of them."""
    kept = state.read_json(fleet.path("outcomes.json"), {})
    for submission in fleet.submissions():
        if submission["job"] is None:
            continue
        said = slurm.tasks(submission["job"])
        for task, name in enumerate(submission["tasks"]):
            facts = said.get(task)
            if facts is not None:
                kept.setdefault(name, {})[submission["number"]] = {**facts, "job": submission["job"], "task": task}
            elif name in kept and submission["number"] in kept[name] and \
                    kept[name][submission["number"]]["state"] in slurm.ACTIVE_STATES:
                kept[name][submission["number"]]["state"] = "FORGOTTEN"
    state.write_json(fleet.path("outcomes.json"), kept)
    return kept


def active(fleet):
    """Nodes for which Slurm has a task that has not ended."""
    names = set()
    for submission in fleet.submissions():
        said = slurm.tasks(submission["job"]) if submission["job"] is not None else {}
        names |= {submission["tasks"][task] for task, facts in said.items()
                  if facts["state"] in slurm.ACTIVE_STATES and task < len(submission["tasks"])}
    return names


def of_node(fleet, name, kept, down):
    """(state, reason) of a node: "measured", or why it is not."""
    if fleet.has_result(name):
        return "measured", ""
    covering = [one for one in fleet.submissions() if name in one["tasks"]]
    if not covering:
        return "not-submitted", "no task was submitted for it"
    submission = covering[-1]
    if submission["job"] is None:
        return "not-submitted", "its submitter ended before Slurm had the task; `fleet submit` goes on"
    facts = kept.get(name, {}).get(submission["number"])
    said = fleet.last_exit(name, submission["job"])
    if facts is not None and facts["state"] in slurm.ACTIVE_STATES:
        return _active(facts, down.get(name))
    return _ended(submission["job"], facts, said, down.get(name))


def _active(facts, down):
    if facts["state"] != "PENDING":
        return "running", f"{facts['state'].lower()} on {facts['node']}"
    why = facts.get("why", "")
    return "pending", f"{why}; Slurm says the node is {down}" if down else why


def _ended(job, facts, said, down):
    what, why = STATES.get(facts["state"] if facts else "", None), []
    code = int(said["status"]) if said else int((facts or {}).get("exit", "0").split(":")[0] or 0)
    # A signal that ended the task is Slurm's to explain; what the task found out itself comes first otherwise.
    if what is None or (code in EXITS and code != 130):
        what = EXITS.get(code, "failed") if facts or said else "no-trace"
    if said and said.get("reason"):
        why.append(said["reason"])
    elif code == 74:
        why.append("nothing could be written where results go: no space is left, or it is not there")
    if facts:
        why.append(f"Slurm: {facts['state']}" + (f", exit {facts['exit']}" if facts.get("exit") else "") +
                   (f", after {facts['elapsed']}" if facts.get("elapsed") else ""))
    else:
        why.append(f"Slurm knows nothing of job {job} any more")
    if down:
        why.append(f"the node is {down}")
    return what, "; ".join(why)


def clock_skew(facts, said):
    """Seconds by which a node's clock is ahead of Slurm's, by when either says that a task began; 0 within a minute."""
    try:
        skew = round(int(said["started"]) - datetime.datetime.fromisoformat(facts["start"]).timestamp())
    except (KeyError, TypeError, ValueError):
        return 0
    return skew if abs(skew) > CLOCK_SKEW_SECONDS else 0


def down_nodes(fleet):
    """{node: what Slurm says of it} of those that cannot take a task."""
    listed = slurm.nodes(None, None, ",".join(fleet.nodes))
    return {name: f"{facts['state']} ({facts['reason']})" for name, facts in listed.items()
            if not slurm.is_usable(facts["state"])}


def of_all(fleet):
    kept, down = update(fleet), down_nodes(fleet)
    return {name: of_node(fleet, name, kept, down) for name in fleet.nodes}
