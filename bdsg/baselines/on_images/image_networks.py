"""Convolutional networks of the neural baselines, after DCGAN (Radford, Metz and Chintala, 2016).

They take and give images as rows of numbers, (n, C·H·W), so that every method's own file serves images, too.
Normalisation is by groups of channels (Wu and He, 2018): with DCGAN's batches the score of an image would depend on
the images beside it, and the penalty of WGAN forbids that.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from bdsg.baselines.neural import egbad, ganomaly, vae
from bdsg.baselines.neural.dense_networks import Discriminator, Hidden
from bdsg.baselines.neural.gan import GANNetworks
from bdsg.errors import ConfigError

Shape = tuple[int, int, int]
"""Channels, height, width."""

SLOPE = 0.2
"""Of LeakyReLU below zero, as in DCGAN."""
FEATURES = 128
"""Width of the dense layer whose output is a discriminator's f(x)."""
GROUP = 8
"""Channels that are normalised together."""


class Rows(nn.Module):
    """Lets a network of (n, ...) take (..., n, latent), as a bound with several draws needs it."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, z: Tensor) -> Tensor:
        """(..., latent) -> (..., d)."""
        rows: Tensor = self.network(z.reshape(-1, z.shape[-1]))
        return rows.reshape(*z.shape[:-1], rows.shape[-1])


def drawn(kind: Callable[..., nn.Module], random: torch.Generator, *sizes: int, **more: Any) -> nn.Module:
    """A layer with He-uniform weights (He et al., 2015) from ``random`` and zero biases."""
    layer: Any = nn.utils.skip_init(kind, *sizes, **more)  # type: ignore[no-untyped-call]
    nn.init.kaiming_uniform_(layer.weight, a=SLOPE, generator=random)
    nn.init.zeros_(layer.bias)
    made: nn.Module = layer
    return made


def smallest(shape: Shape, hidden: Hidden) -> tuple[int, int]:
    """Height and width after each layer has halved them; raises ConfigError where they do not halve so often."""
    parts = 2 ** len(hidden)
    if shape[1] % parts or shape[2] % parts:
        raise ConfigError("hidden", hidden, f"{shape[1]} × {shape[2]} pixels cannot be halved {len(hidden)} times.")
    return shape[1] // parts, shape[2] // parts


def downward(shape: Shape, hidden: Hidden, random: torch.Generator) -> tuple[list[nn.Module], int]:
    """Convolutions of stride 2 in place of pooling, (n, d) -> (n, F), and that F."""
    modules: list[nn.Module] = [nn.Unflatten(1, shape)]
    for into, out in itertools.pairwise((shape[0], *hidden)):
        modules += [drawn(nn.Conv2d, random, into, out, 4, stride=2, padding=1), nn.LeakyReLU(SLOPE)]
    return [*modules, nn.Flatten()], hidden[-1] * math.prod(smallest(shape, hidden))


def encoder(shape: Shape, hidden: Hidden, out: int, random: torch.Generator) -> nn.Sequential:
    """x -> code, (n, d) -> (n, out)."""
    modules, width = downward(shape, hidden, random)
    return nn.Sequential(*modules, drawn(nn.Linear, random, width, out))


def discriminator(shape: Shape, hidden: Hidden, random: torch.Generator) -> Discriminator:
    """Logits, (n, d) -> (n,); f(x) is what a dense layer after the convolutions gives."""
    return Discriminator(see(shape, hidden, random), drawn(nn.Linear, random, FEATURES, 1))


def see(shape: Shape, hidden: Hidden, random: torch.Generator) -> nn.Sequential:
    """Features, (n, d) -> (n, FEATURES)."""
    modules, width = downward(shape, hidden, random)
    return nn.Sequential(*modules, drawn(nn.Linear, random, width, FEATURES), nn.LeakyReLU(SLOPE))


def generator(shape: Shape, hidden: Hidden, latent: int, random: torch.Generator) -> nn.Sequential:
    """z -> x in [−1, 1], (n, latent) -> (n, d), by transposed convolutions."""
    low, widths = smallest(shape, hidden), (*reversed(hidden), shape[0])
    modules: list[nn.Module] = [
        drawn(nn.Linear, random, latent, widths[0] * math.prod(low)),
        nn.Unflatten(1, (widths[0], *low)),
    ]
    for into, out in itertools.pairwise(widths):
        modules += [nn.GroupNorm(math.gcd(into, max(into // GROUP, 1)), into), nn.LeakyReLU(SLOPE)]
        modules += [drawn(nn.ConvTranspose2d, random, into, out, 4, stride=2, padding=1)]
    return nn.Sequential(*modules, nn.Tanh(), nn.Flatten())


def gan_networks(shape: Shape, told: Any, random: torch.Generator) -> GANNetworks:
    """G and D, or the critic."""
    return GANNetworks(generator(shape, told.hidden, told.latent, random), discriminator(shape, told.hidden, random))


def egbad_networks(shape: Shape, told: Any, random: torch.Generator) -> egbad.EGBADNetworks:
    """G, E, and D of pairs: x by convolutions, z by a dense layer, both by another."""
    see_z = nn.Sequential(drawn(nn.Linear, random, told.latent, FEATURES), nn.LeakyReLU(SLOPE))
    both = nn.Sequential(drawn(nn.Linear, random, 2 * FEATURES, FEATURES), nn.LeakyReLU(SLOPE))
    joint = Discriminator(both, drawn(nn.Linear, random, FEATURES, 1))
    return egbad.EGBADNetworks(
        generator(shape, told.hidden, told.latent, random),
        encoder(shape, told.hidden, told.latent, random),
        egbad.PairDiscriminator(see(shape, told.hidden, random), see_z, joint),
    )


def ganomaly_networks(shape: Shape, told: Any, random: torch.Generator) -> ganomaly.GANomalyNetworks:
    """Two encoders with a decoder between them, and D."""
    return ganomaly.GANomalyNetworks(
        encoder(shape, told.hidden, told.latent, random),
        generator(shape, told.hidden, told.latent, random),
        encoder(shape, told.hidden, told.latent, random),
        discriminator(shape, told.hidden, random),
    )


def vae_networks(shape: Shape, told: Any, random: torch.Generator) -> vae.VAENetworks:
    """Encoder and decoder, and one spread for all pixels: with one each, pixels that never vary would rule."""
    return vae.VAENetworks(
        encoder(shape, told.hidden, 2 * told.latent, random),
        Rows(generator(shape, told.hidden, told.latent, random)),
        nn.Parameter(torch.full((1,), math.log(told.spread))),
    )


NETWORKS: dict[str, Callable[[Shape, Any, torch.Generator], Any]] = {
    "fence_gan": gan_networks,
    "minl_gan": gan_networks,
    "ano_gan": gan_networks,
    "egbad": egbad_networks,
    "ganomaly": ganomaly_networks,
    "vae": vae_networks,
    "wgan": gan_networks,
}
