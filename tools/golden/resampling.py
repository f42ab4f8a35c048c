#!/usr/bin/env python3
"""Reference figures of image resizing, by Pillow: checksums of whole images, and one image byte by byte.

usage: resampling.py > libs/numerics/src/golden/resampling.json
"""
import hashlib
import json
import sys

import numpy as np
from PIL import Image

FILTERS = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC, "lanczos3": Image.LANCZOS}


def picture(width, height):
    """The same arithmetic as in the spec: whole numbers, so that both draw the same bytes."""
    x, y, c = np.meshgrid(np.arange(width), np.arange(height), np.arange(3), indexing="xy")
    smooth = (x * 5 + y * 3 + c * 40) % 256
    rough = (x * x * 7 + y * y * 13 + x * y * 3 + c * 91) % 251
    return np.where((x // 9 + y // 7) % 2 == 0, smooth, rough).astype(np.uint8)


cases = []
for width, height, scaled_width, scaled_height, left, top, out_width, out_height in [
    (320, 240, 224, 224, 0, 0, 224, 224),
    (500, 375, 299, 224, 37, 0, 224, 224),
    (31, 17, 224, 224, 0, 0, 224, 224),
    (224, 300, 224, 224, 0, 0, 224, 224),
    (300, 224, 224, 224, 0, 0, 224, 224),
    (1201, 907, 65, 49, 8, 3, 48, 40),
    (7, 5, 3, 2, 0, 0, 3, 2),
    (2000, 3, 5, 3, 0, 0, 5, 3),
    (1, 1, 4, 4, 0, 0, 4, 4),
]:
    for name, kind in FILTERS.items():
        scaled = Image.fromarray(picture(width, height)).resize((scaled_width, scaled_height), kind)
        out = np.asarray(scaled.crop((left, top, left + out_width, top + out_height)))
        case = {"source": [width, height], "scaled": [scaled_width, scaled_height], "part": [left, top, out_width, out_height], "filter": name, "sha256": hashlib.sha256(out.tobytes()).hexdigest()}
        if out.size <= 60:
            case["pixels"] = out.ravel().tolist()
        cases.append(case)
json.dump({"cases": cases}, sys.stdout)
