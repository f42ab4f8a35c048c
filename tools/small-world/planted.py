#!/usr/bin/env python3
"""Writes a network whose weights are set by hand, so that it is known what each of its units responds to.

example:
  planted.py --out models

planted.onnx has 28 units on maps of 32 x 32, a value for one pixel of each 2 x 2: 11 respond to one basic colour each; 12 to nothing: each image has one of
13 random maps of places, chosen by the sum of its pixels; 5 to a place that is the same in all images. planted.json says
which is which. Values are whole numbers below 2^24 (units of nothing: 256ths below 2^11), so every engine computes the
same ones in whatever order it adds.
"""
import argparse
import hashlib
import json
import os

import numpy as np
from onnx import TensorProto

from errors import InputError, Parser, fail
from export import Graph, writable_folder, write_whole
from world import SIZE

SEED = 22
PALETTE = {
    'black': (34, 34, 38),
    'blue': (48, 92, 200),
    'brown': (124, 78, 40),
    'green': (58, 148, 62),
    'grey': (128, 128, 128),
    'orange': (236, 138, 36),
    'pink': (242, 152, 184),
    'purple': (128, 60, 164),
    'red': (204, 40, 44),
    'white': (238, 238, 234),
    'yellow': (238, 216, 60),
}
# How bright a colour of the world may be drawn, in shadow and light, and how far its logarithm usually is from 0.
BRIGHTNESS = np.geomspace(0.36, 1.5, 13)
SPREAD = 0.3
# How far a shade may be from the palette.
SHADE = 14
# What the world adds to every shade before it is lit.
LIGHT = 12
# Whole numbers for one unit of the logarithm of a likelihood, and how much likelier than all others is enough.
SCALE = 2000
ENOUGH = 8 * SCALE
NOTHING, MAPS = 12, 13
# Sides of the maps, which take the lower right pixel of each 2 x 2: the one that a label grid of this side takes.
SIDE = SIZE // 2
# A unit of nothing has 8 x 8 random values on its map, and one more around them, so that no border is flat.
GRID, SCALED = 10, 40
PLACES = ('top', 'bottom', 'left', 'right', 'centre')
EXACT = 2 ** 24


def colours(graph: Graph, pixels: str) -> str:
    """How near a pixel is to the unit's colour at the best brightness, less what it is nearer to another colour."""
    palette = np.array(list(PALETTE.values()), float) + LIGHT
    points = palette[:, None] * BRIGHTNESS[None, :, None]
    # Shades are uniform in +-SHADE and scaled by the brightness; the rest is for rounding and clipping.
    variance = (SHADE ** 2 / 3) * BRIGHTNESS ** 2 + 16
    curve = np.round(SCALE / (2 * variance))[None, :, None]
    slope = np.round(2 * curve * points)
    rarity = (np.log(BRIGHTNESS) / SPREAD) ** 2 / 2
    offset = np.round(-curve[..., 0] * (points ** 2).sum(2) - SCALE * rarity)
    kernel = np.concatenate([slope, np.broadcast_to(-curve, slope.shape)], 2)
    largest = (np.abs(kernel) @ np.repeat([255, 255 ** 2], 3) + np.abs(offset)).max()
    assert largest < EXACT, largest
    squares = graph.node('Mul', [pixels, pixels], 'squares')
    both = graph.node('Concat', [pixels, squares], 'pixels.and.squares', axis=1)
    lit = []
    for level in range(len(BRIGHTNESS)):
        name = f'colour.level{level}'
        weights = kernel[:, level, :, None, None].astype(np.float32), offset[:, level].astype(np.float32)
        inputs = [graph.constant(f'{name}.{kind}', values) for kind, values in zip(('weight', 'bias'), weights)]
        lit.append(graph.node('Conv', [both, *inputs], name, kernel_shape=[1, 1]))
    own = graph.node('Max', lit, 'colour.own')
    rival = largest_other(graph, own)
    margin = graph.node('Sub', [own, rival], 'colour.margin')
    # Without a limit, the brightest and purest pixels of few images would come first, not the typical ones.
    limited = graph.node('Min', [margin, graph.constant('colour.enough', np.float32(ENOUGH))], 'colour.limited')
    score = graph.node('Add', [own, limited], 'colour.score')
    # Pixels that were clipped to white are all alike: the place decides between them, by too little to change an order.
    order = np.random.default_rng(SEED).permutation(SIDE * SIDE).reshape(1, 1, SIDE, SIDE)
    place = graph.node('Cast', [graph.constant('colour.places', order.astype(np.int16))], 'colour.place', to=TensorProto.FLOAT)
    small = graph.node('Mul', [place, graph.constant('colour.little', np.float32(1 / 64))], 'colour.tie')
    return graph.node('Add', [score, small], 'colour')


def largest_other(graph: Graph, values: str) -> str:
    """For each channel the largest of all others: of those before it and those after it."""
    count = len(PALETTE)
    channels = [f'colour.channel{index}' for index in range(count)]
    graph.split(values, channels)
    before, after = [channels[0]], [channels[-1]]
    for index in range(1, count - 1):
        before.append(graph.node('Max', [before[-1], channels[index]], f'colour.before{index}'))
        after.append(graph.node('Max', [after[-1], channels[-1 - index]], f'colour.after{index}'))
    between = [graph.node('Max', [before[index - 1], after[count - 2 - index]], f'colour.other{index}') for index in range(1, count - 1)]
    return graph.node('Concat', [after[-1], *between, before[-1]], 'colour.rival', axis=1)


