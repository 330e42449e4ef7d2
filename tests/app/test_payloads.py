"""The payloads of the two components."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bdsg.app.components import canvas_encoding
from bdsg.config.schedule import Change
from bdsg.data.window import FULL_SCALE, Window
from bdsg.errors import ConfigError
from bdsg.runs.tensor_file import unpack
from tests.app.payload_parts import delta_payload, full_payload


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=20), st.floats(-1e3, 1e3), st.floats(1e-2, 1e4))
def test_quantising_moves_a_point_by_at_most_half_a_step(shares: list[float], centre: float, half: float) -> None:
    points = np.stack([centre + half * np.array(shares), centre - half * np.array(shares)], axis=-1)
    low, high = [centre - half] * 2, [centre + half] * 2
    back = centre + half * canvas_encoding.quantise(points, low, high) / FULL_SCALE
    assert np.abs(back - points).max() <= 0.5 * half / FULL_SCALE * (1 + 1e-6) + 1e-9


def test_points_outside_the_window_are_put_on_its_edge() -> None:
    points = np.array([[-9.0, 0.0], [0.0, 9.0], [1.0, -1.0]])
    assert canvas_encoding.quantise(points, [-1, -1], [1, 1]).tolist() == [[-32767, 0], [0, 32767], [32767, -32767]]


def test_quantising_refuses_what_is_not_finite() -> None:
    with pytest.raises(ConfigError, match="1 of 4 numbers NaN"):
        canvas_encoding.quantise(np.array([[0.0, np.nan], [1.0, 1.0]]), [0, 0], [1, 1])


def test_heat_is_full_at_the_peak_and_nothing_nine_units_below() -> None:
    log_density = np.array([[2.0, 2.0 - 4.5], [2.0 - 9.0, -500.0]])
    assert canvas_encoding.heat(log_density, 2.0).tolist() == [[255, 128], [0, 0]]


def player_arguments(count: int = 3) -> dict[str, Any]:
    generator = np.random.default_rng(0)
    return {
        "points": generator.uniform(-1, 1, (count, 5, 2)),
        "steps": np.arange(count) * 10,
        "terms": generator.uniform(0, 1, (count, 4)),
    }


def played(count: int = 3, **options: Any) -> bytes:
    return full_payload(**(player_arguments(count) | options))


def test_full_payload_holds_what_was_given() -> None:
    line = np.array([[0.0, 0.123456789], [1.0, -1.0]])
    arrays, meta = unpack(played(truth_lines=[line], weights={"lambda1": 0.3}, total_steps=30, live=True))
    given_ = player_arguments()
    assert arrays["frames"].dtype == np.int16
    assert np.abs(arrays["frames"] * 2 / 32767 - given_["points"]).max() < 1 / 32767 + 1e-12
    assert arrays["steps"].tolist() == [0, 10, 20]
    assert np.allclose(arrays["terms"], given_["terms"], rtol=1e-6)
    assert "model_samples" not in arrays
    assert (meta["kind"], meta["first"]) == ("full", 0)
    assert (meta["low"], meta["high"], meta["live"], meta["total_steps"]) == ([-2.0, -2.0], [2.0, 2.0], True, 30)
    assert meta["weights"] == {"lambda1": 0.3}
    assert meta["contours"] == [
        {"name": "truth", "lines": [[0.0, 0.1235, 1.0, -1.0]]},
        {"name": "model", "lines": []},
    ]


def test_delta_payload_holds_only_the_new_snapshots() -> None:
    arrays, meta = unpack(delta_payload(first=7, **player_arguments()))
    assert sorted(arrays) == ["frames", "steps", "terms"]
    assert (meta["kind"], meta["run"], meta["first"]) == ("delta", "a", 7)


def test_snapshots_of_unequal_number_are_refused() -> None:
    with pytest.raises(ConfigError, match="equal numbers S"):
        delta_payload(first=0, **(player_arguments() | {"steps": np.arange(2)}))


def test_an_empty_window_is_refused() -> None:
    with pytest.raises(ConfigError, match="high corner above its low one"):
        played(window=Window(np.array([2.0, -2.0]), np.array([2.0, 2.0])))


def test_an_unknown_option_of_playback_is_refused() -> None:
    with pytest.raises(TypeError, match="speed"):
        played(speed=2)


def test_the_probe_gets_both_densities_and_the_latent_goes_along() -> None:
    latent = np.arange(10.0).reshape(5, 2)
    arrays, meta = unpack(played(log_p_g=np.ones((2, 2)), latent=latent, probed=True, ringed=True))
    assert arrays["log_p_x"].shape == (4, 3)
    assert arrays["log_p_g"].tolist() == [[1, 1], [1, 1]]
    assert arrays["latent"].tolist() == latent.tolist()
    assert meta["ringed"] is True
    assert "log_p_x" not in unpack(played())[0]


def test_arrows_keep_the_direction_and_grow_by_as_much_for_each_factor_of_ten() -> None:
    pulls = np.array([[0.09, 0.0], [0.0, -0.99], [-9.99 * 0.6, 9.99 * 0.8], [0.0, 0.0], [1e9, 0.0]])
    found = canvas_encoding.arrows(pulls) * canvas_encoding.ARROW_DECADES / FULL_SCALE
    expected = [[1, 0], [0, -2], [-3 * 0.6, 3 * 0.8], [0, 0], [canvas_encoding.ARROW_DECADES, 0]]
    np.testing.assert_allclose(found, expected, atol=canvas_encoding.ARROW_DECADES / FULL_SCALE)
    with pytest.raises(ConfigError, match="forces is '1 of 2 numbers NaN"):
        canvas_encoding.arrows(np.array([1.0, np.nan]))


def test_pulls_and_changes_go_along_in_both_payloads() -> None:
    forces, changes = np.ones((3, 3, 4, 2)), (Change(10, lambda2=0.0), Change(20, lambda1=2.0, learning_rate=0.1))
    for payload in (
        played(forces=forces, changes=changes),
        delta_payload(first=0, **player_arguments(), forces=forces, changes=changes),
    ):
        arrays, meta = unpack(payload)
        assert (arrays["forces"].shape, arrays["forces"].dtype) == ((3, 3, 4, 2), np.int16)
        assert meta["changes"] == [{"step": 10, "lambda2": 0.0}, {"step": 20, "lambda1": 2.0, "learning_rate": 0.1}]
        assert meta["arrows"] == {"least": 0.01, "decades": 6.0}
    assert "forces" not in unpack(played())[0]
    with pytest.raises(ConfigError, match="equal numbers S"):
        played(forces=forces[:2])
