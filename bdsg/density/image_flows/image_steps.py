"""The fixed steps of a flow of images: dequantisation, pixels to the line, squeeze."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from bdsg.density.image_flows.convolution import Shape
from bdsg.errors import ConfigError

LOGIT_MARGIN = 0.05
"""α of the logit (Dinh et al., 2017, section 4.1): with less, a black background's noise fills the density."""


def quantised(x: Tensor, levels: int) -> Tensor:
    """The nearest of ``levels`` grey levels k/(levels − 1), of the same shape."""
    return torch.round(x * (levels - 1)) / (levels - 1)


def dequantised(x: Tensor, levels: int, generator: torch.Generator) -> Tensor:
    """Grey levels spread over their cells: k/(levels − 1) plus uniform noise of one level's width, centred.

    The density of that bounds the probability of the grey levels themselves (Theis et al., 2016, section 3.1).
    """
    noise = torch.rand(x.shape, generator=generator, device=generator.device).to(x)
    return quantised(x, levels) + (noise - 0.5) / (levels - 1)


def bits_per_dimension(log_prob: Tensor, dim: int, levels: int) -> Tensor:
    """−log₂ P(grey levels) / d from log p_g (nats) of dequantised images: a cell has the volume (levels − 1)^−d."""
    return (dim * math.log(levels - 1) - log_prob) / (dim * math.log(2.0))


@dataclass(frozen=True)
class Pixels:
    """Grey values to the real line, and back.

    y = (x(levels − 1) + ½)/levels maps all cells onto (0, 1).  ``uniform`` leaves y as it is; ``logit`` is
    log(u/(1 − u)) of u = α + (1 − 2α) y.
    """

    kind: str
    levels: int

    def __post_init__(self) -> None:
        if self.kind not in ("uniform", "logit"):
            raise ConfigError("images.pixels", self.kind, "must be one of uniform, logit.")
        if self.levels < 2:
            raise ConfigError("images.levels", self.levels, "must be at least 2.")

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """On the line (n, d), and log|det| (n,)."""
        stretch = (self.levels - 1) / self.levels
        y = x * stretch + 0.5 / self.levels
        constant = x.shape[1] * math.log(stretch)
        if self.kind == "uniform":
            return y, torch.full_like(x[:, 0], constant)
        inner = 1.0 - 2.0 * LOGIT_MARGIN
        u = LOGIT_MARGIN + inner * y
        if not bool(((u > 0) & (u < 1)).all()):
            worst = float(x.detach().flatten()[(y.detach() - 0.5).abs().argmax()])
            raise ConfigError("pixel", worst, "has no logit: keep images within [0, 1].")
        log_slope = math.log(inner) - torch.log(u) - torch.log1p(-u)
        return torch.logit(u), log_slope.sum(1) + constant

    def backward(self, y: Tensor) -> Tensor:
        """Grey values of points on the line, (n, d); not cut to [0, 1]."""
        if self.kind == "logit":
            y = (torch.sigmoid(y) - LOGIT_MARGIN) / (1.0 - 2.0 * LOGIT_MARGIN)
        return (y - 0.5 / self.levels) * self.levels / (self.levels - 1)


def squeeze(x: Tensor, shape: Shape) -> Tensor:
    """2 x 2 pixels become 4 channels (Dinh et al., 2017, section 3.6), on flat images (n, d)."""
    return nn.functional.pixel_unshuffle(x.view(-1, *shape), 2).flatten(1)


def unsqueeze(x: Tensor, shape: Shape) -> Tensor:
    """Inverse of :func:`squeeze`; ``shape`` is that before it."""
    channels, height, width = squeezed(shape)
    return nn.functional.pixel_shuffle(x.view(-1, channels, height, width), 2).flatten(1)


def squeezed(shape: Shape) -> Shape:
    """The shape after a squeeze.

    Raises:
        ConfigError: a side is odd.
    """
    channels, height, width = shape
    if height % 2 or width % 2:
        raise ConfigError("images.scales", (height, width), "cannot be halved again: use fewer scales.")
    return 4 * channels, height // 2, width // 2
