#!/usr/bin/env python3
"""Reference figures of LogME, LEEP, NLEEP and PARC, by numpy, scipy and scikit-learn.

usage: transferability.py > libs/numerics/src/golden/transferability.json

LogME maximises the evidence of the paper by its fixed point with the determinant of the whole matrix; NLEEP's mixture
is scikit-learn's, started from a partition that is written beside the figures.
"""
import json
import sys
import warnings

import numpy as np
from scipy.stats import spearmanr
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.mixture import GaussianMixture
from sklearn.preprocessing import StandardScaler

generator = np.random.default_rng(11)


def log_me(features, labels):
    rows, columns = features.shape
    evidences = []
    for category in np.unique(labels):
        target = (labels == category).astype(float)
        alpha = beta = 1.0
        for _ in range(11):
            ratio = alpha / beta
            inverse = np.linalg.inv(features.T @ features + ratio * np.eye(columns))
            weights = inverse @ features.T @ target
            gamma = columns - ratio * np.trace(inverse)
            squares, errors = weights @ weights, np.sum((target - features @ weights) ** 2)
            alpha = gamma / (squares + 1e-5)
            beta = (rows - gamma) / (errors + 1e-5)
            if abs(alpha / beta - ratio) / ratio <= 1e-3:
                break
        _, determinant = np.linalg.slogdet(alpha * np.eye(columns) + beta * features.T @ features)
        evidence = columns * np.log(alpha) + rows * np.log(beta) - determinant - beta * errors - alpha * squares
        evidences.append((evidence - rows * np.log(2 * np.pi)) / 2 / rows)
    return float(np.mean(evidences))


def leep(probabilities, labels):
    joint = np.array([probabilities[labels == category].sum(axis=0) for category in range(labels.max() + 1)])
    conditional = joint / joint.sum(axis=0)
    return float(np.mean(np.log(np.sum(conditional[labels] * probabilities, axis=1))))


def nleep(features, labels, start):
    reduced = PCA(n_components=0.8, svd_solver="full").fit_transform(features)
    count = start.max() + 1
    means = np.array([reduced[start == component].mean(axis=0) for component in range(count)])
    covariances = [
        np.cov(reduced[start == component].T, bias=True).reshape(2 * reduced.shape[1:]) + 1e-6 * np.eye(reduced.shape[1])
        for component in range(count)
    ]
    mixture = GaussianMixture(
        n_components=count,
        weights_init=np.bincount(start) / len(start),
        means_init=means,
        precisions_init=np.linalg.inv(covariances),
    )
    probabilities = mixture.fit(reduced).predict_proba(reduced)
    return leep(probabilities, labels), int(mixture.n_iter_), reduced.shape[1]


def parc(features, labels):
    distances = 1 - np.corrcoef(StandardScaler().fit_transform(features))
    differences = 1 - np.corrcoef(np.eye(labels.max() + 1)[labels])
    pairs = np.tril_indices(len(labels), -1)
    # What is the same up to rounding is the same.
    return float(100 * spearmanr(np.round(distances[pairs], 12), np.round(differences[pairs], 12))[0])


def case(name, rows, columns, classes, spread):
    labels = np.concatenate([np.arange(classes), generator.integers(classes, size=rows - classes)])
    centres = generator.normal(size=(classes, columns)) * spread
    scales = 1 / np.arange(1, columns + 1)
    features = np.maximum(0, centres[labels] + generator.normal(size=(rows, columns)) * scales * 3 + 0.5)
    features = features.astype(np.float32).astype(float)
    logits = generator.normal(size=(rows, 4)) + 2 * np.eye(4)[labels % 4]
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    reduced = PCA(n_components=0.8, svd_solver="full").fit_transform(features)
    components = min(5 * classes, rows // 2)
    start = KMeans(components, n_init=1, random_state=0).fit(reduced).labels_
    score, rounds, dimensions = nleep(features, labels, start)
    return {
        "name": name,
        "rows": rows,
        "columns": columns,
        "features": features.ravel().tolist(),
        "labels": labels.tolist(),
        "probabilities": probabilities.ravel().tolist(),
        "start": start.tolist(),
        "rounds": rounds,
        "dimensions": dimensions,
        "logMe": log_me(features, labels),
        "leep": leep(probabilities, labels),
        "nleep": score,
        "parc": parc(features, labels),
    }


warnings.simplefilter("error")
json.dump(
    [
        case("more images than features", 90, 6, 3, 0.6),
        case("two classes", 60, 5, 2, 1.5),
        case("fewer images than features", 24, 40, 4, 0.5),
        case("as many", 20, 20, 2, 1.0),
    ],
    sys.stdout,
)
print()
