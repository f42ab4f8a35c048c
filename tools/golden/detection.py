#!/usr/bin/env python3
"""Reference figures of average precision as COCO's evaluation defines it, in plain numpy.

usage: detection.py > libs/numerics/src/golden/detection.json

Where pycocotools is installed, the figures are held against those of its evaluation.
"""

import json
import sys

import numpy as np

THRESHOLDS = np.linspace(0.5, 0.95, 10)
RECALLS = np.linspace(0, 1, 101)


def overlap(detection, truth, crowd):
    x, y, w, h = detection
    u, v, s, t = truth
    shared = max(0, min(x + w, u + s) - max(x, u)) * max(0, min(y + h, v + t) - max(y, v))
    return shared / (w * h if crowd else w * h + s * t - shared)


def match(detections, truths, threshold):
    """Of one image and class: (score, hit, ignored) of each detection, the surest first, and how many objects count."""
    truths = sorted(truths, key=lambda truth: truth["ignored"])
    taken = set()
    rows = []
    for detection in sorted(detections, key=lambda detection: -detection["score"])[:100]:
        best, chosen = min(threshold, 1 - 1e-10), None
        for index, truth in enumerate(truths):
            if truth["ignored"] and chosen is not None and not truths[chosen]["ignored"]:
                break
            if index in taken and not truth["ignored"]:
                continue
            value = overlap(detection["box"], truth["box"], truth["ignored"])
            if value >= best:
                best, chosen = value, index
        if chosen is not None:
            taken.add(chosen)
        ignored = chosen is not None and truths[chosen]["ignored"]
        rows.append((detection["score"], chosen is not None and not ignored, ignored))
    return rows, sum(not truth["ignored"] for truth in truths)


def precision_of(images, category, threshold):
    rows, objects = [], 0
    for image in images:
        found, counted = match(
            [d for d in image["detections"] if d["class"] == category],
            [t for t in image["truths"] if t["class"] == category],
            threshold,
        )
        rows += found
        objects += counted
    if objects == 0:
        return None
    rows = sorted(rows, key=lambda row: -row[0])
    rows = [row for row in rows if not row[2]]
    hits = np.cumsum([row[1] for row in rows]) if rows else np.zeros(0)
    recall = hits / objects
    precision = hits / np.arange(1, len(rows) + 1)
    total = 0.0
    for point in RECALLS:
        reached = precision[recall >= point]
        total += reached.max() if len(reached) else 0
    return total / len(RECALLS)


def average_precision(images, classes):
    table = [[precision_of(images, category, threshold) for threshold in THRESHOLDS] for category in range(classes)]
    table = np.array([row for row in table if row[0] is not None])
    return {"ap": table.mean(), "ap50": table[:, 0].mean(), "ap75": table[:, 5].mean()}


