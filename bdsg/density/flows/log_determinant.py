"""What an estimator of log|det(I + J_g)| of a residual block x + g(x) is: it is handed to the flow."""

from __future__ import annotations

from typing import NamedTuple, Protocol, TypeVar

import torch
from torch import Tensor

from bdsg.density.flows.inverse import Residual


class BlockLogDeterminant(NamedTuple):
    """What an estimator gives for one block.

    ``value`` estimates the log-determinant.  ``surrogate`` has the gradient to train with; under
    the Neumann estimator its own number is no log-determinant and must not be reported as one.
    """

    output: Tensor  # g(x), (n, d)
    value: Tensor  # (n,)
    surrogate: Tensor  # (n,)


Kind = TypeVar("Kind", contravariant=True)
"""Of the branches that an estimator takes."""


class LogDeterminant(Protocol[Kind]):
    """Of branches g of a kind: any contraction that autograd can follow, or one that has more to give (``Branch``)."""

    def __call__(self, branch: Kind, x: Tensor, generator: torch.Generator) -> BlockLogDeterminant:
        """g at x, (n, d), with an estimate of log|det(I + J_g(x))|."""


def with_graph(branch: Residual, x: Tensor) -> tuple[Tensor, Tensor]:
    """x and g(x) with a graph from x, whatever the caller's gradient mode."""
    if not x.requires_grad:
        x = x.detach().requires_grad_()
    with torch.enable_grad():
        return x, branch(x)


def rademacher(x: Tensor, generator: torch.Generator) -> Tensor:
    """Random signs, like x: Hutchinson's probe v with E vᵀAv = tr A."""
    signs = torch.randint(0, 2, x.shape, generator=generator, device=generator.device)
    return (2 * signs - 1).to(x)
