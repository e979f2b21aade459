"""Slurm's commands, and what of their answers is used. Works with Slurm 22.05 and later."""
import re
import shlex
import subprocess

from .errors import FleetError

ACTIVE_STATES = {"PENDING", "RUNNING", "CONFIGURING", "COMPLETING", "SUSPENDED", "REQUEUED", "REQUEUE_HOLD",
                 "REQUEUE_FED", "RESIZING", "SIGNALING", "STAGE_OUT", "STOPPED", "SPECIAL_EXIT"}


def run(words, text=None, check=True, timeout=120):
    """Runs a command; its standard output. Where `check` is off: the whole answer, whatever its status."""
    try:
        done = subprocess.run(words, input=text, capture_output=True, text=True, timeout=timeout, errors="replace",
                              stdin=subprocess.DEVNULL if text is None else None)
    except FileNotFoundError:
        raise FleetError(f"{words[0]} is missing: this works where Slurm's commands are installed") from None
    except subprocess.TimeoutExpired:
        raise FleetError(f"{words[0]} did not answer within {timeout} s; is Slurm's controller running?", 1) from None
    if check and done.returncode != 0:
        raise FleetError(f"{shlex.join(words[:6])}: {(done.stderr or done.stdout).strip()}", 1)
    return done.stdout if check else done


def nodes(partition, constraint, names):
    """{name: {"state", "features", "shape", "reason"}}, of one partition or the default one."""
    words = ["sinfo", "-h", "-N", "-a", "-O", "NodeList:|,Partition:|,StateLong:|,Features:|,SocketCoreThread:|,Reason:|"]
    if names:
        words += ["-n", names]
    found = {}
    for line in run(words).splitlines():
        name, part, state, features, shape, reason = (field.strip() for field in line.split("|")[:6])
        if (partition is None and not names and not part.endswith("*")) or \
                (partition is not None and part.rstrip("*") not in partition.split(",")):
            continue
        wanted = [word for word in re.split(r"[,&]", constraint or "") if word]
        if not set(wanted) <= set(features.split(",")):
            continue
        found[name] = {"state": state, "features": features, "shape": shape, "reason": reason}
    return found


def is_usable(state):
    return not re.search(r"down|drain|fail|maint|powering|powered|unknown|future|planned_down|\*$", state)


def step(node, script, options, patience):
    """Runs a shell script as a job of one task on a node: the whole answer. What it prints comes back through Slurm."""
    words = ["srun", "--quiet", "--nodes=1", "--ntasks=1", f"--nodelist={node}", f"--immediate={patience}",
             "--job-name=ctxbench-fleet-step", "--kill-on-bad-exit=0", "--chdir=/", *options, "sh", "-c", script]
    return run(words, check=False, timeout=patience + 7200)


def submit(script_path, options, arguments=()):
    """The number of the job."""
    return run(["sbatch", "--parsable", *options, script_path, *arguments]).strip().split(";")[0]


def queued(name):
    """{job: facts} of the jobs of this name that have not ended."""
    found = {}
    for line in run(["squeue", "-h", "-n", name, "-o", "%A|%T|%N|%n|%r"], timeout=600).splitlines():
        job, state, node, wanted, why = line.split("|", 4)
        found[job] = {"state": state, "why": why, "node": node, "wanted": wanted}
    return found


def jobs(name, numbers):
    """{job: facts} of the jobs of this name: from accounting, or, where there is none, from the controller."""
    found = _accounted(numbers)
    found = _remembered(name) if found is None else found
    for job, facts in queued(name).items():
        found.setdefault(job, {}).update(facts)
    return found


def _accounted(numbers):
    found = {}
    for first in range(0, len(numbers), 500):
        done = run(["sacct", "-X", "-P", "-n", "-j", ",".join(numbers[first:first + 500]),
                    "--format=JobIDRaw,State,ExitCode,NodeList,Start,End,Elapsed"], check=False)
        if done.returncode != 0 or "disabled" in done.stderr:
            return None
        for line in done.stdout.splitlines():
            job, state, code, node, start, end, elapsed = line.split("|")
            found[job] = {"state": state.split(" ")[0], "exit": code, "node": node, "start": start, "end": end,
                          "elapsed": elapsed}
    return found or None


def _remembered(name):
    done = run(["scontrol", "-o", "show", "job"], check=False, timeout=600)
    found = {}
    for line in done.stdout.splitlines() if done.returncode == 0 else []:
        facts = dict(word.split("=", 1) for word in line.split(" ") if "=" in word)
        if facts.get("JobName") == name:
            found[facts["JobId"]] = {
                "state": facts.get("JobState", ""), "why": facts.get("Reason", ""), "exit": facts.get("ExitCode", ""),
                "node": facts.get("NodeList", ""), "start": facts.get("StartTime", ""), "end": facts.get("EndTime", ""),
                "elapsed": facts.get("RunTime", "")}
    return found


def cancel(name):
    """Ends all jobs of this name."""
    run(["scancel", f"--name={name}"], check=False)
