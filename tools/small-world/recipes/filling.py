"""Recipes that restore what was taken from the image: its colours, parts of it, or all of it behind a bottleneck."""
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from augment import crop
from network import MEAN, Trunk, luma
from recipes.objective import Objective
from world import SIZE, World

# Every place of the last map paints a square of pixels.
SQUARE = 4
PAINT = 3 * SQUARE * SQUARE
AREA = (0.5, 1.0)


class Colourisation(Objective):
    sentence = 'Names the chroma of each of 16 x 16 places of a grey image, in 9 x 9 bins (cross entropy, rare bins weigh more).'
    bins, reach = 9, 0.4

    def __init__(self, trunk: Trunk, world: World) -> None:
        super().__init__(trunk, world)
        self.head = nn.Conv2d(trunk.channels, self.bins ** 2, 1)
        sample = torch.from_numpy(world.images[:1000]).permute(0, 3, 1, 2).float() / 255
        share = torch.bincount(self.chroma(sample).flatten(), minlength=self.bins ** 2).float()
        share = share / share.sum()
        # Square root: at full inverse shares, a few pixels of a rare bin would be the whole loss.
        self.weight = 1 / (share + 1e-3).sqrt()

    def chroma(self, images: Tensor) -> Tensor:
        squares = F.avg_pool2d(images, SQUARE)
        grey = luma(squares)
        differences = torch.cat([0.564 * (squares[:, 2:] - grey), 0.713 * (squares[:, :1] - grey)], 1)
        steps = ((differences / self.reach + 1) / 2 * self.bins).long().clamp(0, self.bins - 1)
        return steps[:, 0] * self.bins + steps[:, 1]

    def loss(self, images: Tensor, labels: dict[str, Tensor]) -> Tensor:
        images = crop(images, AREA)
        return F.cross_entropy(self.head(self.trunk(images)), self.chroma(images), self.weight)


class Masked(Objective):
    sentence = 'Paints the squares of 8 x 8 pixels that were hidden, six of ten (squared error of hidden pixels).'
    hidden, square = 0.6, 8

    def __init__(self, trunk: Trunk, world: World) -> None:
        super().__init__(trunk, world)
        self.paint = nn.Sequential(nn.Conv2d(trunk.channels, 64, 3, 1, 1), nn.ReLU(), nn.Conv2d(64, PAINT, 1), nn.PixelShuffle(SQUARE))

    def loss(self, images: Tensor, labels: dict[str, Tensor]) -> Tensor:
        images = crop(images, AREA)
        squares = SIZE // self.square
        hidden = (torch.rand(len(images), 1, squares, squares) < self.hidden).float()
        hidden = hidden.repeat_interleave(self.square, 2).repeat_interleave(self.square, 3)
        painted = self.paint(self.trunk(torch.where(hidden > 0, torch.tensor(MEAN), images)))
        return ((painted + MEAN - images).square() * hidden).sum() / (3 * hidden.sum())


class Autoencoder(Objective):
    sentence = 'Paints the image again from 32 numbers at each of 4 x 4 places (squared error).'
    numbers = 32

    def __init__(self, trunk: Trunk, world: World) -> None:
        super().__init__(trunk, world)
        self.narrow = nn.Sequential(nn.AdaptiveAvgPool2d(4), nn.Conv2d(trunk.channels, self.numbers, 1))
        self.paint = nn.Sequential(
            nn.Upsample(scale_factor=2), nn.Conv2d(self.numbers, 64, 3, 1, 1), nn.ReLU(),
            nn.Upsample(scale_factor=2), nn.Conv2d(64, 48, 3, 1, 1), nn.ReLU(),
            nn.Conv2d(48, PAINT, 1), nn.PixelShuffle(SQUARE),
        )

    def loss(self, images: Tensor, labels: dict[str, Tensor]) -> Tensor:
        images = crop(images, AREA)
        return F.mse_loss(self.paint(self.narrow(self.trunk(images))) + MEAN, images)