def coco(images, classes):
    """The same by pycocotools, or None where it is not installed."""
    try:
        from pycocotools.coco import COCO
        from pycocotools.cocoeval import COCOeval
    except ImportError:
        return None
    stdout, sys.stdout = sys.stdout, sys.stderr
    truth, found = COCO(), COCO()
    common = {
        "images": [{"id": index + 1} for index in range(len(images))],
        "categories": [{"id": category} for category in range(classes)],
    }
    boxes = [(index + 1, t) for index, image in enumerate(images) for t in image["truths"]]
    truth.dataset = {
        **common,
        "annotations": [
            {
                "id": number + 1,
                "image_id": image,
                "category_id": t["class"],
                "bbox": t["box"],
                "area": t["box"][2] * t["box"][3],
                "iscrowd": int(t["ignored"]),
            }
            for number, (image, t) in enumerate(boxes)
        ],
    }
    boxes = [(index + 1, d) for index, image in enumerate(images) for d in image["detections"]]
    found.dataset = {
        **common,
        "annotations": [
            {
                "id": number + 1,
                "image_id": image,
                "category_id": d["class"],
                "bbox": d["box"],
                "area": d["box"][2] * d["box"][3],
                "score": d["score"],
                "iscrowd": 0,
            }
            for number, (image, d) in enumerate(boxes)
        ],
    }
    truth.createIndex()
    found.createIndex()
    evaluation = COCOeval(truth, found, "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    precision = evaluation.eval["precision"][:, :, :, 0, 2]
    sys.stdout = stdout
    mean = lambda values: float(values[values > -1].mean())
    return {"ap": mean(precision), "ap50": mean(precision[0]), "ap75": mean(precision[5])}


def truth_of(box, category=0, ignored=False):
    return {"box": box, "class": category, "ignored": ignored}


def detection_of(box, score, category=0):
    return {"box": box, "score": score, "class": category}


def by_hand():
    square = [10, 10, 20, 20]
    yield "one object found", 1, [{"truths": [truth_of(square)], "detections": [detection_of(square, 0.9)]}]
    yield "one found twice", 1, [
        {"truths": [truth_of(square)], "detections": [detection_of(square, 0.9), detection_of(square, 0.8)]}
    ]
    yield "a surer one beside it", 1, [
        {"truths": [truth_of(square)], "detections": [detection_of([60, 60, 9, 9], 0.9), detection_of(square, 0.8)]}
    ]
    yield "an overlap at the threshold", 1, [
        {"truths": [truth_of([0, 0, 10, 10])], "detections": [detection_of([0, 0, 10, 5], 0.9)]}
    ]
    yield "many in a crowd", 1, [
        {
            "truths": [truth_of([0, 0, 100, 100], ignored=True), truth_of([200, 0, 10, 10])],
            "detections": [detection_of([5 * i, 5 * i, 10, 10], 0.9 - 0.01 * i) for i in range(5)]
            + [detection_of([200, 0, 10, 10], 0.1)],
        }
    ]
    yield "an object before a crowd that it lies in", 1, [
        {
            "truths": [truth_of([0, 0, 100, 100], ignored=True), truth_of([10, 10, 20, 20])],
            "detections": [detection_of([10, 10, 20, 16], 0.9), detection_of([10, 10, 20, 19], 0.8)],
        }
    ]
    yield "classes without objects and images without boxes", 3, [
        {"truths": [truth_of(square, 1)], "detections": [detection_of(square, 0.4, 0), detection_of(square, 0.3, 1)]},
        {"truths": [], "detections": [detection_of(square, 0.9, 1)]},
        {"truths": [], "detections": []},
    ]
    yield "more than a hundred detections", 1, [
        {
            "truths": [truth_of(square)],
            "detections": [detection_of([50 + i, 50, 5, 5], 1 - 0.001 * i) for i in range(100)]
            + [detection_of(square, 0.1)],
        },
        {"truths": [truth_of(square)], "detections": [detection_of(square, 0.5)]},
    ]
    yield "equal scores", 1, [
        {
            "truths": [truth_of(square), truth_of([50, 50, 20, 20])],
            "detections": [
                detection_of([0, 0, 5, 5], 0.5),
                detection_of(square, 0.5),
                detection_of([50, 50, 20, 19], 0.5),
            ],
        },
        {"truths": [truth_of(square)], "detections": [detection_of([11, 10, 20, 20], 0.5)]},
    ]


def drawn(seed):
    random = np.random.default_rng(seed)
    classes = int(random.integers(1, 4))
    images = []
    for _ in range(int(random.integers(2, 9))):
        truths, detections = [], []
        for _ in range(int(random.integers(0, 6))):
            box = [float(value) for value in np.round(random.uniform([0, 0, 10, 10], [80, 80, 60, 60]), 2)]
            category = int(random.integers(classes))
            truths.append(truth_of(box, category, bool(random.random() < 0.2)))
            for _ in range(int(random.integers(0, 4))):
                moved = [float(value) for value in np.round(np.array(box) + random.normal(0, 3, 4), 2)]
                moved[2:] = [max(1.0, side) for side in moved[2:]]
                guess = category if random.random() < 0.8 else int(random.integers(classes))
                detections.append(detection_of(moved, round(float(random.random()), 2), guess))
        images.append({"truths": truths, "detections": detections})
    if not any(not truth["ignored"] for image in images for truth in image["truths"]):
        images[0]["truths"].append(truth_of([0.0, 0.0, 5.0, 5.0]))
    return f"drawn {seed}", classes, images


cases = []
for name, classes, images in [*by_hand(), *(drawn(seed) for seed in range(12))]:
    figures = average_precision(images, classes)
    published = coco(images, classes)
    if published is not None:
        for key, value in published.items():
            assert abs(value - figures[key]) < 1e-12, (name, key, value, figures[key])
    cases.append({"name": name, "images": images, **{key: float(value) for key, value in figures.items()}})
json.dump(cases, sys.stdout)
print()
