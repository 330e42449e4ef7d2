"""FenceGAN: its losses by hand, and the experiment of its paper."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from bdsg.baselines.neural import fence_gan
from tests.baselines.samples import FAR, gaussian, seeded


def test_fence_gan_losses_by_hand() -> None:
    points = torch.tensor([[3.0, 0.0], [-3.0, 0.0], [0.0, 5.0], [0.0, -5.0]])
    assert float(fence_gan.dispersion_loss(points + 7.0)) == pytest.approx(1 / 4)
    logits = torch.tensor([0.0, math.log(3.0)])  # D = 0.5 and 0.75
    wanted = 0.5 * (math.log(0.1 + 1e-6) + math.log(0.15 + 1e-6))
    assert float(fence_gan.encirclement_loss(logits, 0.6, "logarithm")) == pytest.approx(wanted, rel=1e-5)
    at = torch.tensor([math.log(0.6 / 0.4)])
    apart = [float(fence_gan.encirclement_loss(at + s, 0.6, "cross_entropy")) for s in (-0.1, 0.0, 0.1)]
    assert apart[1] == min(apart)


def test_fence_gan_encloses_the_gaussian_of_its_paper() -> None:
    """The published experiment: N((20, 20), 3² I), z of spread 8, α = 0.5, γ = 0.1, β = 15, that is 15/3 here."""
    data = 20 + 3 * gaussian(4000)
    settings = fence_gan.FenceGANSettings(
        alpha=0.5, beta=5.0, gamma=0.1, start=8 / 3, hidden=(15, 15), steps=1500, batch_size=100, learning_rate=0.002
    )
    baseline = fence_gan.FenceGAN(2, seeded(), settings).fit(data)
    offsets = (baseline.sample(1000, seeded(1)) - 20) / 3
    radii, angles = np.linalg.norm(offsets, axis=1), np.sort(np.arctan2(offsets[:, 1], offsets[:, 0]))
    gaps = np.diff(angles, append=angles[0] + 2 * math.pi)
    assert math.degrees(gaps.max()) < 15  # all the way round
    inside = np.linalg.norm((data - 20) / 3, axis=1) < np.quantile(radii, 0.1)
    assert inside.mean() > 0.9
    assert baseline.score_samples(20 + 3 * 4 * FAR).min() > baseline.score_samples(20 + 3 * FAR).max()
