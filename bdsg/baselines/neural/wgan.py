"""WGAN (Arjovsky, Chintala and Bottou, 2017, eq. 2) with gradient penalty (Gulrajani et al., 2017, eq. 3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from bdsg.baselines.neural.dense_networks import Discriminator, dense, dense_discriminator
from bdsg.baselines.neural.neural_rival import NeuralRival, NeuralSettings, descend, numbers
from bdsg.config.fields import setting


@dataclass(frozen=True)
class WGANSettings(NeuralSettings):
    """Defaults by the search of tests/bench/rivals.py, where λ = 1 beat the paper's 10."""

    section: ClassVar[str] = "wgan"

    steps: int = setting(600, "Training steps of the generator.", 1, 50_000, unit="steps", log=True)
    critic_steps: int = setting(5, "Steps of the critic for each of the generator.", 1, 100)
    penalty: float = setting(1.0, "Weight of the gradient penalty.", 0.0, 1000.0, symbol="λ")


class WGANNetworks(NamedTuple):
    """G : z -> x, (n, latent) -> (n, d), and the critic."""

    generator: nn.Module
    critic: Discriminator


def default_networks(dim: int, settings: WGANSettings, random: torch.Generator) -> WGANNetworks:
    """Dense ones."""
    generator = dense(settings.latent, settings.hidden, dim, random)
    return WGANNetworks(generator, dense_discriminator(dim, settings.hidden, random))


def gradient_penalty(critic: nn.Module, real: Tensor, fake: Tensor, random: torch.Generator) -> Tensor:
    """E (‖∇D(x̂)‖₂ − 1)², with x̂ uniform between pairs of real and generated points, (n, d) each."""
    share = torch.rand(len(real), *[1] * (real.dim() - 1), generator=random)
    between = (fake + share * (real - fake)).detach().requires_grad_()
    (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    lengths = torch.linalg.vector_norm(slope.flatten(1), dim=1)
    excess: Tensor = lengths - 1.0
    return (excess**2).mean()


class WGAN(NeuralRival):
    """The score is −D(x), the critic's."""

    settings: WGANSettings
    betas = (0.5, 0.9)

    def __init__(
        self,
        dim: int,
        random: torch.Generator,
        settings: WGANSettings | None = None,
        networks: WGANNetworks | None = None,
    ) -> None:
        super().__init__(dim, random)
        self.settings = settings or WGANSettings()
        self.networks = networks or default_networks(dim, self.settings, random)
        self._descend_g, self._descend_d = (self.adam(network) for network in self.networks)

    @property
    def points_per_step(self) -> int:
        """A batch for each step of the critic."""
        return self.settings.batch_size * self.settings.critic_steps

    def modules(self) -> Iterable[nn.Module]:
        """Its networks."""
        return self.networks

    def step(self, x: Tensor) -> dict[str, float]:
        """Several steps of the critic, then one of the generator."""
        for real in torch.split(x, self.settings.batch_size):
            terms = self._critic_step(real)
        generator, critic = self.networks
        z = torch.randn(self.settings.batch_size, self.settings.latent, generator=self.random)
        descend(self._descend_g, -critic(generator(z)).mean())
        return terms

    def _critic_step(self, real: Tensor) -> dict[str, float]:
        """E D(x) − E D(G(z)), which estimates the Wasserstein distance, and the penalty; both before the step."""
        generator, critic = self.networks
        with torch.no_grad():
            fake = generator(torch.randn(len(real), self.settings.latent, generator=self.random))
        gap = critic(real).mean() - critic(fake).mean()
        penalty = gradient_penalty(critic, real, fake, self.random)
        descend(self._descend_d, self.settings.penalty * penalty - gap)
        return numbers(critic_gap=gap, gradient_penalty=penalty)

    @torch.no_grad()
    def scores(self, x: Tensor) -> Tensor:
        """−D(x)."""
        critical: Tensor = self.networks.critic(x)
        return -critical

    def generate(self, z: Tensor) -> Tensor:
        """G(z)."""
        points: Tensor = self.networks.generator(z)
        return points

    def sample(self, count: int, random: torch.Generator) -> np.ndarray:
        """Draw (count, d) points, meant to be like the data."""
        return self._generated(count, random)
