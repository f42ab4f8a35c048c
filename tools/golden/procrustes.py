#!/usr/bin/env python3
"""Reference figures of Procrustes alignment, by scipy.

usage: procrustes.py > libs/numerics/src/golden/procrustes.json
"""
import json
import sys

import numpy as np
from scipy.linalg import orthogonal_procrustes
from scipy.spatial import procrustes

generator = np.random.default_rng(7)


def case(rows, columns, noise):
    reference = generator.normal(size=(rows, columns)) * np.arange(columns, 0, -1)
    turn, _ = np.linalg.qr(generator.normal(size=(columns, columns)))
    moving = reference @ turn + generator.normal(size=columns) * 5 + generator.normal(size=(rows, columns)) * noise
    target, source = reference - reference.mean(axis=0), moving - moving.mean(axis=0)
    rotation, _ = orthogonal_procrustes(source, target)
    left = source @ rotation - target
    return {
        "rows": rows,
        "columns": columns,
        "reference": reference.ravel().tolist(),
        "moving": moving.ravel().tolist(),
        "rotation": rotation.ravel().tolist(),
        "distances": np.linalg.norm(left, axis=1).tolist(),
        "residual": float((left**2).sum()),
        "disparity": float(procrustes(reference, moving)[2]),
    }


json.dump([case(13, 3, 0.3), case(8, 2, 1.0), case(40, 5, 0.05)], sys.stdout)
print()
