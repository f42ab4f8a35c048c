#!/usr/bin/env python3
"""Reference figures of scipy for the one-sided exact test of Fisher.

usage: fisher.py > libs/numerics/src/golden/fisher.json
Debian: python3-scipy
"""
import json
import sys

import numpy as np
from scipy import stats

random = np.random.default_rng(5)

cases = [(5, 2048, 0, 2048), (40, 2048, 12, 2048), (3, 64, 2, 1280), (1, 2048, 0, 2048), (64, 64, 0, 64), (0, 64, 9, 64)]
for _ in range(40):
    trials, others = (int(n) for n in random.choice([1, 8, 64, 512, 2048], 2))
    cases.append((int(random.integers(0, min(trials, 30) + 1)), trials, int(random.integers(0, min(others, 30) + 1)), others))

json.dump(
    [
        {
            "successes": a,
            "trials": n,
            "otherSuccesses": b,
            "otherTrials": m,
            "p": float(stats.fisher_exact([[a, n - a], [b, m - b]], alternative="greater")[1]),
        }
        for a, n, b, m in cases
    ],
    sys.stdout,
    indent=1,
)
print()
