"""Linear layers with a bounded spectral norm, for all blocks of a flow at once."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple, Protocol

import torch
from torch import Tensor, nn

from bdsg.config.constants import DOUBLINGS, SWISH_SLOPE
from bdsg.errors import LipschitzError

SETTLED_DOUBLINGS = 14

TINY = 1e-30


class LipschitzLinear(nn.Module):
    """K linear layers of one shape whose spectral norms stay at or below ``bound``.

    W = V · min(1, bound / σ(V)), σ by power iteration (Miyato et al., 2018, eq. 9 and algorithm 1).
    Holding the K layers in one tensor turns K power iterations into one batched product.

    Args:
        count, out_features, in_features: the stored weight is (count, out_features, in_features).
        bound: largest spectral norm.
        generator: source of the initial weights.
    """

    left: Tensor
    right: Tensor

    def __init__(
        self, count: int, out_features: int, in_features: int, bound: float, generator: torch.Generator
    ) -> None:
        super().__init__()
        spread = 1.0 / math.sqrt(in_features)
        self.bound = bound
        self.weight = nn.Parameter((2 * torch.rand(count, out_features, in_features, generator=generator) - 1) * spread)
        self.bias = nn.Parameter((2 * torch.rand(count, out_features, generator=generator) - 1) * spread)
        self.register_buffer("left", torch.zeros(count, out_features, 1))
        self.register_buffer("right", torch.zeros(count, in_features, 1))
        self.power_iterate()

    @torch.no_grad()
    def power_iterate(self, doublings: int = DOUBLINGS) -> None:
        """Point ``left`` and ``right`` at the largest singular vectors by 2^doublings power iterations.

        They are done by squaring the Gram matrix: G, G², G⁴, ... are a handful of batched products, and
        they start from every direction at once.  The usual single warm-started iteration a step lags:
        an Adam step brings in directions that it has not seen, and bounds of 1.2 were measured.
        """
        weight = self.weight.detach()
        tall = weight.shape[1] >= weight.shape[2]
        gram = weight.mT @ weight if tall else weight @ weight.mT  # the smaller side
        for _ in range(doublings):
            gram = gram / gram.diagonal(dim1=1, dim2=2).sum(-1)[:, None, None].clamp(min=TINY)
            gram = gram @ gram
        column = gram.diagonal(dim1=1, dim2=2).argmax(-1)
        vector = gram[torch.arange(len(gram), device=gram.device), :, column][:, :, None]
        start = weight @ vector if tall else vector
        self.right = nn.functional.normalize(weight.mT @ nn.functional.normalize(start, dim=1), dim=1)
        self.left = nn.functional.normalize(weight @ self.right, dim=1)

    def spectral_norms(self) -> Tensor:
        """σ(V) as power iteration sees it, (count,): at or below the true norm, differentiable in V."""
        return (self.left.mT @ self.weight @ self.right)[:, 0, 0]

    def normalised_weight(self) -> Tensor:
        """W with a norm <= bound, (count, out_features, in_features)."""
        scale = torch.clamp(self.bound / self.spectral_norms().clamp(min=TINY), max=1.0)
        return self.weight * scale[:, None, None]


class Branch(NamedTuple):
    """The residual branch g of one block: normalised weights, biases and the activation's slope β."""

    weights: tuple[Tensor, ...]  # (out, in) each
    biases: tuple[Tensor, ...]  # (out,) each
    slope: Tensor
    activation: str

    def __call__(self, x: Tensor) -> Tensor:
        """g(x), (n, d) -> (n, d)."""
        hidden = x
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            hidden = self.activate(torch.addmm(bias, hidden, weight.T))[0]
        return torch.addmm(self.biases[-1], hidden, self.weights[-1].T)

    def with_jacobian(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """g(x) and its exact Jacobian by forward mode: (n, d) and (d, n, d), [i] = ∂g/∂x_i."""
        hidden, slopes = self.activate(torch.addmm(self.biases[0], x, self.weights[0].T))
        hidden, tangents = self._through_middle(hidden, slopes * self.weights[0].T[:, None, :])  # (d, n, h)
        return torch.addmm(self.biases[-1], hidden, self.weights[-1].T), tangents @ self.weights[-1].T

    def with_core(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """g(x), (n, d), and C, (n, h, h), with det(I + C) = det(I + J_g(x)); h is the first hidden width.

        J = W_L M W_1 with M from the first layer's output to the last one's input, and det(I + AB) =
        det(I + BA) (Sylvester): so C = W_1 W_L M, and there are h tangents in place of d.
        """
        hidden, slopes = self.activate(torch.addmm(self.biases[0], x, self.weights[0].T))
        hidden, tangents = self._through_middle(hidden, torch.diag_embed(slopes).transpose(0, 1))  # (h, n, h')
        core = tangents @ (self.weights[0] @ self.weights[-1]).T  # [i] = ∂/∂ the first layer's output i
        return torch.addmm(self.biases[-1], hidden, self.weights[-1].T), core.permute(1, 2, 0)

    def _through_middle(self, hidden: Tensor, tangents: Tensor) -> tuple[Tensor, Tensor]:
        """Values (n, h) and tangents (t, n, h) through the layers between the first and the last."""
        for weight, bias in zip(self.weights[1:-1], self.biases[1:-1], strict=True):
            hidden, slopes = self.activate(torch.addmm(bias, hidden, weight.T))
            tangents = slopes * (tangents @ weight.T)
        return hidden, tangents

    @torch.no_grad()
    def lipschitz_bound(self) -> float:
        """The product of the layers' norms by singular value decomposition; infinite where a weight is no number."""
        if not all(bool(weight.isfinite().all()) for weight in self.weights):
            return math.inf
        return math.prod(float(torch.linalg.matrix_norm(weight.double(), ord=2)) for weight in self.weights)

    def activate(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The 1-Lipschitz nonlinearity and its derivative, elementwise."""
        if self.activation == "elu":
            value = nn.functional.elu(x)
            return value, value.clamp(max=0.0) + 1.0
        return lipswish(x, self.slope)


def lipswish_gate(x: Tensor, slope: Tensor) -> Tensor:
    """σ(βx)/1.1, of which LipSwish(x) is x times as much."""
    return torch.sigmoid(slope * x) / SWISH_SLOPE


def lipswish(x: Tensor, slope: Tensor) -> tuple[Tensor, Tensor]:
    """LipSwish(x) = x·σ(βx)/1.1 and its derivative (Chen et al., 2019, section 3.3)."""
    gate = lipswish_gate(x, slope)
    value = x * gate
    return value, torch.addcmul(gate, slope * value, torch.rsub(gate, 1.0, alpha=SWISH_SLOPE))  # 1 − σ


class Contraction(Protocol):
    """A branch that knows a bound of its Lipschitz constant."""

    def lipschitz_bound(self) -> float:
        """At or above its Lipschitz constant in ‖·‖₂; infinite where a weight is no finite number."""


def check_lipschitz(branches: Iterable[Contraction]) -> list[float]:
    """Each branch's Lipschitz bound.

    Raises:
        LipschitzError: a bound of 1 or more.
    """
    bounds = [branch.lipschitz_bound() for branch in branches]
    for index, bound in enumerate(bounds):
        if not bound < 1.0:
            raise LipschitzError(index, bound)
    return bounds
