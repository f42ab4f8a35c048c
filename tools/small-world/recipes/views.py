"""Recipes that compare two random views of each image."""
import copy

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from augment import view
from network import Trunk, perceptron
from recipes.objective import Objective
from world import World

HIDDEN, CODE = 128, 64


def unit(rows: Tensor) -> Tensor:
    return F.normalize(rows, dim=1)


class TwoViews(Objective):
    """A projection of the features, which is thrown away after the training."""

    sizes = (HIDDEN, CODE)

    def __init__(self, trunk: Trunk, world: World) -> None:
        super().__init__(trunk, world)
        self.project = perceptron(trunk.channels, *self.sizes)

    def codes(self, images: Tensor) -> Tensor:
        return self.project(self.trunk.features(view(images)))

    def loss(self, images: Tensor, labels: dict[str, Tensor]) -> Tensor:
        return self.compare(self.codes(images), self.codes(images))

    def compare(self, one: Tensor, other: Tensor) -> Tensor:
        raise NotImplementedError


class SimCLR(TwoViews):
    sentence = 'Finds the other view of the same image among all views of the batch (temperature 0.2).'
    temperature = 0.2

    def compare(self, one: Tensor, other: Tensor) -> Tensor:
        codes = unit(torch.cat([one, other]))
        likeness = (codes @ codes.T / self.temperature).fill_diagonal_(float('-inf'))
        count = len(one)
        partners = torch.arange(2 * count).roll(count)
        return F.cross_entropy(likeness, partners)


class MoCo(TwoViews):
    sentence = 'Finds the other view, encoded by a slow copy of the network, among a queue of 2,048 earlier ones (temperature 0.2).'
    temperature, momentum, length = 0.2, 0.99, 2048

    def __init__(self, trunk: Trunk, world: World) -> None:
        super().__init__(trunk, world)
        # Without batch norm, which would see the whole batch at once.
        self.project = nn.Sequential(nn.Linear(trunk.channels, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, CODE))
        self.slow_trunk, self.slow_project = copy.deepcopy(trunk), copy.deepcopy(self.project)
        self.queue = unit(torch.randn(self.length, CODE))

    def loss(self, images: Tensor, labels: dict[str, Tensor]) -> Tensor:
        queries = unit(self.codes(images))
        # In another order: with the statistics of the same piece, a key would tell its query that it is of its batch.
        order = torch.randperm(len(images))
        keys = torch.empty_like(queries)
        with torch.no_grad():
            keys[order] = unit(self.slow_project(self.slow_trunk.features(view(images[order]))))
        same = (queries * keys).sum(1, keepdim=True)
        likeness = torch.cat([same, queries @ self.queue.T], 1) / self.temperature
        self.queue = torch.cat([keys, self.queue])[:self.length]
        return F.cross_entropy(likeness, torch.zeros(len(images), dtype=torch.long))

    @torch.no_grad()
    def after_step(self) -> None:
        for slow, fast in ((self.slow_trunk, self.trunk), (self.slow_project, self.project)):
            for kept, new in zip(slow.parameters(), fast.parameters()):
                kept.lerp_(new, 1 - self.momentum)


class SimSiam(TwoViews):
    sentence = 'Predicts the code of the other view, which gets no gradient (negative cosine).'

    def __init__(self, trunk: Trunk, world: World) -> None:
        super().__init__(trunk, world)
        self.project = nn.Sequential(perceptron(trunk.channels, HIDDEN, HIDDEN), nn.BatchNorm1d(HIDDEN, affine=False))
        self.predict = perceptron(HIDDEN, HIDDEN // 4, HIDDEN)

    def optimiser(self, rate: float) -> torch.optim.Optimizer:
        # With Adam the codes fall into few directions, and the features become worse than untrained ones.
        return torch.optim.SGD(self.parameters(), lr=rate, momentum=0.9, weight_decay=5e-4)

    def compare(self, one: Tensor, other: Tensor) -> Tensor:
        def miss(code: Tensor, aim: Tensor) -> Tensor:
            return -F.cosine_similarity(self.predict(code), aim.detach()).mean()

        return (miss(one, other) + miss(other, one)) / 2


class SwAV(TwoViews):
    sentence = 'Predicts to which of 48 prototypes the other view was assigned, where all prototypes are used alike (Sinkhorn).'
    temperature, sharpness, prototypes = 0.1, 0.05, 48

    def __init__(self, trunk: Trunk, world: World) -> None:
        super().__init__(trunk, world)
        # Centred codes, as assignments to prototypes would else all be nearly alike at the start.
        self.project.append(nn.BatchNorm1d(CODE, affine=False))
        self.centres = nn.Parameter(unit(torch.randn(self.prototypes, CODE)))

    def compare(self, one: Tensor, other: Tensor) -> Tensor:
        likeness = [unit(codes) @ unit(self.centres).T for codes in (one, other)]
        shares = [self.assign(scores) for scores in likeness]
        misses = [-(aim * F.log_softmax(scores / self.temperature, 1)).sum(1).mean() for aim, scores in zip(reversed(shares), likeness)]
        return (misses[0] + misses[1]) / 2

    @torch.no_grad()
    def assign(self, scores: Tensor) -> Tensor:
        shares = torch.exp((scores - scores.max()) / self.sharpness)
        for _ in range(3):
            shares = shares / shares.sum(0, keepdim=True)
            shares = shares / shares.sum(1, keepdim=True)
        return shares


class VICReg(TwoViews):
    sentence = 'Brings codes of two views together, keeps the spread of each number and removes their covariances (25, 25, 1).'
    sizes = (256, 256)

    def compare(self, one: Tensor, other: Tensor) -> Tensor:
        return 25 * F.mse_loss(one, other) + sum(self.spread(codes) for codes in (one, other))

    def spread(self, codes: Tensor) -> Tensor:
        centred = codes - codes.mean(0)
        covariance = centred.T @ centred / (len(codes) - 1)
        deviation = (covariance.diagonal() + 1e-4).sqrt()
        shared = covariance.square().sum() - covariance.diagonal().square().sum()
        return 12.5 * F.relu(1 - deviation).mean() + shared / codes.shape[1]
