"""Reads and scopes of contextvars in Python's own tool, timeit."""

import contextvars
import timeit

KEY = ("first", 0)


class Context:
    """As a library would have it: any number of keys, and any body."""

    def __init__(self):
        self.variable = contextvars.ContextVar("context", default=None)

    def read(self, key):
        context = self.variable.get()
        if context is None:
            return 0, 0
        if key in context:
            return 2, context[key]
        return 1, 0

    def scope(self, first, count, body, *arguments):
        context = dict(self.variable.get() or {})
        for number in range(first, first + count):
            context["first", number] = 0x1234567 + number
        token = self.variable.set(context)
        try:
            return body(*arguments)
        finally:
            self.variable.reset(token)


context = Context()


def body():
    pass


def measure(what, statement, setup="pass"):
    timer = timeit.Timer(statement, setup, globals=globals())
    number, _ = timer.autorange()
    print(what, min(timer.repeat(5, number // 4 + 1)) / (number // 4 + 1) * 1e9)


context.scope(0, 1, measure, "read", "total += context.read(KEY)[1]", "total = 0")
measure("scope", "context.scope(0, 1, body)")
