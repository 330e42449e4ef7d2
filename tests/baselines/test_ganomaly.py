"""GANomaly: its losses by hand, and codes that come back elsewhere."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from bdsg.baselines.neural import ganomaly
from tests.baselines.samples import FAR, SMALL, seeded


def test_ganomaly_losses_by_hand() -> None:
    a, b = torch.tensor([[1.0, 2.0], [3.0, 5.0]]), torch.tensor([[0.0, 0.0], [2.0, 4.0]])
    assert float(ganomaly.contextual_loss(a, b)) == pytest.approx((3 + 2) / 2)
    assert float(ganomaly.encoder_loss(a, b)) == pytest.approx((math.sqrt(5) + math.sqrt(2)) / 2)
    assert float(ganomaly.adversarial_loss(a, b)) == pytest.approx((0 + math.sqrt(4 + 9)) / 2)  # mean of b: (1, 2)


def test_ganomaly_codes_of_far_points_come_back_elsewhere() -> None:
    numbers = np.random.default_rng(0)
    line = np.outer(numbers.normal(size=4000), [1.0, 0.5]) + 0.05 * numbers.normal(size=(4000, 2))
    baseline = ganomaly.GANomaly(2, seeded(), ganomaly.GANomalySettings(steps=800, **SMALL)).fit(line)
    assert np.median(baseline.score_samples(8 * FAR)) > 5 * np.median(baseline.score_samples(line[:500]))
