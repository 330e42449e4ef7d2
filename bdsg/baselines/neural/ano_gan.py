"""AnoGAN (Schlegl, Seeböck, Waldstein, Schmidt-Erfurth and Langs, 2017): how well can a GAN rebuild a point?

An ordinary GAN (eq. 1) is trained; then for each point the z whose image is nearest is searched by gradient descent.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from bdsg.baselines.neural.gan import GAN, discriminator_loss, generator_loss
from bdsg.baselines.neural.neural_baseline import NeuralSettings, descend, numbers
from bdsg.config.fields import setting


@dataclass(frozen=True)
class AnoGANSettings(NeuralSettings, section="ano_gan"):
    """Defaults by the search of tests/bench/rivals.py; λ as in the paper."""

    learning_rate: float = setting(0.0005, "Adam step size.", 1e-6, 1.0, log=True)
    weight: float = setting(0.1, "Share of the discrimination loss in the score.", 0.0, 1.0, symbol="λ")
    inversion_steps: int = setting(60, "Steps of the search for z.", 1, 2000, unit="steps", log=True)
    inversion_rate: float = setting(0.1, "Adam step size of that search.", 1e-4, 1.0, log=True)


def residual_loss(x: Tensor, rebuilt: Tensor) -> Tensor:
    """R = Σ |x − G(z)|, (n, d) each -> (n,) (eq. 2)."""
    return (x - rebuilt).abs().flatten(1).sum(1)


def discrimination_loss(features: Tensor, rebuilt: Tensor) -> Tensor:
    """Σ |f(x) − f(G(z))|, (n, F) each -> (n,) (eq. 4)."""
    return (features - rebuilt).abs().sum(1)


class AnoGAN(GAN):
    """The score is A(x) = (1 − λ)·R(x) + λ·D(x) (eq. 6) at the z that was found."""

    Settings = AnoGANSettings

    def prepare(self) -> None:
        """Draw the first z of each search, too."""
        super().prepare()
        self._starts = torch.randn(1024, self.settings.latent, generator=self.random)

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
        features = self.networks.discriminator.features(x).detach()
        optimiser = torch.optim.Adam([z], lr=self.settings.inversion_rate, fused=True)
        for _ in range(self.settings.inversion_steps):
            with torch.enable_grad():
                descend(optimiser, self._misfit(x, features, z).sum())
        return self._misfit(x, features, z).detach()

    def _misfit(self, x: Tensor, features: Tensor, z: Tensor) -> Tensor:
        """(1 − λ)·L_R + λ·L_D (eq. 5), (n,)."""
        rebuilt, weight = self.generate(z), float(self.settings.weight)
        residual = (1.0 - weight) * residual_loss(x, rebuilt)
        return residual + weight * discrimination_loss(features, self.networks.discriminator.features(rebuilt))
