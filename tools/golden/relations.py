#!/usr/bin/env python3
"""Reference figures of numpy and scipy for what makes a relation hold: partial correlations, ranges, critical values.

usage: relations.py > libs/numerics/src/golden/relations.json
Debian: python3-numpy python3-scipy
"""
import itertools
import json
import sys

import numpy as np
from scipy import stats

random = np.random.default_rng(11)


def numbers(values):
    return np.asarray(values, dtype=float).ravel().tolist()


def correlation(x, y):
    return float(stats.pearsonr(x, y)[0])


def residuals(y, z):
    design = np.column_stack([np.ones(len(z)), z])
    return y - design @ np.linalg.lstsq(design, y, rcond=None)[0]


def partial(x, y, z):
    return correlation(residuals(x, z), residuals(y, z))


def freedman_lane(x, y, z, orders):
    """Share of the orderings of the reduced model's residuals whose refitted model is at least as extreme."""
    fitted = y - residuals(y, z)
    left = residuals(y, z)
    observed = abs(partial(x, y, z))
    return float(np.mean([abs(partial(x, fitted + left[list(order)], z)) >= observed - 1e-12 for order in orders]))


def plain(x, y, orders):
    observed = abs(correlation(x, y))
    return float(np.mean([abs(correlation(x, y[list(order)])) >= observed - 1e-12 for order in orders]))


def orders_within(families):
    """All orderings that move rows within their families only."""
    members = [[row for row, family in enumerate(families) if family == each] for each in sorted(set(families))]
    for parts in itertools.product(*(itertools.permutations(rows) for rows in members)):
        order = np.empty(len(families), dtype=int)
        for rows, part in zip(members, parts):
            order[rows] = part
        yield order.tolist()


series = []
for n, families in ((6, [0, 0, 1, 1, 1, 2]), (7, [0, 1, 0, 1, 2, 2, 1]), (12, [0, 0, 1, 1, 2, 2, 2, 3, 3, 3, 4, 5])):
    z = random.normal(size=n)
    x = 0.8 * z + random.normal(size=n)
    y = 0.7 * z + 0.4 * x + random.normal(size=n)
    left = [correlation(np.delete(x, row), np.delete(y, row)) for row in range(n)]
    without = [correlation(x[np.array(families) != each], y[np.array(families) != each]) for each in sorted(set(families))]
    rank = stats.rankdata
    entry = {
        "x": numbers(x), "y": numbers(y), "z": numbers(z), "families": families,
        "pearson": correlation(x, y), "partial": partial(x, y, z), "partialSpearman": partial(rank(x), rank(y), rank(z)),
        "leaveOne": [min(left), max(left)], "leaveFamily": [min(without), max(without)],
        "weakest": int(np.argmin(np.array(without) * np.sign(correlation(x, y)))),
        "pWithin": plain(x, y, list(orders_within(families))), "pPartialWithin": freedman_lane(x, y, z, list(orders_within(families))),
    }
    if n <= 7:
        entry["pPartial"] = freedman_lane(x, y, z, list(itertools.permutations(range(n))))
    series.append(entry)

critical = []
for n in (3, 4, 5, 12, 13, 40, 1001):
    for level in (0.05, 0.05 / 45, 0.05 / 576, 0.5):
        t = stats.t.ppf(1 - level / 2, n - 2)
        critical.append({"n": n, "level": level, "r": float(t / np.sqrt(n - 2 + t * t))})

p = np.concatenate([random.uniform(size=20), random.uniform(size=6) ** 8, [0.03, 0.03, 1.0]])
order = np.argsort(p)
ranks = np.arange(1, len(p) + 1)
q = np.minimum(1, np.minimum.accumulate((p[order] * len(p) * np.sum(1 / ranks) / ranks)[::-1])[::-1])
adjusted = np.empty_like(q)
adjusted[order] = q

json.dump({"series": series, "critical": critical, "yekutieli": {"p": numbers(p), "q": numbers(adjusted)}}, sys.stdout)
print()
