"""Recipes that learn from the labels of the drawn scenes."""
from torch import Tensor, nn
from torch.nn import functional as F

from augment import crop
from network import Trunk
from recipes.objective import Objective
from world import SIZE, World

# So that a small network does not learn its 8,000 images by heart; large enough that what is labelled stays inside.
AREA = (0.7, 1.0)


class Presence(Objective):
    array: str

    def __init__(self, trunk: Trunk, world: World) -> None:
        super().__init__(trunk, world)
        self.head = nn.Linear(trunk.channels, world.classes[self.array])

    def loss(self, images: Tensor, labels: dict[str, Tensor]) -> Tensor:
        scores = self.head(self.trunk.features(crop(images, AREA)))
        return F.binary_cross_entropy_with_logits(scores, labels[self.array])


class Objects(Presence):
    sentence = 'Says of every thing whether it is in the image (binary cross entropy).'
    array = 'presence'
    needs = ('presence',)


class Materials(Presence):
    sentence = 'Says of every material whether it is in the image (binary cross entropy).'
    array = 'material_presence'
    needs = ('material_presence',)


class Scenes(Objective):
    sentence = 'Names the scene (cross entropy).'
    needs = ('scenes',)

    def __init__(self, trunk: Trunk, world: World) -> None:
        super().__init__(trunk, world)
        self.head = nn.Linear(trunk.channels, world.classes['scenes'])

    def loss(self, images: Tensor, labels: dict[str, Tensor]) -> Tensor:
        return F.cross_entropy(self.head(self.trunk.features(crop(images, AREA))), labels['scenes'].long())


class Segmentation(Objective):
    sentence = 'Names the object at each of 16 x 16 places, by one linear layer on the last map (cross entropy).'
    needs = ('objects',)

    def __init__(self, trunk: Trunk, world: World) -> None:
        super().__init__(trunk, world)
        self.head = nn.Conv2d(trunk.channels, world.classes['objects'], 1)

    def loss(self, images: Tensor, labels: dict[str, Tensor]) -> Tensor:
        scores = self.head(self.trunk(images))
        step = SIZE // scores.shape[-1]
        places = labels['objects'][:, step // 2::step, step // 2::step]
        return F.cross_entropy(scores, places.long())
