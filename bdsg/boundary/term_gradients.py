"""How hard each term of the loss pulls on each point of B(z), and where to.

The pull of a term is what a descent of it would do to the point itself, were the point free to move and not tied to
the others by the network: with L = L0 + λ1·L1 + λ2·L2 (eq. 3) and b_i = B(z_i), i = 1 .. N,

    F0_i = −N·∂L0/∂b_i        F1_i = −N·λ1·∂L1/∂b_i        F2_i = −N·λ2·∂L2/∂b_i

The terms are means over the points, so N times the gradient is a point's own share, whatever N is.  In data space, in
units of the loss per data unit.  Eq. 4 to the letter, with x(i) the sample nearest to b_i:

    F0_i = −p_g(b_i)·∇log p_g(b_i)
    F1_i = −λ1·(b_i − x(i)) / ‖b_i − x(i)‖
    F2_i = λ2·2/(N − 1)·Σ_{j≠i} ‖z_i − z_j‖·(b_i − b_j) / ‖b_i − b_j‖³

Ours measures distances in the units of each closed curve's ellipse, b = c + A·l, where a gradient g becomes A⁻ᵀ·g;
t_i is the place of z_i, a_i how far b_i is astray from it, P the number of pairs on one curve, h as in ``level_term``:

    F0_i = −h'(log p_g(b_i) − log ε*) / (1 + a_i²)·∇log p_g(b_i)
    F1_i = −λ1·A⁻ᵀ·(l_i − t_i) / ‖l_i − t_i‖
    F2_i = λ2·N/P·A⁻ᵀ·Σ_{j on the same curve} ‖t_i − t_j‖·(l_i − l_j) / ‖l_i − l_j‖³

F2 depends on which other points there are: here they are those shown, one batch of ``SHOWN``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from bdsg.boundary.kernels.density import Densities, density_term, log_density
from bdsg.boundary.kernels.dispersion import dispersion
from bdsg.boundary.kernels.nearest import distance_term
from bdsg.boundary.kernels.ours import OurLoss
from bdsg.boundary.kernels.paper import PaperLoss
from bdsg.boundary.loss_terms import LOG_RATIO_CAP, SMALLEST_DISTANCE
from bdsg.boundary.objectives import Objective, OurObjective, PaperObjective
from bdsg.boundary.training.packing import single
from bdsg.density import DensityModel
from bdsg.numerics.device import to_numpy
from bdsg.numerics.numba_cache import kernel

SHOWN = 128
"""Points that a snapshot keeps the pulls on, and the batch that the pairwise term is taken over."""

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)
_CAP, _SMALLEST = np.float32(LOG_RATIO_CAP), np.float32(SMALLEST_DISTANCE)


def forces_by_autograd(objective: Objective, latent: Tensor) -> np.ndarray:
    """The pulls on B(z) of the first ``SHOWN`` latents of (n, 2): (3, m, 2), for any objective, density and device."""
    z, weights = latent[:SHOWN], (1.0, objective.weights.lambda1, objective.weights.lambda2)
    with torch.no_grad():
        points = objective.generator(z)
    points = points.detach().requires_grad_()
    l0, l1, l2 = objective.terms_at(z, points)
    terms = l0, l1, l2 if len(z) > 1 else 0.0 * points.sum()  # one point alone has nothing to keep away from
    pulls = [
        -len(z) * weight * torch.autograd.grad(term, points, retain_graph=True)[0]
        for weight, term in zip(weights, terms, strict=True)
    ]
    return to_numpy(torch.stack(pulls).float())


class PaperShown(NamedTuple):
    """What eq. 4 needs of the latents shown: z as B sees it, (2, m)."""

    circle: np.ndarray


class OurShown(NamedTuple):
    """What ours needs of the latents shown, in the order of their curves.

    Attributes:
        inverses: of each curve's half axes, (K, 2, 2).
        curves, targets, steepness: of each z, (m,), (2, m), (m,); see ``kernels.ours.OurWorkspace``.
        starts: first column of each curve, and the end, (K + 1,).
        local: space for the points in the units of their curves, and for the pulls there, (2, 2, m).
    """

    inverses: np.ndarray
    curves: np.ndarray
    targets: np.ndarray
    steepness: np.ndarray
    starts: np.ndarray
    local: np.ndarray


@kernel
def paper_forces(
    points: np.ndarray, shown: PaperShown, loss: PaperLoss, found: Densities, known: bool, out: np.ndarray
) -> int:
    """F0, F1 and F2 of eq. 4 into ``out`` (3, 2, m), for points (2, m).

    Args:
        known: the values for the points outside the density's table are already in ``found``.

    Returns:
        How many points lie outside the table; unless they were known, nothing else was done.
    """
    x, y = points[0], points[1]
    outside = log_density(loss.density, x, y, found)
    if outside > 0 and not known:
        return outside  # type: ignore[no-any-return]
    count = x.size
    out[:] = _ZERO
    density_term(found, -1.0 * count, out[0, 0], out[0, 1])
    distance_term(loss.candidates, x, y, -loss.lambda1 * count, out[1, 0], out[1, 1])
    if count > 1:
        share = -2.0 * loss.lambda2 / (count - 1)
        dispersion(shown.circle[0], shown.circle[1], x, y, share, out[2, 0], out[2, 1])
    return outside  # type: ignore[no-any-return]


@kernel
def our_forces(
    points: np.ndarray, shown: OurShown, loss: OurLoss, found: Densities, known: bool, out: np.ndarray
) -> int:
    """Like ``paper_forces``, for our objective."""
    outside = log_density(loss.density, points[0], points[1], found)
    if outside > 0 and not known:
        return outside  # type: ignore[no-any-return]
    local, pull, pairs = shown.local[0], shown.local[1], 0.0
    pull[:] = _ZERO
    _level_and_place_forces(points, shown, loss, found, out)
    for k in range(shown.starts.size - 1):
        count = shown.starts[k + 1] - shown.starts[k]
        pairs += 0.5 * count * (count - 1)
    if pairs > 0.0:
        share = -loss.lambda2 * points.shape[1] / pairs
        for k in range(shown.starts.size - 1):
            a, b = shown.starts[k], shown.starts[k + 1]
            u, v, x, y = shown.targets[0, a:b], shown.targets[1, a:b], local[0, a:b], local[1, a:b]
            dispersion(u, v, x, y, share, pull[0, a:b], pull[1, a:b])
    for n in range(points.shape[1]):
        inverse = shown.inverses[shown.curves[n]]
        out[2, 0, n] = inverse[0, 0] * pull[0, n] + inverse[1, 0] * pull[1, n]
        out[2, 1, n] = inverse[0, 1] * pull[0, n] + inverse[1, 1] * pull[1, n]
    return outside  # type: ignore[no-any-return]


@kernel
def _level_and_place_forces(
    points: np.ndarray, shown: OurShown, loss: OurLoss, found: Densities, out: np.ndarray
) -> None:
    """F0 and F1 of ours, and the points in the units of their curves."""
    log_level, weight = np.float32(loss.log_level), np.float32(loss.lambda1)
    for n in range(points.shape[1]):
        k = shown.curves[n]
        inverse, axes = shown.inverses[k], loss.axes[k]
        dx, dy = points[0, n] - loss.centres[k, 0], points[1, n] - loss.centres[k, 1]
        local_x, local_y = inverse[0, 0] * dx + inverse[0, 1] * dy, inverse[1, 0] * dx + inverse[1, 1] * dy
        shown.local[0, 0, n], shown.local[0, 1, n] = local_x, local_y
        off_x, off_y = local_x - shown.targets[0, n], local_y - shown.targets[1, n]
        x, y = axes[0, 0] * off_x + axes[0, 1] * off_y, axes[1, 0] * off_x + axes[1, 1] * off_y
        astray = (x * x + y * y) * shown.steepness[n] * shown.steepness[n]
        misfit = max(min(found.log_density[n] - log_level, _CAP), -_CAP)
        level = (misfit + misfit) / (_ONE + astray)
        out[0, 0, n], out[0, 1, n] = -level * found.slope_x[n], -level * found.slope_y[n]
        distance = np.sqrt(off_x * off_x + off_y * off_y)
        near = weight / distance if distance > _SMALLEST else _ZERO
        out[1, 0, n] = -near * (inverse[0, 0] * off_x + inverse[1, 0] * off_y)
        out[1, 1, n] = -near * (inverse[0, 1] * off_x + inverse[1, 1] * off_y)


class Pulls:
    """The pulls on B(z) for latents that stay the same, compiled."""

    def __init__(self, objective: PaperObjective | OurObjective, latent: Tensor) -> None:
        """``latent``: (n, 2), of which the first ``SHOWN`` count."""
        z = latent[:SHOWN]
        count, self._model = len(z), objective.density
        self._order = np.arange(count)
        self._kernel: Any = paper_forces
        self._shown: PaperShown | OurShown
        if isinstance(objective, PaperObjective):
            self._shown = PaperShown(single(objective.generator.read(z).circle.T))
        else:
            self._order, self._shown = _our_shown(objective, z)
            self._kernel = our_forces
        rows = np.zeros((4, count), np.float32)
        self._found = Densities(rows[0], rows[1], rows[2], np.zeros(count, np.int64), rows[3])
        self._out = np.zeros((3, 2, count), np.float32)

    def at(self, points: np.ndarray, loss: PaperLoss | OurLoss) -> np.ndarray:
        """F0, F1 and F2, (3, m, 2), where B(z) is at the first of ``points`` (n, 2)."""
        ordered = np.ascontiguousarray(points[self._order].T)
        outside = self._kernel(ordered, self._shown, loss, self._found, False, self._out)
        if outside > 0:
            look_up(self._model, ordered, self._found, outside)
            self._kernel(ordered, self._shown, loss, self._found, True, self._out)
        forces = np.empty((3, len(self._order), 2), np.float32)
        forces[:, self._order] = self._out.transpose(0, 2, 1)
        return forces


def look_up(model: DensityModel, points: np.ndarray, found: Densities, outside: int) -> None:
    """log p_g and its gradient by the model itself, for the few of points (2, n) that lie outside a table."""
    which = found.outside[:outside]
    x = torch.from_numpy(points[:, which].T.copy()).requires_grad_()
    log_prob = model.log_prob(x)
    (slope,) = torch.autograd.grad(log_prob.sum(), x)
    found.log_density[which] = log_prob.detach().numpy()
    found.slope_x[which], found.slope_y[which] = slope.numpy().T


def _our_shown(objective: OurObjective, z: Tensor) -> tuple[np.ndarray, OurShown]:
    """The order of the z by their curves, and what belongs to each in that order."""
    places, code = objective.places, objective.ours.read(z)
    order = torch.argsort(code.components, stable=True)
    curves = code.components[order]
    targets, steepness = places.at(code.circle[order], curves)
    starts = torch.searchsorted(curves, torch.arange(places.count + 1)).numpy()
    inverses = single(torch.linalg.inv(places.axes))
    local = np.zeros((2, 2, len(z)), np.float32)
    return order.numpy(), OurShown(inverses, curves.numpy(), single(targets.T), single(steepness), starts, local)
