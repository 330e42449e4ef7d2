"""Strong anomalies (paper, 3.1): points of B(z) below the threshold, all of them and no other."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from bdsg.boundary.anomalies import CHUNK, strong_anomalies
from bdsg.errors import ConfigError


def log_prob(x: Tensor) -> Tensor:
    """A density that falls with the first coordinate alone."""
    return -x[:, 0].abs()


def generator(z: Tensor) -> Tensor:
    return 2.0 * z


def test_every_point_below_the_threshold_is_kept_in_the_order_of_its_draw() -> None:
    draws, random = CHUNK + 100, torch.Generator().manual_seed(0)
    found = strong_anomalies(generator, log_prob, 0.25, draws, random)
    again = torch.Generator().manual_seed(0)
    points = generator(torch.cat([torch.randn(n, 2, generator=again) for n in (CHUNK, 100)]))
    below = points[torch.exp(log_prob(points)) < 0.25]
    torch.testing.assert_close(found.points, below)
    torch.testing.assert_close(found.log_density, log_prob(below))
    assert found.share == len(below) / draws
    assert 0.3 < found.share < 0.7


def test_no_anomaly_is_an_empty_answer() -> None:
    found = strong_anomalies(generator, log_prob, 1e-30, 50, torch.Generator().manual_seed(0))
    assert found.points.shape == (0, 2)
    assert found.share == 0.0


@pytest.mark.parametrize(("epsilon", "draws"), [(0.0, 10), (0.1, 0)])
def test_limits_are_named(epsilon: float, draws: int) -> None:
    with pytest.raises(ConfigError, match="must be above 0"):
        strong_anomalies(generator, log_prob, epsilon, draws, torch.Generator())
