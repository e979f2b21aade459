"""`fleet submit` and `fleet cancel`: a job for each node.

Not an array: Slurm skips all tasks of an array for a while once one of them cannot start (seen with 22.05), so that one
node that is down or busy would keep tasks of others from theirs. The jobs of a submission share a name instead.
"""
import concurrent.futures
import os
import shlex

from . import outcomes, slurm, state
from .errors import FleetError

TEMPLATE = os.path.join(os.path.dirname(os.path.realpath(__file__)), "job.sh")
FLEET = os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(__file__))), "fleet")
AT_ONCE = 8


def _script(fleet):
    plan = fleet.plan
    strategies = [word for word in plan["run_options"] if word.startswith(("--strategy=", "--plugin="))]
    with open(TEMPLATE, encoding="utf-8") as file:
        script = file.read()
    for name, value in (("folder", shlex.quote(fleet.folder)), ("spool", shlex.quote(plan["spool"])), ("id", plan["id"]),
                        ("options", shlex.join(plan["run_options"])), ("strategies", shlex.join(strategies))):
        script = script.replace(f"@{name}@", value)
    return script


def _new_submission(fleet, names):
    taken = [int(number) for number in os.listdir(fleet.path("submissions"))]
    number = f"{max(taken, default=0) + 1:04}"
    os.makedirs(fleet.path("submissions", number))
    state.write(fleet.path("submissions", number, "job.sh"), _script(fleet))
    state.write_json(fleet.path("submissions", number, "tasks.json"), names)
    return {"number": number, "name": fleet.job_name(number), "tasks": names, "jobs": {}, "refused": {}}


def _submit_node(fleet, submission, name):
    node = fleet.nodes[name]
    proves = int(node["conformance"] and fleet.plan["conformance"])
    try:
        job = slurm.submit(fleet.path("submissions", submission["number"], "job.sh"), [
            "--exclusive", "--nodes=1", "--ntasks=1", f"--nodelist={name}", "--requeue", "--signal=B:TERM@30",
            f"--job-name={submission['name']}", "--chdir=/", "--output=/dev/null", "--error=/dev/null",
            *fleet.plan["slurm_options"]], [name, node["kind"], str(proves), node["program"]])
        return name, job, ""
    except FleetError as error:
        return name, "", " ".join(str(error).split())


def _start(fleet, submission):
    """Hands to Slurm what it does not have yet: a job of this name for a node is that node's, whoever noted it."""
    for job, facts in slurm.queued(submission["name"]).items():
        if facts["wanted"] in submission["tasks"] and facts["wanted"] not in submission["jobs"]:
            fleet.note_job(submission["number"], facts["wanted"], job)
            submission["jobs"][facts["wanted"]] = job
    names = [name for name in submission["tasks"] if name not in submission["jobs"] and not fleet.has_result(name)]
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for name, job, why in pool.map(lambda name: _submit_node(fleet, submission, name), names):
            fleet.note_job(submission["number"], name, job, why)
            submission["jobs" if job else "refused"][name] = job or why


def _submit_merge(fleet, started):
    """A job that merges when all that are there have ended, however they did."""
    script = fleet.path("merge.sh")
    state.write(script, f"#!/bin/sh\nexec {shlex.quote(FLEET)} merge {shlex.quote(fleet.folder)}\n")
    passed = [word for word in fleet.plan["slurm_options"] if not word.startswith(("--time", "--constraint"))]
    jobs = [job for submission in started for job in submission["jobs"].values()]
    return slurm.submit(script, [
        f"--dependency=afterany:{':'.join(jobs)}", "--nodes=1", "--ntasks=1", "--requeue", "--chdir=/",
        f"--job-name={fleet.job_name('merge')}", f"--output={fleet.path('merge.log')}", *passed])


def _to_submit(fleet, submissions, missing):
    if not missing:
        if submissions:
            raise FleetError(f"tasks of {fleet.folder} were submitted before; --missing submits those without a result")
        return list(fleet.nodes)
    active = outcomes.active(fleet)
    return [name for name in fleet.nodes if not fleet.has_result(name) and name not in active]


def submit(options):
    fleet = state.Fleet(options.folder)
    with state.locked(fleet.folder):
        os.makedirs(fleet.path("submissions"), exist_ok=True)
        submissions = fleet.submissions()
        started = [one for one in submissions if set(one["tasks"]) - set(one["jobs"]) - set(one["refused"])]
        if started:
            print(f"going on with a submission that was interrupted: {started[-1]['name']}")
        else:
            names = _to_submit(fleet, submissions, options.missing)
            if not names:
                print("nothing is missing: each node has a result, or a task that Slurm still has")
                return 0
            outcomes.update(fleet)
            started = [_new_submission(fleet, names)]
        for submission in started:
            _start(fleet, submission)
        return _tell(fleet, started, options)


def _tell(fleet, started, options):
    refused = {name: why for one in started for name, why in one["refused"].items() if name not in one["jobs"]}
    count = sum(len(one["jobs"]) for one in started)
    print(f"submitted {count} tasks, named {' '.join(one['name'] for one in started)}")
    for name, why in refused.items():
        print(f"  Slurm takes none for {name}: {why}")
    if count == 0:
        raise FleetError("no task was submitted", 1)
    if not all(node["shared"] for node in fleet.nodes.values()):
        print(f"Not all nodes share {fleet.folder}: when `fleet status` shows that all have ended, `fleet merge` fetches "
              "the results.")
    elif not options.no_merge:
        print(f"The merge is job {_submit_merge(fleet, started)}; it makes {fleet.path('report.html')}.")
    return 1 if refused else 0


def cancel(options):
    fleet = state.Fleet(options.folder)
    submissions = fleet.submissions()
    for name in [one["name"] for one in submissions] + [fleet.job_name("merge")]:
        slurm.cancel(name)
    print(f"told Slurm to end the tasks of {len(submissions)} submissions; results that are there stay")
    return 0
