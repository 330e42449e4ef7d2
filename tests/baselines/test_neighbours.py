"""Nearest neighbours: the distance to the k-th."""

from __future__ import annotations

import numpy as np
import pytest

from bdsg.baselines.classical.neighbours import Neighbours, NeighboursSettings
from tests.baselines.samples import gaussian, seeded


def test_neighbours_is_the_distance_to_the_kth() -> None:
    data = gaussian(100)
    baseline = Neighbours(2, seeded(), NeighboursSettings(neighbours=3)).fit(data)
    scaled = (np.array([0.2, 0.1]) - data) / data.std(0)
    assert baseline.score_samples(np.array([[0.2, 0.1]]))[0] == pytest.approx(
        np.sort(np.linalg.norm(scaled, axis=1))[2]
    )
