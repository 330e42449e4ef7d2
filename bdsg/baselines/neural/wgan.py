"""WGAN (Arjovsky, Chintala and Bottou, 2017, eq. 2) with gradient penalty (Gulrajani et al., 2017, eq. 3)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from bdsg.baselines.neural.gan import GAN
from bdsg.baselines.neural.neural_baseline import NeuralSettings, descend, numbers
from bdsg.config.fields import setting


@dataclass(frozen=True)
class WGANSettings(NeuralSettings, section="wgan"):
    """Defaults by the search of tests/bench/rivals.py, where λ = 1 beat the paper's 10."""

    steps: int = setting(600, "Training steps of the generator.", 1, 50_000, unit="steps", log=True)
    critic_steps: int = setting(5, "Steps of the critic for each of the generator.", 1, 100)
    penalty: float = setting(1.0, "Weight of the gradient penalty.", 0.0, 1000.0, symbol="λ")


def gradient_penalty(critic: nn.Module, real: Tensor, fake: Tensor, random: torch.Generator) -> Tensor:
    """E (‖∇D(x̂)‖₂ − 1)², with x̂ uniform between pairs of real and generated points, (n, d) each."""
    share = torch.rand(len(real), *[1] * (real.dim() - 1), generator=random)
    between = (fake + share * (real - fake)).detach().requires_grad_()
    (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    lengths = torch.linalg.vector_norm(slope.flatten(1), dim=1)
    excess: Tensor = lengths - 1.0
    return (excess**2).mean()


class WGAN(GAN):
    """The score is −D(x); its discriminator is the critic, whose D(x) is no logit."""

    Settings = WGANSettings
    betas = (0.5, 0.9)

    @property
    def points_per_step(self) -> int:
        """A batch for each step of the critic."""
        return int(self.settings.batch_size * self.settings.critic_steps)

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
