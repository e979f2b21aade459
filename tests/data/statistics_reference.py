#!/usr/bin/env python3
"""Makes statistics_reference.h: what NumPy and SciPy say about the samples that tests/unit/statistics.c feeds to ours.

The intervals are computed by a plain, independent bootstrap with so many resamples that its own error is far below the
tolerance of the test. Run it with python3-numpy and python3-scipy installed:

    tests/data/statistics_reference.py > tests/data/statistics_reference.h
"""
import numpy
import scipy.stats

RESAMPLES = 100_000
random = numpy.random.default_rng(20240117)


def executions(count, samples, between, within):
    """Log-normal times around 100 ns: executions differ from each other, and samples within one execution."""
    centres = numpy.exp(random.normal(0, between, count))
    return [100 * centre * numpy.exp(random.normal(0, within, samples)) for centre in centres]


def bootstrap(data, confidence):
    count = len(data)
    estimates = numpy.empty(RESAMPLES)
    for r in range(RESAMPLES):
        drawn = random.integers(0, count, count)
        estimates[r] = numpy.median([numpy.median(random.choice(data[i], len(data[i]))) for i in drawn])
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    return numpy.quantile(estimates, tails, method="linear")


def array(name, values, type_="double"):
    print(f"static const {type_} {name}[] = {{{', '.join(repr(v) for v in values)}}};")


def main():
    print("/* Made by statistics_reference.py; do not edit. */\n/* clang-format off */")
    values = [float(v) for v in random.gamma(2, 50, 17)]
    probabilities = [0.0, 0.025, 0.1, 0.25, 0.5, 0.77, 0.975, 1.0]
    quantiles = scipy.stats.mstats.mquantiles(values, probabilities, alphap=1, betap=1)  # type 7
    array("quantile_values", values)
    array("quantile_probabilities", probabilities)
    array("quantile_expected", [float(v) for v in quantiles])

    rows = []
    for i, (count, samples, between, within) in enumerate([(20, 5, 0.05, 0.01), (12, 8, 0.01, 0.05), (7, 1, 0.1, 0)]):
        data = executions(count, samples, between, within)
        if i == 0:
            data[3] = data[3][:2]  # executions need not have equally many samples
            data[9] = numpy.append(data[9], [250.0, 260.0])
        low, high = (float(v) for v in bootstrap(data, 0.95))
        estimate = float(numpy.median([numpy.median(d) for d in data]))
        array(f"bootstrap_samples_{i}", [float(v) for d in data for v in d])
        array(f"bootstrap_counts_{i}", [len(d) for d in data], "size_t")
        rows.append(f"    {{bootstrap_samples_{i}, bootstrap_counts_{i}, {len(data)}, {estimate!r}, {low!r}, {high!r}}},")
    print("static const struct {")
    print("    const double *samples;\n    const size_t *counts;\n    size_t executions;")
    print("    double estimate, low, high;")
    print("} bootstrap_expected[] = {\n" + "\n".join(rows) + "\n};")


if __name__ == "__main__":
    main()
