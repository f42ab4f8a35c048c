"""Trains one recipe."""
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from network import Trunk
from recipes import Recipe
from world import World

WARM_UP = 0.05
# The first loss is the mean of the first batches, as that of a single one depends on its images.
FIRST = 10


@dataclass(frozen=True)
class Fitted:
    trunk: Trunk
    seconds: float
    first_loss: float
    last_loss: float
    steps: int


Progress = Callable[[int, float, float], None]


def fit(recipe: Recipe, world: World, seed: int, epochs: int, progress: Progress) -> Fitted:
    """`progress` hears after each epoch: how many are done, its mean loss, and the seconds so far."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    trunk = Trunk(recipe.width, recipe.grey)
    objective = recipe.objective(trunk, world).train()
    optimiser = objective.optimiser(recipe.rate)
    batch = min(recipe.batch, len(world))
    total = epochs * (len(world) // batch)
    started = time.perf_counter()
    losses: list[float] = []
    for epoch in range(epochs):
        before = len(losses)
        for images, labels in batches(world, recipe.objective.needs, batch, random):
            for group in optimiser.param_groups:
                group['lr'] = recipe.rate * pace(len(losses), total)
            loss = objective.loss(images, labels)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            objective.after_step()
            losses.append(loss.item())
        mean = float(np.mean(losses[before:]))
        if not math.isfinite(mean):
            raise ArithmeticError(f'the loss of {recipe.name} is no longer finite in epoch {epoch + 1}')
        progress(epoch + 1, mean, time.perf_counter() - started)
    return Fitted(trunk.eval(), time.perf_counter() - started, float(np.mean(losses[:FIRST])), mean, total)


def pace(step: int, total: int) -> float:
    """Share of the learning rate: rises for a short while, then falls as a cosine."""
    warm = max(1, int(WARM_UP * total))
    if step < warm:
        return (step + 1) / warm
    return (1 + math.cos(math.pi * (step - warm) / max(1, total - warm))) / 2


def batches(world: World, needs: tuple[str, ...], batch: int, random: np.random.Generator) -> Iterator[tuple[Tensor, dict[str, Tensor]]]:
    """All images in a random order, but for those that do not fill a batch."""
    order = random.permutation(len(world))
    for start in range(0, len(order) - batch + 1, batch):
        chosen = order[start:start + batch]
        images = torch.from_numpy(world.images[chosen]).permute(0, 3, 1, 2).float() / 255
        yield images, {name: torch.from_numpy(world.labels[name][chosen]) for name in needs}
