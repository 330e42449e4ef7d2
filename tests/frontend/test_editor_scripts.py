"""The editor's geometry, run by Node: handles, weights and the live density, against closed forms and Python."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bdsg.config.presets import PRESETS
from bdsg.data import GaussianMixture
from bdsg.data.mixture_rows import LIMITS, from_rows, to_rows
from bdsg.data.window import Grid
from bdsg.metrics import Field
from tests.frontend.scripts import node

SCRIPTS = ("math/contours", "editor/modes")
MODE = {"weight": 0.25, "x": 1.0, "y": -2.0, "long": 2.0, "short": 0.5, "angle": 30.0}
BOUNDS = {"x": [-5, 5], "y": [-5, 5], "sigma": [0.1, 3], "weight": [0.01, 0.99], "modes": 3}


def run(expression: str, folder: Path, **values: Any) -> Any:
    head = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in values.items())
    return node(SCRIPTS, f"{head}print({expression});", folder=folder)


def test_a_handle_put_where_it_is_changes_nothing(tmp_path: Path) -> None:
    moved = run(
        "Object.entries(handlesOf(mode)).map(([name, at]) => moveHandle(mode, name, at, bounds))",
        tmp_path,
        mode=MODE,
        bounds=BOUNDS,
    )
    for mode in moved:
        assert mode == pytest.approx(MODE)


def test_handles_follow_the_pointer_within_the_limits(tmp_path: Path) -> None:
    centre, turned, flat, wide, back = run(
        "[['centre', [9, 0]], ['long', [1, 1]], ['short', [1, -2]], ['long', [99, -2]], ['long', [0, -2]]]"
        ".map(([name, at]) => moveHandle(mode, name, at, bounds))",
        tmp_path,
        mode=MODE,
        bounds=BOUNDS,
    )
    assert (centre["x"], centre["y"], centre["long"]) == (5, 0, 2.0)
    assert (turned["angle"], turned["long"]) == (pytest.approx(90), pytest.approx(3 / 1.5))
    assert flat["short"] == 0.1
    assert (wide["long"], wide["angle"]) == (3, pytest.approx(0))
    assert back["angle"] == pytest.approx(0)  # half a turn is no turn


def test_weights_sum_to_one_and_others_keep_their_proportions(tmp_path: Path) -> None:
    modes = [{**MODE, "weight": weight} for weight in (0.5, 0.3, 0.2)]
    steps = run(
        "[reweigh(modes, 0, 0.75, bounds), reweigh(modes, 2, 7, bounds), withMode(modes, 0, 0, 1), "
        "withoutMode(modes, 0), evenly(modes), normalised([{ weight: 2 }, { weight: 6 }])]"
        ".map((all) => all.map((mode) => mode.weight))",
        tmp_path,
        modes=modes,
        bounds=BOUNDS,
    )
    expected = [[0.75, 0.15, 0.1], [0.00625, 0.00375, 0.99], [0.375, 0.225, 0.15, 0.25], [0.6, 0.4], [1 / 3] * 3]
    for found, wanted in zip(steps, [*expected, [0.25, 0.75]], strict=True):
        assert found == pytest.approx(wanted)


@pytest.mark.parametrize("preset", ["three_modes", "ring"])
def test_the_live_density_is_the_mixtures(preset: str, tmp_path: Path) -> None:
    numbers = PRESETS[preset].mixture
    mixture = GaussianMixture(numbers["weights"], numbers["means"], numbers["covariances"])
    field = run(
        "(({ x, y, values }) => [x, y, values].map((all) => Array.from(all)))(mixtureField(rows, [-6, -4], [6, 5]))",
        tmp_path,
        rows=to_rows(mixture),
    )
    x, y = (np.array(axis) for axis in field[:2])
    assert (x[0], x[-1], y[0], y[-1]) == (-6, 6, -4, 5)
    expected = Field.over(mixture.log_prob, Grid(x, y)).values
    np.testing.assert_allclose(np.array(field[2]).reshape(expected.shape), expected, rtol=1e-3, atol=1e-3)


def test_what_is_sent_describes_the_same_mixture(tmp_path: Path) -> None:
    numbers = PRESETS["three_modes"].mixture
    mixture = GaussianMixture(numbers["weights"], numbers["means"], numbers["covariances"])
    sent = run("brief(rows)", tmp_path, rows=to_rows(mixture))
    assert len(json.dumps(sent)) < 100 * len(sent)
    again = from_rows(sent)
    np.testing.assert_allclose(again.covariances, mixture.covariances, atol=2e-3)


def test_the_mode_under_the_pointer(tmp_path: Path) -> None:
    driver = """
    const camera = { scale: 10, x: (v) => 100 + 10 * v, y: (v) => 100 - 10 * v };
    const modes = [
      { weight: 0.5, x: 0, y: 0, long: 4, short: 1, angle: 90 },
      { weight: 0.5, x: 5, y: 0, long: 1, short: 1, angle: 0 },
    ];
    const places = [[101, 101], [100, 60], [140, 100], [175, 100], [100, 40], [172, 100]];
    print(places.map((at, k) => handleAt(modes, k === 5 ? 1 : 0, camera, at, 8)));
    """
    found = node(SCRIPTS, driver, folder=tmp_path)
    at_centre, inside_first, inside_second, outside, at_end, at_other_end = found
    assert at_centre == {"index": 0, "handle": "centre"}
    assert inside_first == {"index": 0, "handle": "centre"}
    assert inside_second == {"index": 1, "handle": "centre"}
    assert outside is None
    assert at_end == {"index": 0, "handle": "long"}
    assert at_other_end == {"index": 1, "handle": "long"}


def test_the_window_holds_every_mode(tmp_path: Path) -> None:
    (low, high), (near, far) = run(
        "[windowAround(modes), zoomed([[-1, -2], [3, 2]], 2)]", tmp_path, modes=[MODE, {**MODE, "x": -4}]
    )
    assert (low, high) == ([-12, -10], [9, 6])
    assert (near, far) == ([-3, -4], [5, 4])
    assert LIMITS["finest"] > LIMITS["widest"] > 1
