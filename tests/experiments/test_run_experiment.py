"""Whole runs: reproducible to the last bit, stoppable, stored, and scored."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from bdsg.config import ExperimentConfig
from bdsg.config.constants import BOUNDARY_POINTS, GRID, SHOWN_POINTS
from bdsg.data import GaussianMixture
from bdsg.data.window import Window
from bdsg.errors import BDSGError, ConfigError, DivergenceError, EmptyBoundaryError
from bdsg.experiments import run_experiment
from bdsg.experiments.fit_density import restore
from bdsg.experiments.run_experiment import density_from_parameters, run
from bdsg.experiments.train import snapshot_steps
from bdsg.metrics import Scores
from bdsg.runs.cache import Store
from bdsg.runs.result import SHAPES, TERMS, BoundarySnapshot, DensitySnapshot, Event, Progress, Result, Scene

QUICK = {"steps": 30, "batch_size": 64, "hidden": [16, 16], "snapshots": 6}
FLOW = {"kind": "iresnet", "blocks": 2, "hidden": [8, 8], "steps": 40, "batch_size": 64}
FIVE_MODES = {
    "weights": [0.3, 0.25, 0.2, 0.15, 0.1],
    "means": [[0, 0], [6, 0], [0, 6], [-6, 0], [0, -6]],
    "covariances": [[[1, 0.3], [0.3, 0.8]]] * 5,
}


def config_of(**raw: Any) -> ExperimentConfig:
    return ExperimentConfig.from_dict({"data": {"preset": "bimodal", "samples": 200}, "boundary": QUICK, **raw})


def last_of(events: list[Event | Result]) -> Result:
    assert isinstance(events[-1], Result)
    return events[-1]


def result_of(config: ExperimentConfig, **arguments: Any) -> Result:
    return last_of(list(run(config, **arguments)))


def assert_same_numbers(one: Result, other: Result) -> None:
    for mine, theirs in ((one.arrays.to_dict(), other.arrays.to_dict()), (one.parameters, other.parameters)):
        assert mine.keys() == theirs.keys()
        for name in mine:
            assert mine[name].dtype == theirs[name].dtype, name
            assert mine[name].tobytes() == theirs[name].tobytes(), name
    assert one.summary["scores"] == other.summary["scores"]
    assert one.summary["loss_terms"] == other.summary["loss_terms"]


@pytest.fixture(scope="module")
def flow_result() -> Result:
    """A run with a learned density."""
    return result_of(config_of(density=FLOW))


def test_the_warp_is_the_image_of_straight_lines(quick_result: Result) -> None:
    warp = quick_result.arrays.warp
    model = restore(quick_result.config, quick_result.parameters)
    back = model.to_latent(torch.from_numpy(warp.reshape(-1, 2))).detach().numpy().reshape(warp.shape)
    half = len(warp) // 2
    assert np.ptp(back[:half, :, 0], axis=1).max() < 1e-5  # upright lines: one z₁ each
    assert np.ptp(back[half:, :, 1], axis=1).max() < 1e-5
    assert np.abs(back).max() == pytest.approx(3.0, abs=1e-5)


def test_events_come_in_order(quick_events: list[Event | Result], quick_config: ExperimentConfig) -> None:
    assert isinstance(quick_events[0], Scene)
    assert sum(isinstance(event, Result) for event in quick_events) == 1
    progress = [event for event in quick_events if isinstance(event, Progress)]
    assert [event.step for event in progress if event.stage == "boundary"] == list(range(1, 31))
    assert [(event.stage, event.step) for event in progress[-2:]] == [("scores", 0), ("scores", 1)]
    steps = [event.step for event in quick_events if isinstance(event, BoundarySnapshot)]
    assert steps == snapshot_steps(30, quick_config.boundary.snapshots)


def test_every_array_is_there_in_its_shape(quick_result: Result, flow_result: Result) -> None:
    for result in (quick_result, flow_result):
        assert set(result.arrays.to_dict()) == set(SHAPES) - {"boundary_latent"}
        sizes: dict[str, int] = {}
        for name, shape in SHAPES.items():
            if name == "boundary_latent":  # of B(z, ε) alone
                continue
            found = getattr(result.arrays, name).shape
            assert len(found) == len(shape), name
            for letter, length in zip(shape, found, strict=True):
                expected = letter if isinstance(letter, int) else sizes.setdefault(letter, length)
                assert length == expected, name
            assert np.isfinite(getattr(result.arrays, name)).all(), name
        assert (sizes["M"], sizes["X"], sizes["Y"]) == (200, GRID, GRID) == (200, 200, 200)
        assert (sizes["L"], sizes["n"]) == (BOUNDARY_POINTS, SHOWN_POINTS) == (10_000, 1_500)
    assert len(quick_result.arrays.density_steps) == 0
    assert flow_result.arrays.density_steps[-1] == 40


def test_arrays_are_what_they_are_called(quick_result: Result, quick_config: ExperimentConfig) -> None:
    arrays, mixture = quick_result.arrays.to_dict(), GaussianMixture.from_config(quick_config.data)
    window = Window.around(arrays["data"])
    low, high = window.low, window.high
    for i, name in enumerate(("grid_x", "grid_y")):
        np.testing.assert_allclose(arrays[name], np.linspace(low[i], high[i], 200))
    row, column = 20, 150  # rows along y
    node = np.array([[arrays["grid_x"][column], arrays["grid_y"][row]]])
    assert arrays["log_p_x"][row, column] == pytest.approx(float(mixture.log_prob(node)[0]), rel=1e-12)
    np.testing.assert_allclose(arrays["log_p_g"], arrays["log_p_x"], rtol=1e-9, atol=1e-9)  # the closed form
    np.testing.assert_array_equal(arrays["boundary_log_p_x"], mixture.log_prob(arrays["boundary"]))
    np.testing.assert_allclose(arrays["boundary_log_p_g"], arrays["boundary_log_p_x"], rtol=1e-9)
    for k in range(2):  # each sample lies by the mode it is said to come from
        mine = arrays["data"][arrays["data_modes"] == k]
        assert np.abs(mine.mean(0) - mixture.means[k]).max() < 4 / math.sqrt(len(mine))
    assert arrays["model_samples"].shape == arrays["data"].shape
    assert not np.array_equal(arrays["model_samples"], arrays["data"])


def test_snapshots_are_kept_as_they_were_yielded(quick_events: list[Event | Result]) -> None:
    arrays = last_of(quick_events).arrays.to_dict()
    snapshots = [event for event in quick_events if isinstance(event, BoundarySnapshot)]
    np.testing.assert_array_equal(arrays["snapshot_points"], [snapshot.points for snapshot in snapshots])
    assert arrays["snapshot_steps"].tolist() == [snapshot.step for snapshot in snapshots]
    assert arrays["snapshot_terms"].tolist() == [[snapshot.terms[name] for name in TERMS] for snapshot in snapshots]
    scene = quick_events[0]
    assert isinstance(scene, Scene)
    np.testing.assert_array_equal(scene.data, arrays["data"])
    assert (scene.low[0], scene.high[1]) == (arrays["grid_x"][0], arrays["grid_y"][-1])


def test_the_learned_density_is_the_one_in_the_arrays(flow_result: Result) -> None:
    log_prob = density_from_parameters(flow_result.config, flow_result.parameters)
    arrays = flow_result.arrays.to_dict()
    np.testing.assert_allclose(
        log_prob(arrays["boundary"][:500]), arrays["boundary_log_p_g"][:500], rtol=1e-9, atol=1e-9
    )
    assert np.abs(arrays["log_p_g"] - arrays["log_p_x"]).max() > 0.01  # it is no copy of the truth
    cell = np.diff(arrays["grid_x"])[0] * np.diff(arrays["grid_y"])[0]
    assert np.exp(arrays["log_p_g"]).sum() * cell == pytest.approx(1.0, abs=0.05)


def test_summary_is_json_without_nan_and_holds_every_score(quick_result: Result, flow_result: Result) -> None:
    for result in (quick_result, flow_result):
        summary = result.summary
        assert json.loads(json.dumps(summary, allow_nan=False)) == summary
        assert set(summary["scores"]) == {field.name for field in dataclasses.fields(Scores)}
        assert set(summary["loss_terms"]) == set(TERMS)
        assert (summary["epsilon"], summary["delta"]) == (result.config.epsilon, result.config.delta)
        assert (summary["scores"]["epsilon"], summary["scores"]["delta"]) == (
            result.config.epsilon,
            result.config.delta,
        )
        assert (summary["stopped"], summary["objective"], summary["seed"]) == (False, "ours", 0)
        assert summary["steps"]["boundary"] == 30
        seconds = summary["seconds"]
        assert seconds["total"] == pytest.approx(seconds["density"] + seconds["boundary"] + seconds["scores"])
    assert quick_result.summary["density"] == {"kind": "closed_form"}
    assert flow_result.summary["steps"]["density"] == 40
    assert {"kind", "kl", "integral", "round_trip", "lipschitz_bounds"} <= set(flow_result.summary["density"])


def test_scores_of_a_run_by_counting(quick_result: Result) -> None:
    arrays, scores = quick_result.arrays.to_dict(), quick_result.summary["scores"]
    p, epsilon, delta = np.exp(arrays["boundary_log_p_x"]), quick_result.config.epsilon, quick_result.config.delta
    assert scores["bp1"] == pytest.approx(((p >= delta) & (p <= epsilon)).mean(), abs=1e-9)
    normal, called = arrays["log_p_x"] >= math.log(epsilon), arrays["log_p_g"] >= math.log(epsilon)
    assert (scores["tp"], scores["fp"]) == ((normal & called).sum(), (~normal & called).sum())
    assert scores["bf1"] == pytest.approx(2 / (1 / scores["bp1"] + 1 / scores["boundary_recall"]))


def test_the_same_config_gives_the_same_bits_whatever_is_set_around_it(
    quick_result: Result, quick_config: ExperimentConfig
) -> None:
    threads = torch.get_num_threads()
    torch.manual_seed(123)
    np.random.seed(123)  # noqa: NPY002
    torch.set_num_threads(2)
    try:
        before = torch.get_rng_state(), np.random.get_state()[1].tobytes()  # type: ignore[index,union-attr]  # noqa: NPY002
        within: set[int] = set()
        again = result_of(quick_config, stop=lambda: within.add(torch.get_num_threads()) is not None)
        assert within == {1}  # sums split over threads would depend on their number
        assert torch.get_num_threads() == 2
        assert torch.equal(torch.get_rng_state(), before[0])
        assert np.random.get_state()[1].tobytes() == before[1]  # type: ignore[index,union-attr]  # noqa: NPY002
    finally:
        torch.set_num_threads(threads)
    assert_same_numbers(again, quick_result)


@pytest.mark.parametrize("density", [{**FLOW, "kind": "resflow"}, FLOW])
@pytest.mark.parametrize("objective", ["paper", "ours"])
def test_learned_densities_and_both_objectives_repeat_too(density: dict[str, Any], objective: str) -> None:
    config = config_of(density={**density, "steps": 5}, boundary={**QUICK, "objective": objective, "steps": 5})
    state = torch.get_rng_state()
    first = result_of(config)
    assert torch.equal(torch.get_rng_state(), state)
    torch.randn(5)
    assert_same_numbers(result_of(config), first)


def test_another_seed_gives_other_numbers(quick_result: Result) -> None:
    other = result_of(dataclasses.replace(quick_result.config, seed=1))
    for name in ("data", "model_samples", "boundary", "latent", "snapshot_points"):
        assert not np.array_equal(getattr(other.arrays, name), getattr(quick_result.arrays, name)), name


def test_stages_draw_from_streams_of_their_own(quick_result: Result, flow_result: Result) -> None:
    for name in ("data", "data_modes", "latent"):  # whatever the density took
        np.testing.assert_array_equal(getattr(flow_result.arrays, name), getattr(quick_result.arrays, name))


def test_threads_are_given_back_when_a_run_is_abandoned_or_fails(quick_config: ExperimentConfig) -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        unfinished = run(quick_config)
        next(unfinished)
        unfinished.close()  # type: ignore[attr-defined]
        assert torch.get_num_threads() == 2
        with pytest.raises(ConfigError):
            list(run(dataclasses.replace(quick_config, epsilon=0.5)))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)


def test_a_stop_while_the_density_is_fitted_leaves_no_result(tmp_path: Path) -> None:
    seen: list[Event | Result] = []
    store = Store(tmp_path)
    for event in run(config_of(density=FLOW), stop=lambda: len(seen) > 10, store=store):
        seen.append(event)
    assert 10 < len(seen) < 15
    assert not any(isinstance(event, Result) for event in seen)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("patience", [0, 4])
def test_a_stop_while_b_trains_leaves_a_result_that_is_not_stored(tmp_path: Path, patience: int) -> None:
    store, asked = Store(tmp_path), itertools.count()
    result = result_of(config_of(), stop=lambda: next(asked) >= patience, store=store)
    assert result.summary["stopped"] is True
    steps = result.summary["steps"]["boundary"]
    assert steps == patience == 0 or patience <= steps < QUICK["steps"]  # asked once a stretch of steps
    assert result.arrays.snapshot_steps[-1] == steps
    assert set(result.arrays.to_dict()) == set(SHAPES) - {"boundary_latent"}
    assert store.get(config_of()) is None


def test_a_second_run_comes_from_the_store(
    quick_result: Result, quick_config: ExperimentConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    assert_same_numbers(result_of(quick_config, store=store), quick_result)

    def refuse(*_: object) -> None:
        raise AssertionError("it was computed again")

    monkeypatch.setattr(run_experiment, "fit", refuse)
    events = list(run(quick_config, store=store))
    assert [type(event) for event in events] == [Scene, Result]
    assert_same_numbers(last_of(events), quick_result)
    scene = events[0]
    assert isinstance(scene, Scene)
    window = Window.around(quick_result.arrays.data)
    np.testing.assert_allclose([*scene.low, *scene.high], [*window.low, *window.high])


def test_runs_that_differ_in_b_share_a_density_and_lose_nothing(flow_result: Result, tmp_path: Path) -> None:
    store = Store(tmp_path)
    other = config_of(density=FLOW, boundary={**QUICK, "steps": 3})
    list(run(other, store=store))
    events = list(run(flow_result.config, store=store))
    assert not any(isinstance(event, Progress) and event.stage == "density" for event in events)
    assert sum(isinstance(event, DensitySnapshot) for event in events) == len(flow_result.arrays.density_steps)
    assert_same_numbers(last_of(events), flow_result)
    assert last_of(events).summary["density"] == flow_result.summary["density"]


def test_ours_beats_the_papers_loss_on_two_modes() -> None:
    boundary = {"steps": 120, "snapshots": 2, "hidden": [16, 16]}
    ours = result_of(config_of(boundary={**boundary, "objective": "ours"})).summary["scores"]
    paper = result_of(config_of(boundary={**boundary, "objective": "paper"})).summary["scores"]
    assert ours["bf1"] > 0.95
    assert ours["components_covered"] == ours["components"] == 1
    assert paper["bf1"] < ours["bf1"] - 0.2


def test_five_modes_that_are_no_preset() -> None:
    config = config_of(data={"mixture": FIVE_MODES, "samples": 300}, boundary={**QUICK, "steps": 250}, epsilon=0.005)
    scores = result_of(config).summary["scores"]
    assert scores["components"] == 5
    assert scores["boundary_recall"] > 0.5
    assert len(scores["clustering"]["shares"]) == 5


def test_a_mixture_in_space_is_refused_with_a_sentence() -> None:
    space = {"weights": [1], "means": [[0, 0, 0]], "covariances": [np.eye(3).tolist()]}
    with pytest.raises(ConfigError, match=r"a run in the plane needs 2 coordinates each, not 3"):
        result_of(config_of(data={"mixture": space}))


def test_epsilon_above_the_peak_is_refused_with_a_sentence() -> None:
    with pytest.raises(EmptyBoundaryError, match=r"epsilon is 0\.5, but the density is nowhere above 0\.0798"):
        result_of(config_of(epsilon=0.5))


def test_epsilon_between_the_means_and_the_peak_is_allowed() -> None:
    # Two modes at ±0.9: 0.0953 at the means, 0.1062 between them.
    close = {"weights": [0.5, 0.5], "means": [[-0.9, 0], [0.9, 0]], "covariances": [np.eye(2).tolist()] * 2}
    result = result_of(config_of(data={"mixture": close, "samples": 100}, epsilon=0.1))
    assert result.summary["scores"]["components"] == 1


def test_a_density_that_breaks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(config: object) -> object:
        def estimate(branch: Any, x: torch.Tensor, generator: torch.Generator) -> Any:
            found = torch.full_like(x[:, 0], math.nan)
            return _Block(branch(x), found, found)

        return estimate

    monkeypatch.setattr("bdsg.experiments.train.estimator_for", broken)
    with pytest.raises(DivergenceError, match="The density training diverged at step 0"):
        result_of(config_of(density=FLOW))


@dataclasses.dataclass
class _Block:
    output: torch.Tensor
    value: torch.Tensor
    surrogate: torch.Tensor


EXTREME: list[dict[str, Any]] = [
    {"weights": [1], "means": [[1e200, 0]], "covariances": [[[1, 0], [0, 1]]]},
    {"weights": [0.5, 0.5], "means": [[1e200, 0], [0, 0]], "covariances": [[[1, 0], [0, 1]]] * 2},
    {"weights": [1], "means": [[0, 0]], "covariances": [[[1e-310, 0], [0, 1e-310]]]},
    {"weights": [1], "means": [[0, 0]], "covariances": [[[1e-30, 0], [0, 1e-30]]]},
    {"weights": [1], "means": [[1e7, 0]], "covariances": [[[1, 0], [0, 1]]]},
]


@pytest.mark.parametrize("mixture", EXTREME)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_numbers_beyond_floating_point_end_in_a_sentence_or_a_result(mixture: dict[str, Any]) -> None:
    with contextlib.suppress(BDSGError):
        result_of(config_of(data={"mixture": mixture, "samples": 50}, boundary={**QUICK, "steps": 2}))
