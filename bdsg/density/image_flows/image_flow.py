"""Convolutional residual flows: IResNet and ResFlow of images are this class with different estimators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from bdsg.density.base import standard_normal_log_prob
from bdsg.density.flows.inverse import Inverse, Residual, fixed_point_inverse
from bdsg.density.flows.lipschitz import check_lipschitz
from bdsg.density.flows.log_determinant import LogDeterminant
from bdsg.density.flows.residual_flow import InverseReport, LogProb
from bdsg.density.flows.truncated_series import TruncatedSeries
from bdsg.density.image_flows.convolution import (
    ITERATIONS,
    SETTLED_ITERATIONS,
    ConvolutionalBranch,
    LipschitzConvolution,
    Shape,
)
from bdsg.density.image_flows.image_blocks import ActivationNormalisation, Block
from bdsg.density.image_flows.image_steps import Pixels, squeeze, squeezed, unsqueeze


class Scale(NamedTuple):
    """Blocks at one resolution: how many, and the width of their two hidden layers."""

    blocks: int
    width: int


class ImageFlow(nn.Module):
    """F: images of grey values in [0, 1], flat (n, d), to z ~ N(0, I_d): pixels to the line, then scales.

    Each scale is a squeeze and its blocks; nothing is factored out, as in residual flows (Chen et al., 2019).

        log p_g(x) = log N(F(x); 0, I) + log|det J_F(x)|  (eqs. 5, 6 of BDSG with F = G⁻¹)

    Args:
        shape: channels, height, width.
        scales: at least one.
        coefficient: bound on a branch's Lipschitz constant.
        pixels: how grey values go to the line.
        evaluation: estimator of the log-determinant in :meth:`log_prob`, with probes that are always the same.
        generator: source of the initial weights.
    """

    def __init__(
        self,
        shape: Shape,
        scales: Sequence[Scale],
        coefficient: float,
        pixels: Pixels,
        generator: torch.Generator,
        evaluation: LogDeterminant[Residual] | None = None,
    ) -> None:
        super().__init__()
        self.shape, self.pixels = shape, pixels
        self.evaluation: LogDeterminant[Residual] = evaluation or TruncatedSeries(10)
        self.before: list[Shape | None] = []  # for each block, the shape that it squeezes, if it does
        blocks: list[nn.Module] = []
        for scale in scales:
            for index in range(scale.blocks):
                self.before.append(shape if index == 0 else None)
                shape = squeezed(shape) if index == 0 else shape
                blocks.append(Block(shape, scale.width, coefficient, generator))
        self.blocks = nn.ModuleList(blocks)
        self.final = ActivationNormalisation(shape)

    @property
    def dim(self) -> int:
        """Number of grey values d of an image."""
        return self.shape[0] * self.shape[1] * self.shape[2]

    def _steps(self) -> list[tuple[Shape | None, Block]]:
        blocks = [block for block in self.blocks if isinstance(block, Block)]
        return list(zip(self.before, blocks, strict=True))

    def branches(self) -> list[ConvolutionalBranch]:
        """The residual branches with their weights normalised."""
        return [block.branch() for _, block in self._steps()]

    def log_prob(self, x: Tensor) -> Tensor:
        """log p_g (n,) of flat images, per unit of grey value in each dimension; differentiable in ``x`` (n, d)."""
        return self.estimate_log_prob(x, self.evaluation, torch.Generator().manual_seed(0)).value

    def estimate_log_prob(self, x: Tensor, estimator: LogDeterminant[Residual], generator: torch.Generator) -> LogProb:
        """log p_g (n,) with the given estimator of each block's log-determinant."""
        y, value = self.pixels.forward(x)
        value = value + self.final.log_determinant()
        surrogate = value
        for squeezes, block in self._steps():
            y = block.normalisation(y if squeezes is None else squeeze(y, squeezes))
            found = estimator(block.branch(), y, generator)
            y = y + found.output
            scaling = block.normalisation.log_determinant()
            value, surrogate = value + found.value + scaling, surrogate + found.surrogate + scaling
        prior = standard_normal_log_prob(self.final(y))
        return LogProb(value + prior, surrogate + prior)

    def to_latent(self, x: Tensor) -> Tensor:
        """F(x) = G⁻¹(x), (n, d)."""
        y = self.pixels.forward(x)[0]
        for squeezes, block in self._steps():
            y = block.normalisation(y if squeezes is None else squeeze(y, squeezes))
            y = y + block.branch()(y)
        latent: Tensor = self.final(y)
        return latent

    def to_data(self, z: Tensor) -> Tensor:
        """G(z) = F⁻¹(z) by fixed-point iteration, (n, d).

        Raises:
            InverseError: a block's inverse did not converge.
        """
        return self._invert(z)[0]

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """Draw (count, d) images of G."""
        z = torch.randn(count, self.dim, generator=generator, device=generator.device)
        return self.to_data(z.to(self.final.shift))

    @torch.no_grad()
    def _invert(self, z: Tensor) -> tuple[Tensor, list[Inverse]]:
        y, inverses = self.final.backward(z), []
        for squeezes, block in reversed(self._steps()):
            inverses.append(fixed_point_inverse(block.branch(), y))
            y = block.normalisation.backward(inverses[-1].x)
            y = y if squeezes is None else unsqueeze(y, squeezes)
        return self.pixels.backward(y), inverses[::-1]

    @torch.no_grad()
    def check_inverse(self, x: Tensor) -> InverseReport:
        """Send images (n, d) to the latent space and back."""
        back, inverses = self._invert(self.to_latent(x))
        residuals, iterations = tuple(i.residual for i in inverses), tuple(i.iterations for i in inverses)
        return InverseReport(float((back - x).abs().max()), residuals, iterations)

    @torch.no_grad()
    def initialise(self, x: Tensor) -> None:
        """Set each activation normalisation from a batch (n, d)."""
        y = self.pixels.forward(x)[0]
        for squeezes, block in self._steps():
            y = y if squeezes is None else squeeze(y, squeezes)
            block.normalisation.initialise(y)
            y = block.normalisation(y)
            y = y + block.branch()(y)
        self.final.initialise(y)

    def power_iterate(self, iterations: int = ITERATIONS) -> None:
        """Bring every layer's norm up to date: call it before each training step."""
        for module in self.modules():
            if isinstance(module, LipschitzConvolution):
                module.power_iterate(iterations)

    def settle(self) -> list[float]:
        """After training: converge the norms and return each branch's verified Lipschitz bound.

        Raises:
            LipschitzError: a bound of 1 or more.
        """
        self.power_iterate(SETTLED_ITERATIONS)
        return check_lipschitz(self.branches())
