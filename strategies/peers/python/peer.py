"""The peer of Python, and the skeleton of all others: read it from top to bottom in five minutes.

One request comes as a line of JSON on standard input, one answer goes as a line to standard output (../README.md says
what is in them). In between, a strategy is proved in a scenario, or measured in a workload. The loops do what those of
C do (../../workloads/, ../../conformance/), and return the same checksums.
"""

import contextvars
import json
import platform
import queue
import resource
import sys
import threading
import time

PROTOCOL = 5
VALUE = 0x1234567  # what key 0 is bound to; key n is bound to VALUE + n
NO_CONTEXT, NOT_SET, SET = 0, 1, 2  # the three answers of a read


# ---- Strategies: what is in force here, and a call with something else in force ----
#
# A context is a mapping from (manager, key) to a value, or None. Nobody changes one that is in force.


class Strategy:
    def scope(self, first, count, function, *arguments):
        """Calls a function with so many keys bound, beside what is in force."""
        context = dict(self.current() or {})
        for number in range(first, first + count):
            context[key(number)] = VALUE + number
        return self.call_with(context, function, *arguments)


class ContextVars(Strategy):
    def __init__(self):
        self.variable = contextvars.ContextVar("context", default=None)
        self.current = self.variable.get

    def call_with(self, context, function, *arguments):
        token = self.variable.set(context)
        try:
            return function(*arguments)
        finally:
            self.variable.reset(token)

    def read(self, key):
        """The answer, and the value."""
        context = self.variable.get()
        if context is None:
            return NO_CONTEXT, 0
        if key in context:
            return SET, context[key]
        return NOT_SET, 0


class ThreadLocal(Strategy, threading.local):
    context = None

    def current(self):
        return self.context

    def call_with(self, context, function, *arguments):
        before = self.context
        self.context = context
        try:
            return function(*arguments)
        finally:
            self.context = before

    def read(self, key):
        context = self.context
        if context is None:
            return NO_CONTEXT, 0
        if key in context:
            return SET, context[key]
        return NOT_SET, 0


class Floor:
    """No context: a read is that of a variable, a scope is the call of its body."""

    answer = SET, VALUE

    def current(self):
        return None

    def scope(self, first, count, function, *arguments):
        return function(*arguments)

    def call_with(self, context, function, *arguments):
        return function(*arguments)

    def read(self, key):
        return self.answer


STRATEGIES = {"python-context": ContextVars, "python-local": ThreadLocal, "python-floor": Floor}


def key(number, manager="first"):
    return manager, number


def descend(depth, function, *arguments):
    """Calls a function so many calls further down."""
    return function(*arguments) if depth == 0 else descend(depth - 1, function, *arguments)


# ---- Workloads: each does its operation so many times, and returns its checksum ----
#
# What is timed is the loop alone, which goes through `timed`: calling it returns what the loop returns.


def get(strategy, timed, iterations, depth, up):
    wanted = key(0)

    def reads():
        total = 0
        for _ in range(iterations):
            total += strategy.read(wanted)[1]
        return total

    def between(scopes_left):
        if scopes_left == 0:
            return descend(depth, timed, reads)
        return strategy.scope(1, 1, between, scopes_left - 1)

    return strategy.scope(0, 1, between, up - 1)


def miss(strategy, timed, iterations, depth, scope_is_open):
    wanted = key(15)

    def reads():
        total = 0
        for _ in range(iterations):
            total += strategy.read(wanted)[0] + 1
        return total

    if scope_is_open:
        return strategy.scope(0, 1, descend, depth, timed, reads)
    return descend(depth, timed, reads)


def with_(strategy, timed, iterations, keys, inside):
    bodies = 0

    def body():
        nonlocal bodies
        bodies += 1

    def loop():
        for _ in range(iterations):
            strategy.scope(0, keys, body)

    if inside:
        strategy.scope(0, 1, timed, loop)
    else:
        timed(loop)
    return bodies


def nest(strategy, timed, iterations, scopes, reads):
    total = 0

    def level(depth):
        nonlocal total
        own, outermost = key(depth - 1), key(0)
        for _ in range(reads):
            total += strategy.read(own)[1] + strategy.read(outermost)[1]
        if depth < scopes:
            strategy.scope(depth, 1, level, depth + 1)

    def loop():
        for _ in range(iterations):
            strategy.scope(0, 1, level, 1)

    timed(loop)
    return total


