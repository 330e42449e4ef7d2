"""The probe and the map z -> B(z), run by Node: against exact densities, brute force and values by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.interpolate import RectBivariateSpline

from bdsg.config.presets import PRESETS
from bdsg.data import GaussianMixture
from bdsg.runs.tensor_file import pack
from tests.frontend.scripts import node

SCRIPTS = ("core/arrays", "canvas/probe", "canvas/probe_card", "math/spline", "player/latent_bins")
TOLERANCE, CLOSE, DENSE = 0.06, 0.02, 1e-5
"""Largest error of the interpolated log density in the window, and where the density is above ``DENSE``, on the coarser
of the two grids: within 6 % and 2 % of the density itself."""


def mixture_of(preset: str) -> GaussianMixture:
    numbers = PRESETS[preset].mixture
    return GaussianMixture(numbers["weights"], numbers["means"], numbers["covariances"])


def field(preset: str, count: int, path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A window around a preset's data, with the log density on ``count`` x ``count`` nodes written to ``path``."""
    mixture = mixture_of(preset)
    data = mixture.sample(400, np.random.default_rng(1))
    edge = 0.2 * np.ptp(data, axis=0)
    low, high = data.min(0) - edge, data.max(0) + edge
    x, y = (np.linspace(low[k], high[k], count) for k in (0, 1))
    nodes = np.stack([axis.ravel() for axis in np.meshgrid(x, y)], axis=-1)
    grid = mixture.log_prob(nodes).reshape(count, count).astype(np.float32)
    points = np.random.default_rng(2).uniform(low, high, (3000, 2))
    path.write_bytes(pack({"grid": grid, "points": points}, {"low": low.tolist(), "high": high.tolist()}))
    return low, high, grid, points


READ = "const { arrays: { grid, points }, meta: { low, high } } = readTensors(payloads[0]);\n"


@pytest.mark.parametrize("preset", ["unimodal", "bimodal_separate", "three_modes", "ring", "grid"])
def test_the_spline_is_that_of_the_scores_and_keeps_its_tolerance(preset: str, tmp_path: Path) -> None:
    low, high, grid, points = field(preset, 160, tmp_path / "p")
    driver = "const v = points.values, spline = new BicubicSpline(grid, low, high);\n"
    driver += "const at = (k) => spline.at(v[2 * k], v[2 * k + 1]);\n"
    driver += "print(Array.from({ length: v.length / 2 }, (_, k) => at(k)));"
    found = np.array(node(SCRIPTS, READ + driver, tmp_path / "p", folder=tmp_path))
    exact = mixture_of(preset).log_prob(points)
    reference = RectBivariateSpline(*(np.linspace(low[k], high[k], 160) for k in (1, 0)), grid)
    assert found == pytest.approx(reference.ev(points[:, 1], points[:, 0]), abs=1e-9)  # as Python scores it
    assert np.abs(found - exact).max() < TOLERANCE
    assert np.abs(found - exact)[exact > np.log(DENSE)].max() < CLOSE
    if preset == "unimodal":  # a parabola: only single precision is lost
        assert np.abs(found - exact).max() < 2e-5


def test_the_spline_of_a_cubic_is_exact_up_to_the_edges_and_ends_there(tmp_path: Path) -> None:
    driver = """
    const f = (x, y) => 3 - x * x * x + 2 * y * y + x * y * y * y, low = [-1, -2], high = [2, 2];
    const values = Float64Array.from({ length: 7 * 5 }, (_, k) => f(-1 + (k % 7) / 2, -2 + Math.floor(k / 7)));
    const spline = new BicubicSpline({ values, shape: [5, 7] }, low, high), at = (x, y) => spline.at(x, y);
    const places = [[-1, -2], [2, 2], [-0.9, 1.95], [1.99, -1.7], [0.3, 0.2]];
    print([places.map(([x, y]) => at(x, y) - f(x, y)), at(2.01, 0), at(0, -2.01)]);
    """
    errors, right, below = node(SCRIPTS, driver, folder=tmp_path)
    assert errors == pytest.approx([0] * 5, abs=1e-12)
    assert (right, below) == (None, None)


