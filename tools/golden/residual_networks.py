"""Residual networks of the kinds that self-supervised models come in, narrow: written here where torchvision has none."""
import torch
from torch import nn
from torch.nn import functional as F
from torchvision.models.resnet import BasicBlock, Bottleneck


def same_padding(size, kernel, stride):
    """TensorFlow's SAME: as much as the stride needs, the smaller half before."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def pad_same(maps, kernel, stride, value=0.0):
    # `kernel`: rows and columns from its first value to its last.
    rows, columns = (same_padding(size, kernel, stride) for size in maps.shape[-2:])
    return F.pad(maps, (*columns, *rows), value=value)


class SameConv(nn.Conv2d):
    def forward(self, maps):
        padded = pad_same(maps, self.dilation[0] * (self.kernel_size[0] - 1) + 1, self.stride[0])
        return F.conv2d(padded, self.weight, self.bias, self.stride, 0, self.dilation, self.groups)


class SamePool(nn.Module):
    def forward(self, maps):
        return F.max_pool2d(pad_same(maps, 3, 2, float('-inf')), 3, 2)


class ResNet(nn.Module):
    """torchvision's, whose stages have any width, and whose stem is a choice."""

    def __init__(self, block, planes, depths, stem, pool, classes=0, groups=1, base_width=64, shortcut=None, dilate=(False, False, False)):
        super().__init__()
        self.channels = stem.pop('channels')
        for name, module in stem.items():
            setattr(self, name, module)
        self.stem = list(stem)
        self.maxpool = pool
        dilation = 1
        for stage, (width, depth) in enumerate(zip(planes, depths)):
            blocks = []
            dilates = stage > 0 and dilate[stage - 1]
            before = dilation
            dilation *= 2 if dilates else 1
            for index in range(depth):
                stride = 2 if stage > 0 and index == 0 and not dilates else 1
                leaving = width * block.expansion
                projection = None
                if stride != 1 or self.channels != leaving:
                    projection = (shortcut or project)(self.channels, leaving, stride)
                blocks.append(block(self.channels, width, stride, projection, groups, base_width, before if index == 0 else dilation))
                self.channels = leaving
            setattr(self, f'layer{stage + 1}', nn.Sequential(*blocks))
        self.stages = len(planes)
        if classes:
            self.fc = nn.Linear(self.channels, classes)

    def forward(self, maps):
        for name in self.stem:
            maps = getattr(self, name)(maps)
        maps = self.maxpool(maps)
        for stage in range(self.stages):
            maps = getattr(self, f'layer{stage + 1}')(maps)
        return maps, self.fc(maps.mean((2, 3))) if hasattr(self, 'fc') else None


def project(entering, leaving, stride):
    return nn.Sequential(nn.Conv2d(entering, leaving, 1, stride, bias=False), nn.BatchNorm2d(leaving))


def pool_and_project(entering, leaving, stride):
    """As timm has it in its networks whose names end in d: counted with the mean."""
    pool = nn.AvgPool2d(2, stride, ceil_mode=True, count_include_pad=False) if stride > 1 else nn.Identity()
    return nn.Sequential(pool, nn.Conv2d(entering, leaving, 1, bias=False), nn.BatchNorm2d(leaving))


def pool_and_project_as_clip(entering, leaving, stride):
    """As CLIP has it: the mean has the name "-1"."""
    modules = nn.Sequential(nn.Conv2d(entering, leaving, 1, bias=False), nn.BatchNorm2d(leaving))
    forward = modules.forward
    modules.forward = lambda maps: forward(F.avg_pool2d(maps, stride) if stride > 1 else maps)
    return modules


class ZeroShortcut(nn.Module):
    """Option A of the residual networks for CIFAR: every second pixel, zeros for the channels that are new."""

    def __init__(self, entering, leaving, stride):
        super().__init__()
        self.new = (leaving - entering) // 2
        self.stride = stride

    def forward(self, maps):
        return F.pad(maps[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.new, self.new))


class ClipBottleneck(nn.Module):
    """A bottleneck without strides: the mean of 2 x 2 stands behind the second convolution."""

    expansion = 4

    def __init__(self, entering, planes, stride, downsample, groups, base_width, dilation):
        super().__init__()
        self.conv1 = nn.Conv2d(entering, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, planes * 4, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(planes * 4)
        self.downsample = downsample
        self.stride = stride

    def forward(self, maps):
        branch = F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(maps))))))
        branch = self.bn3(self.conv3(F.avg_pool2d(branch, self.stride) if self.stride > 1 else branch))
        return F.relu(branch + (maps if self.downsample is None else self.downsample(maps)))


class EarlyBottleneck(Bottleneck):
    """The first bottlenecks: the stride is that of the first convolution."""

    def __init__(self, *args):
        super().__init__(*args)
        self.conv1.stride, self.conv2.stride = self.conv2.stride, self.conv1.stride


class SameBottleneck(Bottleneck):
    """As TensorFlow and Haiku pad."""

    def __init__(self, *args):
        super().__init__(*args)
        old = self.conv2
        self.conv2 = SameConv(old.in_channels, old.out_channels, 3, old.stride, dilation=old.dilation, groups=old.groups, bias=False)


class DilatedBasicBlock(BasicBlock):
    """torchvision refuses these: both convolutions have the dilation of the block."""

    def __init__(self, entering, planes, stride, downsample, groups, base_width, dilation):
        super().__init__(entering, planes, stride, downsample, groups, base_width)
        for convolution in (self.conv1, self.conv2):
            convolution.dilation = convolution.padding = (dilation, dilation)


