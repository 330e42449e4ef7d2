"""What methods with a generator share, and the losses of an ordinary GAN (Goodfellow et al., 2014)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from bdsg.baselines.neural.dense_networks import Discriminator, dense, dense_discriminator
from bdsg.baselines.neural.neural_baseline import NeuralBaseline


class GANNetworks(NamedTuple):
    """G : z -> x, (n, latent) -> (n, d), and D."""

    generator: nn.Module
    discriminator: Discriminator


class GeneratingBaseline(NeuralBaseline):
    """A network that generates points."""

    def generate(self, z: Tensor) -> Tensor:
        """G(z)."""
        points: Tensor = self.networks.generator(z)
        return points

    @torch.no_grad()
    def sample(self, count: int, random: torch.Generator) -> np.ndarray:
        """Draw (count, d) points."""
        made = self.generate(torch.randn(count, self.settings.latent, generator=random))
        return self._in_data_units(made).astype(float)


class GAN(GeneratingBaseline):
    """One generator and one discriminator; the score is −D(x), by its logit."""

    networks: GANNetworks

    def dense_networks(self) -> GANNetworks:
        """Both for vectors."""
        hidden = self.settings.hidden
        generator = dense(self.settings.latent, hidden, self.dim, self.random)
        return GANNetworks(generator, dense_discriminator(self.dim, hidden, self.random))

    def prepare(self) -> None:
        """An optimiser each."""
        self._descend_g, self._descend_d = (self.adam(network) for network in self.networks)

    def scores(self, x: Tensor) -> Tensor:
        """−logit D(x)."""
        logits: Tensor = self.networks.discriminator(x)
        return -logits


def discriminator_loss(real: Tensor, fake: Tensor, fake_weight: float = 1.0) -> Tensor:
    """−E log D(x) − γ E log(1 − D(G(z))) of logits (n,) each (Goodfellow et al., 2014, eq. 1, for γ = 1)."""
    return softplus(-real).mean() + fake_weight * softplus(fake).mean()


def generator_loss(fake: Tensor) -> Tensor:
    """−E log D(G(z)) of logits (n,): the form that does not saturate (Goodfellow et al., 2014, section 3)."""
    return softplus(-fake).mean()
