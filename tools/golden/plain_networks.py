"""ConvNeXt, and torchvision's networks without shortcuts, narrow."""
import torch
from torch import nn
from torch.nn import functional as F
from torchvision.models.convnext import CNBlockConfig, ConvNeXt
from torchvision.models.squeezenet import Fire


class ConvNextBlock(nn.Module):
    def __init__(self, width, scaled):
        super().__init__()
        self.dwconv = nn.Conv2d(width, width, 7, padding=3, groups=width)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.pwconv1 = nn.Linear(width, 4 * width)
        self.pwconv2 = nn.Linear(4 * width, width)
        if scaled:
            self.gamma = nn.Parameter(torch.rand(width) + 0.5)

    def forward(self, maps):
        values = self.pwconv2(F.gelu(self.pwconv1(self.norm(self.dwconv(maps).permute(0, 2, 3, 1)))))
        if hasattr(self, 'gamma'):
            values = values * self.gamma
        return maps + values.permute(0, 3, 1, 2)


class MapNorm(nn.LayerNorm):
    def forward(self, maps):
        return super().forward(maps.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ConvNext(nn.Module):
    def __init__(self, widths=(4, 6, 8, 10), depths=(1, 2, 1, 1), scaled=True, classes=0):
        super().__init__()
        stem = nn.Sequential(nn.Conv2d(3, widths[0], 4, 4), MapNorm(widths[0], eps=1e-6))
        others = [nn.Sequential(MapNorm(before, eps=1e-6), nn.Conv2d(before, after, 2, 2)) for before, after in zip(widths, widths[1:])]
        self.downsample_layers = nn.ModuleList([stem, *others])
        self.stages = nn.ModuleList(nn.Sequential(*(ConvNextBlock(width, scaled) for _ in range(depth))) for width, depth in zip(widths, depths))
        if classes:
            self.norm = nn.LayerNorm(widths[-1], eps=1e-6)
            self.head = nn.Linear(widths[-1], classes)

    def forward(self, maps):
        for downsample, stage in zip(self.downsample_layers, self.stages):
            maps = stage(downsample(maps))
        return maps, self.head(self.norm(maps.mean((2, 3)))) if hasattr(self, 'head') else None


class TorchvisionConvNext(ConvNeXt):
    """torchvision's own, whose weights are given the names of the authors."""

    def forward(self, images):
        maps = self.features(images)
        return maps, self.classifier(self.avgpool(maps))

    def state_dict(self):
        renamed = {}
        for name, tensor in super().state_dict().items():
            kind, *parts = name.split('.')
            if kind == 'classifier':
                name = '.'.join([{'0': 'norm', '2': 'head'}[parts[0]], parts[1]])
            elif int(parts[0]) % 2 == 0:
                name = '.'.join(['downsample_layers', str(int(parts[0]) // 2), *parts[1:]])
            else:
                block = '.'.join(['stages', str(int(parts[0]) // 2), parts[1]])
                last = parts[2:]
                name = f'{block}.gamma' if last == ['layer_scale'] else '.'.join([block, {'0': 'dwconv', '2': 'norm', '3': 'pwconv1', '5': 'pwconv2'}[last[1]], last[2]])
                tensor = tensor.flatten() if last == ['layer_scale'] else tensor
            renamed[name] = tensor
        return renamed


class Row(nn.Module):
    """Features, then a classifier over means of a grid."""

    def __init__(self, features, classifier=None, side=None):
        super().__init__()
        self.features = nn.Sequential(*features)
        if classifier:
            self.classifier = nn.Sequential(*classifier)
        self.side = side

    def forward(self, maps):
        maps = self.features(maps)
        if not hasattr(self, 'classifier'):
            return maps, None
        return maps, self.classifier(maps if self.side is None else F.adaptive_avg_pool2d(maps, self.side).flatten(1)).flatten(1)


def vgg(plan, normalised=False, classes=0):
    features, entering = [], 3
    for width in plan:
        if width == 'M':
            features.append(nn.MaxPool2d(2, 2))
            continue
        features += [nn.Conv2d(entering, width, 3, padding=1), *([nn.BatchNorm2d(width)] if normalised else []), nn.ReLU()]
        entering = width
    classifier = [nn.Linear(entering * 49, 6), nn.ReLU(), nn.Dropout(), nn.Linear(6, 6), nn.ReLU(), nn.Dropout(), nn.Linear(6, classes)] if classes else None
    return Row(features, classifier, 7)


def alexnet(widths=(4, 6, 8, 6, 6), classes=0):
    one, two, three, four, five = widths
    features = [
        nn.Conv2d(3, one, 11, 4, 2), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(one, two, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(two, three, 3, padding=1), nn.ReLU(),
        nn.Conv2d(three, four, 3, padding=1), nn.ReLU(),
        nn.Conv2d(four, five, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2),
    ]  # fmt: skip
    classifier = [nn.Dropout(), nn.Linear(five * 36, 8), nn.ReLU(), nn.Dropout(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, classes)] if classes else None
    return Row(features, classifier, 6)


def squeezenet(version, classes=0):
    pool = lambda: nn.MaxPool2d(3, 2, ceil_mode=True)
    fires = [Fire(*sizes) for sizes in ((5, 2, 3, 4), (7, 2, 3, 4), (7, 3, 4, 4), (8, 3, 4, 4), (8, 3, 4, 5), (9, 3, 4, 5), (9, 3, 5, 5), (10, 3, 5, 6))]
    if version == '1.0':
        features = [nn.Conv2d(3, 5, 7, 2), nn.ReLU(), pool(), *fires[:3], pool(), *fires[3:7], pool(), fires[7]]
    else:
        features = [nn.Conv2d(3, 5, 3, 2), nn.ReLU(), pool(), *fires[:2], pool(), *fires[2:4], pool(), *fires[4:]]
    return Row(features, [nn.Dropout(), nn.Conv2d(11, classes, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1)] if classes else None)


def convnexts():
    """Name, facts, layer, size of the images, tokens before those of the image, maker."""
    return [
        ('convnext', {}, 'stages.3.0', (64, 96), 0, lambda: ConvNext(classes=5)),
        ('convnext-torchvision', {}, 'stages.2.0', (64, 48), 0,
         lambda: TorchvisionConvNext([CNBlockConfig(4, 6, 2), CNBlockConfig(6, 8, 1), CNBlockConfig(8, None, 1)], layer_scale=0.7, num_classes=5)),
        ('convnext-unscaled', {}, 'stages.3.0', (70, 90), 0, lambda: ConvNext(scaled=False)),
    ]


def vggs():
    return [
        ('vgg', {}, 'features.15', (66, 50), 0, lambda: vgg((4, 'M', 4, 'M', 6, 6, 'M', 6, 8, 'M'), classes=5)),
        ('vgg-normalised', {}, 'features.14', (56, 56), 0, lambda: vgg((4, 'M', 6, 'M', 6, 6, 'M'), normalised=True, classes=5)),
    ]


def alexnets():
    return [('alexnet', {}, 'features.12', (96, 128), 0, lambda: alexnet(classes=5))]


def squeezenets():
    return [
        ('squeezenet-1-0', {}, 'features.12', (64, 75), 0, lambda: squeezenet('1.0', classes=6)),
        ('squeezenet-1-1', {}, 'features.12', (70, 64), 0, lambda: squeezenet('1.1', classes=6)),
    ]
