"""The losses that the methods with a generator share, by hand."""

from __future__ import annotations

import torch

from bdsg.baselines.neural.gan import discriminator_loss, generator_loss
from tests.baselines.samples import seeded


def test_the_losses_of_a_gan_are_those_of_probabilities() -> None:
    real, fake = torch.randn(50, generator=seeded()), torch.randn(50, generator=seeded(1))
    d_real, d_fake = torch.sigmoid(real), torch.sigmoid(fake)
    wanted = -(d_real.log().mean() + 0.1 * (1 - d_fake).log().mean())
    torch.testing.assert_close(discriminator_loss(real, fake, 0.1), wanted)
    torch.testing.assert_close(generator_loss(fake), -d_fake.log().mean())
