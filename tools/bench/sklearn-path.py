"""Logistic regression by scikit-learn with some values of C, each from the one before, for tools/bench/probing.ts.

    sklearn-path.py FOLDER TRAIN VAL TEST COLUMNS CLASSES C,C,...

prints seconds, peak megabytes and losses as JSON. Made with Debian's scikit-learn 1.2.1, on as many threads as there are
cores, with its own tolerance and number of steps.
"""
import json
import os
import resource
import sys
import time

import numpy as np
from scipy.special import logsumexp
from sklearn.linear_model import LogisticRegression

folder = sys.argv[1]
train, _, _, columns, _ = (int(size) for size in sys.argv[2:7])
penalties = [float(penalty) for penalty in sys.argv[7].split(",")]
features = np.fromfile(os.path.join(folder, "features.f32"), dtype=np.float32, count=train * columns)
features = features.reshape(train, columns).astype(np.float64)
labels = np.fromfile(os.path.join(folder, "labels.i32"), dtype=np.int32, count=train)
model = LogisticRegression(warm_start=True)
seconds, losses = 0.0, []
for penalty in penalties:
    start = time.perf_counter()
    model.set_params(C=penalty).fit(features, labels)
    seconds += time.perf_counter() - start
    logits = features @ model.coef_.T + model.intercept_
    entropies = logsumexp(logits, axis=1) - logits[np.arange(train), labels]
    losses.append(penalty * entropies.sum() + (model.coef_**2).sum() / 2)
megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
json.dump({"seconds": seconds, "megabytes": megabytes, "losses": losses}, sys.stdout)
