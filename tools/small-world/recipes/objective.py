"""What every recipe trains: a trunk with a head of its own, and a loss of a batch."""
from typing import ClassVar

import torch
from torch import Tensor, nn

from network import Trunk
from world import World

DECAY = 1e-3


class Objective(nn.Module):
    # One sentence, for the record of the training.
    sentence: ClassVar[str]
    # The arrays beside the images that the loss is computed from.
    needs: ClassVar[tuple[str, ...]] = ()

    def __init__(self, trunk: Trunk, world: World) -> None:
        super().__init__()
        self.trunk = trunk

    def loss(self, images: Tensor, labels: dict[str, Tensor]) -> Tensor:
        raise NotImplementedError

    def optimiser(self, rate: float) -> torch.optim.Optimizer:
        return torch.optim.AdamW([weight for weight in self.parameters() if weight.requires_grad], lr=rate, weight_decay=DECAY)

    def after_step(self) -> None:
        """For what is not moved by gradients."""
