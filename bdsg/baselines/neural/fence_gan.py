"""FenceGAN (Ngo, Winarto, Kou, Park, Akram and Lee, 2019, section 3): a GAN whose generator stops at the boundary.

Its generator aims at D = α instead of D = 1, and is kept from gathering by a dispersion loss; its discriminator takes
generated points less seriously than real ones, with weight γ.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from bdsg.baselines.neural.gan import GAN, GANNetworks, discriminator_loss
from bdsg.baselines.neural.neural_baseline import NeuralSettings, descend, numbers
from bdsg.config.fields import setting

LEAST_GAP = 1e-6
"""Added to |α − D|: its logarithm has no lower bound."""


@dataclass(frozen=True)
class FenceGANSettings(NeuralSettings, section="fence_gan"):
    """Defaults by the search of tests/bench/rivals.py; α, β, γ as the paper calls them."""

    alpha: float = setting(0.5, "Discriminator output that the generator aims at.", 0.01, 0.99, symbol="α")
    beta: float = setting(2.0, "Weight of dispersion, in units of the data's spread.", 0.0, 1000.0, symbol="β")
    gamma: float = setting(0.1, "Weight of generated points for the discriminator.", 0.001, 1.0, symbol="γ")
    start: float = setting(2.7, "Spread of the first generated points, in units of the data's.", 0.0, 100.0)
    encirclement: str = setting(
        "cross_entropy",
        "Distance of D from α: the paper's logarithm, or the cross-entropy of the authors' program.",
        choices=("cross_entropy", "logarithm"),
    )


class Residual(nn.Module):
    """s·z + g(s·z), as in the authors' program for the plane: the fence starts as a cloud wider than the data."""

    def __init__(self, network: nn.Module, start: float) -> None:
        super().__init__()
        self.network, self.start = network, start

    def forward(self, z: Tensor) -> Tensor:
        """(n, d) -> (n, d)."""
        wide = self.start * z
        moved: Tensor = wide + self.network(wide)
        return moved


def encirclement_loss(logits: Tensor, alpha: float, form: str) -> Tensor:
    """E log|α − D(G(z))| of logits (n,), or in the authors' program the cross-entropy of D(G(z)) to α."""
    if form == "logarithm":
        return torch.log((alpha - torch.sigmoid(logits)).abs() + LEAST_GAP).mean()
    return binary_cross_entropy_with_logits(logits, torch.full_like(logits, alpha))


def dispersion_loss(points: Tensor) -> Tensor:
    """1 / (1/N Σ_i ‖G(z_i) − μ‖₂), with μ the mean of the batch, (N, d)."""
    distances: Tensor = torch.linalg.vector_norm(points - points.mean(0), dim=-1)
    return 1.0 / distances.mean()


class FenceGAN(GAN):
    """The score is 1 − D(x), by its logit."""

    Settings = FenceGANSettings

    def dense_networks(self) -> GANNetworks:
        """The generator is residual where z has as many coordinates as x."""
        generator, discriminator = super().dense_networks()
        if self.settings.latent == self.dim:
            generator = Residual(generator, self.settings.start)
        return GANNetworks(generator, discriminator)

    def step(self, x: Tensor) -> dict[str, float]:
        """The discriminator's step, then the generator's."""
        generator, discriminator = self.networks
        told = self.settings
        z = torch.randn(len(x), told.latent, generator=self.random)
        fake = generator(z)
        apart = discriminator_loss(discriminator(x), discriminator(fake.detach()), told.gamma)
        descend(self._descend_d, apart)
        around = encirclement_loss(discriminator(fake), told.alpha, told.encirclement)
        spread = dispersion_loss(fake)
        descend(self._descend_g, around + told.beta * spread)
        return numbers(discriminator_loss=apart, encirclement=around, dispersion=spread)
