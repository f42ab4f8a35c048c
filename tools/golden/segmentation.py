#!/usr/bin/env python3
"""The two segmentation networks of Network Dissection 2020, narrow and with random weights, and what they make of an image.

usage: segmentation.py libs/checkpoints/golden/segmenters

Writes encoder and decoder of the unified-parsing and of the colour network as torch saved them until 1.5, by the names
of the published files; tables of labels with the counts of the published ones; and values.safetensors: classes of every
pixel, where their two best logits differ by 1e-4 or less, logits of some pixels, and label numbers as the published code gives them.
Everything is computed in double precision. Made with Debian's torch 1.13.
"""
import json
import os
import sys
from collections import OrderedDict

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from network_files import randomise, write_safetensors

SIDE, SEGMENTED, CELLS = 224, 256, 56
BGR_MEAN = (102.9801, 115.9465, 122.7717)


def draw_image(side):
    """The same arithmetic as in `drawBytes` of libs/testing: whole numbers, so that both draw the same bytes."""
    c, y, x = np.meshgrid(np.arange(3), np.arange(side), np.arange(side), indexing='ij')
    smooth = (x * 2 + y * 3 + c * 40) % 256
    rough = ((x * x * 7 + y * y * 13 + x * y * 3) // 97 + c * 91) % 251
    return np.where((x // 28 + y // 35) % 2 == 0, smooth, rough).astype(np.float64)


# ---- Tables of labels ----------------------------------------------------------------------------------------------

def label_tables():
    """336 objects, 26 materials, 153 parts, and 77 owners with 427 parts of which 112 names are no objects."""
    objects = ['-'] + [f'object {number}' for number in range(1, 336)]
    for number, name in {2: 'sky', 5: 'building', 6: 'person', 7: 'ceiling', 8: 'table', 321: 'lighthouse'}.items():
        objects[number] = name
    shared = [f'shared {number}' for number in range(1, 37)]
    for number, name in enumerate(shared):
        objects[20 + 8 * number] = name
    fresh = [f'part {number}' for number in range(1, 113)]
    owners = [2, 5, 6, 7, 8] + [9 + 4 * number for number in range(71)] + [321]
    owners = sorted(set(owners))
    assert len(owners) == 77 and all(not objects[owner].startswith('shared') for owner in owners), len(owners)
    # The three owners that are used by default have 28 of the new names, and ten that are objects.
    firsts = {2: fresh[:1], 5: fresh[1:19] + shared[:5], 6: fresh[19:28] + shared[5:10], 7: fresh[28:29]}
    rest = [owner for owner in owners if owner not in firsts]
    names = fresh[29:] + shared[10:]
    left = 427 - sum(1 + len(parts) for parts in firsts.values()) - len(rest)
    parts_of = {owner: [] for owner in rest}
    for index in range(left):
        owner = rest[index % len(rest)]
        # What has been named once is named again by others.
        name = names[index] if index < len(names) else (fresh + shared)[(index * 7) % 148]
        while name in parts_of[owner]:
            name = (fresh + shared)[((fresh + shared).index(name) + 1) % 148]
        parts_of[owner].append(name)
    # Owners do not stand in the order of their numbers, as pairing by name has to bear.
    order = rest[::-1] + list(firsts)
    hierarchy = {objects[owner]: ['-'] + (parts_of.get(owner) or firsts[owner]) for owner in order}
    unused = [f'unused part {number}' for number in range(1, 5)]
    materials = ['-'] + [f'material {number}' for number in range(1, 26)]
    return {'object': objects, 'scene': [f'scene {number}' for number in range(365)], 'material': materials,
            'part': ['-'] + fresh + shared + unused, 'object_part': hierarchy}


def colour_labels():
    names = ['-', 'black', 'blue', 'brown', 'gray', 'green', 'orange', 'pink', 'purple', 'red', 'white', 'yellow']
    return {'categories': [{'name': 'color'}],
            'labels': [{'name': name, 'category': 'color'} for name in names],
            'imageformat': {'byteorder': 'BGR', 'mean': [0.406, 0.456, 0.485], 'stdev': [0.225, 0.224, 0.229]}}


# ---- Networks ------------------------------------------------------------------------------------------------------

def norm(channels):
    """Batch normalisation with what the synchronised one of training left in its files."""
    module = nn.BatchNorm2d(channels)
    module.register_buffer('_tmp_running_mean', torch.zeros(channels))
    module.register_buffer('_tmp_running_var', torch.ones(channels))
    module.register_buffer('_running_iter', torch.ones(1))
    return module


def convolution(entering, leaving, side, stride=1, dilation=1):
    return nn.Conv2d(entering, leaving, side, stride, dilation * (side // 2), dilation, bias=False)


class Block(nn.Module):
    def __init__(self, entering, width, leaving, stride, dilations, bottleneck):
        super().__init__()
        first, second = dilations
        if bottleneck:
            self.conv1, self.bn1 = convolution(entering, width, 1), norm(width)
            self.conv2, self.bn2 = convolution(width, width, 3, stride), norm(width)
            self.conv3, self.bn3 = convolution(width, leaving, 1), norm(leaving)
        else:
            self.conv1, self.bn1 = convolution(entering, width, 3, stride, first), norm(width)
            self.conv2, self.bn2 = convolution(width, leaving, 3, 1, second), norm(leaving)
        self.bottleneck = bottleneck
        if stride > 1 or entering != leaving:
            self.downsample = nn.Sequential(convolution(entering, leaving, 1, stride), norm(leaving))

    def forward(self, maps):
        branch = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(maps)))))
        if self.bottleneck:
            branch = self.bn3(self.conv3(F.relu(branch)))
        return F.relu(branch + (self.downsample(maps) if hasattr(self, 'downsample') else maps))


class Encoder(nn.Module):
    """Three convolutions of 3 x 3, then four stages; `dilated`: the last two keep the size of their maps."""

    def __init__(self, stem, widths, depths, bottleneck, dilated):
        super().__init__()
        entering = 3
        for index, width in enumerate(stem):
            setattr(self, f'conv{index + 1}', convolution(entering, width, 3, 2 if index == 0 else 1))
            setattr(self, f'bn{index + 1}', norm(width))
            entering = width
        for stage, (width, depth) in enumerate(zip(widths, depths)):
            leaving = width * (4 if bottleneck else 1)
            blocks = []
            for index in range(depth):
                stride, dilations = (2 if index == 0 and stage > 0 else 1), (1, 1)
                if dilated and stage >= 2:
                    full = 2 ** (stage - 1)
                    # What had the stride has half of the dilation.
                    dilations = (full // 2 if index == 0 else full, full)
                    stride = 1
                blocks.append(Block(entering, width, leaving, stride, dilations, bottleneck))
                entering = leaving
            setattr(self, f'layer{stage + 1}', nn.Sequential(*blocks))

    def forward(self, maps):
        for index in (1, 2, 3):
            maps = F.relu(getattr(self, f'bn{index}')(getattr(self, f'conv{index}')(maps)))
        maps = F.max_pool2d(maps, 3, 2, 1)
        stages = []
        for index in (1, 2, 3, 4):
            maps = getattr(self, f'layer{index}')(maps)
            stages.append(maps)
        return stages


def cbr(entering, leaving, side):
    return nn.Sequential(convolution(entering, leaving, side), norm(leaving), nn.ReLU())


def surface(maps, y, x):
    """The bilinear surface at points: pixel i stands at i, and what lies outside counts as 0."""
    rows, columns = maps.shape[-2:]
    padded = F.pad(maps, (0, 1, 0, 1))
    top, left = np.floor(y).astype(int), np.floor(x).astype(int)
    down, right = torch.from_numpy(y - top)[:, None], torch.from_numpy(x - left)[None, :]
    at = lambda dy, dx: padded[:, :, top + dy][:, :, :, left + dx]
    assert top.max() < rows and left.max() < columns
    return (at(0, 0) * (1 - down) + at(1, 0) * down) * (1 - right) + (at(0, 1) * (1 - down) + at(1, 1) * down) * right


def precise_pooling(maps, bins, parts=24):
    """Means of the bilinear surface over bins of the whole map, by the midpoints of small squares: in each of them the
    surface is bilinear, since both pixels and bins begin at multiples of their side."""
    side = maps.shape[-1]
    points = (np.arange(side * parts) + 0.5) / parts
    values = surface(maps, points, points)
    size = side * parts // bins
    assert size * bins == side * parts
    return values.reshape(*maps.shape[:2], bins, size, bins, size).mean((3, 5))


def resize(maps, size):
    return F.interpolate(maps, size=size, mode='bilinear', align_corners=False)


class UPerNet(nn.Module):
    def __init__(self, channels, width, counts):
        super().__init__()
        top = channels[-1]
        self.ppm_conv = nn.ModuleList([cbr(top, width, 1) for _ in (1, 2, 3, 6)])
        self.ppm_last_conv = cbr(top + 4 * width, width, 3)
        self.fpn_in = nn.ModuleList([cbr(each, width, 1) for each in channels[:-1]])
        self.fpn_out = nn.ModuleList([nn.Sequential(cbr(width, width, 3)) for _ in channels[:-1]])
        self.conv_fusion = cbr(4 * width, width, 3)
        head = lambda count, *between: nn.Sequential(cbr(width, width, 3), *between, nn.Conv2d(width, count, 1))
        self.scene_head = head(counts['scene'], nn.AdaptiveAvgPool2d(1))
        self.object_head = head(counts['object'])
        self.part_head = head(counts['part'])
        self.material_head = head(counts['material'])

    def forward(self, stages):
        top = stages[-1]
        size = top.shape[-2:]
        pooled = [convolve(resize(precise_pooling(top, bins), size)) for bins, convolve in zip((1, 2, 3, 6), self.ppm_conv)]
        maps = self.ppm_last_conv(torch.cat([top, *pooled], 1))
        levels = [maps]
        for index in (2, 1, 0):
            lateral = self.fpn_in[index](stages[index])
            maps = lateral + resize(maps, lateral.shape[-2:])
            levels.insert(0, self.fpn_out[index](maps))
        size = levels[0].shape[-2:]
        fused = self.conv_fusion(torch.cat([levels[0], *(resize(level, size) for level in levels[1:])], 1))
        return {'object': self.object_head(fused), 'part': self.part_head(fused), 'material': self.material_head(levels[0])}


class PyramidPooling(nn.Module):
    """The decoder of the colour network: convolutions come before the resizing."""

    def __init__(self, channels, width, classes):
        super().__init__()
        top, before = channels[-1], channels[-2]
        self.ppm = nn.ModuleList([nn.Sequential(nn.AdaptiveAvgPool2d(bins), convolution(top, width, 1), norm(width), nn.ReLU()) for bins in (1, 2, 3, 6)])
        self.cbr_deepsup = cbr(before, before // 2, 3)
        self.conv_last = nn.Sequential(convolution(top + 4 * width, width, 3), norm(width), nn.ReLU(), nn.Dropout2d(0.1), nn.Conv2d(width, classes, 1))
        self.conv_last_deepsup = nn.Conv2d(before // 2, classes, 1)

    def forward(self, stages):
        top = stages[-1]
        return self.conv_last(torch.cat([top, *(resize(pool(top), top.shape[-2:]) for pool in self.ppm)], 1))


def even_out(decoder, logits, heads, owners=()):
    """Takes the means of logits off biases, so that many classes are seen, and objects with parts more often."""
    for name, values in zip(heads, logits):
        bias = getattr(decoder, name)[-1].bias
        bias -= values.mean((0, 2, 3))
        bias[list(owners) if name == 'object_head' else []] += 0.5
        bias.copy_(bias.float())


# ---- What the published code does with them ------------------------------------------------------------------------

def slices(tables):
    """Slices of the head of parts: the network gives them by rising number of the owner."""
    owners = sorted((tables['object'].index(name), parts) for name, parts in tables['object_part'].items())
    found, start = [], 0
    for owner, parts in owners:
        found.append((owner, start, parts))
        start += len(parts)
    return found, start


def best(logits):
    """The class of each pixel, the first of the best, and how far the second is behind."""
    two = torch.topk(logits, 2, dim=0).values
    return logits.argmax(0), two[0] - two[1]


def components(plane):
    """Connected components of equal numbers with eight neighbours, in the order of their first pixels."""
    found, of = [], np.zeros(plane.shape, int)
    for y, x in np.argwhere(plane > 0):
        if of[y, x]:
            continue
        pixels, open_ = [], [(y, x)]
        of[y, x] = len(found) + 1
        while open_:
            at = open_.pop()
            pixels.append(at)
            for v in range(max(0, at[0] - 1), min(plane.shape[0], at[0] + 2)):
                for u in range(max(0, at[1] - 1), min(plane.shape[1], at[1] + 2)):
                    if of[v, u] == 0 and plane[v, u] == plane[y, x]:
                        of[v, u] = len(found) + 1
                        open_.append((v, u))
        found.append(np.array(pixels))
    return found


def halves(plane, count, skip_last):
    upper, side = np.zeros_like(plane), np.zeros_like(plane)
    found = components(plane)
    for pixels in found[:-1] if skip_last else found:
        number = plane[pixels[0][0], pixels[0][1]]
        rows, columns = pixels[:, 0], pixels[:, 1]
        vertical, horizontal = (rows.min() + rows.max() + 1) // 2, (columns.min() + columns.max() + 1) // 2
        upper[rows, columns] = number + count * np.where(rows < vertical, 1, 3)
        side[rows, columns] = number + count * np.where(columns < horizontal, 2, 4)
    return upper, side


def label_numbers(tables, objects, materials, parts, colours):
    """Object, material, part, halves of objects (as published, and all of them), colour: numbers of the vocabulary."""
    count = len(tables['object']) - 1
    numbers, following = {'-': 0}, 5 * count + len(tables['material'])
    for names in tables['object_part'].values():
        for name in names:
            if name not in numbers:
                numbers[name] = tables['object'].index(name) if name in tables['object'] else following
                following += 0 if name in tables['object'] else 1
    found, _ = slices(tables)
    names = [name for _, _, parts_ in found for name in parts_]
    material = np.where(materials > 0, materials + 5 * count, 0)
    part = np.array([0 if channel < 0 else numbers[names[channel]] for channel in parts.ravel()]).reshape(parts.shape)
    published, whole = halves(objects, count, True), halves(objects, count, False)
    # The colour network's own "-" has a number too.
    colour = following + colours
    return np.stack([objects, material, part, *published, *whole, colour]), following + 12


def save(network, file):
    """As torch did until 1.5."""
    tensors = OrderedDict((name, value.float() if value.is_floating_point() else value) for name, value in network.state_dict().items())
    torch.save(tensors, file, _use_new_zipfile_serialization=False)


def main(folder):
    torch.manual_seed(2020)
    tables, colours = label_tables(), colour_labels()
    found, part_count = slices(tables)
    counts = {'scene': 365, 'object': len(tables['object']), 'part': part_count, 'material': len(tables['material'])}
    assert counts == {'scene': 365, 'object': 336, 'part': 427, 'material': 26}, counts
    upp = Encoder((4, 4, 8), (3, 4, 4, 5), (1, 2, 1, 1), True, False), UPerNet((12, 16, 16, 20), 8, counts)
    colour = Encoder((4, 4, 8), (6, 6, 8, 8), (2, 1, 2, 2), False, True), PyramidPooling((6, 6, 8, 8), 8, 12)
    for network in (*upp, *colour):
        randomise(network)
        network.double().eval()
    # The segmenters are given -1..1.
    given = torch.from_numpy(draw_image(SIDE))[None] / 127.5 - 1
    form = {key: torch.tensor(colours['imageformat'][key]).double()[None, :, None, None] for key in ('mean', 'stdev')}
    upp_image = F.adaptive_avg_pool2d(((given + 1) / 2 * 255).flip(1) - torch.tensor(BGR_MEAN).double()[None, :, None, None], SEGMENTED)
    colour_image = F.adaptive_avg_pool2d((((given + 1) / 2).flip(1) - form['mean']) / form['stdev'], SEGMENTED)
    with torch.no_grad():
        stages = upp[0](upp_image)
        even_out(upp[1], upp[1](stages).values(), ('object_head', 'part_head', 'material_head'), [owner for owner, _, _ in found])
        maps = {name: resize(logits, CELLS)[0] for name, logits in upp[1](stages).items()}
        stages = colour[0](colour_image)
        even_out(colour[1], [colour[1](stages)], ('conv_last',))
        maps['color'] = resize(colour[1](stages), CELLS)[0]
    os.makedirs(folder, exist_ok=True)
    for (encoder, decoder), name in ((upp, 'upp'), (colour, 'color')):
        save(encoder, os.path.join(folder, f'{name}-encoder.pth'))
        save(decoder, os.path.join(folder, f'{name}-decoder.pth'))
    for name, content in (('labels', tables), ('color-labels', colours)):
        with open(os.path.join(folder, f'{name}.json'), 'w') as out:
            json.dump(content, out, separators=(',', ':'))
    # As published: softmax over all classes, then over those of a category.
    decided = torch.softmax(torch.softmax(maps['color'], 0), 0).argmax(0)
    classes, behind = {}, {}
    for name in ('object', 'material', 'color'):
        classes[name], behind[name] = best(maps[name])
    assert torch.equal(classes['color'][behind['color'] > 1e-4], decided[behind['color'] > 1e-4])
    classes['color'] = decided
    classes['part'] = torch.full((CELLS, CELLS), -1)
    behind['part'] = behind['object'].clone()
    for owner, start, parts in found:
        inside = classes['object'] == owner
        channel, margin = best(maps['part'][start:start + len(parts)])
        classes['part'][inside] = channel[inside] + start
        behind['part'][inside] = torch.minimum(behind['object'], margin)[inside]
    numbers, total = label_numbers(tables, *(classes[name].numpy() for name in ('object', 'material', 'part', 'color')))
    assert total == 1825, total
    pixels = [(index * 263) % CELLS**2 for index in range(12)]
    values = {'pixels': torch.tensor(pixels), 'numbers': torch.from_numpy(numbers).float()}
    for name in ('object', 'material', 'part', 'color'):
        values[f'{name}.classes'] = classes[name].float()
        values[f'{name}.unsure'] = (behind[name].flatten() <= 1e-4).nonzero().flatten()
        values[f'{name}.logits'] = maps[name].flatten(1)[:, pixels].float().contiguous()
    write_safetensors(os.path.join(folder, 'values.safetensors'), values)
    for name in classes:
        seen, times = np.unique(classes[name].numpy(), return_counts=True)
        print(name, len(seen), 'classes, the most', times.max(), 'of', CELLS**2, 'unsure', int((behind[name] <= 1e-4).sum()))


main(sys.argv[1])
