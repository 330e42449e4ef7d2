"""B(z) of images: a CNN with batch normalisation, and the feed-forward and residual variants (section 4.3)."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from bdsg.boundary.generators.dense import on_circle
from bdsg.config.image_config import ImageBoundaryConfig
from bdsg.density.image_flows.convolution import Shape
from bdsg.errors import ConfigError


class ImageGenerator(nn.Module):
    """B : z -> x, (n, k) -> flat images (n, d) in (0, 1).

    It sees z/‖z‖ · √k, a sphere of one dimension less than z, and ends with a sigmoid around the data's mean image.

    Args:
        config: architecture, width and k.
        shape: channels, height, width; sides that are multiples of 4.
        mean: the data's mean image, (d,), where B starts.
        generator: source of the initial weights.
    """

    mean: Tensor

    def __init__(self, config: ImageBoundaryConfig, shape: Shape, mean: Tensor, generator: torch.Generator) -> None:
        super().__init__()
        if shape[1] % 4 or shape[2] % 4:
            raise ConfigError("images.shape", shape, "must have sides that are multiples of 4: crop or pad the images.")
        self.latent = config.latent
        self.network = ARCHITECTURES[config.network](config.latent, shape, config.width)
        initialise(self.network, generator)
        self.register_buffer("mean", torch.logit(mean.clamp(0.02, 0.98)))

    def forward(self, z: Tensor) -> Tensor:
        """B(z), (n, k) -> (n, d)."""
        code = on_circle(z) * math.sqrt(self.latent)
        return torch.sigmoid(self.network(code).flatten(1) + self.mean)


def convolutional(latent: int, shape: Shape, width: int) -> nn.Sequential:
    """Dense to a quarter of the sides, then twice: double, convolve, normalise (DCGAN's plan; Radford et al., 2016)."""
    channels, height, across = shape
    return nn.Sequential(
        *_stem(latent, 2 * width, height // 4, across // 4),
        *_doubled(2 * width, 2 * width),
        *_doubled(2 * width, width),
        nn.Conv2d(width, channels, 3, padding=1),
    )


def feed_forward(latent: int, shape: Shape, width: int) -> nn.Sequential:
    """Dense layers with batch normalisation."""
    wide = 8 * width
    return nn.Sequential(
        nn.Linear(latent, wide, bias=False),
        nn.BatchNorm1d(wide),
        nn.ReLU(),
        nn.Linear(wide, wide, bias=False),
        nn.BatchNorm1d(wide),
        nn.ReLU(),
        nn.Linear(wide, math.prod(shape)),
    )


def residual(latent: int, shape: Shape, width: int) -> nn.Sequential:
    """As the CNN, with a residual block after each doubling."""
    channels, height, across = shape
    return nn.Sequential(
        *_stem(latent, 2 * width, height // 4, across // 4),
        *_doubled(2 * width, 2 * width),
        ResidualBlock(2 * width),
        *_doubled(2 * width, width),
        ResidualBlock(width),
        nn.Conv2d(width, channels, 3, padding=1),
    )


ARCHITECTURES: dict[str, Callable[[int, Shape, int], nn.Sequential]] = {
    "cnn": convolutional,
    "feed_forward": feed_forward,
    "residual": residual,
}


class ResidualBlock(nn.Module):
    """x + h(x), h of two convolutions with batch normalisation (He et al., 2016)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.inner = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(n, width, h, w), unchanged in shape."""
        return torch.relu(x + self.inner(x))


def _stem(latent: int, width: int, height: int, across: int) -> list[nn.Module]:
    dense = nn.Linear(latent, width * height * across, bias=False)
    return [dense, nn.Unflatten(1, (width, height, across)), nn.BatchNorm2d(width), nn.ReLU()]


def _doubled(into: int, out: int) -> list[nn.Module]:
    convolution = nn.Conv2d(into, out, 3, padding=1, bias=False)
    return [nn.Upsample(scale_factor=2), convolution, nn.BatchNorm2d(out), nn.ReLU()]


@torch.no_grad()
def initialise(network: nn.Module, generator: torch.Generator) -> None:
    """Every dense and convolutional weight anew from ``generator``, uniform (He et al., 2015); biases 0."""
    for module in network.modules():
        if isinstance(module, nn.Linear | nn.Conv2d):
            limit = math.sqrt(6.0 / module.weight[0].numel())
            module.weight.copy_((2 * torch.rand(module.weight.shape, generator=generator) - 1) * limit)
            if module.bias is not None:
                module.bias.zero_()
