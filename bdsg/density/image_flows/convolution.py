"""Convolutions with a bounded spectral norm, and the residual branch that they make.

The operator is the true one, with its zero padding, on images of one size: ‖W‖₂ is that of the
(out·h·w) x (in·h·w) matrix, not of the kernel reshaped to a matrix, which may be off by its width.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from bdsg.density.flows.lipschitz import TINY, lipswish_gate

ITERATIONS = 2
"""Power iterations a training step, from where the last step's ended."""

SETTLED_ITERATIONS = 200

LARGEST_GRAM = 1024
"""Rows of the largest matrix whose eigenvalues are taken: half a second."""

Shape = tuple[int, int, int]
"""Channels, height and width."""


class LipschitzConvolution(nn.Module):
    """A convolution of odd kernel, stride 1 and zero padding whose spectral norm stays at or below ``bound``.

    W = V · min(1, bound / σ(V)); σ by power iteration on the convolution and its transpose (Gouk et al., 2021,
    section 3.2; Behrmann et al., 2019, section 2.1).

    Args:
        into, out: (channels, height, width) before and after; height and width are the same.
        kernel: its side, odd.
        bound: largest spectral norm.
        generator: source of the initial weights and of the iteration's start.
    """

    left: Tensor
    right: Tensor

    def __init__(self, into: Shape, out: Shape, kernel: int, bound: float, generator: torch.Generator) -> None:
        super().__init__()
        spread = 1.0 / math.sqrt(into[0] * kernel * kernel)
        self.bound, self.padding = bound, kernel // 2
        shape = (out[0], into[0], kernel, kernel)
        self.weight = nn.Parameter((2 * torch.rand(shape, generator=generator) - 1) * spread)
        self.bias = nn.Parameter((2 * torch.rand(out[0], generator=generator) - 1) * spread)
        self.register_buffer("left", torch.zeros(1, *out))
        self.register_buffer("right", torch.randn(1, *into, generator=generator))
        self.power_iterate(SETTLED_ITERATIONS)

    @torch.no_grad()
    def power_iterate(self, iterations: int = ITERATIONS) -> None:
        """v ← Wᵀu/‖Wᵀu‖, u ← Wv/‖Wv‖, this many times."""
        weight, right = self.weight.detach(), self.right
        left = _unit(nn.functional.conv2d(right, weight, padding=self.padding))
        for _ in range(iterations):
            right = _unit(nn.functional.conv_transpose2d(left, weight, padding=self.padding))
            left = _unit(nn.functional.conv2d(right, weight, padding=self.padding))
        self.left, self.right = left, right

    def spectral_norm(self) -> Tensor:
        """σ(V) as power iteration sees it: at or below the true norm, differentiable in V."""
        return (self.left * nn.functional.conv2d(self.right, self.weight, padding=self.padding)).sum()

    def normalised_weight(self) -> Tensor:
        """W with a norm <= bound, of the kernel's shape."""
        scale = torch.clamp(self.bound / self.spectral_norm().clamp(min=TINY), max=1.0)
        return self.weight * scale


@torch.no_grad()
def torus_norm(weight: Tensor, height: int, width: int) -> float:
    """At or above the spectral norm of a zero-padded convolution; infinite where a weight is no finite number.

    Zero padding p on h x w is a part of the circular convolution on (h + p) x (w + p): pixels are embedded,
    convolved and cut out, and neither end has a norm above 1.  The circular one is block-diagonal in
    frequency: its norm is the largest of the (out x in) transfer matrices' (Sedghi et al., 2019, theorem 6).

    Args:
        weight: (out, in, k, k), k odd.
        height, width: of the images.
    """
    if not bool(weight.isfinite().all()):
        return math.inf
    side = weight.shape[-1] // 2
    transfer = torch.fft.fft2(weight.double(), s=(height + side, width + side))  # (out, in, h', w')
    matrices = transfer.permute(2, 3, 0, 1)
    return float(torch.linalg.matrix_norm(matrices, ord=2).max())


class ConvolutionalBranch(NamedTuple):
    """The residual branch g of a block on images: LipSwish before each convolution (Chen et al., 2019, appendix E)."""

    weights: tuple[Tensor, ...]  # (out, in, k, k) each
    biases: tuple[Tensor, ...]  # (out,) each
    slopes: Tensor  # (layers,)
    shape: Shape

    def __call__(self, x: Tensor) -> Tensor:
        """g(x), (n, d) -> (n, d), d = channels · height · width."""
        hidden = x.view(-1, *self.shape)
        for weight, bias, slope in zip(self.weights, self.biases, self.slopes, strict=True):
            activated = hidden * lipswish_gate(hidden, slope)
            hidden = nn.functional.conv2d(activated, weight, bias, padding=weight.shape[-1] // 2)
        return hidden.flatten(1).to(x.dtype)  # mixed precision leaves it in another

    def lipschitz_bound(self) -> float:
        """The product of the layers' :func:`operator_norm`."""
        return math.prod(operator_norm(weight, *self.shape[1:]) for weight in self.weights)


@torch.no_grad()
def operator_norm(weight: Tensor, height: int, width: int) -> float:
    """‖W‖₂ of a zero-padded convolution on images of this size, or a bound of it.

    Small ones exactly, from the eigenvalues of WᵀW or WWᵀ, whichever is smaller; a kernel of one pixel and
    large ones by :func:`torus_norm`, which is exact for the former.
    """
    out, into, kernel = weight.shape[:3]
    side = min(out, into) * height * width
    if kernel == 1 or side > LARGEST_GRAM or not bool(weight.isfinite().all()):
        return torus_norm(weight, height, width)
    apply = nn.functional.conv2d if into <= out else nn.functional.conv_transpose2d
    basis = torch.eye(side, dtype=weight.dtype, device=weight.device).view(side, -1, height, width)
    rows = apply(basis, weight, padding=kernel // 2).flatten(1).double()
    return math.sqrt(max(0.0, float(torch.linalg.eigvalsh(rows @ rows.T)[-1])))


def _unit(x: Tensor) -> Tensor:
    """x / ‖x‖₂ over everything but the first dimension, which has length 1."""
    length: Tensor = x.norm().clamp(min=TINY)
    return x / length
