#!/usr/bin/env python3
"""Reference figures of bootstrap replicates of an embedding, and of parallel analysis, by numpy, scipy and scikit-learn.

usage: replicates.py > libs/numerics/src/golden/replicates.json
"""
import json
import sys

import numpy as np
from scipy import stats
from scipy.cluster.hierarchy import linkage
from scipy.linalg import orthogonal_procrustes
from scipy.spatial.distance import squareform
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA

random = np.random.default_rng(11)
rows, columns, components, clusters, count = 12, 20, 3, 3, 24


def numbers(values):
    return np.asarray(values, dtype=float).ravel().tolist()


centres = random.normal(size=(clusters, columns)) * 1.2
labels = np.arange(rows) % clusters
matrix = centres[labels] + random.normal(size=(rows, columns)) * 0.5
pca = PCA(n_components=components, svd_solver="full")
points = pca.fit_transform(matrix)

replicates, clouds, loadings, together = [], [], [], np.zeros((rows, rows))
for _ in range(count):
    # Rows of falling certainty, so that some change their cluster.
    replicate = matrix + random.normal(size=(rows, columns)) * np.linspace(0.2, 1.6, rows)[:, None]
    scores = pca.fit_transform(replicate)
    middle = points.mean(axis=0)
    rotation, _ = orthogonal_procrustes(scores, points - middle)
    clouds.append(scores @ rotation + middle)
    loadings.append(rotation.T @ pca.components_)
    found = KMeans(n_clusters=clusters, n_init=200, random_state=0, tol=0, max_iter=1000).fit(replicate).labels_
    together += found[:, None] == found[None, :]
    replicates.append(replicate)
clouds, loadings, together = np.array(clouds), np.array(loadings), together / count
distances = np.array([np.linalg.norm(r[:, None] - r[None], axis=2) for r in replicates])
np.einsum("rii->ri", distances)[:] = np.inf
nearest = np.array([(distances.argmin(axis=2) == other).mean(axis=0) for other in range(rows)]).T

tree = linkage(squareform(1 - together, checks=False), method="average")
branches = {index: [index] for index in range(rows)}
for step, (left, right, _, _) in enumerate(tree):
    branches[rows + step] = branches[int(left)] + branches[int(right)]


def ellipse(covariance, level=0.95):
    values, vectors = np.linalg.eigh(covariance)
    major, minor = np.sqrt(values[::-1] * stats.chi2.ppf(level, 2))
    x, y = vectors[:, 1] * (1 if vectors[0, 1] >= 0 else -1)
    return {"covariance": numbers(covariance), "major": float(major), "minor": float(minor), "angle": float(np.arctan2(y, x))}


def spectrum(values):
    return np.linalg.svd(values - values.mean(axis=0), compute_uv=False)[: rows - 1] ** 2 / (rows - 1)


structured = random.normal(size=(rows, 2)) @ random.normal(size=(2, columns)) * 1.5 + random.normal(size=(rows, columns))
permuted = np.array([spectrum(random.permuted(structured, axis=0)) for _ in range(20000)])

counts = [3, 0, 40, 1, 7]
json.dump(
    {
        "rows": rows,
        "columns": columns,
        "components": components,
        "clusters": clusters,
        "points": numbers(points),
        "replicates": [numbers(each) for each in replicates],
        "means": numbers(clouds.mean(axis=0)),
        "covariances": [numbers(np.cov(clouds[:, row].T)) for row in range(rows)],
        "loadingPercentiles": [numbers(np.percentile(loadings, level, axis=0)) for level in (2.5, 97.5)],
        "together": numbers(together),
        "nearest": numbers(nearest),
        "branches": [sorted(branches[rows + step]) for step in range(rows - 1)],
        "ellipses": [ellipse(np.array(c)) for c in ([[2.0, 0.5], [0.5, 1.0]], [[1.0, -0.9], [-0.9, 3.0]], [[0.3, 0.0], [0.0, 0.1]])],
        "parallel": {
            "matrix": numbers(structured),
            "variance": numbers(spectrum(structured)),
            "chance": numbers(np.percentile(permuted, 95, axis=0)),
            "p": numbers((1 + (permuted >= spectrum(structured)).sum(axis=0)) / (1 + len(permuted))),
        },
        "binomial": [
            {"things": n, "probability": p, "cumulative": numbers(stats.binom.cdf(k, n, p)), "at": k}
            for n, p, k in ((2048, 3 / 2048, [0, 1, 2, 3, 4, 6, 9]), (2048, 0.4, [780, 800, 819, 840, 860]), (50, 0.93, [42, 45, 47, 49]))
        ],
        "counts": {
            "counts": counts,
            "rest": 100,
            "covariance": numbers(151 * (np.diag(np.array(counts) / 151) - np.outer(counts, counts) / 151**2)),
        },
    },
    sys.stdout,
)
print()
