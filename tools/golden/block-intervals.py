#!/usr/bin/env python3
"""Reference intervals of IoU over blocks of images, by scipy's BCa and numpy's percentiles.

usage: block-intervals.py > libs/significance/src/golden/block-intervals.json
"""
import json
import sys

import numpy as np
from scipy.stats import _resampling

random = np.random.default_rng(5)
count, level = 300, 0.95


def numbers(values):
    return np.asarray(values, dtype=float).ravel().tolist()


def iou(overlap, unit, concept, axis=-1):
    both = overlap.sum(axis=axis)
    return both / (unit.sum(axis=axis) + concept.sum(axis=axis) - both)


def unit_of(blocks, share):
    """Counts of a unit and its concept in each block, some of them without either."""
    overlap = random.binomial(40, share, blocks) * (random.random(blocks) < 0.7)
    return overlap, overlap + random.poisson(12, blocks), overlap + random.poisson(20, blocks)


def interval_of(blocks, share):
    data = unit_of(blocks, share)
    weights = random.multinomial(blocks, np.full(blocks, 1 / blocks), size=count)
    replicates = iou(*(weights * each for each in data))
    jackknife = [iou(*(np.delete(each, block) for each in data)) for block in range(blocks)]
    if blocks >= 20:
        # As scipy does it for paired samples: the sample is that of the places of blocks.
        of_places = lambda places, axis=-1: iou(*(each[places] for each in data), axis=axis)
        alphas = _resampling._bca_interval((np.arange(blocks),), of_places, -1, (1 - level) / 2, replicates, None, np)
        probabilities = [float(alpha) for alpha in alphas[:2]]
    else:
        probabilities = [(1 - level) / 2, (1 + level) / 2]
    return {
        "blocks": blocks,
        "iou": float(iou(*data)),
        "jackknife": numbers(jackknife),
        "replicates": numbers(replicates),
        "interval": numbers(np.quantile(replicates, probabilities)),
    }


json.dump([interval_of(blocks, share) for blocks, share in ((200, 0.5), (50, 0.2), (20, 0.1), (19, 0.4))], sys.stdout)
print()
