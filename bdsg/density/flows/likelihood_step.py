"""One step of maximum likelihood: by autograd for any flow, or compiled for flows of the plane.

Both keep a flow's parameters in one flat vector, take Adam's steps on it, and hold a running average
of it: the average is far nearer to the optimum than any single step's weights.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn

from bdsg.config.constants import DOUBLINGS, MEMORY
from bdsg.density.flows.exact import Exact
from bdsg.density.flows.lipschitz import Branch, LipschitzLinear
from bdsg.density.flows.log_determinant import LogDeterminant
from bdsg.density.flows.residual_flow import ResidualFlow
from bdsg.density.kernels import likelihood, norms

PARTS = 2
"""Parts of a batch that compiled gradients are summed over, whatever the number of threads, so that bits agree."""


class Gradient(Protocol):
    """Mean negative log-likelihood (nats) of a batch, its gradient left in the flat parameters' own."""

    def __call__(self, x: Tensor) -> float:
        """Evaluate on x, (n, d)."""


class FlatParameters:
    """A module's parameters as views of one vector, and a vector for their gradients.

    Attributes:
        values, gradient: (P,), in the order of ``module.parameters()``.
        parts: each parameter's part of the gradient, flat.
    """

    def __init__(self, module: nn.Module) -> None:
        named = dict(module.named_parameters())
        sizes = [parameter.numel() for parameter in named.values()]
        self.values = torch.cat([parameter.detach().flatten() for parameter in named.values()])
        self.gradient = torch.zeros_like(self.values)
        self.parts = torch.split(self.gradient, sizes)
        for (name, parameter), part in zip(named.items(), torch.split(self.values, sizes), strict=True):
            owner, _, own = name.rpartition(".")
            setattr(module.get_submodule(owner), own, nn.Parameter(part.view(parameter.shape)))


class Descent:
    """Adam on a flow's parameters, with their running average (Shamir and Zhang, 2013, section 4).

    Args:
        flow: trained in place.
        estimator: of the log-determinant, drawing from ``random``.
        threads: that a compiled gradient may use.

    Attributes:
        flat: the flow's parameters.
        gradient: compiled where it can be.
    """

    def __init__(
        self, flow: ResidualFlow, estimator: LogDeterminant[Branch], random: torch.Generator, threads: int
    ) -> None:
        self.flat = FlatParameters(flow)
        self._average = self.flat.values.clone()
        self._steps = 0
        vector = nn.Parameter(self.flat.values)
        vector.grad = self.flat.gradient
        self._optimiser = torch.optim.Adam([vector], betas=(0.9, 0.99), fused=True)
        self.gradient: Gradient = (
            CompiledGradient(flow, self.flat, threads)
            if compiles(flow, estimator)
            else AutogradGradient(flow, self.flat, estimator, random)
        )

    def step(self, x: Tensor, learning_rate: float) -> float:
        """Descend on a batch (n, d); its mean negative log-likelihood (nats) before the step."""
        likelihood = self.gradient(x)
        self._optimiser.param_groups[0]["lr"] = learning_rate
        self._optimiser.step()
        self._average.lerp_(self.flat.values, (MEMORY + 1.0) / (self._steps + MEMORY + 1.0))
        self._steps += 1
        return likelihood

    @contextlib.contextmanager
    def averaged(self) -> Iterator[None]:
        """Within it the flow has the averaged weights."""
        present = self.flat.values.clone()
        self.flat.values.copy_(self._average)
        try:
            yield
        finally:
            self.flat.values.copy_(present)


def compiles(flow: ResidualFlow, estimator: LogDeterminant[Branch]) -> bool:
    """Whether the compiled gradient is that of this estimator on this flow."""
    exact = isinstance(estimator, Exact) and flow.dim == 2
    return exact and flow.shift.device.type == "cpu" and flow.shift.dtype == torch.float32


class AutogradGradient:
    """Any estimator, any dimension, any device."""

    def __init__(
        self, flow: ResidualFlow, flat: FlatParameters, estimator: LogDeterminant[Branch], random: torch.Generator
    ) -> None:
        self._flow, self._flat, self._estimator, self._random = flow, flat, estimator, random

    def __call__(self, x: Tensor) -> float:
        """Evaluate on x, (n, d)."""
        self._flow.power_iterate()
        log_prob = self._flow.estimate_log_prob(x, self._estimator, self._random)
        parameters = list(self._flow.parameters())
        found = torch.autograd.grad(-log_prob.surrogate.mean(), parameters, allow_unused=True)
        for part, gradient in zip(self._flat.parts, found, strict=True):
            part.copy_(torch.zeros_like(part) if gradient is None else gradient.flatten())
        return -float(log_prob.value.detach().mean())


class CompiledGradient:
    """The exact determinant in the plane, by kernels that share a batch between threads."""

    def __init__(self, flow: ResidualFlow, flat: FlatParameters, threads: int) -> None:
        layers = [layer for layer in flow.layers if isinstance(layer, LipschitzLinear)]
        self._widths = np.array([2, *(layer.bias.shape[1] for layer in layers)])
        self._blocks, self._bound, self._elu = len(flow.slopes), layers[0].bound, flow.activation == "elu"
        self._values, self._gradient = flat.values.numpy(), flat.gradient.numpy()
        self._effective = np.empty_like(self._values)
        self._partial = np.empty((PARTS, self._values.size), np.float32)
        left, right = np.empty((2, len(layers), self._blocks, self._widths.max()), np.float32)
        self._vectors = norms.Singular(np.empty((len(layers), self._blocks), np.float32), left, right)
        self._memory = np.empty((PARTS, self._blocks, 0), np.float32)
        self._others = ThreadPoolExecutor(PARTS - 1) if threads > 1 else None

    def __call__(self, x: Tensor) -> float:
        """Evaluate on x, (n, 2)."""
        points = np.array_split(x.numpy(), PARTS)
        needed = likelihood.memory_of(self._widths, len(points[0]))
        if self._memory.shape[2] < needed:
            self._memory = np.empty((PARTS, self._blocks, needed), np.float32)
        self.normalise_weights()
        shape = (self._widths, self._blocks)

        def evaluate(part: int) -> float:
            arguments = (points[part], self._effective, self._partial[part], *shape)
            return float(likelihood.nll_gradient(*arguments, self._elu, 1.0 / len(x), self._memory[part]))

        if self._others is None:
            totals = [evaluate(part) for part in range(PARTS)]
        else:
            futures = [self._others.submit(evaluate, part) for part in range(1, PARTS)]
            totals = [evaluate(0), *(future.result() for future in futures)]
        np.sum(self._partial, axis=0, out=self._gradient)
        norms.through_effective(self._gradient, self._values, *shape, self._bound, self._vectors)
        log_scales = self._values[slice(*likelihood.offsets_of(*shape)[1:3])]
        return sum(totals) / len(x) - float(log_scales.sum())

    def normalise_weights(self) -> None:
        """Bring the normalised weights up to date with the parameters."""
        shape = (self._widths, self._blocks, self._bound, DOUBLINGS)
        norms.effective_values(self._values, self._effective, *shape, self._vectors)