def spawn(strategy, timed, iterations, fanout, fibers):
    wanted = key(0)
    values = [0] * fanout

    def child(index, inherited):
        values[index] = strategy.call_with(inherited, strategy.read, wanted)[1]

    def loop():
        total = 0
        for _ in range(iterations):
            threads = [threading.Thread(target=child, args=(i, strategy.current())) for i in range(fanout)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            total += sum(values)
        return total

    return strategy.scope(0, 1, timed, loop)


def handoff(strategy, timed, iterations, batch):
    wanted = key(0)
    asked, answered = queue.SimpleQueue(), queue.SimpleQueue()
    served = 0

    def serve():
        nonlocal served
        for _ in range(iterations * batch):
            captured = asked.get()
            answered.put(strategy.call_with(captured, strategy.read, wanted)[1])
            served += 1

    def ask():
        total = 0
        for _ in range(iterations):
            for _ in range(batch):
                asked.put(strategy.current())
            for _ in range(batch):
                total += answered.get()
        return total

    server = threading.Thread(target=serve)
    server.start()
    total = strategy.scope(0, 1, timed, ask)
    server.join()
    return total + served


# By the names that a request has; the parameters of each, in the order in which its function takes them.
WORKLOADS = {
    "get": (get, "depth", "up"),
    "miss": (miss, "depth", "scope"),
    "with": (with_, "keys", "inside"),
    "nest": (nest, "nest", "reads"),
    "spawn": (spawn, "fanout", "fibers"),
    "handoff": (handoff, "batch"),
}


# ---- Scenarios: each returns when all is as wanted, and raises Broken otherwise ----


class Broken(Exception):
    pass


def scope(strategy, bindings, function, *arguments):
    """Calls a function with these bindings in force beside those that are."""
    return strategy.call_with({**(strategy.current() or {}), **bindings}, function, *arguments)


def want(strategy, where, number, answer, value=0, manager="first"):
    found = strategy.read(key(number, manager))
    if found != (answer, value):
        raise Broken(f"{where}: found answer {found[0]} with value {found[1]}, wanted {answer} with {value}")


def in_thread(function, *arguments):
    """Runs it on a thread of its own, whose exception is ours."""
    raised = []

    def run():
        try:
            function(*arguments)
        except Exception as exception:  # whatever it is, it is raised again
            raised.append(exception)

    thread = threading.Thread(target=run)
    thread.start()
    return lambda: (thread.join(), *(_raise(exception) for exception in raised))


def _raise(exception):
    raise exception


def prove_nest(strategy):
    def inner():
        want(strategy, "in the inner scope, its own key", 0, SET, 3)
        want(strategy, "in the inner scope, the outer's other key", 1, SET, 2)

    def middle():
        want(strategy, "before the inner scope", 0, SET, 1)
        scope(strategy, {key(0): 3}, inner)
        want(strategy, "after the inner scope", 0, SET, 1)

    def outer():
        scope(strategy, {key(1): 2}, middle)
        want(strategy, "after the middle scope, its key", 1, NOT_SET)

    want(strategy, "before any scope", 0, NO_CONTEXT)
    scope(strategy, {key(0): 1}, outer)
    want(strategy, "after all scopes", 0, NO_CONTEXT)


def prove_failing_body(strategy):
    def body(level):
        if level == 5:
            raise ValueError("the body fails")
        try:
            scope(strategy, {key(0): level + 1}, body, level + 1)
        finally:
            want(strategy, "behind a body that failed", 0, SET, level)

    try:
        scope(strategy, {key(0): 1}, body, 1)
        raise Broken("the failure of a body was lost")
    except ValueError:
        want(strategy, "behind the outermost scope, whose body failed", 0, NO_CONTEXT)


def prove_three_answers(strategy):
    def inside():
        want(strategy, "a key bound to 0", 0, SET, 0)
        want(strategy, "a key that is not bound", 1, NOT_SET)
        strategy.call_with(None, want, strategy, "inside a scope whose context is none", 0, NO_CONTEXT)
        want(strategy, "behind a scope whose context is none", 0, SET, 0)

    want(strategy, "outside of all scopes", 0, NO_CONTEXT)
    strategy.call_with({}, want, strategy, "in the empty context", 0, NOT_SET)
    scope(strategy, {key(0): 0}, inside)


def prove_two_managers(strategy):
    def inner():
        want(strategy, "the first manager's key", 0, SET, 1)
        want(strategy, "the second manager's key", 0, SET, 2, "second")
        want(strategy, "a key of the first manager asked of the second", 1, NOT_SET, 0, "second")

    def outer():
        scope(strategy, {key(0, "second"): 2}, inner)
        want(strategy, "the second manager's key after its scope", 0, NOT_SET, 0, "second")

    scope(strategy, {key(0): 1, key(1): 5}, outer)


def prove_deep(strategy):
    scope(strategy, {key(0): 1}, descend, 10000, want, strategy, "10,000 calls below the scope", 0, SET, 1)


def prove_reuse(strategy, first=1):
    def inner(value):
        want(strategy, "in a scope opened again and again", 0, SET, value)
        want(strategy, "around it", 1, SET, value + 1)
        want(strategy, "a key of the round before", 2 + (value + 2) // 2 % 2, NOT_SET)

    def outer(value):
        scope(strategy, {key(0): value, key(2 + value // 2 % 2): 7}, inner, value)

    for value in range(first, first + 600, 2):
        scope(strategy, {key(1): value + 1}, outer, value)


def prove_plain_child(strategy):
    def parent():
        in_thread(want, strategy, "in a thread that inherits nothing", 0, NO_CONTEXT)()
        want(strategy, "in the parent of a plain thread", 0, SET, 1)

    scope(strategy, {key(0): 1}, parent)


def prove_inherit(strategy):
    may_read = threading.Event()

    def child(inherited):
        may_read.wait()
        strategy.call_with(inherited, want, strategy, "in a thread that inherits, after its parent went on", 0, SET, 1)

    def parent():
        join = in_thread(child, strategy.current())
        scope(strategy, {key(0): 2}, may_read.set)
        join()

    scope(strategy, {key(0): 1}, parent)


def prove_handoff(strategy):
    tasks = queue.SimpleQueue()

    def pool_thread():
        for wanted in range(1, 33):
            strategy.call_with(tasks.get(), want, strategy, "in a task on another thread", 0, SET, wanted)
            want(strategy, "on a pool thread, between its tasks", 0, NO_CONTEXT)

    join = in_thread(pool_thread)
    for value in range(1, 33):
        scope(strategy, {key(0): value}, lambda: tasks.put(strategy.current()))
    join()


def prove_many_threads(strategy):
    joins = [in_thread(prove_reuse, strategy, 1 + 1000 * number) for number in range(4)]
    for join in joins:
        join()


SCENARIOS = {
    "nest": prove_nest,
    "failing-body": prove_failing_body,
    "three-answers": prove_three_answers,
    "two-managers": prove_two_managers,
    "deep": prove_deep,
    "reuse": prove_reuse,
    "plain-child": prove_plain_child,
    "inherit": prove_inherit,
    "handoff": prove_handoff,
    "many-threads": prove_many_threads,
}


# ---- Samples ----


class Sample:
    """The loop, gone through once with so many iterations."""

    def __init__(self, run, iterations, threads):
        self.checksum = run(self.timed, iterations) % 2**32
        self.real_ns = self.taken_ns / iterations
        self.cpu_ns = self.taken_cpu_ns / iterations / threads

    def timed(self, loop):
        switches = resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw
        cpu_ns, began_ns = time.process_time_ns(), time.perf_counter_ns()
        checksum = loop()
        self.taken_ns = time.perf_counter_ns() - began_ns
        self.taken_cpu_ns = time.process_time_ns() - cpu_ns
        self.switches = resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw - switches
        return checksum


def calibrate(run, threads, seconds):
    """How many iterations take about so long; and the time that finding out took."""
    iterations, spent_ns = 1, 0
    while True:
        sample = Sample(run, iterations, threads)
        spent_ns += sample.taken_ns
        if sample.taken_ns >= seconds * 1e9 / 4:
            return max(1, round(seconds * 1e9 / sample.real_ns)), spent_ns
        iterations *= 2


def measure(strategy, request):
    function, *names = WORKLOADS[request["workload"]]
    parameters = [request["parameters"][name] for name in names]
    threads = len(request["pus"])

    def run(timed, iterations):
        return function(strategy, timed, iterations, *parameters)

    iterations, spent_ns = request["iterations"], 0
    if iterations == 0:
        iterations, spent_ns = calibrate(run, threads, request["sample_seconds"])
    samples = [Sample(run, iterations, threads) for _ in range(request["samples"])]
    return {
        "outcome": "ok",
        "iterations": iterations,
        "linkage": f"{platform.python_implementation()} {platform.python_version()}",
        "measured_ms": (spent_ns + sum(sample.taken_ns for sample in samples)) * 1e-6,
        "pus": request["pus"],  # the process was bound to them before it began
        "samples": {
            "real_ns": [sample.real_ns for sample in samples],
            "cpu_ns": [sample.cpu_ns for sample in samples],
            "involuntary_switches": [sample.switches for sample in samples],
        },
        "checksums": [sample.checksum for sample in samples],
        "memory_peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }


def prove(strategy, scenario):
    try:
        SCENARIOS[scenario](strategy)
    except Broken as broken:
        return {"outcome": "unproved", "reason": str(broken)}
    return {"outcome": "held"}


def answer(request):
    name, scenario = request["strategy"], request.get("scenario")
    if name not in STRATEGIES:
        return {"outcome": "failed", "reason": f'this peer has no strategy "{name}"'}
    if scenario is not None and scenario not in SCENARIOS:
        return {"outcome": "inapplicable", "reason": f'this peer has no scenario "{scenario}"'}
    if scenario is None and (request["workload"] not in WORKLOADS or request["form"] != "throughput"):
        return {"outcome": "failed", "reason": f'this peer has no workload "{request["workload"]}" of that form'}
    strategy = STRATEGIES[name]()
    return prove(strategy, scenario) if scenario is not None else measure(strategy, request)


def main():
    request = json.loads(sys.stdin.readline())
    if request.get("protocol") != PROTOCOL:
        sys.exit(f"found protocol version {request.get('protocol')}, wanted {PROTOCOL}")
    sys.setrecursionlimit(20000)
    print(json.dumps({"protocol": PROTOCOL, "case": request["case"], **answer(request)}))


if __name__ == "__main__":
    main()
