#!/usr/bin/env python3
"""Reference figures of scikit-learn and numpy for the heads of libs/transfer-probing.

usage: probing.py > libs/transfer-probing/src/golden/heads.json
Debian: python3-numpy python3-scipy python3-sklearn
"""
import json
import sys

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, balanced_accuracy_score
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid

random = np.random.default_rng(11)


def numbers(values):
    return np.asarray(values, dtype=float).ravel().tolist()


def rounded(values):
    """As float32, which features come in, of few digits."""
    return np.asarray(np.round(values, 4), dtype=np.float32).astype(float)


def short(values):
    """The fewest digits that read back to the same float32."""
    return [float(str(value)) for value in np.asarray(values, dtype=np.float32).ravel()]


def clouds(counts, columns, distance, spread=1.0):
    """Rows about a centre for each class, in a random order."""
    centres = random.normal(size=(len(counts), columns)) * distance
    classes = np.repeat(np.arange(len(counts)), counts)
    random.shuffle(classes)
    rows = centres[classes] + spread * random.normal(size=(len(classes), columns)) + 0.5
    return rounded(rows), classes


def log_softmax(logits):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def softmax_loss(rows, targets, penalty, point):
    """Loss, slopes and Hessian of the multinomial model, intercepts last in each class."""
    count = targets.shape[1]
    wide = np.hstack([rows, np.ones((len(rows), 1))])
    weights = point.reshape(count, -1)
    kept = np.ones_like(weights)
    kept[:, -1] = 0
    log_p = log_softmax(wide @ weights.T)
    p, total = np.exp(log_p), targets.sum(axis=1)
    loss = -penalty * (targets * log_p).sum() + 0.5 * (kept * weights**2).sum()
    slopes = penalty * (total[:, None] * p - targets).T @ wide + kept * weights
    size = wide.shape[1]
    hessian = np.diag(kept.ravel())
    for i in range(count):
        for j in range(count):
            curvature = total * p[:, i] * ((i == j) - p[:, j])
            hessian[i * size : (i + 1) * size, j * size : (j + 1) * size] += penalty * (wide * curvature[:, None]).T @ wide
    return loss, slopes.ravel(), hessian


def polish(rows, targets, penalty, coefficients, intercepts):
    """Newton steps from what scikit-learn finds, which stops before it is exact to 1e-6."""
    point = np.hstack([coefficients, intercepts[:, None]]).ravel()
    loss, slopes, hessian = softmax_loss(rows, targets, penalty, point)
    found = loss
    for _ in range(200):
        step = np.linalg.lstsq(hessian, -slopes, rcond=1e-13)[0]
        length = 1.0
        while length > 1e-10 and not softmax_loss(rows, targets, penalty, point + length * step)[0] < loss:
            length /= 2
        if length <= 1e-10:
            break
        point = point + length * step
        loss, slopes, hessian = softmax_loss(rows, targets, penalty, point)
    # The penalty alone curves the loss by 1, so that no point lies lower by more than half the squared slopes.
    assert 0.5 * (slopes**2).sum() < 1e-9 * loss, (slopes, loss)
    assert loss * (1 - 1e-9) <= found <= loss * 1.02, (found, loss)
    weights = point.reshape(targets.shape[1], -1)
    return weights[:, :-1], weights[:, -1], loss


def softmax_case(name, rows, classes, test, test_classes, penalty):
    """The optimum of the multinomial model; of two classes as well."""
    model = LogisticRegression(C=penalty, multi_class="multinomial", solver="lbfgs", tol=1e-9, max_iter=10_000)
    model.fit(rows, classes)
    count = int(classes.max()) + 1
    # Of two classes scikit-learn keeps one row of weights: class 1's, and minus that class 0's.
    weights = np.vstack([-model.coef_, model.coef_]) if count == 2 else model.coef_
    intercepts = np.concatenate([-model.intercept_, model.intercept_]) if count == 2 else model.intercept_
    weights, intercepts, loss = polish(rows, np.eye(count)[classes], penalty, weights, intercepts)
    predicted = (test @ weights.T + intercepts).argmax(axis=1)
    assert (predicted == model.predict(test)).all(), name
    return {
        "name": name,
        "C": penalty,
        "classes": count,
        "columns": rows.shape[1],
        "features": short(rows),
        "of": classes.tolist(),
        "testFeatures": short(test),
        "testOf": test_classes.tolist(),
        "loss": float(loss),
        "accuracy": float(accuracy_score(test_classes, predicted)),
        "meanPerClass": float(balanced_accuracy_score(test_classes, predicted)),
        "predicted": predicted.tolist(),
    }


def softmax_cases():
    binary, binary_of = clouds([30, 30], 5, 0.6)
    yield softmax_case("two classes", binary[:40], binary_of[:40], binary[40:], binary_of[40:], 1.0)
    many, many_of = clouds([25] * 6, 8, 0.7)
    for penalty in (1e-6, 0.01, 1.0, 100.0):
        yield softmax_case(f"six classes, C = {penalty:g}", many[:100], many_of[:100], many[100:], many_of[100:], penalty)
    few, few_of = clouds([80, 12, 4], 6, 0.8)
    few_test, few_test_of = few[60:], few_of[60:]
    yield softmax_case("very unequal classes", few[:60], few_of[:60], few_test, few_test_of, 3.0)
    wide, wide_of = clouds([12, 12, 12], 60, 0.25)
    yield softmax_case("fewer rows than features", wide[:24], wide_of[:24], wide[24:], wide_of[24:], 0.1)
    apart, apart_of = clouds([20, 20, 20], 10, 3.0)
    yield softmax_case("separable, weak penalty", apart[:40], apart_of[:40], apart[40:], apart_of[40:], 1e5)
    scales = many * np.array([1e3, 1, 1, 1e-3, 1, 10, 1, 1])
    scales = rounded(scales)
    yield softmax_case("features of many sizes", scales[:100], many_of[:100], scales[100:], many_of[100:], 1.0)


