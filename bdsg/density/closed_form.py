"""The closed form of a Gaussian mixture as a density model (CFS in the paper)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from bdsg.data.mixture import GaussianMixture, mixture_log_prob

_BISECTIONS = 100


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
            self.register_buffer(name, torch.from_numpy(getattr(mixture, name)), persistent=persistent)

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
        """G(z) in double precision by bisection of each conditional, (n, d)."""
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
    """The point whose normal score is ``target``, (n,): the score increases, so bisect it."""
    reach = target.abs().max() + 1.0
    low = (centres - reach * scales).amin(0)
    high = (centres + reach * scales).amax(0)
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        below = _normal_score(log_weights, (middle[None] - centres) / scales) < target
        low, high = torch.where(below, middle, low), torch.where(below, high, middle)
    return 0.5 * (low + high)
