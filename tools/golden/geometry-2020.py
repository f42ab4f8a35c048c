#!/usr/bin/env python3
"""How Network Dissection of 2020 brings images to models and segmenters, by numpy: squash, crop, average pooling.

usage: geometry-2020.py > libs/data-loading/src/images/golden/geometry-2020.json

The squashing is that of Pillow's bilinear filter (triangles as wide as the scale, coefficients of 22 bits, each pass
rounded to bytes, columns first), written out here.
"""
import hashlib
import json
import sys

import numpy as np

SQUASHED, CROP = 256, 224


def picture(width, height):
    """The same arithmetic as in the spec."""
    x, y, c = np.meshgrid(np.arange(width), np.arange(height), np.arange(3), indexing="xy")
    smooth = (x * 5 + y * 3 + c * 40) % 256
    rough = (x * x * 7 + y * y * 13 + x * y * 3 + c * 91) % 251
    return np.where((x // 9 + y // 7) % 2 == 0, smooth, rough)


def weights(size, to):
    scale = size / to
    support = max(scale, 1.0)
    rows = np.zeros((to, size))
    for index in range(to):
        centre = (index + 0.5) * scale
        first, end = max(0, int(centre - support + 0.5)), min(size, int(centre + support + 0.5))
        hats = np.maximum(0, 1 - np.abs((np.arange(first, end) + 0.5 - centre) / support))
        rows[index, first:end] = hats / hats.sum()
    return np.floor(rows * 2**22 + 0.5).astype(np.int64)


def apply(matrix, image, axis):
    moved = np.moveaxis(image, axis, 0)
    summed = np.tensordot(matrix, moved, 1)
    return np.moveaxis(np.clip((summed + 2**21) >> 22, 0, 255), 0, axis)


def squash(image):
    wide = image if image.shape[1] == SQUASHED else apply(weights(image.shape[1], SQUASHED), image, 1)
    return wide if image.shape[0] == SQUASHED else apply(weights(image.shape[0], SQUASHED), wide, 0)


def pool(image):
    """Adaptive average pooling, which here enlarges."""
    out = np.zeros((SQUASHED, SQUASHED, 3))
    bounds = [(index * CROP // SQUASHED, -(-(index + 1) * CROP // SQUASHED)) for index in range(SQUASHED)]
    for y, (top, bottom) in enumerate(bounds):
        for x, (left, right) in enumerate(bounds):
            out[y, x] = image[top:bottom, left:right].mean((0, 1))
    return out


cases = []
for width, height in [(320, 240), (240, 500), (256, 256), (100, 61), (256, 300)]:
    image = picture(width, height).astype(np.int64)
    first = (SQUASHED - CROP) // 2
    crop = squash(image)[first:first + CROP, first:first + CROP]
    pooled = pool(crop)
    cases.append({"size": [width, height], "sha256": hashlib.sha256(crop.astype(np.uint8).tobytes()).hexdigest(),
                  "corner": crop[0, 0].tolist(), "pooled": [pooled[y, x].tolist() for y, x in ((0, 0), (1, 7), (100, 250), (255, 255))]})
json.dump({"cases": cases}, sys.stdout)
