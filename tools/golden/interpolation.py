#!/usr/bin/env python3
"""Grids of values resampled by torch's bicubic interpolation, in the ways that tables of positions are.

usage: interpolation.py > libs/checkpoints/golden/interpolation.json
"""
import json
import sys

import numpy as np
import torch
from torch.nn import functional as F


def draw(height, width, units):
    y, x, u = np.meshgrid(np.arange(height), np.arange(width), np.arange(units), indexing='ij')
    return (((x * x * 7 + y * y * 13 + x * y * 3 + u * 91) % 251) / 100 - 1.25).astype(np.float32)


cases = []
for stored, wanted in [((5, 5), (5, 7)), ((5, 5), (2, 3)), ((7, 4), (13, 9)), ((37, 37), (16, 16)), ((14, 14), (28, 27)), ((3, 3), (1, 1)), ((6, 6), (6, 6))]:
    maps = torch.from_numpy(draw(*stored, 2)).permute(2, 0, 1)[None]
    for kind in ('bicubic', 'bicubic-offset', 'bicubic-antialias'):
        if kind == 'bicubic-offset':
            result = F.interpolate(maps, scale_factor=[(after + 0.1) / before for before, after in zip(stored, wanted)], mode='bicubic')
        else:
            result = F.interpolate(maps, size=wanted, mode='bicubic', antialias=kind == 'bicubic-antialias')
        assert result.shape[-2:] == wanted
        cases.append({'stored': stored, 'wanted': wanted, 'kind': kind, 'values': [float(f'{value:.8g}') for value in result[0].permute(1, 2, 0).flatten().tolist()]})
json.dump(cases, sys.stdout)
print()