def test_a_card_holds_both_verdicts_the_nearest_points_and_what_flips_them(tmp_path: Path) -> None:
    driver = """
    const flat = (value) => ({ values: Float64Array.from({ length: 16 }, () => Math.log(value)), shape: [4, 4] });
    const scene = { low: [0, 0], high: [2, 2], epsilon: 0.02, truth: flat(0.03), model: flat(0.01),
      points: [0, 0, 9, 9, 1, 0.5, 9, 9], stride: 4, data: [2, 2, 1, 1.25] };
    const shown = probeAt(scene, 1, 1);
    const flipped = ["truth", "model"].map((name) => [0.999, 1.001].map((by) =>
      probeAt({ ...scene, epsilon: shown[name].flip * by }, 1, 1)[name].normal));
    const units = { shift: [170, 60], scale: [10, 4], names: ["cm", "kg"] };
    const outside = probeAt({ ...scene, model: undefined }, 5, 1), inUnits = probeAt({ ...scene, units }, 1, 1);
    print([shown, flipped, outside, probeCard(shown), probeCard(inUnits)]);
    """
    shown, flipped, outside, card, in_units = node(SCRIPTS, driver, folder=tmp_path)
    assert (shown["truth"]["normal"], shown["model"]["normal"]) == (True, False)
    assert shown["truth"]["density"] == pytest.approx(0.03)
    assert flipped == [[True, False], [True, False]]  # normal below its own density, anomalous above
    assert shown["boundary"] == {"x": 1, "y": 0.5, "distance": 0.5}
    assert shown["sample"] == {"x": 1, "y": 1.25, "distance": 0.25}
    assert (outside["truth"], outside["model"]) == (None, None)
    assert "The model is wrong here" in card
    assert "x = (1.000, 1.000)" in card
    assert "x = (180.00, 64.00)" in in_units
    assert "ε &gt; 0.03" in card
    assert "ε ≤ 0.01" in card


def test_colours_follow_the_angle_and_where_it_is_read_the_radius(tmp_path: Path) -> None:
    latent = np.random.default_rng(0).standard_normal((3000, 2)).astype(np.float32)
    (tmp_path / "p").write_bytes(pack({"latent": latent}, {}))
    driver = """
    const { values } = readTensors(payloads[0]).arrays.latent;
    print([latentBins(values, true), latentBins(values, false), latentAngles(values)].map((part) => Array.from(part)));
    """
    ringed, plain, angles = (np.array(part) for part in node(SCRIPTS, driver, tmp_path / "p", folder=tmp_path))
    exact = np.arctan2(latent[:, 1], latent[:, 0]) % (2 * np.pi)
    assert angles == pytest.approx(exact, abs=1e-6)
    assert np.abs((ringed % 24) * np.pi / 12 - exact + np.pi) % (2 * np.pi) == pytest.approx(
        np.pi, abs=np.pi / 24 + 1e-6
    )
    assert (plain % 24 == ringed % 24).all()
    assert set(plain // 24) == {1}
    radius = np.linalg.norm(latent, axis=1)
    assert radius[ringed // 24 == 0].max() <= radius[ringed // 24 == 1].min()
    assert np.bincount(ringed // 24) == pytest.approx(1000, abs=90)  # thirds, within 3.5 standard errors


def test_each_eighth_is_numbered_once_on_every_curve(tmp_path: Path) -> None:
    driver = """
    const count = 1440, angles = Float64Array.from({ length: count }, (_, k) => (k * Math.PI) / 720), points = [];
    angles.forEach((angle, k) => points.push((k % 2 ? 20 : 0) + Math.cos(angle), Math.sin(angle)));
    print(numberedSamples(angles, points, 5).map(([k, number]) => [angles[k], number, points[2 * k] > 10]));
    """
    found = node(SCRIPTS, driver, folder=tmp_path)
    assert sorted((number, right) for _, number, right in found) == [(n, r) for n in range(1, 9) for r in (False, True)]
    for angle, number, _ in found:
        turned = abs(angle - (number - 1) * np.pi / 4)
        assert min(turned, 2 * np.pi - turned) < 0.005


def test_samples_near_a_pixel_are_those_that_looking_at_all_finds(tmp_path: Path) -> None:
    driver = """
    const at = [[0, 0], [3, 4], [30, 40], [3, 4.1]];
    print(samplesNear(4, (k) => at[k], 0, 0, 5));
    """
    assert node(SCRIPTS, driver, folder=tmp_path) == [0, 1]
