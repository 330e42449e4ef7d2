"""Boundary scores on circles, where everything is known in closed form."""

import math

import numpy as np
import pytest

from bdsg.data import GaussianMixture
from bdsg.data.window import Window
from bdsg.errors import BDSGError
from bdsg.metrics.band import Band
from bdsg.metrics.boundary import (
    BoundaryScores,
    boundary_scores,
    bp1,
    probe_contour,
    samples_per_hit,
    strong_anomalies,
)
from bdsg.metrics.contour_distances import boundary_distances
from bdsg.metrics.levels import Field, contour_lines, truth_field

BAND = Band(0.01, 0.001)
UNIT = GaussianMixture([1.0], [[0.0, 0.0]], [np.eye(2)])
TRUTH = truth_field(UNIT, BAND.delta)


def radius(level: float) -> float:
    """Where the unit Gaussian's density is ``level``."""
    return math.sqrt(-2 * math.log(2 * math.pi * level))


INNER, MIDDLE, OUTER = radius(0.01), radius(math.sqrt(1e-5)), radius(0.001)
WIDTH = OUTER - INNER


def circle(r: float, begin: float = 0.0, end: float = 2 * math.pi, count: int = 2000) -> np.ndarray:
    """Points on an arc around the origin, both ends included."""
    angle = np.linspace(begin, end, count)
    return r * np.column_stack([np.cos(angle), np.sin(angle)])


def scored(
    points: np.ndarray, mixture: GaussianMixture = UNIT, truth: Field = TRUTH, band: Band = BAND
) -> BoundaryScores:
    return boundary_scores(probe_contour(truth, band), band, points, mixture.log_prob(points))


def test_bp1_of_points_at_known_radii() -> None:
    radii = [0.0, INNER - 1e-6, INNER + 1e-6, MIDDLE, OUTER - 1e-6, OUTER + 1e-6, 50.0, MIDDLE]
    points = np.array([[r, 0.0] for r in radii])
    assert bp1(UNIT.log_prob(points), BAND) == 4 / 8


def test_band_width_is_the_difference_of_radii() -> None:
    np.testing.assert_allclose(probe_contour(TRUTH, BAND).thickness, WIDTH, atol=5e-4)


def test_the_whole_circle_is_recalled() -> None:
    found = scored(circle(MIDDLE))
    assert (found.boundary_recall, found.component_recalls, found.components_covered) == (1.0, (1.0,), 1)


@pytest.mark.parametrize("r", [INNER + 1e-3, MIDDLE, OUTER - 1e-3])
def test_half_a_circle(r: float) -> None:
    # Beyond an end of the arc, a probe at the angle t is covered while INNER² + r² - 2·INNER·r·cos t <= (2w)².
    beyond = math.acos((INNER**2 + r**2 - 4 * WIDTH**2) / (2 * INNER * r))
    expected = (math.pi + 2 * beyond) / (2 * math.pi)
    assert 0.6 < expected < 0.9
    found = scored(circle(r, 0.0, math.pi))
    assert found.boundary_recall == pytest.approx(expected, abs=2.5e-3)  # 1,000 probes
    assert found.components_covered == 0


def test_points_outside_the_band_cover_nothing() -> None:
    found = scored(np.concatenate([circle(INNER - 0.01), circle(OUTER + 0.01)]))
    assert (found.boundary_recall, found.components_covered) == (0.0, 0)
    assert (found.bp1, found.bf1) == (0.0, 0.0)


def test_each_of_two_components() -> None:
    mixture = GaussianMixture([0.5, 0.5], [[-6.0, 0.0], [6.0, 0.0]], [np.eye(2), np.eye(2)])
    truth = truth_field(mixture, 0.001)
    r = radius(2 * math.sqrt(1e-5))  # each mode alone has half the weight
    left = circle(r) + mixture.means[0]
    right = circle(r, 0.0, 0.1) + mixture.means[1]
    found = scored(np.concatenate([left, right]), mixture, truth)
    inner = radius(0.02)
    width = radius(0.002) - inner
    beyond = math.acos((inner**2 + r**2 - 4 * width**2) / (2 * inner * r))
    expected = (0.1 + 2 * beyond) / (2 * math.pi)
    assert sorted(found.component_recalls) == pytest.approx([expected, 1.0], abs=5e-3)
    assert found.components_covered == 1
    assert found.boundary_recall == pytest.approx((1 + expected) / 2, abs=5e-3)
    contour = probe_contour(truth, BAND)
    owners = {int(np.sign(p[0])): int(owner) for p, owner in zip(contour.points, contour.owner, strict=True)}
    assert found.component_recalls[owners[-1]] == 1.0


def test_both_lines_of_a_ring_count_for_one_component() -> None:
    def log_ring(points: np.ndarray) -> np.ndarray:
        return -8 * (np.hypot(points[:, 0], points[:, 1]) - 2) ** 2

    truth = Field.over(log_ring, Window(np.array([-4.0, -4.0]), np.array([4.0, 4.0])).grid(301))
    band = Band(math.exp(-8 * 0.5**2), math.exp(-8 * 0.6**2))  # lines at 2 ∓ 0.5, the band is 0.1 wide
    outer = circle(2.55)
    found = boundary_scores(probe_contour(truth, band), band, outer, log_ring(outer))
    assert len(contour_lines(truth, band.epsilon)) == 2
    # The outer line has 2.5 / (1.5 + 2.5) of the length, and no point comes near the inner one.
    assert found.component_recalls == (pytest.approx(2.5 / 4, abs=1e-3),)


