"""The one architecture of the small world: a residual network of five convolutional stages whose last map is 16 x 16."""
import torch
from torch import Tensor, nn
from torch.nn import functional as F

MEAN, DEVIATION = 0.5, 0.25
LUMA = (0.299, 0.587, 0.114)
STEM = 16
# Channels and stride of each stage's only block.
STAGES = ((16, 1), (24, 2), (40, 1), (64, 1))
# Batches go through in pieces of this size: they stay in the processor's cache, which saves a quarter of the time.
# Batch norm sees a piece, not the whole batch.
PIECE = 64


def luma(images: Tensor) -> Tensor:
    """One channel of brightness."""
    return torch.einsum('bchw,c->bhw', images, images.new_tensor(LUMA)).unsqueeze(1)


class Block(nn.Module):
    def __init__(self, entering: int, leaving: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(entering, leaving, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(leaving)
        self.conv2 = nn.Conv2d(leaving, leaving, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(leaving)
        self.shortcut = None
        if stride != 1 or entering != leaving:
            self.shortcut = nn.Conv2d(entering, leaving, 1, stride, bias=False)
            self.shortcut_norm = nn.BatchNorm2d(leaving)

    def forward(self, maps: Tensor) -> Tensor:
        passed = maps if self.shortcut is None else self.shortcut_norm(self.shortcut(maps))
        maps = F.relu(self.norm1(self.conv1(maps)))
        return F.relu(self.norm2(self.conv2(maps)) + passed)


class Trunk(nn.Module):
    """From images in 0..1 to the last map. A grey trunk turns them into brightness first, so it never sees colour."""

    def __init__(self, width: int = 1, grey: bool = False) -> None:
        super().__init__()
        self.grey = grey
        self.stem = nn.Conv2d(3, STEM * width, 3, 2, 1, bias=False)
        self.stem_norm = nn.BatchNorm2d(STEM * width)
        entering = STEM * width
        blocks = []
        for channels, stride in STAGES:
            blocks.append(Block(entering, channels * width, stride))
            entering = channels * width
        self.stages = nn.Sequential(*blocks)
        self.channels = entering
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode='fan_out', nonlinearity='relu')
        self.to(memory_format=torch.channels_last)

    def forward(self, images: Tensor) -> Tensor:
        return torch.cat([self.maps_of_piece(piece) for piece in images.split(PIECE)])

    def features(self, images: Tensor) -> Tensor:
        return self(images).mean((2, 3))

    def maps_of_piece(self, images: Tensor) -> Tensor:
        if self.grey:
            images = luma(images).expand(-1, 3, -1, -1)
        images = ((images - MEAN) / DEVIATION).contiguous(memory_format=torch.channels_last)
        return self.stages(F.relu(self.stem_norm(self.stem(images))))


def perceptron(*sizes: int) -> nn.Sequential:
    """Linear layers with batch norm and ReLU between them, as heads of self-supervised networks have."""
    layers: list[nn.Module] = []
    for entering, leaving in zip(sizes[:-2], sizes[1:-1]):
        layers += [nn.Linear(entering, leaving, bias=False), nn.BatchNorm1d(leaving), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(sizes[-2], sizes[-1]))
