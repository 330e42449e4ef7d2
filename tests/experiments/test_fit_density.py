"""The density stage: what it reports against numerical integration, what it stores, when it gives nothing."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from bdsg.config import ExperimentConfig
from bdsg.config.constants import RAYS, TABLE_MARGIN
from bdsg.data import GaussianMixture
from bdsg.data.window import Grid
from bdsg.density import ClosedForm, ResidualFlow, TabulatedDensity
from bdsg.density.diagnostics import check_density, integral, log_prob_in_chunks
from bdsg.experiments.fit_density import Fitted, density_from_parameters, fit, restore
from bdsg.experiments.problem import PREVIEW
from bdsg.runs.cache import Store
from bdsg.runs.result import DensitySnapshot, Event, Progress, Scene

SCENE = Scene(np.zeros((1, 2)), np.array([-6.0, -4.0]), np.array([6.0, 4.0]))


def flow_config(**density: Any) -> ExperimentConfig:
    small = {"kind": "iresnet", "blocks": 3, "hidden": [16, 16], "steps": 120, "batch_size": 128, "learning_rate": 0.02}
    return ExperimentConfig.from_dict({"data": {"preset": "bimodal"}, "density": {**small, **density}})


def never() -> bool:
    return False


def run_fit(
    config: ExperimentConfig, stop: Callable[[], bool] = never, store: Store | None = None
) -> tuple[list[Event], Fitted | None]:
    mixture = GaussianMixture.from_config(config.data)
    return exhaust(fit(config, mixture, SCENE, torch.Generator().manual_seed(0), stop, store))


def exhaust(stage: Generator[Event, None, Fitted | None]) -> tuple[list[Event], Fitted | None]:
    """What a stage yields, and what it returns."""
    events: list[Event] = []
    while True:
        try:
            events.append(next(stage))
        except StopIteration as end:
            return events, end.value


@pytest.fixture(scope="module")
def fitted() -> tuple[list[Event], Fitted]:
    """A small flow, fitted once."""
    events, found = run_fit(flow_config())
    assert found is not None
    return events, found


def bimodal() -> GaussianMixture:
    return GaussianMixture.from_config(flow_config().data)


def test_the_closed_form_needs_no_fit() -> None:
    config = ExperimentConfig.from_dict({"data": {"preset": "bimodal"}})
    events, found = run_fit(config)
    assert events == []
    assert found is not None
    assert isinstance(found.exact, ClosedForm)
    assert found.report == {"kind": "closed_form", "steps": 0, "seconds": 0.0}
    assert {name: array.shape for name, array in found.curves.items()} == {
        "density_steps": (0,), "density_held_out": (0,), "density_frames": (0, PREVIEW, PREVIEW)
    }  # fmt: skip
    x = np.random.default_rng(0).normal(size=(50, 2))
    np.testing.assert_allclose(density_from_parameters(config, found.parameters)(x), bimodal().log_prob(x), rtol=1e-12)


def test_the_last_held_out_likelihood_lies_above_the_entropy_by_the_divergence() -> None:
    unlucky = torch.Generator().manual_seed(6)  # its held-out samples are 0.013 nats likelier than the average
    events, found = exhaust(fit(flow_config(), bimodal(), SCENE, unlucky, never, None))
    assert found is not None
    last = [event for event in events if isinstance(event, DensitySnapshot)][-1]
    assert last.held_out - bimodal().entropy() == pytest.approx(found.report["kl"], abs=0.004)


def test_report_of_a_fit_against_numerical_integration(fitted: tuple[list[Event], Fitted]) -> None:
    report, model = fitted[1].report, fitted[1].exact
    axis = np.linspace(-11, 11, 441)
    nodes, area = Grid(axis, axis).nodes, (axis[1] - axis[0]) ** 2
    log_p, log_q = bimodal().log_prob(nodes), log_prob_in_chunks(model, nodes)
    assert report["integral"] == pytest.approx(float(np.exp(log_q).sum() * area), abs=2e-3)
    assert report["integral"] == pytest.approx(1.0, abs=0.01)
    divergence = float((np.exp(log_p) * (log_p - log_q)).sum() * area)  # KL(p_x ‖ p_g)
    assert divergence > 0
    assert abs(report["kl"] - divergence) < 4 * report["kl_standard_error"]
    assert 0 < report["kl_standard_error"] < 0.02
    assert report["round_trip"] < 1e-6
    assert all(3 < n < 2000 for n in report["inverse_iterations"])
    assert max(report["inverse_residuals"]) < 1e-6
    assert len(report["lipschitz_bounds"]) == 3
    assert max(report["lipschitz_bounds"]) < 1
    assert (report["kind"], report["steps"]) == ("iresnet", 120)
    assert report["seconds"] > 0


def test_curves_are_the_snapshots(fitted: tuple[list[Event], Fitted]) -> None:
    events, found = fitted
    snapshots = [event for event in events if isinstance(event, DensitySnapshot)]
    assert found.curves["density_steps"].tolist() == [snapshot.step for snapshot in snapshots]
    assert found.curves["density_held_out"].tolist() == [snapshot.held_out for snapshot in snapshots]
    np.testing.assert_array_equal(found.curves["density_frames"], [snapshot.log_density for snapshot in snapshots])
    assert (found.curves["density_steps"][0], found.curves["density_steps"][-1]) == (0, 120)
    # The last frame is the model over the scene's window, rows along y.
    axes = [np.linspace(SCENE.low[i], SCENE.high[i], PREVIEW) for i in (0, 1)]
    truth = log_prob_in_chunks(found.exact, np.array([[axes[0][60], axes[1][3]]]))
    assert found.curves["density_frames"][-1][3, 60] == pytest.approx(float(truth[0]), rel=1e-3)


def test_rays_lie_on_the_model(fitted: tuple[list[Event], Fitted]) -> None:
    curves, model = fitted[1].curves, fitted[1].exact
    index, points = curves["ray_index"], torch.from_numpy(curves["ray_points"]).double()
    assert set(index) == set(range(RAYS))
    assert (np.diff(index) >= 0).all()
    latent = model.to_latent(points).numpy()
    angles = np.arctan2(latent[:, 1], latent[:, 0]) % (2 * np.pi)
    away = np.hypot(*latent.T) > 0.1  # at the origin an angle says nothing
    turned = np.abs((angles - 2 * np.pi * index / RAYS + np.pi) % (2 * np.pi) - np.pi)[away]
    assert turned.max() < 1e-4
    np.testing.assert_allclose(curves["ray_log_p_g"], log_prob_in_chunks(model, points.numpy()), rtol=1e-4, atol=1e-4)


def test_both_precisions_are_one_model(fitted: tuple[list[Event], Fitted]) -> None:
    found = fitted[1]
    x = 2 * torch.randn(200, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    single = found.training.log_prob(x.float())
    assert single.dtype == torch.float32
    assert not single.requires_grad  # it is trained: B's training must not move it
    error = found.report["tabulation_error"]
    assert 0 < error < 0.1
    torch.testing.assert_close(single.double(), found.exact.log_prob(x), rtol=1e-4, atol=1e-4 + error)


def test_b_trains_on_a_table_that_reaches_beyond_the_window(fitted: tuple[list[Event], Fitted]) -> None:
    found = fitted[1]
    assert isinstance(found.training, TabulatedDensity)
    margin = TABLE_MARGIN * (SCENE.high - SCENE.low)
    np.testing.assert_allclose(found.training.low.numpy(), SCENE.low - margin, rtol=1e-6)
    np.testing.assert_allclose(found.training.high.numpy(), SCENE.high + margin, rtol=1e-6)
    axes = [np.linspace(SCENE.low[i] - margin[i], SCENE.high[i] + margin[i], 97) for i in (0, 1)]
    nodes = Grid(*axes).nodes
    with torch.no_grad():
        tabulated = found.training.log_prob(torch.from_numpy(nodes).float()).double().numpy()
    misses = np.abs(tabulated - log_prob_in_chunks(found.exact, nodes))
    assert misses.max() < 1.2 * found.report["tabulation_error"] + 1e-4  # nats
    assert misses.max() > 0.05 * found.report["tabulation_error"]  # it is no empty bound
    assert found.report["tabulation_gradient_error"] > 0
    assert found.seconds == found.report["seconds"] + found.report["tabulation_seconds"]
    assert {"steps", "seconds", "tabulation_seconds"} & found.facts.keys() == set()
    assert found.facts["tabulation_error"] == found.report["tabulation_error"]


def test_a_fit_in_three_dimensions() -> None:
    raw = {"weights": [1.0], "means": [[0.0, 1.0, -1.0]], "covariances": [[[1, 0.5, 0], [0.5, 1, 0], [0, 0, 0.25]]]}
    small = {"kind": "iresnet", "blocks": 2, "hidden": [16], "steps": 60, "batch_size": 128, "learning_rate": 0.02}
    config = ExperimentConfig.from_dict({"data": {"mixture": raw}, "density": small})
    mixture = GaussianMixture.from_config(config.data)
    scene = Scene(np.zeros((1, 3)), np.full(3, -4.0), np.full(3, 4.0))
    found = exhaust(fit(config, mixture, scene, torch.Generator().manual_seed(0), never, None))[1]
    assert found is not None
    assert isinstance(found.training, ResidualFlow)  # no table beyond the plane
    assert "integral" not in found.report
    x = mixture.sample(5000, np.random.default_rng(0))
    gap = mixture.log_prob(x) - log_prob_in_chunks(restore(config, found.parameters), x)
    assert gap.mean() == pytest.approx(found.report["kl"], abs=5 * gap.std() / math.sqrt(5000))
    assert 0 < gap.mean() < 0.1
    assert found.curves["density_frames"].shape[1:] == (1, 1)


def test_restored_weights_are_the_model_to_the_last_bit(fitted: tuple[list[Event], Fitted]) -> None:
    found, config = fitted[1], flow_config()
    x = 2 * np.random.default_rng(0).normal(size=(100, 2))
    expected = log_prob_in_chunks(found.exact, x)
    np.testing.assert_array_equal(log_prob_in_chunks(restore(config, found.parameters), x), expected)
    np.testing.assert_array_equal(density_from_parameters(config, found.parameters)(x), expected)


def test_chunks_change_nothing(fitted: tuple[list[Event], Fitted]) -> None:
    x = np.random.default_rng(1).normal(size=(100, 2))
    whole = log_prob_in_chunks(fitted[1].exact, x)
    np.testing.assert_allclose(log_prob_in_chunks(fitted[1].exact, x, chunk=7), whole, rtol=1e-12)
    assert log_prob_in_chunks(fitted[1].exact, np.empty((0, 2))).shape == (0,)


@pytest.mark.parametrize("preset", ["unimodal", "bimodal_separate", "ring"])
def test_integral_of_a_density_is_one(preset: str) -> None:
    closed = ClosedForm(GaussianMixture.from_config(ExperimentConfig.from_dict({"data": {"preset": preset}}).data))
    assert integral(closed, closed) == pytest.approx(1.0, abs=1e-5)


def test_check_sees_a_bad_model() -> None:
    flow = ResidualFlow(2, 2, (8,), 0.9, "elu", torch.Generator().manual_seed(0)).double()
    with torch.no_grad():
        flow.shift[-1] += 1.0  # its density lies aside by about 1
    report = check_density(flow, ClosedForm(bimodal()), torch.Generator().manual_seed(1))
    assert report["kl"] > 0.3


@pytest.mark.parametrize("steps", [0, 7])
def test_a_stop_gives_no_density(steps: int) -> None:
    calls = itertools.count()
    events, found = run_fit(flow_config(), lambda: next(calls) >= steps)
    assert found is None
    assert sum(isinstance(event, Progress) for event in events) == steps


def test_a_stop_that_is_said_once_is_enough(tmp_path: Path) -> None:
    calls, store = itertools.count(), Store(tmp_path)
    _, found = run_fit(flow_config(), lambda: next(calls) == 7, store)
    assert found is None
    assert store.get_density(flow_config()) is None  # half a fit is never kept


def test_a_stop_after_the_last_step_comes_too_late_to_lose_the_fit() -> None:
    config = flow_config(steps=5)
    calls = itertools.count()
    assert run_fit(config, lambda: next(calls) >= 5)[1] is not None


def test_a_stored_fit_is_replayed(fitted: tuple[list[Event], Fitted], tmp_path: Path) -> None:
    store = Store(tmp_path)
    fresh = run_fit(flow_config(), store=store)[1]
    events, again = run_fit(dataclasses.replace(flow_config(), epsilon=0.02), store=store)
    assert fresh is not None
    assert again is not None
    assert all(isinstance(event, DensitySnapshot) for event in events)
    assert [event.step for event in events] == fitted[1].curves["density_steps"].tolist()  # type: ignore[union-attr]
    assert again.report == fresh.report
    for one, other in ((fresh.parameters, again.parameters), (fresh.curves, again.curves)):
        assert one.keys() == other.keys()
        for name in one:
            assert one[name].dtype == other[name].dtype
            np.testing.assert_array_equal(one[name], other[name])
    x = torch.zeros(1, 2)
    assert torch.equal(fresh.training.log_prob(x), again.training.log_prob(x))
    assert math.isfinite(float(again.exact.log_prob(x.double())))
