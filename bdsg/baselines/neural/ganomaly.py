"""GANomaly (Akcay, Atapour-Abarghouei and Breckon, 2018): encode, decode, encode again; anomalies end elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor, nn
from torch.linalg import vector_norm

from bdsg.baselines.neural.dense_networks import Discriminator, dense, dense_discriminator
from bdsg.baselines.neural.gan import discriminator_loss
from bdsg.baselines.neural.neural_baseline import NeuralBaseline, NeuralSettings, descend, numbers
from bdsg.config.fields import setting


@dataclass(frozen=True)
class GANomalySettings(NeuralSettings, section="ganomaly"):
    """Defaults by the search of tests/bench/rivals.py; the weights are the paper's."""

    latent: int = setting(1, "Coordinates of the code; as many as the data have would let everything through.", 1, 512)
    adversarial: float = setting(1.0, "Weight of the adversarial loss.", 0.0, 1000.0, symbol="w_adv")
    contextual: float = setting(50.0, "Weight of the contextual loss.", 0.0, 1000.0, symbol="w_con")
    encoding: float = setting(1.0, "Weight of the encoder loss.", 0.0, 1000.0, symbol="w_enc")


class GANomalyNetworks(NamedTuple):
    """G_E : x -> z, G_D : z -> x, a second encoder E : x -> z, and D."""

    encoder: nn.Module
    decoder: nn.Module
    second_encoder: nn.Module
    discriminator: Discriminator


def adversarial_loss(features: Tensor, rebuilt: Tensor) -> Tensor:
    """E_x ‖f(x) − E_x f(G(x))‖₂, (n, F) each (eq. 1)."""
    distances: Tensor = vector_norm(features - rebuilt.mean(0), dim=1)
    return distances.mean()


def contextual_loss(x: Tensor, rebuilt: Tensor) -> Tensor:
    """E_x ‖x − G(x)‖₁ (eq. 2)."""
    return (x - rebuilt).abs().flatten(1).sum(1).mean()


def encoder_loss(code: Tensor, again: Tensor) -> Tensor:
    """E_x ‖G_E(x) − E(G(x))‖₂, (n, latent) each (eq. 3)."""
    distances: Tensor = vector_norm(code - again, dim=1)
    return distances.mean()


class GANomaly(NeuralBaseline):
    """The score is A(x) = ‖G_E(x) − E(G(x))‖₁ (eq. 5)."""

    Settings = GANomalySettings

    networks: GANomalyNetworks

    def dense_networks(self) -> GANomalyNetworks:
        """For vectors."""
        dim, hidden, latent = self.dim, self.settings.hidden, self.settings.latent
        return GANomalyNetworks(
            dense(dim, hidden, latent, self.random),
            dense(latent, hidden, dim, self.random),
            dense(dim, hidden, latent, self.random),
            dense_discriminator(dim, hidden, self.random),
        )

    def prepare(self) -> None:
        """One optimiser for the three parts of G, one for D."""
        self._descend_g = self.adam(*self.networks[:3])
        self._descend_d = self.adam(self.networks.discriminator)

    def step(self, x: Tensor) -> dict[str, float]:
        """The discriminator's step, then that of the three parts of G by eq. 4."""
        encoder, decoder, second_encoder, discriminator = self.networks
        code = encoder(x)
        rebuilt = decoder(code)
        apart = discriminator_loss(discriminator(x), discriminator(rebuilt.detach()))
        descend(self._descend_d, apart)
        adversarial = adversarial_loss(discriminator.features(x), discriminator.features(rebuilt))
        contextual, encoding = contextual_loss(x, rebuilt), encoder_loss(code, second_encoder(rebuilt))
        told = self.settings
        descend(
            self._descend_g, told.adversarial * adversarial + told.contextual * contextual + told.encoding * encoding
        )
        return numbers(discriminator_loss=apart, adversarial=adversarial, contextual=contextual, encoder=encoding)

    def scores(self, x: Tensor) -> Tensor:
        """A(x)."""
        encoder, decoder, second_encoder, _ = self.networks
        code = encoder(x)
        distance: Tensor = (code - second_encoder(decoder(code))).abs().sum(1)
        return distance
