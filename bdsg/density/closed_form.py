"""The closed form of a Gaussian mixture as a density model (CFS in the paper)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from bdsg.data.mixture import GaussianMixture, mixture_log_prob

_MOST_STEPS = 200


class ClosedForm(nn.Module):
    """A mixture's own density, with an exact invertible G by conditional distribution functions.

    G⁻¹ is the Knothe-Rosenblatt map (Rosenblatt, 1952, eq. 1): z_i = Φ⁻¹(F(x_i | x_1 .. x_{i-1})),
    where each conditional of a Gaussian mixture is again one.
    """

    weights: Tensor
    means: Tensor
    covariances: Tensor
    factors: Tensor
    whiteners: Tensor
    log_scales: Tensor

    def __init__(self, mixture: GaussianMixture) -> None:
        super().__init__()
        for name in ("weights", "means", "covariances", "factors", "whiteners", "log_scales"):
            persistent = name in ("weights", "means", "covariances")
            self.register_buffer(name, torch.tensor(getattr(mixture, name)), persistent=persistent)

    @property
    def dim(self) -> int:
        """Number of coordinates d of a point."""
        return int(self.means.shape[1])

    def log_prob(self, x: Tensor) -> Tensor:
        """log p_x, (n,), in the precision of ``x``."""
        parts = (self.log_scales.to(x), self.means.to(x), self.whiteners.to(x))
        log_density: Tensor = mixture_log_prob(torch, x, *parts)
        return log_density

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """Draw (count, d) points: a mode by weight, then its Gaussian."""
        weights, place = self.weights.to(generator.device), self.means.device
        modes = torch.multinomial(weights, count, replacement=True, generator=generator).to(place)
        noise = torch.randn(count, self.dim, generator=generator, device=generator.device, dtype=self.means.dtype)
        noise = noise.to(place)
        return self.means[modes] + (self.factors[modes] @ noise[:, :, None])[:, :, 0]

    def to_latent(self, x: Tensor) -> Tensor:
        """G⁻¹(x) in double precision, (n, d)."""
        points = x.double()
        white = (points[None] - self.means[:, None]) @ self.whiteners.transpose(1, 2)  # (K, n, d)
        log_weights = self.weights.log()[:, None].expand(-1, len(points))
        columns = []
        for i in range(self.dim):
            columns.append(_normal_score(log_weights, white[:, :, i]))
            log_weights = log_weights - 0.5 * white[:, :, i] ** 2 - self.factors[:, i, i].log()[:, None]
        return torch.stack(columns, -1)

    def to_data(self, z: Tensor) -> Tensor:
        """G(z) in double precision by inverting each conditional, (n, d)."""
        latent = z.double()
        white = latent.new_zeros(len(self.means), *latent.shape)  # (K, n, d)
        log_weights = self.weights.log()[:, None].expand(-1, len(latent))
        columns = []
        for i in range(self.dim):
            row = self.factors[:, i, :i, None]  # (K, i, 1)
            centres = self.means[:, i, None] + (white[:, :, :i] @ row)[:, :, 0]  # (K, n)
            scales = self.factors[:, i, i, None]
            column = _invert_score(latent[:, i], log_weights, centres, scales)
            white[:, :, i] = (column[None] - centres) / scales
            log_weights = log_weights - 0.5 * white[:, :, i] ** 2 - scales.log()
            columns.append(column)
        return torch.stack(columns, -1)


def _normal_score(log_weights: Tensor, white: Tensor) -> Tensor:
    """Φ⁻¹(Σ_k w_k Φ(white_k)) with (K, n) inputs, by whichever tail is the smaller."""
    normalised = torch.log_softmax(log_weights, 0)
    log_below = torch.logsumexp(normalised + torch.special.log_ndtr(white), 0)
    log_above = torch.logsumexp(normalised + torch.special.log_ndtr(-white), 0)
    lower = log_below < log_above
    score = _log_ndtri(torch.where(lower, log_below, log_above))
    return torch.where(lower, score, -score)


def _log_ndtri(log_probability: Tensor) -> Tensor:
    """Φ⁻¹(exp(a)) for a <= log ½, by Newton's method on log Φ from an asymptotic start."""
    start = -torch.sqrt(torch.clamp(-2 * log_probability - math.log(4.0), min=0.0))
    score = start.detach()  # each Newton step has the whole gradient, and the root's is infinite at 0
    for _ in range(12):
        value = torch.special.log_ndtr(score)
        log_slope = -0.5 * score * score - 0.5 * math.log(2 * math.pi) - value
        score = score - (value - log_probability) * torch.exp(-log_slope)
    return score


def _invert_score(target: Tensor, log_weights: Tensor, centres: Tensor, scales: Tensor) -> Tensor:
    """The point whose normal score is ``target``, (n,): log F(x) = log Φ(target), in the smaller tail.

    Newton's method, which nears a root of the concave log Φ from below; a step that leaves the bracket, or does not
    halve the misfit, is replaced by a bisection.  Points that have settled are left alone.
    """
    mirror = torch.where(target > 0, -1.0, 1.0).to(target)  # the upper tail is the lower one of −x
    goal, centres = torch.special.log_ndtr(-target.abs()), centres * mirror
    log_weights, scales = torch.log_softmax(log_weights, 0), scales.expand_as(centres)
    reach = target.abs().max() + 1.0
    low, high = (centres - reach * scales).amin(0), (centres + reach * scales).amax(0)
    x, before, found = 0.5 * (low + high), torch.full_like(target, math.inf), torch.empty_like(target)
    left = torch.arange(len(target), device=target.device)
    for _ in range(_MOST_STEPS):
        log_below, slope = _log_tail(x, log_weights, centres, scales)
        misfit = log_below - goal
        low, high = torch.where(misfit < 0, x, low), torch.where(misfit < 0, high, x)
        newton = x - misfit / slope
        fine = (newton >= low) & (newton <= high) & (misfit.abs() < 0.5 * before)
        following = torch.where(fine, newton, 0.5 * (low + high))
        moves = (following - x).abs() > 1e-15 * (x.abs() + scales.amin(0))
        found[left] = following
        if not bool(moves.any()):
            break
        x, before, goal, low, high, left = (part[moves] for part in (following, misfit.abs(), goal, low, high, left))
        log_weights, centres, scales = (part[:, moves] for part in (log_weights, centres, scales))
    return found * mirror


def _log_tail(x: Tensor, log_weights: Tensor, centres: Tensor, scales: Tensor) -> tuple[Tensor, Tensor]:
    """log F and its slope f/F at x, (n,) each, of mixtures of K Gaussians, (K, n)."""
    white = (x - centres) / scales
    log_below = torch.logsumexp(log_weights + torch.special.log_ndtr(white), 0)
    log_shares = log_weights - 0.5 * white * white - scales.log() - 0.5 * math.log(2 * math.pi) - log_below
    return log_below, log_shares.exp().sum(0)
