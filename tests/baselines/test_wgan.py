"""WGAN: the gradient penalty of a linear critic, and a gap that falls."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from bdsg.baselines.neural import wgan
from tests.baselines.samples import SMALL, seeded, terms_of


def test_gradient_penalty_of_a_linear_critic() -> None:
    critic = nn.Linear(2, 1)
    with torch.no_grad():
        critic.weight.copy_(torch.tensor([[3.0, 4.0]]))
    found = wgan.gradient_penalty(critic, torch.randn(5, 2), torch.randn(5, 2), seeded())
    assert float(found.detach()) == pytest.approx(16.0, rel=1e-5)


def test_the_gap_of_the_wgan_critic_falls() -> None:
    settings = wgan.WGANSettings(steps=150, **SMALL)
    networks = wgan.WGAN(2, seeded(), settings).networks
    with torch.no_grad():
        networks.generator[-1].bias.fill_(5.0)  # start far from the data
    baseline = wgan.WGAN(2, seeded(), settings, networks)
    gaps = terms_of(baseline, "critic gap", lambda count, numbers: numbers.normal(size=(count, 2)))
    highest = gaps[:40].max()
    assert highest > 3  # the distance is 5·√2, less what the generator has moved
    assert np.abs(gaps[-20:]).mean() < 0.2 * highest
    assert np.linalg.norm(baseline.sample(2000, seeded(1)).mean(0)) < 1
