"""Eq. 7 by hand and by brute force."""

import math

import numpy as np
import pytest

from bdsg.errors import BDSGError
from bdsg.metrics.clustering import clustering, mode_set_distance, nearest_modes


def test_by_hand() -> None:
    data = np.array([[0.0, 0.0], [1.0, 0.0], [5.0, 0.0], [5.0, 1.0]])
    modes = np.array([0, 0, 1, 1])
    points = np.array([[0.0, 2.0], [2.0, 0.0], [3.5, 0.0], [5.0, 3.0]])  # nearest: 2, 1, 1.5 and 2 away
    found = clustering(points, data, modes)
    assert found.shares == (0.5, 0.5)
    assert found.mean_distance == pytest.approx(6.5 / 4)
    assert found.mode_set_distance == pytest.approx(4.0)


def test_a_mode_without_boundary_or_samples_has_no_share() -> None:
    data, modes = np.array([[0.0, 0.0], [9.0, 0.0]]), np.array([0, 2])
    assert clustering(np.array([[8.0, 0.0]]), data, modes).shares == (0.0, 0.0, 1.0)


def test_one_mode_has_no_distance_to_another() -> None:
    found = clustering(np.ones((3, 2)), np.zeros((2, 2)), np.zeros(2, dtype=int))
    assert found.shares == (1.0,)
    assert found.mode_set_distance is None


@pytest.mark.parametrize("seed", range(8))
def test_equals_brute_force_in_any_dimension(seed: int) -> None:
    rng = np.random.default_rng(seed)
    dim, count = int(rng.integers(1, 5)), int(rng.integers(2, 7))
    modes = rng.permutation(np.repeat(np.arange(count), 12))
    data = rng.normal(scale=4.0, size=(count, dim))[modes] + rng.normal(size=(len(modes), dim))
    points = rng.normal(scale=5.0, size=(25, dim))
    owners, distance = nearest_modes(points, data, modes)
    for point, owner, away in zip(points, owners, distance, strict=True):
        nearest = [min(math.dist(point, x) for x in data[modes == mode]) for mode in range(count)]
        assert owner == int(np.argmin(nearest))
        assert away == pytest.approx(min(nearest))
    apart = [
        math.dist(a, b) for a, i in zip(data, modes, strict=True) for b, j in zip(data, modes, strict=True) if i != j
    ]
    assert mode_set_distance(data, modes) == pytest.approx(min(apart))


@pytest.mark.parametrize("modes", [[0], [0, -1], [0.0, 1.0]])
def test_refuses_labels_that_do_not_fit(modes: list[float]) -> None:
    with pytest.raises(BDSGError, match="data_modes"):
        clustering(np.ones((3, 2)), np.zeros((2, 2)), np.array(modes))
