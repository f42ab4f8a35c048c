#!/usr/bin/env python3
"""Reference figures of numpy, scipy and scikit-learn for libs/numerics.

usage: statistics.py > libs/numerics/src/golden/statistics.json
Debian: python3-numpy python3-scipy python3-sklearn
"""
import itertools
import json
import sys

import numpy as np
from scipy import stats
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import silhouette_score
from sklearn.neighbors import KNeighborsRegressor

random = np.random.default_rng(7)


def numbers(values):
    return np.asarray(values, dtype=float).ravel().tolist()


def exact_p(x, y):
    observed = abs(np.corrcoef(x, y)[0, 1])
    orders = np.array(list(itertools.permutations(x)))
    centred = orders - orders.mean(axis=1, keepdims=True)
    r = centred @ (y - y.mean()) / (np.linalg.norm(centred, axis=1) * np.linalg.norm(y - y.mean()))
    return float(np.mean(np.abs(r) >= observed - 1e-12))


matrix = random.normal(size=(13, 20)) * np.linspace(3, 0.2, 20) + random.normal(size=20)
pca = PCA(n_components=5, svd_solver="full").fit(matrix)
signs = np.sign(pca.components_[np.arange(5), np.abs(pca.components_).argmax(axis=1)])
wide_rows = random.normal(size=(30, 4)) @ random.normal(size=(4, 6)) + 0.1 * random.normal(size=(30, 6))
wide = PCA(n_components=3, svd_solver="full").fit(wide_rows)
wide_signs = np.sign(wide.components_[np.arange(3), np.abs(wide.components_).argmax(axis=1)])

groups = np.concatenate([random.normal(size=(8, 3)) + centre for centre in ([0, 0, 0], [5, 0, 1], [0, 6, -2])])
clusterings = {k: KMeans(n_clusters=k, n_init=200, random_state=0, tol=0, max_iter=1000).fit(groups) for k in range(1, 7)}

pairs = []
for n, ties in ((7, False), (8, True), (12, False), (12, True)):
    x, y = random.normal(size=n), random.normal(size=n)
    y += 0.6 * x
    if ties:
        x, y = np.round(x), np.round(y * 2)
    interval = stats.pearsonr(x, y).confidence_interval(0.95)
    entry = {"x": numbers(x), "y": numbers(y), "pearson": float(stats.pearsonr(x, y)[0]), "spearman": float(stats.spearmanr(x, y)[0]), "fisher": [float(interval.low), float(interval.high)]}
    if n < 9:
        entry["p"] = exact_p(x, y)
    indices = random.integers(0, n, size=(400, n))
    replicates = np.array([np.corrcoef(x[i], y[i])[0, 1] if np.ptp(x[i]) > 0 and np.ptp(y[i]) > 0 else np.nan for i in indices])
    replicates = replicates[~np.isnan(replicates)]
    estimate = entry["pearson"]
    jackknife = np.array([np.corrcoef(np.delete(x, i), np.delete(y, i))[0, 1] for i in range(n)])
    share = (np.mean(replicates < estimate - 1e-12) + np.mean(replicates <= estimate + 1e-12)) / 2
    z0 = stats.norm.ppf(share)
    deviation = jackknife.mean() - jackknife
    a = np.sum(deviation**3) / (6 * np.sum(deviation**2) ** 1.5)
    z = stats.norm.ppf([0.025, 0.975])
    quantiles = stats.norm.cdf(z0 + (z0 + z) / (1 - a * (z0 + z)))
    entry["bca"] = {"replicates": numbers(replicates), "jackknife": numbers(jackknife), "interval": numbers(np.quantile(replicates, quantiles))}
    if ties:
        # scipy gives no interval where a resample is constant.
        pairs.append(entry)
        continue
    scipy_bca = stats.bootstrap((x, y), lambda u, v: stats.pearsonr(u, v)[0], paired=True, vectorized=False, n_resamples=20000, method="BCa", random_state=1)
    entry["scipyBca"] = [float(scipy_bca.confidence_interval.low), float(scipy_bca.confidence_interval.high)]
    pairs.append(entry)

p = np.concatenate([random.uniform(size=20), random.uniform(size=5) ** 6, [0.03, 0.03, 1.0]])
order = np.argsort(p)
q = np.minimum(1, np.minimum.accumulate((p[order] * len(p) / np.arange(1, len(p) + 1))[::-1])[::-1])
adjusted = np.empty_like(q)
adjusted[order] = q

places, values, queries = random.normal(size=(12, 2)), random.normal(size=12), random.normal(size=(9, 2))
nearest = KNeighborsRegressor(n_neighbors=5, weights="distance").fit(places, values)
left_out = [KNeighborsRegressor(n_neighbors=5, weights="distance").fit(np.delete(places, i, 0), np.delete(values, i)).predict(places[i : i + 1])[0] for i in range(12)]

json.dump(
    {
        "pca": {"values": numbers(matrix), "rows": 13, "columns": 20, "scores": numbers(pca.transform(matrix) * signs), "loadings": numbers(pca.components_ * signs[:, None]), "variance": numbers(pca.explained_variance_), "ratio": numbers(pca.explained_variance_ratio_)},
        "pcaTall": {"values": numbers(wide_rows), "rows": 30, "columns": 6, "scores": numbers(wide.transform(wide_rows) * wide_signs), "variance": numbers(wide.explained_variance_), "ratio": numbers(wide.explained_variance_ratio_)},
        "clusters": {"values": numbers(groups), "rows": 24, "columns": 3, "inertia": {str(k): float(c.inertia_) for k, c in clusterings.items()}, "silhouette": {str(k): float(silhouette_score(groups, c.labels_)) for k, c in clusterings.items() if k > 1}},
        "pairs": pairs,
        "falseDiscovery": {"p": numbers(p), "q": numbers(adjusted)},
        "nearest": {"points": numbers(places), "values": numbers(values), "at": numbers(queries), "predicted": numbers(nearest.predict(queries)), "error": float(np.sqrt(np.mean((np.array(left_out) - values) ** 2))), "meanError": float(np.sqrt(np.mean([(np.delete(values, i).mean() - values[i]) ** 2 for i in range(12)])))},
    },
    sys.stdout,
)
print()
