"""EGBAD (Zenati, Foo, Lecouat, Manek and Chandrasekhar, 2018): AnoGAN's search replaced by a learned encoder.

A BiGAN (Donahue, Krähenbühl and Darrell, 2017, section 3): the discriminator sees pairs (x, E(x)) and (G(z), z).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from bdsg.baselines.neural.dense_networks import Discriminator, dense, dense_discriminator
from bdsg.baselines.neural.gan import GeneratingBaseline, discriminator_loss
from bdsg.baselines.neural.neural_baseline import NeuralSettings, descend, numbers
from bdsg.config.fields import setting


@dataclass(frozen=True)
class EGBADSettings(NeuralSettings, section="egbad"):
    """Defaults by the search of tests/bench/rivals.py; α as in the paper."""

    weight: float = setting(0.5, "Share of the reconstruction in the score.", 0.0, 1.0, symbol="α")
    discriminator_score: str = setting(
        "cross_entropy",
        "What the discriminator says of a point: its cross-entropy to real, or a distance of features.",
        choices=("cross_entropy", "feature_matching"),
    )


class PairDiscriminator(nn.Module):
    """Logits of pairs D(x, z), (n,): each part through a network of its own, then both side by side through D.

    Args:
        see_x, see_z: to flat features, (n, F) each.
        joint: of these side by side.
    """

    def __init__(self, see_x: nn.Module, see_z: nn.Module, joint: Discriminator) -> None:
        super().__init__()
        self.see_x, self.see_z, self.joint = see_x, see_z, joint

    def forward(self, x: Tensor, z: Tensor) -> Tensor:
        """The logit of "a point and its code"."""
        logits: Tensor = self.joint(self._both(x, z))
        return logits

    def features(self, x: Tensor, z: Tensor) -> Tensor:
        """What the last layer sees, (n, F)."""
        seen: Tensor = self.joint.features(self._both(x, z))
        return seen

    def _both(self, x: Tensor, z: Tensor) -> Tensor:
        return torch.cat([self.see_x(x), self.see_z(z)], 1)


class EGBADNetworks(NamedTuple):
    """G : z -> x, E : x -> z, and D of pairs."""

    generator: nn.Module
    encoder: nn.Module
    discriminator: PairDiscriminator


def swapped_loss(encoded: Tensor, generated: Tensor) -> Tensor:
    """−E log(1 − D(x, E(x))) − E log D(G(z), z) of logits: G and E against D, in the form that does not saturate."""
    return discriminator_loss(generated, encoded)


class EGBAD(GeneratingBaseline):
    """The score is A(x) = α·‖x − G(E(x))‖₁ + (1 − α)·L_D(x)."""

    Settings = EGBADSettings

    networks: EGBADNetworks

    def dense_networks(self) -> EGBADNetworks:
        """For vectors; x and z go side by side through one D."""
        dim, hidden, latent = self.dim, self.settings.hidden, self.settings.latent
        return EGBADNetworks(
            dense(latent, hidden, dim, self.random),
            dense(dim, hidden, latent, self.random),
            PairDiscriminator(nn.Identity(), nn.Identity(), dense_discriminator(dim + latent, hidden, self.random)),
        )

    def prepare(self) -> None:
        """One optimiser for generator and encoder, one for D."""
        self._descend_ge = self.adam(self.networks.generator, self.networks.encoder)
        self._descend_d = self.adam(self.networks.discriminator)

    def step(self, x: Tensor) -> dict[str, float]:
        """The discriminator's step, then that of generator and encoder."""
        generator, encoder, discriminator = self.networks
        z = torch.randn(len(x), self.settings.latent, generator=self.random)
        code, made = encoder(x), generator(z)
        apart = discriminator_loss(discriminator(x, code.detach()), discriminator(made.detach(), z))
        descend(self._descend_d, apart)
        together = swapped_loss(discriminator(x, code), discriminator(made, z))
        descend(self._descend_ge, together)
        return numbers(discriminator_loss=apart, generator_and_encoder_loss=together)

    def scores(self, x: Tensor) -> Tensor:
        """A(x)."""
        generator, encoder, discriminator = self.networks
        z = encoder(x)
        rebuilt = generator(z)
        if self.settings.discriminator_score == "cross_entropy":
            unlike: Tensor = softplus(-discriminator(x, z))
        else:
            unlike = (discriminator.features(x, z) - discriminator.features(rebuilt, z)).abs().sum(1)
        weight = self.settings.weight
        score: Tensor = weight * (x - rebuilt).abs().flatten(1).sum(1) + (1.0 - weight) * unlike
        return score
