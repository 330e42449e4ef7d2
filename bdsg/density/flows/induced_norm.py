"""Induced norms ‖W‖_{p→q} = max_x ‖Wx‖_q / ‖x‖_p of many matrices at once, each with orders of its own.

A formula is known for p = 1, for q = ∞ and for p = q = 2 alone; any other p = q is NP-hard to come near
(Hendrickx and Olshevsky, 2010).  So there are two kinds of number here, and neither is ever taken for the other:

* :func:`power_norm` climbs to it from below: tight in practice, without a proof.
* :func:`norm_bound` is never below it.  For matrices with two rows or two columns it is within 0.1 % of it; for
  larger ones it is the Riesz-Thorin interpolation of the norms with a formula, exact at p = 1, q = ∞ and
  p = q = 2, and up to some tens of percent too high between them.

Orders are given by their inverses s = 1/p and t = 1/q in [0, 1], in which log‖W‖ is a convex function.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

LEAST = 1e-3
"""Inverse orders nearer to 0 or 1 count as this far from it: p from 1.001 to 1000."""

ARCS = 32
"""Parts of each quadrant of the plane's unit circle; the bound's factor is 1 + O(1/ARCS²)."""

TINY = 1e-30


def vector_norm(x: Tensor, inverse_order: Tensor, dim: int) -> Tensor:
    """‖x‖_p along ``dim`` for p = 1/``inverse_order``, which broadcasts with the result's other dimensions."""
    sizes = x.abs()
    largest = sizes.detach().amax(dim, keepdim=True).clamp(min=TINY)  # so that no power overflows
    order = (1.0 / inverse_order.clamp(min=LEAST)).unsqueeze(dim)
    total = ((sizes / largest) ** order).sum(dim).clamp(min=TINY)
    return largest.squeeze(dim) * total ** (1.0 / order.squeeze(dim))


def column_norm(weight: Tensor, t: Tensor) -> Tensor:
    """‖W‖_{1→q}: the largest ‖·‖_q of a column, (K,) of (K, m, n) and t = 1/q of (K,).  Exact."""
    return vector_norm(weight, t[:, None], 1).amax(1)


def row_norm(weight: Tensor, s: Tensor) -> Tensor:
    """‖W‖_{p→∞}: the largest dual norm ‖·‖_{p*} of a row, (K,) of (K, m, n) and s = 1/p of (K,).  Exact."""
    return vector_norm(weight, 1.0 - s[:, None], 2).amax(1)


def plane_norm(weight: Tensor, s: Tensor, t: Tensor, arcs: int = ARCS) -> Tensor:
    """At or just above ‖W‖_{p→q} for matrices of two columns, (K,) of (K, m, 2) and inverse orders (K,).

    Points x_i divide the unit circle of ‖·‖_p.  Between two neighbours x = a x_i + b x_j with a, b ≥ 0, so
    ‖Wx‖_q ≤ (a + b) max_i ‖W x_i‖_q; and with a unit vector y of the dual norm
    1 = ‖x‖_p ≥ ⟨y, x⟩ ≥ (a + b) min(⟨y, x_i⟩, ⟨y, x_j⟩).  Taking y at the angle between them, the factor
    is near 1.
    """
    angles = torch.linspace(0.0, 0.5 * math.pi, 2 * arcs + 1).to(weight)
    x = _unit_arc(angles[::2], s)
    y = _unit_arc(angles[1::2], 1.0 - s)
    products = torch.minimum((y * x[:, :-1]).sum(-1), (y * x[:, 1:]).sum(-1))  # (K, arcs)
    return _largest_image(weight, x, t) / products.amin(1)


def _unit_arc(angles: Tensor, s: Tensor) -> Tensor:
    """Points (cos^{2/p}, sin^{2/p}) of the first quadrant with ‖·‖_p = 1, (K, angles, 2).

    ⟨x, y⟩ = 1 for the point y of the same angle with the dual order.
    """
    sides = torch.stack([angles.cos(), angles.sin()], -1).clamp(min=0.0, max=1.0)
    sides = torch.where(sides < 1e-6, 0.0, sides)
    return sides ** (2.0 * s.clamp(LEAST, 1.0 - LEAST)[:, None, None])


def _largest_image(weight: Tensor, x: Tensor, t: Tensor) -> Tensor:
    """max_i ‖W x_i‖_q over points (K, c, 2) and their mirror images; only the largest has a graph."""
    with torch.no_grad():
        mirrored = x * torch.tensor([1.0, -1.0]).to(x)
        images = torch.cat([x, mirrored], 1) @ weight.mT  # (K, 2c, m)
        best = vector_norm(images, t[:, None], 2).argmax(1)
    sign = torch.where(best < x.shape[1], 1.0, -1.0).to(x)
    chosen = x[torch.arange(len(x), device=x.device), best % x.shape[1]]  # (K, 2)
    chosen = torch.stack([chosen[:, 0], sign * chosen[:, 1]], 1)
    return vector_norm((weight @ chosen[:, :, None])[:, :, 0], t, 1)


