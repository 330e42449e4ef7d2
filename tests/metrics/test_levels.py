"""Fields, windows, contours and components against closed forms."""

import math

import numpy as np
import pytest

from bdsg.data import GaussianMixture
from bdsg.data.checks import finite
from bdsg.data.window import Window
from bdsg.errors import BDSGError, ConfigError, EmptyBoundaryError
from bdsg.metrics.band import Band
from bdsg.metrics.levels import Field, component_labels, components_at, contour_lines, truth_field

UNIT = GaussianMixture([1.0], [[0.0, 0.0]], [np.eye(2)])
SEPARATE = GaussianMixture([0.5, 0.5], [[-5.0, 0.0], [5.0, 0.0]], [np.eye(2), np.eye(2)])


def radius(level: float) -> float:
    """Where the unit Gaussian's density is ``level``."""
    return math.sqrt(-2 * math.log(2 * math.pi * level))


def ring_field() -> Field:
    """p = 1 on the circle of radius 2, falling off on either side."""
    low, high = np.array([-4.0, -4.0]), np.array([4.0, 4.0])
    return Field.over(lambda p: -8 * (np.hypot(p[:, 0], p[:, 1]) - 2) ** 2, Window(low, high).grid(301))


def test_field_over_has_rows_along_y() -> None:
    field = Field.over(lambda p: p[:, 0] + 10 * p[:, 1], Window(np.array([0.0, 0.0]), np.array([2.0, 1.0])).grid(3, 2))
    assert field.values.tolist() == [[0.0, 1.0, 2.0], [10.0, 11.0, 12.0]]


def test_field_over_is_the_same_in_chunks() -> None:
    low, high = np.array([-3.0, -2.0]), np.array([1.0, 4.0])
    field = Field.over(UNIT.log_prob, Window(low, high).grid(170, 150))  # 25,500 nodes: more than one chunk
    expected = -0.5 * (field.x[None, :] ** 2 + field.y[:, None] ** 2) - math.log(2 * math.pi)
    np.testing.assert_allclose(field.values, expected, atol=1e-12)


@pytest.mark.parametrize(
    ("x", "y", "values"),
    [
        ([0, 1], [0, 1, 2], np.zeros((2, 3))),  # columns and rows swapped
        ([0, 0], [0, 1], np.zeros((2, 2))),
        ([1, 0], [0, 1], np.zeros((2, 2))),
        ([0, 1], [0, 1], [[0, 0], [0, np.nan]]),
        ([0, 1], [0, 1], [[0, 0], [0, -np.inf]]),
        ([0], [0, 1], np.zeros((2, 1))),
    ],
)
def test_field_refuses(x: object, y: object, values: object) -> None:
    with pytest.raises(BDSGError, match="field"):
        Field(np.asarray(x, float), np.asarray(y, float), np.asarray(values, float))


def test_finite_counts_what_is_wrong() -> None:
    with pytest.raises(BDSGError, match="B holds 2 of 4 values"):
        finite("B", [[0.0, np.nan], [np.inf, 1.0]], columns=2)


@pytest.mark.parametrize(
    ("epsilon", "delta"), [(0.01, 0.01), (0.01, 0.0), (0.01, 0.1), (math.nan, 0.1), (math.inf, 0.1)]
)
def test_band_refuses(epsilon: float, delta: float) -> None:
    with pytest.raises(ConfigError):
        Band(epsilon, delta)


def test_band_holds_both_ends() -> None:
    band = Band(0.01, 0.001)
    logs = np.array([math.log(0.001), math.log(0.01), math.log(0.0009), math.log(0.011)])
    assert band.holds(logs).tolist() == [True, True, False, False]
    assert math.exp(band.log_middle) == pytest.approx(math.sqrt(1e-5))


@pytest.mark.parametrize("level", [0.1, 0.01, 0.001])
def test_unit_gaussian_contour_is_its_circle(level: float) -> None:
    (line,) = contour_lines(truth_field(UNIT, 0.001), level)
    np.testing.assert_allclose(np.hypot(*line.T), radius(level), atol=2e-4)
    assert np.hypot(*np.diff(line, axis=0).T).sum() == pytest.approx(2 * math.pi * radius(level), rel=1e-4)
    assert line[0].tolist() == line[-1].tolist()


def test_contour_above_the_peak_is_empty() -> None:
    assert contour_lines(truth_field(UNIT, 0.001), 0.2) == []  # the peak is 1/2π = 0.159


def test_contour_that_leaves_the_window_is_open() -> None:
    half = Window(np.array([0.0, -4.0]), np.array([4.0, 4.0]))
    (line,) = contour_lines(Field.over(UNIT.log_prob, half.grid(101, 201)), 0.01)
    assert line[[0, -1], 0].tolist() == pytest.approx([0.0, 0.0])
    assert sorted(line[[0, -1], 1]) == pytest.approx([-radius(0.01), radius(0.01)], abs=1e-3)


def test_truth_field_holds_the_level_set_and_two_percent() -> None:
    field = truth_field(UNIT, 0.001)
    assert field.values.shape == (401, 401)
    assert field.x[-1] == pytest.approx(radius(0.001) * 1.04)  # 2 % of the box's side, the diameter
    assert field.border < math.log(0.001)


def test_truth_field_needs_a_level_below_the_peak() -> None:
    with pytest.raises(EmptyBoundaryError, match="nowhere above"):
        truth_field(UNIT, 0.2)


def test_truth_field_needs_the_plane() -> None:
    with pytest.raises(ConfigError, match="plane"):
        truth_field(GaussianMixture([1.0], [[0.0] * 3], [np.eye(3)]), 0.001)


def test_components_of_separate_modes() -> None:
    field = truth_field(SEPARATE, 1e-3)
    labels, count = component_labels(field, 0.01)
    assert count == 2
    means = components_at(field, labels, SEPARATE.means)
    assert sorted(means) == [1, 2]
    assert components_at(field, labels, np.array([[0.0, 0.0]])).tolist() == [0]


def test_a_ring_is_one_component_with_two_lines() -> None:
    field = ring_field()
    level = math.exp(-8 * 0.5**2)
    labels, count = component_labels(field, level)
    lines = contour_lines(field, level)
    assert count == 1
    assert sorted(np.hypot(*line.T).mean() for line in lines) == pytest.approx([1.5, 2.5], abs=1e-3)
    assert components_at(field, labels, np.stack([line[0] for line in lines])).tolist() == [1, 1]


def test_diagonal_neighbours_are_not_connected() -> None:
    values = np.array([[0.0, -9.0], [-9.0, 0.0]])
    assert component_labels(Field(np.arange(2.0), np.arange(2.0), values), 0.5)[1] == 2
