"""Recipes that undo a change of the image: turned, or cut into pieces and shuffled."""
import itertools

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from augment import crop, recolour
from network import Trunk, perceptron
from recipes.objective import Objective
from world import SIZE, World


class Rotation(Objective):
    sentence = 'Says by which of four right angles a random part of the image was turned (cross entropy).'

    def __init__(self, trunk: Trunk, world: World) -> None:
        super().__init__(trunk, world)
        self.head = nn.Linear(trunk.channels, 4)

    def loss(self, images: Tensor, labels: dict[str, Tensor]) -> Tensor:
        # A part, as in the whole image the sky tells where the top is.
        parts = recolour(crop(images, (0.2, 0.6)), hue=0.0)
        turns = torch.randint(4, (len(parts),))
        turned = torch.empty_like(parts)
        for turn in range(4):
            turned[turns == turn] = torch.rot90(parts[turns == turn], turn, (2, 3))
        return F.cross_entropy(self.head(self.trunk.features(turned)), turns)


class Jigsaw(Objective):
    sentence = 'Says in which of 24 orders four patches, cut with gaps, were given (cross entropy on features of each).'
    patch = 24

    def __init__(self, trunk: Trunk, world: World) -> None:
        super().__init__(trunk, world)
        self.orders = torch.tensor(list(itertools.permutations(range(4))))
        self.head = perceptron(4 * trunk.channels, 128, len(self.orders))

    def loss(self, images: Tensor, labels: dict[str, Tensor]) -> Tensor:
        count = len(images)
        patches = self.cut(recolour(crop(images, (0.5, 1.0)), hue=0.0, grey=0.3))
        chosen = torch.randint(len(self.orders), (count,))
        shuffled = patches[torch.arange(count).unsqueeze(1), self.orders[chosen]]
        features = self.trunk.features(shuffled.flatten(0, 1)).view(count, -1)
        return F.cross_entropy(self.head(features), chosen)

    def cut(self, images: Tensor) -> Tensor:
        """A patch at a random place of each quarter: [images, 4, channels, rows, columns]."""
        half, count = SIZE // 2, len(images)
        starts = torch.randint(half - self.patch + 1, (2, count, 4))
        corners = torch.tensor([[0, 0, half, half], [0, half, 0, half]]).unsqueeze(1)
        rows, columns = (starts + corners).unsqueeze(-1) + torch.arange(self.patch)
        image = torch.arange(count).view(-1, 1, 1, 1)
        return images.permute(0, 2, 3, 1)[image, rows.unsqueeze(-1), columns.unsqueeze(-2)].permute(0, 1, 4, 2, 3)