def interpolated_norm(weight: Tensor, spectral: Tensor, s: Tensor, t: Tensor) -> Tensor:
    """At or above ‖W‖_{p→q}, (K,) of (K, m, n), its spectral norms (K,) and inverse orders (K,).

    Where p ≤ q, (s, t) lies between (½, ½) and a point of the edges s = 1 and t = 0, on which the norm is
    known: ‖W‖ ≤ ‖W‖₂^{1−θ} ‖W‖_edge^θ (Riesz-Thorin; at these ends real and complex norms are the same, so it
    holds for real matrices without a constant).  Where p > q it starts from an (a, a) between the two:
    ‖W‖_{p→q} ≤ n^{a−s} m^{t−a} ‖W‖_{a→a}, because ‖x‖_a ≤ n^{a−s} ‖x‖_p.
    """
    rows, columns = weight.shape[1:]
    same = torch.minimum(torch.maximum(torch.full_like(s, 0.5), s), t)
    widening = columns ** (same - s).clamp(min=0.0) * rows ** (t - same).clamp(min=0.0)
    apart = t > s
    s, t = torch.where(apart, same, s) - 0.5, torch.where(apart, same, t) - 0.5
    share = torch.maximum(2.0 * s, -2.0 * t).clamp(0.0, 1.0)  # θ
    reach = 1.0 / share.clamp(min=1e-12)
    right = column_norm(weight, (0.5 + t * reach).clamp(0.0, 1.0))
    below = row_norm(weight, (0.5 + s * reach).clamp(0.0, 1.0))
    edge = torch.where(s >= -t, right, below).clamp(min=TINY)
    bound: Tensor = torch.where(apart, widening, 1.0) * spectral.clamp(min=TINY) ** (1.0 - share) * edge**share
    return bound


def norm_bound(weight: Tensor, spectral: Tensor, s: Tensor, t: Tensor, arcs: int = ARCS) -> Tensor:
    """At or above ‖W‖_{p→q}, (K,), differentiable in the weights and the orders; see the module for how near.

    Args:
        weight: (K, m, n).
        spectral: ‖W‖₂ of each, (K,), which this bound is no better than.
        s, t: 1/p and 1/q, (K,).
    """
    rows, columns = weight.shape[1:]
    if columns == 1:  # every norm of one number is its size
        return column_norm(weight, t)
    if rows == 1:
        return row_norm(weight, s)
    if columns == 2:
        return plane_norm(weight, s, t, arcs)
    if rows == 2:  # ‖W‖_{p→q} = ‖Wᵀ‖_{q*→p*}
        return plane_norm(weight.mT, 1.0 - t, 1.0 - s, arcs)
    return interpolated_norm(weight, spectral, s, t)


@torch.no_grad()
def power_norm(weight: Tensor, s: float, t: float, generator: torch.Generator, starts: int = 64) -> float:
    """At or below ‖W‖_{p→q} of one matrix (m, n): the power method from many starts (Higham, 1992, algorithm 1).

    x ← the unit vector that W^T y is steepest along, y the dual vector of Wx: ‖Wx‖_q never falls, and ends
    at a local maximum.  Starts are the unit vectors and random ones.
    """
    columns, inverse, image_inverse = weight.shape[1], weight.new_full((), s), weight.new_full((), t)
    random = torch.randn(columns, starts, generator=generator, dtype=weight.dtype).to(weight)
    x = torch.cat([torch.eye(columns).to(weight), random], 1)
    reached = torch.zeros_like(x[0])
    while True:
        image = weight @ (x / vector_norm(x, inverse, 0).clamp(min=TINY))
        before, reached = reached, vector_norm(image, image_inverse, 0)
        if not bool((reached > before * (1.0 + 1e-9)).any()):
            return float(reached.max())
        x = _dual(weight.mT @ _dual(image, image_inverse), 1.0 - inverse)


def _dual(x: Tensor, inverse_order: Tensor) -> Tensor:
    """sign(x)|x|^{p−1} up to scale, by columns: ⟨x, ·⟩ = ‖x‖_p ‖·‖_{p*}."""
    largest = x.abs().amax(0).clamp(min=TINY)
    return x.sign() * (x.abs() / largest) ** (1.0 / inverse_order.clamp(min=LEAST) - 1.0)
