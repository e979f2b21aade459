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
        said = slurm.jobs(submission["name"], list(submission["jobs"].values()))
        for name, job in submission["jobs"].items():
            if job in said:
                kept.setdefault(name, {})[submission["number"]] = {**said[job], "job": job}
            elif kept.get(name, {}).get(submission["number"], {}).get("state") in slurm.ACTIVE_STATES:
                kept[name][submission["number"]]["state"] = "FORGOTTEN"
    state.write_json(fleet.path("outcomes.json"), kept)
    return kept


def active(fleet):
    """Nodes for which Slurm has a task that has not ended."""
    names = set()
    for submission in fleet.submissions():
        queued = slurm.queued(submission["name"])
        names |= {name for name, job in submission["jobs"].items()
                  if queued.get(job, {}).get("state") in slurm.ACTIVE_STATES}
    return names


def of_node(fleet, submissions, name, kept, down):
    """(state, reason) of a node: "measured", or why it is not."""
    if fleet.has_result(name):
        return "measured", ""
    covering = [one for one in submissions if name in one["tasks"]]
    if not covering:
        return "not-submitted", "no task was submitted for it"
    submission = covering[-1]
    job = submission["jobs"].get(name)
    if job is None:
        why = submission["refused"].get(name)
        return "not-submitted", f"Slurm did not take it: {why}" if why else \
            "its submitter ended before Slurm had the task; `fleet submit` goes on"
    facts = kept.get(name, {}).get(submission["number"])
    if facts is not None and facts["state"] in slurm.ACTIVE_STATES:
        return _active(facts, down.get(name))
    return _ended(job, facts, fleet.last_exit(name, job), down.get(name))


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
    submissions = fleet.submissions()
    return {name: of_node(fleet, submissions, name, kept, down) for name in fleet.nodes}