def nothing(graph: Graph, pixels: str) -> str:
    """Which map an image gets depends on its pixels, but not on what they show."""
    random = np.random.default_rng(SEED + 1)
    grids = random.standard_normal((NOTHING * MAPS, GRID, GRID))
    # All maps reach as high, or the highest few would hold all the places above a threshold.
    low, high = grids[:, 1:-1, 1:-1].mean((1, 2)), np.sort(grids[:, 1:-1, 1:-1].reshape(len(grids), -1))[:, -3:].mean(1)
    grids = 1000 + 600 * (grids - low[:, None, None]) / (high - low)[:, None, None]
    values = np.clip(np.round(grids), 0, 2047).astype(np.float16)
    total = graph.node('ReduceSum', [pixels, graph.constant('sum.axes', np.array([1, 2, 3]))], 'sum', keepdims=0)
    whole = graph.node('Cast', [total], 'sum.whole', to=TensorProto.INT64)
    column = graph.node('Unsqueeze', [whole, graph.constant('column', np.array([1]))], 'sum.column')
    factor = graph.constant('nothing.factor', (1 + np.arange(NOTHING))[None])
    shift = graph.constant('nothing.shift', random.integers(MAPS, size=(1, NOTHING)))
    line = graph.node('Add', [graph.node('Mul', [column, factor], 'nothing.product'), shift], 'nothing.line')
    index = graph.node('Mod', [line, graph.constant('nothing.maps', np.array(MAPS))], 'nothing.index')
    row = graph.node('Add', [index, graph.constant('nothing.start', MAPS * np.arange(NOTHING)[None])], 'nothing.row')
    chosen = graph.node('Gather', [graph.weight('nothing.grids', values), row], 'nothing.chosen', axis=0)
    sizes = graph.constant('nothing.scales', np.array([1, 1, SCALED / GRID, SCALED / GRID], np.float32))
    smooth = graph.node('Resize', [chosen, '', sizes], 'nothing.smooth', mode='linear', coordinate_transformation_mode='half_pixel')
    edge = (SCALED - SIDE) // 2
    window = {'from': [edge, edge], 'to': [edge + SIDE, edge + SIDE], 'axes': [2, 3]}
    bounds = [graph.constant(f'nothing.{name}', np.array(pair)) for name, pair in window.items()]
    return graph.node('Slice', [smooth, *bounds], 'nothing')


def places(graph: Graph, pixels: str) -> str:
    """What finds sky or ground by its place alone."""
    rows, columns = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    end = (SIDE - 1) / 2
    far = {
        'top': 8 * (rows + end) ** 2 + columns ** 2,
        'bottom': 8 * (end - rows) ** 2 + columns ** 2,
        'left': 8 * (columns + end) ** 2 + rows ** 2,
        'right': 8 * (end - columns) ** 2 + rows ** 2,
        'centre': rows ** 2 + columns ** 2,
    }
    ties = np.random.default_rng(SEED + 2).random((SIDE, SIDE))
    ranks = np.stack([np.argsort(np.argsort(-(far[name] + ties / 2).ravel())) for name in PLACES])
    constant = graph.constant('places.ranks', ranks.reshape(1, len(PLACES), SIDE, SIDE).astype(np.int16))
    numbers = graph.node('Cast', [constant], 'places.numbers', to=TensorProto.FLOAT)
    shape = graph.node('Shape', [pixels], 'image.shape')
    count = graph.node('Gather', [shape, graph.constant('first', np.array([0]))], 'image.count', axis=0)
    rest = graph.constant('places.shape', np.array([len(PLACES), SIDE, SIDE]))
    return graph.node('Expand', [numbers, graph.node('Concat', [count, rest], 'places.all', axis=0)], 'places')


def planted() -> bytes:
    graph = Graph()
    scaled = graph.node('Mul', ['image', graph.constant('white', np.float32(255))], 'scaled')
    pixels = graph.node('Round', [scaled], 'pixels')
    window = {'from': [1, 1], 'to': [SIZE, SIZE], 'axes': [2, 3], 'steps': [2, 2]}
    seen = graph.node('Slice', [pixels, *(graph.constant(f'seen.{name}', np.array(pair)) for name, pair in window.items())], 'seen')
    groups = [colours(graph, seen), nothing(graph, pixels), places(graph, pixels)]
    maps = graph.node('Concat', groups, 'maps', axis=1)
    graph.node('ReduceMean', [maps], 'features', axes=[2, 3], keepdims=0)
    count = len(PALETTE) + NOTHING + len(PLACES)
    outputs = {'maps': ['batch', count, SIDE, SIDE], 'features': ['batch', count]}
    return graph.model(outputs, {'recipe': 'planted', 'seed': str(SEED)}).SerializeToString()


def main() -> None:
    parser = Parser('planted.py', description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', metavar='DIR', required=True, help='where planted.onnx and planted.json are written')
    out = parser.parse_args().out
    truths = [f'color {name}' for name in PALETTE] + ['nothing'] * NOTHING + ['position'] * len(PLACES)
    units = [{'unit': unit, 'planted': truth} for unit, truth in enumerate(truths)]
    try:
        writable_folder(out)
        network = planted()
        record = {
            'name': 'planted',
            'objective': 'weights set by hand: a unit for each colour, units that respond to nothing, units that respond to a place of the image',
            'sha256': hashlib.sha256(network).hexdigest(),
            'units': units,
        }
        write_whole(os.path.join(out, 'planted.onnx'), network)
        write_whole(os.path.join(out, 'planted.json'), (json.dumps(record, indent=2) + '\n').encode())
    except InputError as error:
        fail('planted.py', str(error))


if __name__ == '__main__':
    main()