def test_weights_undo_the_minimum_number_of_probes() -> None:
    large, small = 2.9 * np.eye(2), 0.0025 * np.eye(2)
    mixture = GaussianMixture([0.4995, 0.001, 0.4995], [[-7.0, 0.0], [0.0, 0.0], [7.0, 0.0]], [large, small, large])
    truth = Field.over(mixture.log_prob, Window(np.array([-12.0, -5.0]), np.array([12.0, 5.0])).grid(1001, 401))
    lengths = [float(np.hypot(*np.diff(line, axis=0).T).sum()) for line in contour_lines(truth, 0.01)]
    share = min(lengths) / sum(lengths)
    assert 0.015 < share < 0.02  # so that its 20 probes are more than its share of 1,000
    outer = circle(math.sqrt(5.8 * math.log(0.4995 / (2 * math.pi * 2.9 * math.sqrt(1e-5)))))
    assert scored(
        np.concatenate([outer + mixture.means[0], outer + mixture.means[2]]), mixture, truth
    ).boundary_recall == pytest.approx(1 - share)
    assert scored(circle(0.12), mixture, truth).boundary_recall == pytest.approx(share)


@pytest.mark.parametrize("seed", range(4))
def test_recall_equals_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mixture = GaussianMixture([0.6, 0.4], rng.normal(scale=3, size=(2, 2)), [np.diag([1.0, 0.3]), np.eye(2)])
    low, high = mixture.box(BAND.delta)
    truth = Field.over(mixture.log_prob, Window(low - 1, high + 1).grid(61))
    points = mixture.sample(40, rng)
    found, contour = scored(points, mixture, truth), probe_contour(truth, BAND)
    p_x = np.exp(mixture.log_prob(points))
    kept = points[(p_x >= BAND.delta) & (p_x <= BAND.epsilon)]
    lines = contour_lines(truth, BAND.delta)
    begin, end = np.concatenate([line[:-1] for line in lines]), np.concatenate([line[1:] for line in lines])
    step = end - begin
    covered = 0.0
    for probe, weight in zip(contour.points, contour.weights, strict=True):
        along = np.clip(((probe - begin) * step).sum(1) / (step**2).sum(1), 0, 1)
        width = np.hypot(*(probe - begin - along[:, None] * step).T).min()
        covered += weight * (np.hypot(*(kept - probe).T).min() <= 2 * width)
    assert 0 < found.boundary_recall < 1
    assert found.boundary_recall == pytest.approx(covered / contour.weights.sum(), abs=1e-12)


def test_no_contour_above_the_peak() -> None:
    band = Band(0.2, 0.1)  # the peak is 0.159
    found = scored(circle(MIDDLE), band=band)
    assert (found.boundary_recall, found.component_recalls, found.components_covered) == (None, (), 0)
    assert (found.bp1, found.bf1) == (0.0, None)


def test_no_distance_to_a_curve_that_is_empty() -> None:
    assert boundary_distances(TRUTH, Band(0.9, 0.1), circle(MIDDLE)) == (
        (None, None),
        (None, None),
    )  # √(0.09) is above the peak


def test_delta_must_lie_inside_the_window() -> None:
    with pytest.raises(BDSGError, match=r"truth_field\(mixture, 1e-05\)"):
        probe_contour(TRUTH, Band(0.01, 1e-5))
    with pytest.raises(BDSGError, match="edge of the truth field"):
        boundary_distances(TRUTH, Band(0.01, 1e-5), circle(MIDDLE))


def test_bf1_is_the_harmonic_mean() -> None:
    around, far = circle(MIDDLE), circle(OUTER + 1)
    found = scored(np.concatenate([around, far]))  # half of them in the band, which is covered
    assert (found.bp1, found.boundary_recall) == (0.5, 1.0)
    assert found.bf1 == pytest.approx(2 / 3)
    assert scored(around).bf1 == 1.0


def test_distances_of_circles() -> None:
    points = np.concatenate([circle(MIDDLE + 0.3, count=900), circle(MIDDLE - 0.1, count=100)])
    there, back = boundary_distances(TRUTH, BAND, points)
    assert there.mean == pytest.approx(0.9 * 0.3 + 0.1 * 0.1, abs=5e-4)
    assert there.p95 == pytest.approx(0.3, abs=5e-4)
    # From the curve, the nearest points lie on the circle 0.1 away; between them the gap adds a little.
    assert back.mean == pytest.approx(0.1, abs=0.02)


def test_curve_distances_to_a_single_point() -> None:
    there, back = boundary_distances(TRUTH, BAND, np.array([[MIDDLE, 0.0]]))
    # Chords of a circle: 2R·|sin(t/2)| has the mean 4R/π, and 95 % of them are below 2R·sin(0.95·π/2).
    assert there.mean == pytest.approx(0.0, abs=5e-4)
    assert back.mean == pytest.approx(4 * MIDDLE / math.pi, abs=2e-3)
    assert back.p95 == pytest.approx(2 * MIDDLE * math.sin(0.95 * math.pi / 2), abs=2e-3)


def test_strong_anomalies_and_rarity_by_hand() -> None:
    logs = np.log([0.5, 0.01, 0.009, 0.0001, 0.002])
    assert strong_anomalies(logs, 0.01) == 3 / 5
    assert samples_per_hit(logs, BAND) == pytest.approx(5 / 3)  # 0.01, 0.009 and 0.002 are in the band
    assert samples_per_hit(np.log([0.5, 0.0001]), BAND) is None
