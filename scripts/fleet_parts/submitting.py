"""`fleet submit` and `fleet cancel`: arrays in which each task is tied to a node of its own."""
import os
import shlex

from . import outcomes, slurm, state
from .errors import FleetError

TEMPLATE = os.path.join(os.path.dirname(os.path.realpath(__file__)), "job.sh")
FLEET = os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(__file__))), "fleet")


def _script(fleet, names):
    plan = fleet.plan
    rows = [f"{task}\t{name}\t{fleet.nodes[name]['kind']}\t{int(fleet.nodes[name]['conformance'] and plan['conformance'])}"
            f"\t{fleet.nodes[name]['program']}" for task, name in enumerate(names)]
    strategies = [word for word in plan["run_options"] if word.startswith(("--strategy=", "--plugin="))]
    with open(TEMPLATE, encoding="utf-8") as file:
        script = file.read()
    for name, value in (("folder", shlex.quote(fleet.folder)), ("spool", shlex.quote(plan["spool"])), ("id", plan["id"]),
                        ("options", shlex.join(plan["run_options"])), ("strategies", shlex.join(strategies)),
                        ("rows", "\n".join(rows))):
        script = script.replace(f"@{name}@", value)
    return script


def _new_submission(fleet, names):
    taken = [int(number) for number in os.listdir(fleet.path("submissions"))]
    number = f"{max(taken, default=0) + 1:04}"
    os.makedirs(fleet.path("submissions", number))
    state.write(fleet.path("submissions", number, "job.sh"), _script(fleet, names))
    state.write_json(fleet.path("submissions", number, "tasks.json"), names)
    return {"number": number, "name": f"ctxbench-fleet-{fleet.plan['id']}-{number}", "tasks": names, "job": None,
            "released": False}


def _start(fleet, submission):
    """
    Takes a submission to where Slurm runs it, from however far it came: the array is held until each task is tied to its
    node, and a job that Slurm has under its name is this one, though its submitter ended before it could note that.
    """
    if submission["job"] is None:
        known = slurm.jobs_named(submission["name"])
        job = known[-1] if known else slurm.submit(fleet.path("submissions", submission["number"], "job.sh"), [
            "--hold", "--exclusive", "--nodes=1", "--ntasks=1", "--requeue", "--signal=B:TERM@30", "--open-mode=append",
            f"--array=0-{len(submission['tasks']) - 1}", f"--job-name={submission['name']}", "--chdir=/",
            "--output=/dev/null", "--error=/dev/null", *fleet.plan["slurm_options"]])
        fleet.note_job(submission, job, False)
    slurm.pin(submission["job"], submission["tasks"])
    slurm.release(submission["job"])
    fleet.note_job(submission, submission["job"], True)


def _submit_merge(fleet, jobs):
    """A job that merges when all tasks have ended, however they did."""
    script = fleet.path("merge.sh")
    state.write(script, f"#!/bin/sh\nexec {shlex.quote(FLEET)} merge {shlex.quote(fleet.folder)}\n")
    passed = [word for word in fleet.plan["slurm_options"] if not word.startswith(("--time", "--constraint"))]
    return slurm.submit(script, [
        f"--dependency=afterany:{':'.join(jobs)}", "--nodes=1", "--ntasks=1", "--requeue", "--chdir=/",
        f"--job-name=ctxbench-fleet-{fleet.plan['id']}-merge", f"--output={fleet.path('merge.log')}", *passed])


def _to_submit(fleet, missing):
    if not missing:
        if any(submission["released"] for submission in fleet.submissions()):
            raise FleetError(f"tasks of {fleet.folder} were submitted before; --missing submits those without a result")
        return list(fleet.nodes)
    active = outcomes.active(fleet)
    return [name for name in fleet.nodes if not fleet.has_result(name) and name not in active]


def submit(options):
    fleet = state.Fleet(options.folder)
    with state.locked(fleet.folder):
        os.makedirs(fleet.path("submissions"), exist_ok=True)
        started = [one for one in fleet.submissions() if not one["released"]]
        for submission in started:
            _start(fleet, submission)
        names = [name for name in _to_submit(fleet, options.missing or bool(started))
                 if not any(name in one["tasks"] for one in started)]
        if not names and not started:
            print("nothing is missing: each node has a result, or a task that Slurm still has")
            return 0
        outcomes.update(fleet)
        size = int(slurm.setting("MaxArraySize", "1001"))
        for first in range(0, len(names), size):
            started.append(_new_submission(fleet, names[first:first + size]))
            _start(fleet, started[-1])
        jobs = [one["job"] for one in started]
        print(f"submitted {sum(len(one['tasks']) for one in started)} tasks: job {' '.join(jobs)}")
        if not all(node["shared"] for node in fleet.nodes.values()):
            print(f"Not all nodes share {fleet.folder}: when `fleet status` shows that all have ended, `fleet merge` "
                  "fetches the results.")
        elif not options.no_merge:
            print(f"The merge is job {_submit_merge(fleet, jobs)}; it makes {fleet.path('report.html')}.")
    return 0


def cancel(options):
    fleet = state.Fleet(options.folder)
    ended = 0
    for submission in fleet.submissions():
        jobs = {submission["job"]} if submission["job"] else set(slurm.jobs_named(submission["name"]))
        for job in jobs:
            slurm.cancel(job)
            ended += 1
    for job in slurm.jobs_named(f"ctxbench-fleet-{fleet.plan['id']}-merge"):
        slurm.cancel(job)
    print(f"told Slurm to end {ended} arrays; results that are there stay")
    return 0
