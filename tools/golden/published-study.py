#!/usr/bin/env python3
"""Reference figures of the published study, by numpy alone, from the two published tables and the bundled families.

usage: published-study.py models_dissect_profiles_raw.csv models_performance_on_tasks.csv \
  libs/data-loading/data/ssl-2022/families.csv > test/src/golden/published-study.json
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
with open(sys.argv[2], newline="", encoding="utf-8-sig") as table:
    performance = {row["model"].removesuffix("(R)"): row for row in csv.DictReader(table)}
with open(sys.argv[3], newline="", encoding="utf-8") as table:
    family_of = {row["model"]: row["family"] for row in csv.DictReader(table)}
scored = [model for model in models if model in performance]
families = np.array([family_of[model] for model in scored])
units = np.array([sum(counts[model].values()) for model in scored], dtype=float)


def score(column):
    return np.array([float(performance[model][column]) for model in scored])


def correlation(x, y):
    return float(np.corrcoef(x, y)[0, 1])


def partial(x, y, z):
    """From the three correlations."""
    xy, xz, yz = correlation(x, y), correlation(x, z), correlation(y, z)
    return float((xy - xz * yz) / np.sqrt((1 - xz**2) * (1 - yz**2)))


def relation(component, column):
    x, y = np.array([scores[models.index(model), component] for model in scored]), score(column)
    one = [correlation(np.delete(x, row), np.delete(y, row)) for row in range(len(scored))]
    family = [correlation(x[families != each], y[families != each]) for each in sorted(set(families))]
    return {
        "predictor": f"pc{component + 1}", "column": column, "pearson": correlation(x, y),
        "loo": [min(one), max(one)], "lofo": [min(family), max(family)],
        "partialUnits": partial(x, y, units),
        "partialScore": None if column == "dt_ImageNet" else partial(x, y, score("dt_ImageNet")),
    }


json.dump(
    {
        "relations": [relation(component, column) for component in range(3) for column in ("dt_ImageNet", "dt_CIFAR10", "dt_Aircraft", "voc_forzen_ap_75", "ISIC_5_shot", "sne_Mean")],
        "models": {model: list(map(float, row[:3])) for model, row in zip(models, scores)},
        # The last singular value of a centred matrix is 0.
        "variance": list(map(float, singular[:-1] ** 2 / (len(models) - 1))),
        "ratio": list(map(float, (singular**2 / np.sum(singular**2))[:-1])),
    },
    sys.stdout,
    indent=1,
)
print()
