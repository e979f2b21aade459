#!/usr/bin/env python3
"""Makes ranks_reference.h: what SciPy says about the values that tests/unit/ranks.c and verdict.c feed to ours.

Where SciPy has no such function (Holm, intervals of a shift), the answer is computed from the definition in the
plainest way: by trying all arrangements of the ranks. Run it with python3-numpy and python3-scipy installed:

    tests/data/ranks_reference.py > tests/data/ranks_reference.h
"""
import itertools
import math

import numpy
import scipy.stats

random = numpy.random.default_rng(20240229)


def array(name, values, type_="double"):
    print(f"static const {type_} {name}[] = {{{', '.join(repr(v) for v in values)}}};")


def floats(values):
    return [float(v) for v in values]


def table(name, fields, rows):
    print(f"static const struct {{\n{fields}}} {name}[] = {{")
    for row in rows:
        print("    {" + ", ".join(v if isinstance(v, str) else repr(v) for v in row) + "},")
    print("};")


def mann_whitney():
    cases = [
        (random.normal(10, 1, 5), random.normal(11, 1, 4)),
        (random.normal(10, 1, 8), random.normal(10, 1, 30)),
        (random.normal(10, 1, 3), random.normal(50, 1, 3)),
        (random.normal(10, 1, 1), random.normal(10, 1, 1)),
        (random.lognormal(0, 1, 12), random.lognormal(0.5, 1, 15)),
        (random.lognormal(0, 1, 50), random.lognormal(0.1, 1, 60)),
        (random.integers(0, 5, 7), random.integers(0, 6, 6)),  # tied
        (random.integers(0, 9, 30), random.integers(2, 9, 20)),
    ]
    rows = []
    for i, (x, y) in enumerate(cases):
        p = scipy.stats.mannwhitneyu(x, y, alternative="two-sided").pvalue
        array(f"mann_whitney_x_{i}", floats(x))
        array(f"mann_whitney_y_{i}", floats(y))
        rows.append((f"mann_whitney_x_{i}", f"mann_whitney_y_{i}", len(x), len(y), float(p)))
    table("mann_whitney_expected",
          "    const double *x, *y;\n    size_t x_count, y_count;\n    double p;\n", rows)


