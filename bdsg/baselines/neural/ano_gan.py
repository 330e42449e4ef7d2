"""AnoGAN (Schlegl, Seeböck, Waldstein, Schmidt-Erfurth and Langs, 2017): how well can a GAN rebuild a point?

An ordinary GAN (eq. 1) is trained; then for each point the z whose image is nearest is searched by gradient descent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from bdsg.baselines.neural.dense_networks import Discriminator, dense, dense_discriminator
from bdsg.baselines.neural.neural_rival import (
    NeuralRival,
    NeuralSettings,
    descend,
    discriminator_loss,
    generator_loss,
    numbers,
)
from bdsg.config.fields import setting


@dataclass(frozen=True)
class AnoGANSettings(NeuralSettings):
    """Defaults by the search of tests/bench/rivals.py; λ as in the paper."""

    section: ClassVar[str] = "ano_gan"

    learning_rate: float = setting(0.0005, "Adam step size.", 1e-6, 1.0, log=True)
    weight: float = setting(0.1, "Share of the discrimination loss in the score.", 0.0, 1.0, symbol="λ")
    inversion_steps: int = setting(60, "Steps of the search for z.", 1, 2000, unit="steps", log=True)
    inversion_rate: float = setting(0.1, "Adam step size of that search.", 1e-4, 1.0, log=True)


class AnoGANNetworks(NamedTuple):
    """G : z -> x, (n, latent) -> (n, d), and D."""

    generator: nn.Module
    discriminator: Discriminator


def default_networks(dim: int, settings: AnoGANSettings, random: torch.Generator) -> AnoGANNetworks:
    """Dense ones."""
    generator = dense(settings.latent, settings.hidden, dim, random)
    return AnoGANNetworks(generator, dense_discriminator(dim, settings.hidden, random))


def residual_loss(x: Tensor, rebuilt: Tensor) -> Tensor:
    """R = Σ |x − G(z)|, (n, d) each -> (n,) (eq. 2)."""
    return (x - rebuilt).abs().flatten(1).sum(1)


def discrimination_loss(features: Tensor, rebuilt: Tensor) -> Tensor:
    """Σ |f(x) − f(G(z))|, (n, F) each -> (n,) (eq. 4)."""
    return (features - rebuilt).abs().sum(1)


class AnoGAN(NeuralRival):
    """The score is A(x) = (1 − λ)·R(x) + λ·D(x) (eq. 6) at the z that was found."""

    settings: AnoGANSettings

    def __init__(
        self,
        dim: int,
        random: torch.Generator,
        settings: AnoGANSettings | None = None,
        networks: AnoGANNetworks | None = None,
    ) -> None:
        super().__init__(dim, random)
        self.settings = settings or AnoGANSettings()
        self.networks = networks or default_networks(dim, self.settings, random)
        self._descend_g, self._descend_d = (self.adam(network) for network in self.networks)
        self._starts = torch.randn(1024, self.settings.latent, generator=random)

    def modules(self) -> Iterable[nn.Module]:
        """Its networks."""
        return self.networks

    def step(self, x: Tensor) -> dict[str, float]:
        """The discriminator's step, then the generator's (eq. 1)."""
        generator, discriminator = self.networks
        fake = generator(torch.randn(len(x), self.settings.latent, generator=self.random))
        apart = discriminator_loss(discriminator(x), discriminator(fake.detach()))
        descend(self._descend_d, apart)
        adversarial = generator_loss(discriminator(fake))
        descend(self._descend_g, adversarial)
        return numbers(discriminator_loss=apart, generator_loss=adversarial)

    def scores(self, x: Tensor) -> Tensor:
        """A(x), (n,); the search starts from the same few z in each call."""
        z = self._starts.repeat(-(-len(x) // len(self._starts)), 1)[: len(x)].requires_grad_()
        with torch.no_grad():
            features = self.networks.discriminator.features(x)
        optimiser = torch.optim.Adam([z], lr=self.settings.inversion_rate, fused=True)
        for _ in range(self.settings.inversion_steps):
            with torch.enable_grad():
                descend(optimiser, self._misfit(x, features, z).sum())
        with torch.no_grad():
            return self._misfit(x, features, z)

    def _misfit(self, x: Tensor, features: Tensor, z: Tensor) -> Tensor:
        """(1 − λ)·L_R + λ·L_D (eq. 5), (n,)."""
        rebuilt, weight = self.networks.generator(z), self.settings.weight
        residual = (1.0 - weight) * residual_loss(x, rebuilt)
        return residual + weight * discrimination_loss(features, self.networks.discriminator.features(rebuilt))

    def generate(self, z: Tensor) -> Tensor:
        """G(z)."""
        points: Tensor = self.networks.generator(z)
        return points

    def sample(self, count: int, random: torch.Generator) -> np.ndarray:
        """Draw (count, d) points, meant to be like the data."""
        return self._generated(count, random)