def stem7(width, convolution=nn.Conv2d):
    padding = {} if convolution is SameConv else {'padding': 3}
    return {'conv1': convolution(3, width, 7, 2, bias=False, **padding), 'bn1': nn.BatchNorm2d(width), 'relu': nn.ReLU(), 'channels': width}


def stem3(width, padding=1):
    return {'conv1': nn.Conv2d(3, width, 3, 1, padding, bias=False), 'bn1': nn.BatchNorm2d(width), 'relu': nn.ReLU(), 'channels': width}


def clip_stem(width):
    stem = {}
    for number, (entering, leaving, stride) in enumerate([(3, width // 2, 2), (width // 2, width // 2, 1), (width // 2, width, 1)], 1):
        stem[f'conv{number}'] = nn.Conv2d(entering, leaving, 3, stride, 1, bias=False)
        stem[f'bn{number}'] = nn.BatchNorm2d(leaving)
        stem[f'relu{number}'] = nn.ReLU()
    return {**stem, 'channels': width}


def deep_stem(width):
    half = width // 2
    convolutions = nn.Sequential(
        nn.Conv2d(3, half, 3, 2, 1, bias=False), nn.BatchNorm2d(half), nn.ReLU(),
        nn.Conv2d(half, half, 3, 1, 1, bias=False), nn.BatchNorm2d(half), nn.ReLU(),
        nn.Conv2d(half, width, 3, 1, 1, bias=False),
    )  # fmt: skip
    return {'conv1': convolutions, 'bn1': nn.BatchNorm2d(width), 'relu': nn.ReLU(), 'channels': width}


def usual_pool():
    return nn.MaxPool2d(3, 2, 1)


def with_epsilon(network, epsilon):
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eps = epsilon
    return network


def networks():
    """Name, facts, layer, size of the images, tokens before those of the image, maker."""
    size = (72, 104)
    planes, depths = (3, 4, 4, 6), (2, 1, 1, 2)
    return [
        ('resnet-basic', {}, 'layer4.1', size, 0, lambda: ResNet(BasicBlock, (4, 6, 6, 8), depths, stem7(4), usual_pool(), classes=5)),
        ('resnet-bottleneck', {}, 'layer4.1', size, 0, lambda: ResNet(Bottleneck, planes, depths, stem7(4), usual_pool(), classes=5)),
        ('resnet-wide', {}, 'layer4.1', size, 0, lambda: ResNet(Bottleneck, planes, depths, stem7(4), usual_pool(), base_width=128)),
        ('resnet-groups', {}, 'layer4.1', size, 0, lambda: ResNet(Bottleneck, planes, depths, stem7(4), usual_pool(), groups=4)),
        ('resnet-early-stride', {'stride': '1x1'}, 'layer4.1', size, 0, lambda: ResNet(EarlyBottleneck, planes, depths, stem7(4), usual_pool())),
        ('resnet-same', {'padding': 'same'}, 'layer4.1', size, 0, lambda: ResNet(SameBottleneck, planes, depths, stem7(4, SameConv), SamePool())),
        ('resnet-same-pool', {'padding': 'same-pool'}, 'layer4.1', size, 0, lambda: ResNet(Bottleneck, planes, depths, stem7(4), SamePool())),
        ('resnet-dilated-last', {'dilatedStages': 1}, 'layer4.1', size, 0, lambda: ResNet(Bottleneck, planes, depths, stem7(4), usual_pool(), dilate=(False, False, True))),
        ('resnet-dilated', {'dilatedStages': 2}, 'layer4.1', size, 0, lambda: ResNet(Bottleneck, planes, (1, 1, 2, 2), stem7(4), usual_pool(), dilate=(False, True, True))),
        ('resnet-dilated-all', {'dilatedStages': 3, 'stride': '1x1'}, 'layer4.1', size, 0,
         lambda: ResNet(EarlyBottleneck, (3, 3, 3, 4), (1, 2, 1, 2), stem7(4), usual_pool(), dilate=(True, True, True))),
        ('resnet-dilated-basic', {'dilatedStages': 2}, 'layer4.1', (48, 56), 0, lambda: ResNet(DilatedBasicBlock, (4, 4, 6, 6), (1, 1, 2, 2), stem7(4), usual_pool(), dilate=(False, True, True))),
        ('resnet-dilated-same', {'dilatedStages': 2, 'padding': 'same'}, 'layer4.1', size, 0,
         lambda: ResNet(SameBottleneck, planes, (1, 1, 2, 2), stem7(4, SameConv), SamePool(), dilate=(False, True, True))),
        ('resnet-deep-stem', {}, 'layer4.1', size, 0, lambda: ResNet(Bottleneck, planes, depths, deep_stem(6), usual_pool(), shortcut=pool_and_project)),
        ('resnet-clip', {'stemPool': 'avg', 'shortcut': 'pool-projection', 'downsampling': 'pool'}, 'layer4.1', size, 0,
         lambda: ResNet(ClipBottleneck, planes, depths, clip_stem(6), nn.AvgPool2d(2), shortcut=pool_and_project_as_clip)),
        ('resnet-epsilon', {'epsilon': 0.02}, 'layer4.1', size, 0, lambda: with_epsilon(ResNet(Bottleneck, planes, depths, stem7(4), usual_pool()), 0.02)),
        ('resnet-cifar', {'shortcut': 'zeros'}, 'layer3.1', (33, 46), 0, lambda: ResNet(BasicBlock, (4, 6, 10), (2, 2, 2), stem3(4), nn.Identity(), classes=5, shortcut=ZeroShortcut)),
        ('resnet-cifar-padded', {'stemPadding': 2}, 'layer4.0', (32, 32), 0, lambda: ResNet(BasicBlock, (4, 6, 6, 8), (1, 1, 1, 1), stem3(4, 2), nn.Identity())),
    ]  # fmt: skip
