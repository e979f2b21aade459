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


def setting(name, otherwise):
    found = re.search(rf"^{name}\s*=\s*(\S+)", run(["scontrol", "show", "config"]), re.MULTILINE)
    return found.group(1) if found else otherwise


def submit(script_path, options):
    """The number of the job."""
    return run(["sbatch", "--parsable", *options, script_path]).strip().split(";")[0]


def pin(job, names):
    """Ties each task of an array that is held to a node of its own, by one process."""
    orders = "".join(f"update JobId={job}_{task} ReqNodeList={name}\n" for task, name in enumerate(names))
    done = run(["scontrol"], text=orders, check=False, timeout=600)
    wrong = [line for line in done.stderr.splitlines() + done.stdout.splitlines()
             if re.search(r"error|invalid|denied|not |slurm_", line, re.IGNORECASE)]
    wanted = {(str(task), name) for task, name in enumerate(names)}
    listed = run(["squeue", "-h", "-r", "-j", job, "-o", "%K|%n"], timeout=600).split()
    pinned = {tuple(line.split("|")) for line in listed}
    if not wanted <= pinned:
        raise FleetError(f"job {job}: {len(wanted - pinned)} of {len(wanted)} tasks could not be tied to their nodes"
                         f"{': ' + wrong[0] if wrong else ''}; the job stays held, `fleet submit` tries again", 1)


def release(job):
    run(["scontrol", "release", job])


def jobs_named(name):
    """Numbers of the jobs of this name that Slurm still knows, oldest first."""
    numbers = {line.strip() for line in run(["squeue", "-h", "-n", name, "-o", "%F"]).splitlines()}
    return sorted(numbers, key=int)


def tasks(job):
    """{task: facts} of an array: from the queue and from accounting, or, where there is none, from the controller."""
    found = _accounted(job)
    found = _remembered(job) if found is None else found
    done = run(["squeue", "-h", "-r", "-j", job, "-o", "%K|%T|%r|%N|%F"], check=False)
    for line in done.stdout.splitlines() if done.returncode == 0 else []:
        task, state, reason, node, _ = line.split("|")
        if task.isdigit():
            found.setdefault(int(task), {}).update(state=state, why=reason, node=node)
    return found


def _accounted(job):
    done = run(["sacct", "-X", "-P", "-n", "-j", job, "--format=JobID,State,ExitCode,NodeList,Start,End,Elapsed"],
               check=False)
    if done.returncode != 0 or "disabled" in done.stderr:
        return None
    found = {}
    for line in done.stdout.splitlines():
        number, state, code, node, start, end, elapsed = line.split("|")
        task = number.partition("_")[2]
        if task.isdigit():
            found[int(task)] = {"state": state.split(" ")[0], "exit": code, "node": node, "start": start, "end": end,
                                "elapsed": elapsed}
    return found or None


def _remembered(job):
    done = run(["scontrol", "-o", "show", "job", job], check=False)
    found = {}
    for line in done.stdout.splitlines() if done.returncode == 0 else []:
        facts = dict(word.split("=", 1) for word in line.split(" ") if "=" in word)
        if facts.get("ArrayTaskId", "").isdigit():
            found[int(facts["ArrayTaskId"])] = {
                "state": facts.get("JobState", ""), "why": facts.get("Reason", ""), "exit": facts.get("ExitCode", ""),
                "node": facts.get("NodeList", ""), "start": facts.get("StartTime", ""), "end": facts.get("EndTime", ""),
                "elapsed": facts.get("RunTime", ""), "restarts": facts.get("Restarts", "0")}
    return found


def cancel(job):
    run(["scancel", job], check=False)
