"""What a density model is worth: evaluated in bulk, and against the closed form."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

from bdsg.data import GaussianMixture
from bdsg.data.window import Grid
from bdsg.density import ClosedForm, ResidualFlow
from bdsg.numerics.device import device_of, to_numpy

CHECK_POINTS, LEAST_CHECK_POINTS = 20_000, 4_096
ROUND_TRIP_POINTS = 2_000
INTEGRAL_NODES = 300
INTEGRAL_LEVEL = 1e-7
"""The integral's window holds the plane where p_x is above this share of its peak."""

Arrays = dict[str, np.ndarray]
Model = ClosedForm | ResidualFlow


@torch.no_grad()
def log_prob_in_chunks(model: Model, points: np.ndarray, chunk: int = 1024) -> np.ndarray:
    """log p_g (n,) of many NumPy points (n, d), in double precision and bounded memory."""
    tensor = torch.from_numpy(np.asarray(points, float)).to(device_of(model))
    parts = [to_numpy(model.log_prob(tensor[i : i + chunk])) for i in range(0, len(tensor), chunk)]
    return np.concatenate(parts) if parts else np.empty(0)


def affordable(count: int, tangents: int, least: int) -> int:
    """How many points to evaluate exactly where ``count`` are evaluated in the plane.

    There an exact determinant takes 2 tangents through each block.  With k of them, and then k³ operations, a
    point costs more than k/2 times as much (80 times at k = 64), so there are 2/k times as many points, but no
    fewer than ``least``.
    """
    return min(count, max(least, count * 2 // tangents))


def check_density(model: Model, truth: ClosedForm, random: torch.Generator) -> dict[str, Any]:
    """How good a fitted flow is, against the closed form.

    Returns:
        ``kl`` and ``kl_standard_error`` of KL(p_x ‖ p_g) in nats on fresh samples, as many as are affordable; in
        the plane, ``integral`` of p_g; ``round_trip``, the largest ‖G(G⁻¹(x)) − x‖∞ in data units;
        ``inverse_residuals`` and ``inverse_iterations`` of each block.
    """
    assert isinstance(model, ResidualFlow)
    fresh = truth.sample(affordable(CHECK_POINTS, model.tangents, LEAST_CHECK_POINTS), random)
    gap = to_numpy(truth.log_prob(fresh)) - log_prob_in_chunks(model, to_numpy(fresh))
    inverse = model.check_inverse(fresh[:ROUND_TRIP_POINTS])
    return {
        "kl": float(gap.mean()),
        "kl_standard_error": float(gap.std() / math.sqrt(len(gap))),
        **({"integral": integral(model, truth)} if truth.dim == 2 else {}),
        "round_trip": inverse.round_trip,
        "inverse_residuals": list(inverse.residuals),
        "inverse_iterations": list(inverse.iterations),
    }


def integral(model: Model, truth: ClosedForm) -> float:
    """∫ p_g over a window far beyond the data, by the midpoint rule."""
    mixture = GaussianMixture(*(to_numpy(part) for part in (truth.weights, truth.means, truth.covariances)))
    low, high = mixture.box(INTEGRAL_LEVEL * math.exp(mixture.peak()))
    steps = (high - low) / INTEGRAL_NODES
    axes = [low[i] + steps[i] * (np.arange(INTEGRAL_NODES) + 0.5) for i in (0, 1)]
    return float(np.exp(log_prob_in_chunks(model, Grid(*axes).nodes)).sum() * steps.prod())
