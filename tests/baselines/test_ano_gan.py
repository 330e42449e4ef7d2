"""AnoGAN: it inverts its generator, and rebuilds the data better than far points."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from bdsg.baselines.neural import ano_gan
from tests.baselines.samples import FAR, SMALL, gaussian, seeded


def test_ano_gan_inverts_its_generator() -> None:
    settings = ano_gan.AnoGANSettings(weight=0.0, inversion_steps=500, inversion_rate=0.02, **SMALL)
    linear = nn.Linear(2, 2)
    with torch.no_grad():
        linear.weight.copy_(torch.tensor([[2.0, 0.5], [0.0, 1.0]]))
        linear.bias.zero_()
    networks = ano_gan.AnoGAN(2, seeded(), settings).networks._replace(generator=linear)
    baseline = ano_gan.AnoGAN(2, seeded(), settings, networks)
    x = torch.from_numpy(gaussian(40)).float()
    assert float(baseline.scores(x).max()) < 0.05  # every point is the image of some z
    assert float(ano_gan.residual_loss(x, torch.zeros_like(x)).min()) > 0.05


def test_ano_gan_rebuilds_the_data_better_than_far_points() -> None:
    settings = ano_gan.AnoGANSettings(steps=600, **SMALL)
    baseline = ano_gan.AnoGAN(2, seeded(), settings).fit(gaussian(4000))
    near = baseline.score_samples(gaussian(200, 1))
    assert np.quantile(near, 0.95) < baseline.score_samples(8 * FAR).min()