def label_case():
    """Independent models for each label, with one C."""
    rows = rounded(random.normal(size=(70, 7)) + 0.3)
    hidden = random.normal(size=(7, 4))
    present = (rows @ hidden + 1.5 * random.normal(size=(70, 4)) > np.array([0, 0.5, 2, -1])).astype(int)
    test, test_present = rows[45:], present[45:]
    rows, present = rows[:45], present[:45]
    penalty, loss, scores = 0.7, 0.0, []
    for label in range(4):
        model = LogisticRegression(C=penalty, solver="newton-cg", tol=1e-8, max_iter=1_000).fit(rows, present[:, label])
        logits = model.decision_function(rows)
        loss += penalty * np.logaddexp(0, np.where(present[:, label] == 1, -logits, logits)).sum() + 0.5 * (model.coef_**2).sum()
        scores.append(model.decision_function(test))
    scores = np.stack(scores, axis=1)
    return {
        "C": penalty,
        "classes": 4,
        "columns": 7,
        "features": short(rows),
        "present": present.ravel().tolist(),
        "testFeatures": short(test),
        "testPresent": test_present.ravel().tolist(),
        "loss": float(loss),
        "precision": eleven_point(scores, test_present),
        "ranked": [np.argsort(-scores[:, label], kind="stable").tolist() for label in range(4)],
    }


def eleven_point(scores, present):
    """Average over labels of the 11-point average precision of VOC 2007."""
    precisions = []
    for label in range(present.shape[1]):
        hits = present[np.argsort(-scores[:, label], kind="stable"), label]
        found = np.cumsum(hits)
        precision, recall = found / np.arange(1, len(hits) + 1), found / hits.sum()
        precisions.append(np.mean([max(precision[recall >= level - 1e-12], default=0.0) for level in np.linspace(0, 1, 11)]))
    return float(np.mean(precisions))


def weight_case():
    """Shares of classes, as rows that are given once for each class with a weight."""
    rows = rounded(random.normal(size=(40, 5)))
    weights = rounded(random.dirichlet([0.4, 0.4, 0.4], size=40) * random.integers(1, 4, size=(40, 1)))
    penalty = 0.5
    repeated, of, counts = np.repeat(rows, 3, axis=0), np.tile(np.arange(3), 40), weights.ravel()
    model = LogisticRegression(C=penalty, multi_class="multinomial", solver="newton-cg", tol=1e-8, max_iter=1_000)
    model.fit(repeated, of, sample_weight=counts)
    loss = polish(rows, weights, penalty, model.coef_, model.intercept_)[2]
    return {
        "C": penalty,
        "classes": 3,
        "columns": 5,
        "features": short(rows),
        "weights": short(weights),
        "loss": float(loss),
    }


def neighbour_case():
    rows, of = clouds([30, 25, 20, 15], 6, 0.6)
    test, test_of = rows[60:], of[60:]
    rows, of = rows[:60], of[:60]
    predicted = {}
    for k in (1, 5, 20, 60):
        unit = lambda matrix: matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
        model = KNeighborsClassifier(k, weights=lambda d: np.exp((1 - d**2 / 2) / 0.07), algorithm="brute")
        predicted[str(k)] = model.fit(unit(rows), of).predict(unit(test)).tolist()
    return {
        "classes": 4,
        "columns": 6,
        "features": short(rows),
        "of": of.tolist(),
        "testFeatures": short(test),
        "testOf": test_of.tolist(),
        "predicted": predicted,
        "nearestMean": NearestCentroid().fit(rows, of).predict(test).tolist(),
    }


def ridge_case():
    rows = rounded(random.normal(size=(50, 6)) + 1)
    answers = rounded(rows @ random.normal(size=(6, 3)) + 0.5 * random.normal(size=(50, 3)) + 2)
    weights = random.integers(0, 4, size=50).astype(float)
    fits = []
    for penalty in (0.01, 1.0, 100.0):
        plain = Ridge(alpha=penalty).fit(rows, answers)
        weighted = Ridge(alpha=penalty).fit(rows, answers, sample_weight=weights)
        fits.append(
            {
                "lambda": penalty,
                "weights": numbers(plain.coef_),
                "intercepts": numbers(plain.intercept_),
                "weighted": numbers(weighted.coef_),
                "weightedIntercepts": numbers(weighted.intercept_),
            }
        )
    return {"columns": 6, "outputs": 3, "features": short(rows), "answers": short(answers), "rowWeights": numbers(weights), "fits": fits}


json.dump(
    {
        "softmax": list(softmax_cases()),
        "labels": label_case(),
        "weights": weight_case(),
        "neighbours": neighbour_case(),
        "ridge": ridge_case(),
    },
    sys.stdout,
)
print()
