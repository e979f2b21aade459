"""Reads and scopes of contextvars in Python's own tool, timeit."""

import contextvars
import timeit

variable = contextvars.ContextVar("context", default=None)
KEY = ("first", 0)


def read(key):
    context = variable.get()
    if context is None:
        return 0, 0
    if key in context:
        return 2, context[key]
    return 1, 0


def scope(body):
    context = dict(variable.get() or {})
    context[("first", 0)] = 0x1234567
    token = variable.set(context)
    try:
        return body()
    finally:
        variable.reset(token)


def body():
    pass


def measure(what, statement, setup="pass"):
    timer = timeit.Timer(statement, setup, globals=globals())
    number, _ = timer.autorange()
    print(what, min(timer.repeat(5, number // 4 + 1)) / (number // 4 + 1) * 1e9)


scope(lambda: measure("read", "total += read(KEY)[1]", "total = 0"))
measure("scope", "scope(body)")
