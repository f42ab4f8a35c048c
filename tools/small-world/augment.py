"""Random views of a batch: each image gets its own crop, flip and colours, by one resampling and one colour matrix."""
import math

import torch
from torch import Tensor
from torch.nn import functional as F

from network import LUMA

# Hue is an angle in the plane of the two colour differences of YIQ.
TO_YIQ = torch.tensor([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])
FROM_YIQ = torch.linalg.inv(TO_YIQ)


def between(count: int, low: float, high: float) -> Tensor:
    return low + (high - low) * torch.rand(count)


def crop(images: Tensor, area: tuple[float, float], flip: bool = True) -> Tensor:
    """A random part of each image, of a share of its area in `area`, resized to the full size."""
    count = len(images)
    share, ratio = between(count, *area), torch.exp(between(count, -math.log(4 / 3), math.log(4 / 3)))
    height, width = (share / ratio).sqrt().clamp(max=1), (share * ratio).sqrt().clamp(max=1)
    mirrored = torch.where(torch.rand(count) < 0.5, -1.0, 1.0) if flip else torch.ones(count)
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0], theta[:, 1, 1] = width * mirrored, height
    theta[:, 0, 2] = (1 - width) * between(count, -1, 1)
    theta[:, 1, 2] = (1 - height) * between(count, -1, 1)
    grid = F.affine_grid(theta, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, mode='bilinear', padding_mode='border', align_corners=False)


def recolour(images: Tensor, strength: float = 0.4, hue: float = 0.3, grey: float = 0.2) -> Tensor:
    """Changes brightness, contrast, saturation and hue (radians); a share `grey` of the images loses its colour."""
    count = len(images)
    saturation = between(count, 1 - strength, 1 + strength) * (torch.rand(count) >= grey)
    angle = between(count, -hue, hue)
    turn = torch.zeros(count, 3, 3)
    turn[:, 0, 0] = 1
    turn[:, 1, 1] = turn[:, 2, 2] = saturation * angle.cos()
    turn[:, 2, 1] = saturation * angle.sin()
    turn[:, 1, 2] = -turn[:, 2, 1]
    brightness, contrast = between(count, 1 - strength, 1 + strength), between(count, 1 - strength, 1 + strength)
    matrix = (FROM_YIQ @ turn @ TO_YIQ) * (brightness * contrast).view(-1, 1, 1)
    middle = torch.einsum('bchw,c->b', images, torch.tensor(LUMA)) / images[0, 0].numel()
    offset = (middle * brightness * (1 - contrast)).view(-1, 1, 1)
    pixels = images.contiguous().flatten(2)
    return torch.baddbmm(offset, matrix, pixels).view(images.shape).clamp_(0, 1)


def view(images: Tensor) -> Tensor:
    """What the methods that compare two views of an image take."""
    return recolour(crop(images, (0.3, 1.0)))
