"""The results folder: the only place where a fleet's state is kept, beside Slurm.

  plan.json               what was planned
  submissions/0001/       job.sh as it was submitted; tasks.json, the nodes; jobs, a line for each that Slurm was given
  nodes/NODE/JOB.RESTART/ one attempt: run.json, log, and exit, which the task writes last
  results/NODE.json       the one result that counts
  conformance/NODE.json   what came of the scenarios, of one node of each kind
  outcomes.json           what Slurm said of tasks that have ended: it forgets them
  missing.json, fleet.json, report.html, report.md   what merge makes
"""
import contextlib
import fcntl
import json
import os

from .errors import FleetError

VERSION = 1


def write(path, text):
    """A file that is whole or absent."""
    new = f"{path}.{os.getpid()}.new"
    try:
        with open(new, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(new)
        raise FleetError(f"cannot write {path}: {error.strerror}", 1) from None


def write_json(path, value):
    write(path, json.dumps(value, indent=1, sort_keys=True) + "\n")


def read_json(path, otherwise=None):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return otherwise
    except (OSError, ValueError) as error:
        raise FleetError(f"cannot read {path}: {error}") from None


@contextlib.contextmanager
def locked(folder):
    """One command at a time changes a folder."""
    with open(os.path.join(folder, "lock"), "w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FleetError(f"another command is at work on {folder}; try again when it has ended", 1) from None
        except OSError:
            pass  # a file system without locks
        yield


class Fleet:
    def __init__(self, folder):
        self.folder = folder
        self.plan = read_json(self.path("plan.json"))
        if self.plan is None:
            raise FleetError(f"{folder} has no plan.json; `fleet plan {folder}` makes one")
        if self.plan.get("version") != VERSION:
            raise FleetError(f"{folder}/plan.json has version {self.plan.get('version')}; this program reads {VERSION}")
        self.nodes = {node["name"]: node for node in self.plan["nodes"]}

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def job_name(self, number):
        return f"ctxbench-fleet-{self.plan['id']}-{number}"

    def submissions(self):
        """[{"number", "name", "tasks": [node], "jobs": {node: job}, "refused": {node: why}}], oldest first."""
        found = []
        folder = self.path("submissions")
        for number in sorted(filter(str.isdigit, os.listdir(folder))) if os.path.isdir(folder) else []:
            tasks = read_json(os.path.join(folder, number, "tasks.json"))
            if tasks is None:
                continue  # its submitter ended before it had asked Slurm for anything
            one = {"number": number, "name": self.job_name(number), "tasks": tasks, "jobs": {}, "refused": {}}
            with contextlib.suppress(FileNotFoundError), \
                    open(os.path.join(folder, number, "jobs"), encoding="utf-8") as file:
                for line in file:
                    node, job, why = (line.rstrip("\n").split("\t") + ["", ""])[:3]
                    one["jobs" if job else "refused"][node] = job or why
            found.append(one)
        return found

    def note_job(self, number, node, job, why=""):
        with open(self.path("submissions", number, "jobs"), "a", encoding="utf-8") as file:
            file.write(f"{node}\t{job}\t{why}\n")

    def has_result(self, node):
        return os.path.isfile(self.path("results", node + ".json"))

    def last_exit(self, node, job=None):
        """What the last attempt of a node said of itself, as a dict; None if none has."""
        folder = self.path("nodes", node)
        found = None
        for attempt in sorted(os.listdir(folder), key=_attempt_order) if os.path.isdir(folder) else []:
            try:
                with open(os.path.join(folder, attempt, "exit"), encoding="utf-8", errors="replace") as file:
                    said = dict(line.rstrip("\n").split("=", 1) for line in file if "=" in line)
            except OSError:
                continue
            if job is None or said.get("job") == job:
                found = said
        return found


def _attempt_order(name):
    return [int(part) if part.isdigit() else 0 for part in name.split(".")]
