#!/usr/bin/env python3
"""Reference figures of the published study, by numpy alone, from the published unit table.

usage: published-study.py models_dissect_profiles_raw.csv > test/src/golden/published-study.json
"""
import collections
import csv
import json
import sys

import numpy as np

LEFT_OUT = {"SimCLRV1", "SimCLRV2", "Random", "SwAV200", "SwAV400", "SwAV200bs256", "SwAV400_2x244"}

counts = collections.defaultdict(collections.Counter)
concepts = set()
with open(sys.argv[1], newline="", encoding="utf-8-sig") as table:
    for row in csv.DictReader(table):
        if row["label"] == "-" or row["iou"] == "" or float(row["iou"]) <= 0.04:
            continue
        concept = (row["category"][0], row["label"])
        concepts.add(concept)
        counts[row["name"].removesuffix("(R)")][concept] += 1
concepts = sorted(concepts)
sizes = collections.Counter(category for category, _ in concepts)
models = sorted(model for model in counts if model not in LEFT_OUT)
profiles = np.array([[counts[model][concept] / sizes[concept[0]] for concept in concepts[1:]] for model in models])
left, singular, right = np.linalg.svd(profiles - profiles.mean(axis=0), full_matrices=False)
signs = np.sign(right[np.arange(len(right)), np.abs(right).argmax(axis=1)])
scores = left * singular * signs
json.dump(
    {
        "models": {model: list(map(float, row[:3])) for model, row in zip(models, scores)},
        # The last singular value of a centred matrix is 0.
        "variance": list(map(float, singular[:-1] ** 2 / (len(models) - 1))),
        "ratio": list(map(float, (singular**2 / np.sum(singular**2))[:-1])),
    },
    sys.stdout,
    indent=1,
)
print()
