"""The record of all scores: its parts, its JSON form, and what it refuses."""

import json
import math
from typing import Any

import numpy as np
import pytest

from bdsg.data import GaussianMixture
from bdsg.data.window import Window
from bdsg.errors import BDSGError, ConfigError
from bdsg.metrics import Band, Field, Scores, score, truth_field
from bdsg.metrics.summary import ScoredPoints

MIXTURE = GaussianMixture([0.5, 0.5], [[-4.0, 0.0], [4.0, 0.0]], [np.eye(2), np.eye(2)])


def arguments(**changed: Any) -> dict[str, Any]:
    """A model shifted by 0.5 and a boundary that leaves out the right mode."""
    rng = np.random.default_rng(3)
    data, modes = MIXTURE.sample_with_modes(300, rng)
    grid = Field.over(MIXTURE.log_prob, Window.around(data).grid(50, 40))
    model = GaussianMixture(MIXTURE.weights, MIXTURE.means + 0.5, MIXTURE.covariances)
    angle = rng.uniform(0, 2 * np.pi, 500)
    boundary = np.array([-4.0, 0.0]) + 2.5 * np.column_stack([np.cos(angle), np.sin(angle)])
    base = {
        "epsilon": 0.01,
        "delta": 0.001,
        "grid_x": grid.x,
        "grid_y": grid.y,
        "log_p_x": grid.values,
        "log_p_g": Field.over(model.log_prob, Window.around(data).grid(50, 40)).values,
        "truth": truth_field(MIXTURE, 0.001),
        "boundary": boundary,
        "boundary_log_p_x": MIXTURE.log_prob(boundary),
        "boundary_log_p_g": model.log_prob(boundary),
        "data": data,
        "data_modes": modes,
        "model_samples_log_p_x": MIXTURE.log_prob(model.sample(400, rng)),
    }
    return {**base, **changed}


def run(**changed: Any) -> Scores:
    given = arguments(**changed)
    band = Band(given.pop("epsilon"), given.pop("delta"))
    grid = Field(*(given.pop(name) for name in ("grid_x", "grid_y", "log_p_x")))
    boundary = ScoredPoints(*(given.pop(name) for name in ("boundary", "boundary_log_p_x", "boundary_log_p_g")))
    return score(band, grid=grid, boundary=boundary, **given)


def test_boundary_of_one_of_two_modes() -> None:
    found = run()
    assert found.bp1 == 1.0  # radius 2.5 lies between those of 2ε and 2δ, 2.04 and 2.96
    assert found.boundary_recall == pytest.approx(0.5, abs=1e-3)
    assert found.bf1 == pytest.approx(2 / 3, abs=1e-3)
    assert (found.components, found.components_covered) == (2, 1)
    assert sorted(found.component_recalls) == [0.0, 1.0]
    assert found.clustering["shares"] == (1.0, 0.0)
    assert found.rarity["samples_of_b_per_hit"] == 1.0
    assert found.distance_p95 is not None
    assert found.distance_p95 < 0.1 < 3 < found.curve_distance_p95


def test_counts_agree_with_the_grid() -> None:
    given = arguments()
    found = run()
    truth, model = np.exp(given["log_p_x"]) >= 0.01, np.exp(given["log_p_g"]) >= 0.01
    assert (found.tp, found.fp) == ((truth & model).sum(), (~truth & model).sum())
    assert (found.fn, found.tn) == ((truth & ~model).sum(), (~truth & ~model).sum())
    assert found.precision == found.tp / (found.tp + found.fp)
    assert found.anomalous["recall"] == found.tn / (found.tn + found.fp)
    assert found.anomalous["auroc"] == found.auroc
    assert found.grid["shape"] == (40, 50)
    assert found.strong_anomalies == (np.exp(given["boundary_log_p_g"]) < 0.01).mean()


def test_json_form_survives_a_round_trip() -> None:
    found = run()
    plain = found.to_dict()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert plain["component_recalls"] == list(found.component_recalls)
    assert plain["grid"]["low"] == list(found.grid["low"])


def test_nothing_normal_gives_none_and_no_nan() -> None:
    plain = run(epsilon=0.5, delta=0.05).to_dict()  # the peak is 0.08, and √(0.5 · 0.05) lies above it too
    undefined = ("precision", "recall", "f1", "auroc", "auprc", "boundary_recall", "bf1", "distance_mean")
    assert {name: plain[name] for name in undefined} == dict.fromkeys(undefined)
    assert (plain["components"], plain["component_recalls"], plain["accuracy"]) == (0, [], 1.0)
    json.dumps(plain, allow_nan=False)


def test_a_boundary_that_misses_the_band() -> None:
    far = np.full((20, 2), 40.0)
    found = run(boundary=far, boundary_log_p_x=MIXTURE.log_prob(far), boundary_log_p_g=MIXTURE.log_prob(far))
    assert (found.bp1, found.boundary_recall, found.bf1) == (0.0, 0.0, 0.0)
    assert found.rarity["samples_of_b_per_hit"] is None
    assert found.distance_mean > 50


def test_single_precision_inputs_give_the_same_scores() -> None:
    single = {name: np.asarray(v, np.float32) for name, v in arguments().items() if name in ("boundary", "data")}
    assert run(**single).boundary_recall == pytest.approx(run().boundary_recall, abs=1e-6)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"boundary": np.full((500, 2), np.nan)}, "boundary holds 1000 of 1000"),
        ({"boundary": np.full((500, 2), np.inf)}, "boundary holds 1000"),
        ({"boundary": np.empty((0, 2))}, "boundary is empty"),
        ({"boundary": np.zeros((500, 3))}, "2 columns"),
        ({"boundary_log_p_x": np.zeros(499)}, "boundary_log_p_x has the shape"),
        ({"boundary_log_p_g": np.full(500, -math.inf)}, "boundary_log_p_g holds 500"),
        ({"log_p_g": np.zeros((50, 40))}, "log_p_g has the shape"),
        ({"log_p_g": np.full((40, 50), math.nan)}, "log_p_g holds 2000"),
        ({"model_samples_log_p_x": np.array([math.nan])}, "model_samples_log_p_x holds 1"),
        ({"data_modes": np.zeros(3, dtype=int)}, "data_modes"),
        ({"delta": 1e-6}, "truth_field"),
    ],
)
def test_refuses_what_would_give_nan(changed: dict[str, object], said: str) -> None:
    with pytest.raises(BDSGError, match=said):
        run(**changed)


@pytest.mark.parametrize("changed", [{"delta": 0.01}, {"delta": 0.02}, {"epsilon": math.nan}, {"epsilon": -1.0}])
def test_refuses_levels_out_of_order(changed: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        run(**changed)
