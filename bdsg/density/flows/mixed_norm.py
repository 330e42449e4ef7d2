"""Layers bounded in induced mixed norms whose orders are learned (Chen et al., 2019, "induced mixed norms").

Layer i of a branch is bounded as a map from ‖·‖_{p_{i−1}} to ‖·‖_{p_i}, and the last one returns to the first
order, p_L = p_0.  The activations work on single coordinates with slopes of at most 1, so they contract in every
‖·‖_p.  Hence the whole branch contracts in ‖·‖_{p_0}: its block has an inverse, and a determinant above 0.

The paper divides by an estimate from below; here it is :func:`~bdsg.density.flows.induced_norm.norm_bound`, from above.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from bdsg.density.flows.induced_norm import LEAST, norm_bound
from bdsg.density.flows.lipschitz import Branch, LipschitzLinear, largest_singular_value

PROOF_ARCS = 1024
"""Finer than in training: the bounds that are reported are within 1e-6 of the norm for two rows or columns."""


class NormOrders(nn.Module):
    """The orders of L norms for each of K branches; all start at 2, where the norms are spectral.

    Args:
        blocks: number of branches, K.
        layers: layers of a branch, L, and so the different orders p_0 .. p_{L−1}.
    """

    def __init__(self, blocks: int, layers: int) -> None:
        super().__init__()
        self.logits = nn.Parameter(torch.zeros(blocks, layers))

    def inverses(self) -> Tensor:
        """1/p_0 .. 1/p_L of each branch, (K, L + 1), the last equal to the first."""
        inverses = LEAST + (1.0 - 2.0 * LEAST) * torch.sigmoid(self.logits)
        return torch.cat([inverses, inverses[:, :1]], 1)

    @torch.no_grad()
    def bound(self, index: int, branch: Branch) -> float:
        """A Lipschitz bound of branch ``index`` in its own ‖·‖_{p_0}: the product of its layers' norm bounds.

        Infinite where a weight is no finite number.
        """
        inverses = self.inverses()[index].double()
        bounds = []
        for layer, weight in enumerate(branch.weights):
            spectral = largest_singular_value(weight)
            if not math.isfinite(spectral):
                return math.inf
            orders = inverses[layer, None], inverses[layer + 1, None]
            matrix = weight.double()[None]
            bounds.append(float(norm_bound(matrix, matrix.new_full((1,), spectral), *orders, PROOF_ARCS)))
        return math.prod(bounds)


class MixedNormLinear(LipschitzLinear):
    """K linear layers of one shape whose norms ‖W‖_{p→q} stay at or below ``bound``, p and q of each its own.

    W = V · min(1, bound / U(V)) with U(V) ≥ ‖V‖_{p→q} from :func:`norm_bound`, as far as power iteration has
    found the spectral norm that it starts from.

    Args:
        count, out_features, in_features: the stored weight is (count, out_features, in_features).
        bound: largest norm.
        generator: source of the initial weights.
        orders: the branch's; they are the flow's to train.
        layer: place of this layer in the branch, from 0.
    """

    def __init__(
        self,
        count: int,
        out_features: int,
        in_features: int,
        bound: float,
        generator: torch.Generator,
        orders: NormOrders,
        layer: int,
    ) -> None:
        super().__init__(count, out_features, in_features, bound, generator)
        self._shared = (orders,)  # in a tuple: a module here would be stored with every layer
        self._layer = layer

    def norms(self) -> Tensor:
        """U(V), (count,), differentiable in V and in the orders."""
        inverses = self._shared[0].inverses()
        s, t = inverses[:, self._layer], inverses[:, self._layer + 1]
        return norm_bound(self.weight, self.spectral_norms(), s, t)
