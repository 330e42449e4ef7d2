"""The loss of the boundary generator, one function for each term (eqs. 3-6), and our variants of them.

These are the definitions.  Training in the plane runs their compiled forms: ``kernels/density.py`` and
``kernels/curves.py`` (L0), ``kernels/nearest.py`` (L1) and ``kernels/dispersion.py`` (L2), tested against these.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from bdsg.config.constants import LOG_RATIO_CAP, SMALLEST_DISTANCE


def density_term(log_density: Tensor) -> Tensor:
    """L0 = mean_i p_g(B(z_i)), computed as exp(log p_g) (eqs. 5, 6).

    Args:
        log_density: log p_g(B(z_i)) in nats, (N,).
    """
    return torch.exp(log_density).mean()


def distance_term(points: Tensor, data: Tensor) -> Tensor:
    """L1 = mean_i min_j ‖B(z_i) − x_j‖₂ (eq. 4).

    The nearest sample is found without a graph; only the N chosen distances are differentiated,
    which is the same gradient as that of the full N x M matrix.

    Args:
        points: B(z), (N, d).
        data: x, (M, d).
    """
    nearest = nearest_index(points, data)
    return _norm(points - data[nearest]).mean()


def dispersion_term(latent: Tensor, points: Tensor) -> Tensor:
    """L2 = mean_i 1/(N−1) Σ_{j≠i} ‖z_i − z_j‖₂ / ‖B(z_i) − B(z_j)‖₂ (eq. 4).

    Each unordered pair counts twice in the double sum, so it is the mean over the N(N−1)/2 pairs.

    Args:
        latent: z as B sees it, (N, k).
        points: B(z), (N, d).
    """
    apart = torch.pdist(points).clamp(min=SMALLEST_DISTANCE)
    return (torch.pdist(latent) / apart).mean()


def weighted_sum(l0: Tensor, l1: Tensor, l2: Tensor, lambda1: float, lambda2: float) -> Tensor:
    """L = L0 + λ1·L1 + λ2·L2 (eq. 3); a term of weight 0 is left out, whatever its value."""
    total = l0
    if lambda1 != 0:
        total = total + lambda1 * l1
    if lambda2 != 0:
        total = total + lambda2 * l2
    return total


def level_term(log_density: Tensor, log_level: float | Tensor, astray: Tensor) -> Tensor:
    """Ours for L0: mean_i h(log p_g(B(z_i)) − log ε*) / (1 + a_i²), zero exactly on the level set.

    h(t) = t² up to ``LOG_RATIO_CAP`` and linear beyond it, so that a start far outside, where log p_g
    falls quadratically, does not give steps of its cube.  The level draws a point that is far from its
    place to whatever part of the level set is next to it, so it counts only as the point comes near.

    Args:
        log_density: log p_g(B(z_i)) in nats, (N,).
        log_level: log ε*, one for all or one each, (N,).
        astray: a_i, how far each point is from its place, in nats of the density's slope there, (N,); no
            gradient flows into it.
    """
    misfit = log_density - log_level
    cost = nn.functional.huber_loss(misfit, torch.zeros_like(misfit), delta=LOG_RATIO_CAP, reduction="none")
    return (2.0 * cost / (1.0 + astray.detach() ** 2)).mean()


def place_term(points: Tensor, places: Tensor) -> Tensor:
    """Ours for L1: mean_i ‖B(z_i) − x(z_i)‖₂, the distance to the one place of the level set that z_i stands for.

    All of the boundary is some z's place, so no stretch of it may be far from B.

    Args:
        points: B(z), (N, d).
        places: x(z), (N, d).
    """
    return _norm(points - places).mean()


def component_dispersion_term(latent: Tensor, components: Tensor, points: Tensor) -> Tensor:
    """Ours for L2: eq. 4's ratio over the pairs within one component: separate ones need no pushing apart.

    A batch with no such pair gives 0.

    Args:
        latent: the places that the z stand for, (N, d), in the units of the points.
        components: which closed curve each point belongs to, (N,).
        points: B(z), (N, d).
    """
    same = torch.pdist(components[:, None].to(points)) == 0
    if not bool(same.any()):
        return 0.0 * points.sum()
    apart = torch.pdist(points)[same].clamp(min=SMALLEST_DISTANCE)
    return (torch.pdist(latent)[same] / apart).mean()


@torch.no_grad()
def nearest_index(points: Tensor, data: Tensor) -> Tensor:
    """argmin_j ‖points_i − data_j‖₂, (N,)."""
    return pair_distances(points.detach(), data).argmin(1)


def pair_distances(a: Tensor, b: Tensor) -> Tensor:
    """‖a_i − b_j‖₂, (N, M) of (N, d) and (M, d).

    From the differences: by ‖a‖² + ‖b‖² − 2ab, which is the faster default, distances between points
    far from the origin are lost to rounding.
    """
    return torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist")


def _norm(offsets: Tensor) -> Tensor:
    """‖·‖₂ of each row, with gradient 0 instead of NaN at exactly 0."""
    squares = (offsets * offsets).sum(-1)
    return torch.sqrt(squares.clamp(min=SMALLEST_DISTANCE**2))
