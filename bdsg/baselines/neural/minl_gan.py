"""MinLGAN (Wang, Zhang and Liu, 2018): a GAN whose generator is kept away from where the data are likely.

Its minimum-likelihood regularisation is read here as −λ·KL(p_x ‖ p_G), the opposite of what likelihood training
minimises, so that the generator does not converge to the data but to their tail.  The divergence is had from the
discriminator: where D is optimal, exp(logit D) is p_x/p_G, and −E_z exp(logit D(G(z))) has the gradient of
KL(p_x ‖ p_G) (Goodfellow, 2015).  The anomaly score is the mean of an ensemble of discriminators.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from bdsg.baselines.neural.dense_networks import Discriminator
from bdsg.baselines.neural.gan import GAN, discriminator_loss, generator_loss
from bdsg.baselines.neural.neural_baseline import NeuralSettings, descend, numbers
from bdsg.config.fields import setting

HIGHEST_LOGIT = 8.0
"""The likelihood ratio counts as no larger than exp of it: a sure discriminator would outweigh a whole batch."""


@dataclass(frozen=True)
class MinLGANSettings(NeuralSettings, section="minl_gan"):
    """Defaults by the search of tests/bench/rivals.py."""

    regularisation: float = setting(0.1, "Weight of minimum likelihood.", 0.0, 100.0, symbol="λ")
    ensemble: int = setting(10, "Discriminators, from the second half of training, that the score averages.", 1, 100)


def minimum_likelihood(logits: Tensor) -> Tensor:
    """E_z exp(logit D(G(z))), of logits (n,): for an optimal D its gradient is that of −KL(p_x ‖ p_G)."""
    return logits.clamp(max=HIGHEST_LOGIT).exp().mean()


class MinLGAN(GAN):
    """The score is 1 − D(x), averaged over the ensemble."""

    Settings = MinLGANSettings

    def prepare(self) -> None:
        """Plan the ensemble, too."""
        super().prepare()
        self._ensemble: list[Discriminator] = []
        steps, size = self.settings.steps, self.settings.ensemble
        self._kept_at = set(np.linspace(steps // 2, steps, size + 1)[1:].round().astype(int).tolist())

    def before_step(self, step: int) -> None:
        """Keep a copy of the discriminator now and then."""
        if step in self._kept_at:
            self._ensemble.append(copy.deepcopy(self.networks.discriminator))

    def step(self, x: Tensor) -> dict[str, float]:
        """The discriminator's step, then the generator's."""
        generator, discriminator = self.networks
        fake = generator(torch.randn(len(x), self.settings.latent, generator=self.random))
        apart = discriminator_loss(discriminator(x), discriminator(fake.detach()))
        descend(self._descend_d, apart)
        logits = discriminator(fake)
        adversarial, likelihood = generator_loss(logits), minimum_likelihood(logits)
        descend(self._descend_g, adversarial + self.settings.regularisation * likelihood)
        return numbers(discriminator_loss=apart, generator_loss=adversarial, likelihood=likelihood)

    def scores(self, x: Tensor) -> Tensor:
        """Mean of −log D(x); before the second half of training, of the present discriminator alone."""
        members = self._ensemble or [self.networks.discriminator]
        return torch.stack([nn.functional.softplus(-member(x)) for member in members]).mean(0)