def pair_counts(n):
    """How many arrangements of n values a side have each number of pairs, by trying them all."""
    counts = numpy.zeros(n * n + 1)
    for chosen in itertools.combinations(range(2 * n), n):
        counts[sum(chosen) - n * (n - 1) // 2] += 1
    return counts


def answer(differences, counts, alpha, limit):
    """Estimate, interval, p above and p below, from the differences and how many arrangements have each number of
    them below zero."""
    tails = numpy.cumsum(counts) / counts.sum()
    differences = sorted(differences)
    inside = [k for k in range(len(differences)) if tails[k] <= alpha / 2]
    low, high = (differences[inside[-1]], differences[-1 - inside[-1]]) if inside else (-math.inf, math.inf)
    above = tails[sum(d <= limit for d in differences)]
    below = tails[sum(d >= limit for d in differences)]
    return [float(v) for v in (numpy.median(differences), low, high, above, below)]


def groups(base, other, alpha, limit):
    found = answer([o - b for o in other for b in base], pair_counts(len(base)), alpha, limit)
    p = scipy.stats.mannwhitneyu(other - limit, base, alternative="greater", method="exact").pvalue
    assert abs(p - found[3]) < 1e-12
    return found


def signed(differences, alpha, limit):
    """The same of differences: each sign is as likely as the other, and all ways to have them are tried."""
    n = len(differences)
    counts = numpy.zeros(n * (n + 1) // 2 + 1)
    for signs in itertools.product((0, 1), repeat=n):
        counts[sum(rank + 1 for rank in range(n) if signs[rank])] += 1
    means = [(differences[i] + differences[j]) / 2 for i in range(n) for j in range(i, n)]
    found = answer(means, counts, alpha, limit)
    p = scipy.stats.wilcoxon(differences - limit, alternative="greater", mode="exact").pvalue
    assert abs(p - found[3]) < 1e-12
    return found


def number(value):
    return {math.inf: "INFINITY", -math.inf: "-INFINITY"}.get(value, value)


def shifts():
    rows = []
    for i, (n, alpha, limit) in enumerate([(6, 0.05, 0.1), (9, 0.05, 0.0), (9, 1e-7, 0.0), (3, 0.1, 0.0)]):
        base, other = random.lognormal(0, 0.1, n), random.lognormal(0.1, 0.1, n)
        array(f"groups_base_{i}", floats(base))
        array(f"groups_other_{i}", floats(other))
        rows.append((f"groups_base_{i}", f"groups_other_{i}", n, alpha, limit,
                     *map(number, groups(base, other, alpha, limit))))
    for i, (n, alpha, limit) in enumerate([(6, 0.05, 0.1), (9, 0.05, 0.0), (9, 1e-4, 0.0), (16, 0.01, 0.05),
                                                (16, 0.001, -0.02), (1, 0.1, 0.0)]):
        differences = random.normal(0.05, 0.1, n)
        array(f"pairs_{i}", floats(differences))
        rows.append(("NULL", f"pairs_{i}", n, alpha, limit, *map(number, signed(differences, alpha, limit))))
    table("shift_expected", "    const double *base, *other; /* no base: differences */\n    size_t count;\n"
          "    double alpha, limit, estimate, low, high, p_above, p_below;\n", rows)


def holm():
    """By the definition of adjusted p-values: a hypothesis goes if the largest (m - k + 1) p up to its own is small."""
    rows = []
    for i, p in enumerate([[0.01, 0.04, 0.03, 0.005], [0.2, 0.9, 0.04], [0.001, 0.002, 0.003, 0.004, 0.005], [0.05],
                           [0.0125, 0.02, 0.0166, 0.5]]):
        order = sorted(range(len(p)), key=lambda k: p[k])
        adjusted, largest = [0.0] * len(p), 0.0
        for rank, k in enumerate(order):
            largest = max(largest, (len(p) - rank) * p[k])
            adjusted[k] = largest
        array(f"holm_p_{i}", p)
        array(f"holm_rejected_{i}", [int(a <= 0.05) for a in adjusted], "int")
        rows.append((f"holm_p_{i}", f"holm_rejected_{i}", len(p)))
    table("holm_expected", "    const double *p;\n    const int *rejected;\n    size_t count;\n", rows)


def rates():
    rows = []
    for count, trials, confidence in [(0, 300, 0.95), (3, 300, 0.95), (95, 100, 0.9), (500, 500, 0.99), (1, 1, 0.95),
                                      (36, 40, 0.95), (0, 1, 0.5)]:
        interval = scipy.stats.binomtest(count, trials).proportion_ci(confidence, "exact")
        rows.append((count, trials, confidence, float(interval.low), float(interval.high)))
    table("binomial_expected", "    size_t count, trials;\n    double confidence, low, high;\n", rows)


def spending():
    rows = []
    norm = scipy.stats.norm
    for alpha in (0.05, 0.01):
        for fraction in (0.0, 0.2, 0.5, 0.75, 1.0):
            pocock = alpha * math.log(1 + (math.e - 1) * fraction)
            fleming = 2 * (1 - norm.cdf(norm.ppf(1 - alpha / 2) / math.sqrt(fraction))) if fraction > 0 else 0.0
            rows.append((alpha, fraction, float(pocock), float(fleming)))
    table("spending_expected", "    double alpha, fraction, pocock, obrien_fleming;\n", rows)


def main():
    print("/* Made by ranks_reference.py; do not edit. */\n/* clang-format off */")
    table("normal_expected", "    double p, z;\n",
          [(p, float(scipy.stats.norm.ppf(p))) for p in (1e-6, 0.00125, 0.025, 0.2, 0.5, 0.8, 0.975, 0.9999)])
    mann_whitney()
    shifts()
    holm()
    rates()
    spending()
    table("student_expected", "    double confidence, limit;\n    unsigned freedom;\n",
          [(c, float(scipy.stats.t.ppf((1 + c) / 2, f)), f) for c in (0.5, 0.95, 0.999) for f in (1, 2, 3, 8, 11, 100)])


if __name__ == "__main__":
    main()
