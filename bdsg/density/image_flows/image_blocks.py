"""A block of an image flow: activation normalisation, then a residual branch of Lipschitz convolutions."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from bdsg.density.image_flows.convolution import ConvolutionalBranch, LipschitzConvolution, Shape

FIRST_SLOPE = 0.5
"""LipSwish's β starts at softplus of it (Chen et al., 2019, section 3.3)."""

TINY_DEVIATION = 1e-3


class Block(nn.Module):
    """An activation normalisation per channel, then x + g(x), g of kernels 3, 1 and 3."""

    def __init__(self, shape: Shape, width: int, coefficient: float, generator: torch.Generator) -> None:
        super().__init__()
        inner, bound = (width, *shape[1:]), coefficient ** (1.0 / 3.0)
        layout = ((shape, inner, 3), (inner, inner, 1), (inner, shape, 3))
        self.shape = shape
        self.layers = nn.ModuleList(LipschitzConvolution(*one, bound, generator) for one in layout)
        self.slopes = nn.Parameter(torch.full((len(layout),), FIRST_SLOPE))
        self.normalisation = ActivationNormalisation(shape)

    def branch(self) -> ConvolutionalBranch:
        """g with its weights normalised."""
        layers = [layer for layer in self.layers if isinstance(layer, LipschitzConvolution)]
        weights = tuple(layer.normalised_weight() for layer in layers)
        return ConvolutionalBranch(
            weights, tuple(layer.bias for layer in layers), nn.functional.softplus(self.slopes), self.shape
        )


class ActivationNormalisation(nn.Module):
    """y = (x + shift) · exp(log_scale) per channel (Kingma and Dhariwal, 2018, section 3.1), on flat images."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.shift = nn.Parameter(torch.zeros(shape[0], 1, 1))
        self.log_scale = nn.Parameter(torch.zeros(shape[0], 1, 1))

    @torch.no_grad()
    def initialise(self, x: Tensor) -> None:
        """So that a batch leaves it with mean 0 and deviation 1 in each channel."""
        images = x.view(-1, *self.shape)
        self.shift.copy_(-images.mean((0, 2, 3))[:, None, None])
        self.log_scale.copy_(-torch.log(images.std((0, 2, 3)) + TINY_DEVIATION)[:, None, None])

    def forward(self, x: Tensor) -> Tensor:
        """(n, d) -> (n, d)."""
        return ((x.view(-1, *self.shape) + self.shift) * self.log_scale.exp()).flatten(1)

    def backward(self, y: Tensor) -> Tensor:
        """Inverse of :meth:`forward`."""
        return (y.view(-1, *self.shape) * torch.exp(-self.log_scale) - self.shift).flatten(1)

    def log_determinant(self) -> Tensor:
        """log|det|, one number for all images."""
        return self.log_scale.sum() * (self.shape[1] * self.shape[2])
