"""VAE (Kingma and Welling, 2014): a variational autoencoder; the score is the negative evidence lower bound.

Encoder and decoder are Gaussian with diagonal covariances; the decoder's variances are learned, one a coordinate.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from bdsg.baselines.neural.dense_networks import dense
from bdsg.baselines.neural.neural_baseline import NeuralBaseline, NeuralSettings, descend, numbers
from bdsg.config.fields import setting


@dataclass(frozen=True)
class VAESettings(NeuralSettings, section="vae"):
    """Defaults by the search of tests/bench/rivals.py."""

    latent: int = setting(1, "Coordinates of z.", 1, 512)
    spread: float = setting(0.3, "First spread of the decoder; a wide one lets it do without z.", 0.001, 10.0, log=True)
    draws: int = setting(32, "Draws of z for each point that is scored.", 1, 1000)


class VAENetworks(NamedTuple):
    """x -> mean and log variance of z, (n, 2·latent); z -> mean of x, (n, d).

    ``log_spread`` is the decoder's, (d,) or (1,) for all coordinates; without it there is one a coordinate.
    """

    encoder: nn.Module
    decoder: nn.Module
    log_spread: nn.Parameter | None = None


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(q(z|x) ‖ N(0, I)) in nats, (n, latent) each -> (n,) (Kingma and Welling, 2014, appendix B)."""
    return 0.5 * (mean**2 + log_variance.exp() - 1.0 - log_variance).sum(-1)


def reconstruction(x: Tensor, mean: Tensor, log_spread: Tensor) -> Tensor:
    """log N(x; mean, spread²) in nats, (..., n, d) -> (..., n)."""
    white = (x - mean) * torch.exp(-log_spread)
    return (-0.5 * white**2 - log_spread - 0.5 * math.log(2 * math.pi)).sum(-1)


class VAE(NeuralBaseline):
    """The score is −ELBO(x) (eq. 10), with the same draws for each point."""

    Settings = VAESettings
    networks: VAENetworks
    betas = (0.9, 0.999)

    def dense_networks(self) -> VAENetworks:
        """For vectors."""
        hidden, latent = self.settings.hidden, self.settings.latent
        encoder = dense(self.dim, hidden, 2 * latent, self.random)
        return VAENetworks(encoder, dense(latent, hidden, self.dim, self.random))

    def prepare(self) -> None:
        """One optimiser for all; the noise of the scores is drawn once."""
        spread = self.networks.log_spread
        if spread is None:
            spread = nn.Parameter(torch.full((self.dim,), math.log(self.settings.spread)))
        self.noise = nn.ParameterList([spread])
        self._descend = self.adam(*self.networks[:2], self.noise)
        self._draws = torch.randn(self.settings.draws, 1, self.settings.latent, generator=self.random)

    def modules(self) -> Iterable[nn.Module]:
        """Its networks, and log spreads of the decoder."""
        return (*self.networks[:2], self.noise)

    def elbo(self, x: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """E log p(x|z) and KL(q ‖ p), (n,) each, for points (n, d) and standard normal noise (L, n or 1, latent)."""
        mean, log_variance = self.networks.encoder(x).chunk(2, -1)
        z = mean + torch.exp(0.5 * log_variance) * noise  # (L, n, latent)
        rebuilt = reconstruction(x, self.networks.decoder(z), self.noise[0])
        return rebuilt.mean(0), divergence(mean, log_variance)

    def step(self, x: Tensor) -> dict[str, float]:
        """Climb the bound with one draw a point (eq. 10)."""
        noise = torch.randn(1, len(x), self.settings.latent, generator=self.random)
        rebuilt, apart = (part.mean() for part in self.elbo(x, noise))
        descend(self._descend, apart - rebuilt)
        return numbers(ELBO=rebuilt - apart, reconstruction=rebuilt, divergence=apart)

    def scores(self, x: Tensor) -> Tensor:
        """−ELBO in nats."""
        rebuilt, apart = self.elbo(x, self._draws)
        return apart - rebuilt

    def generate(self, z: Tensor) -> Tensor:
        """The decoder's mean."""
        points: Tensor = self.networks.decoder(z)
        return points

    def sample(self, count: int, random: torch.Generator) -> np.ndarray:
        """Draw (count, d) points: z, then x given z, noise included."""
        with torch.no_grad():
            means = self.generate(torch.randn(count, self.settings.latent, generator=random))
            noise = torch.exp(self.noise[0]) * torch.randn(count, self.dim, generator=random)
            return self._in_data_units(means + noise).astype(float)
