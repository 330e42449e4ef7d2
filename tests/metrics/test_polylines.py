"""Probes and distances against hand-computed values and brute force."""

import math
from itertools import pairwise

import numpy as np
import pytest

from bdsg.errors import BDSGError
from bdsg.metrics.polylines import distance_to_lines, probes


def brute_force(point: np.ndarray, lines: list[np.ndarray]) -> float:
    """Distance by the textbook formula, one segment at a time."""
    best = math.inf
    for line in lines:
        for a, b in pairwise(line):
            along = float(np.dot(b - a, b - a))
            t = 0.0 if along == 0 else min(1.0, max(0.0, float(np.dot(point - a, b - a)) / along))
            best = min(best, math.dist(point, a + t * (b - a)))
    return best


def test_probes_by_hand() -> None:
    corner = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 2.0]])  # length 4
    found = probes([corner], total=4, fewest=1)
    assert found.points.tolist() == [[0.5, 0.0], [1.5, 0.0], [2.0, 0.5], [2.0, 1.5]]
    assert found.weights.tolist() == [1.0] * 4


def test_short_lines_get_the_minimum_but_weigh_their_length() -> None:
    lines = [np.array([[0.0, 0.0], [99.0, 0.0]]), np.array([[0.0, 5.0], [1.0, 5.0]])]
    found = probes(lines)
    assert np.bincount(found.line).tolist() == [990, 20]
    assert np.bincount(found.line, found.weights).tolist() == pytest.approx([99.0, 1.0])


def test_no_lines_have_no_probes() -> None:
    assert probes([]).points.shape == (0, 2)


def test_distances_by_hand() -> None:
    square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]])
    points = np.array([[0.5, 0.5], [0.5, -2.0], [4.0, 5.0], [1.0, 0.3], [0.25, 0.5]])
    assert distance_to_lines(points, [square]).tolist() == pytest.approx([0.5, 2.0, 5.0, 0.0, 0.25])


@pytest.mark.parametrize("seed", range(12))
def test_distances_equal_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lines = [rng.normal(size=2) + rng.normal(scale=0.3, size=(n, 2)).cumsum(0) for n in rng.integers(2, 90, size=3)]
    lines.append(np.array([[0.0, 0.0], [0.0, 0.0], [30.0, 0.1]]))  # a segment of no length, and a long one
    points = rng.normal(scale=rng.choice([0.5, 3.0, 30.0]), size=(60, 2))
    expected = [brute_force(point, lines) for point in points]
    np.testing.assert_allclose(distance_to_lines(points, lines), expected, rtol=1e-12, atol=1e-12)


def test_distances_from_the_centre_of_a_circle() -> None:
    angle = np.linspace(0, 2 * np.pi, 721)
    circle = 3.0 * np.column_stack([np.cos(angle), np.sin(angle)])  # all segments are equally near
    assert distance_to_lines(np.zeros((1, 2)), [circle])[0] == pytest.approx(3.0 * math.cos(math.pi / 720), rel=1e-12)


def test_distance_needs_a_line() -> None:
    with pytest.raises(BDSGError, match="0 contour lines"):
        distance_to_lines(np.zeros((1, 2)), [])
