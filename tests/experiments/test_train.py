"""Training loops: the schedule, the promised snapshots, stops, and divergence that is named."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from bdsg.boundary.objectives import PaperObjective
from bdsg.config import BoundaryConfig, DensityConfig
from bdsg.config.constants import WARM_UP
from bdsg.config.presets import PRESETS
from bdsg.data import GaussianMixture
from bdsg.density import ClosedForm, ResidualFlow
from bdsg.density.flows.exact import Exact
from bdsg.density.flows.learning_rate import one_cycle
from bdsg.density.flows.russian_roulette import RussianRoulette
from bdsg.density.flows.truncated_series import TruncatedSeries
from bdsg.errors import DivergenceError
from bdsg.experiments.train import estimator_for, snapshot_steps, train_boundary, train_density
from bdsg.runs.result import BoundarySnapshot, DensitySnapshot, Progress

MODEL = ClosedForm(GaussianMixture(**PRESETS["bimodal"].mixture))
DATA = MODEL.sample(200, torch.Generator().manual_seed(0)).float()
LATENT = torch.randn(9, 2, generator=torch.Generator().manual_seed(1))


BATCH = 32


class BrokenDensity:
    """The closed form until a number of batches, then ``value``."""

    dim = 2

    def __init__(self, sound_calls: int, value: float) -> None:
        self.sound_calls, self.value, self.calls = sound_calls, value, 0

    def log_prob(self, x: Tensor) -> Tensor:
        self.calls += len(x) == BATCH  # the points that a snapshot shows are fewer
        return MODEL.log_prob(x) + (0.0 if self.calls <= self.sound_calls else self.value)


def stop_after(steps: int) -> Callable[[], bool]:
    """True from the call after ``steps`` on."""
    calls = itertools.count()
    return lambda: next(calls) >= steps


def never() -> bool:
    return False


def boundary_events(
    config: BoundaryConfig, stop: Callable[[], bool] = never, density: object = MODEL
) -> list[Progress | BoundarySnapshot]:
    random = torch.Generator().manual_seed(2)
    objective = PaperObjective(config, density, DATA, random)  # type: ignore[arg-type]
    return list(train_boundary(objective, config, LATENT, random, stop))


def density_events(
    config: DensityConfig,
    stop: Callable[[], bool] = never,
    flow: ResidualFlow | None = None,
    truth: ClosedForm = MODEL,
) -> list[Progress | DensitySnapshot]:
    random = torch.Generator().manual_seed(3)
    flow = flow or ResidualFlow(2, 2, (8,), 0.9, "lipswish", random)
    side = torch.linspace(-3, 3, 4)
    preview = torch.stack(torch.meshgrid(side, side, indexing="xy"), -1).reshape(-1, 2)
    return list(train_density(flow, config, lambda n: truth.sample(n, random).float(), preview, random, stop))


def paper(**settings: object) -> BoundaryConfig:
    raw: dict[str, object] = {
        "objective": "paper",
        "hidden": (8, 8),
        "batch_size": BATCH,
        "lambda1": 1.0,
        "lambda2": 0.025,
    }
    raw |= settings
    return BoundaryConfig(**raw)  # type: ignore[arg-type]


def iresnet(**settings: object) -> DensityConfig:
    raw: dict[str, object] = {"kind": "iresnet", "batch_size": 64, **settings}
    return DensityConfig(**raw)  # type: ignore[arg-type]


def test_schedule_rises_to_one_and_falls_to_zero() -> None:
    progress = np.linspace(0, 1, 1001)
    rates = np.array([one_cycle(p) for p in progress])
    assert rates.min() >= 0
    assert rates.max() <= 1
    assert rates[0] == 0.04
    assert one_cycle(WARM_UP) == 1.0
    assert rates[-1] == pytest.approx(0.0, abs=1e-12)
    assert (np.diff(rates[progress < WARM_UP]) > 0).all()
    assert (np.diff(rates[progress >= WARM_UP]) < 0).all()
    assert one_cycle((1 + WARM_UP) / 2) == pytest.approx(0.5)  # half-way down the cosine
    assert one_cycle(WARM_UP - 1e-9) == pytest.approx(1.0, abs=1e-6)  # the two parts meet


@pytest.mark.parametrize(("steps", "count"), [(1, 120), (7, 3), (1500, 120), (50_000, 400), (100, 2)])
def test_snapshot_steps(steps: int, count: int) -> None:
    due = snapshot_steps(steps, count)
    assert due == sorted(set(due))
    assert (due[0], due[-1]) == (0, steps)
    assert len(due) <= max(count, 2)
    assert len(due) >= min(count, steps + 1) / 2
    gaps = np.diff(due)
    assert gaps[0] <= gaps[-1]


def test_snapshot_steps_by_hand() -> None:
    # 0, ¼, ½, ¾, 1 to the power 1.5, of 64: 0, 8, 22.6, 41.6, 64
    assert snapshot_steps(64, 5) == [0, 8, 23, 42, 64]


def test_the_config_names_the_estimator() -> None:
    assert estimator_for(iresnet(log_determinant="truncated", series_terms=7)) == TruncatedSeries(7)
    assert estimator_for(iresnet(log_determinant="roulette")) == RussianRoulette()
    assert estimator_for(iresnet()) == Exact()


@pytest.mark.parametrize(("steps", "count"), [(1, 10), (25, 5)])
def test_boundary_snapshots_come_when_promised(steps: int, count: int) -> None:
    events = boundary_events(paper(steps=steps, snapshots=count))
    snapshots = [event for event in events if isinstance(event, BoundarySnapshot)]
    assert [snapshot.step for snapshot in snapshots] == snapshot_steps(steps, count)
    assert events[0] is snapshots[0]
    assert events[-1] is snapshots[-1]
    for snapshot in snapshots:
        assert (snapshot.points.shape, snapshot.points.dtype) == ((9, 2), np.float32)
        assert set(snapshot.terms) == {"loss", "l0", "l1", "l2"}
        assert all(math.isfinite(value) for value in snapshot.terms.values())
        total = snapshot.terms["l0"] + snapshot.terms["l1"] + 0.025 * snapshot.terms["l2"]
        assert snapshot.terms["loss"] == pytest.approx(total, rel=1e-5)
    progress = [event for event in events if isinstance(event, Progress)]
    assert [event.step for event in progress] == list(range(1, steps + 1))
    assert {(event.stage, event.steps) for event in progress} == {("boundary", steps)}


def test_a_snapshot_shows_b_of_the_latent() -> None:
    config = paper(steps=3, snapshots=2)
    random = torch.Generator().manual_seed(2)
    objective = PaperObjective(config, MODEL, DATA, random)
    before = objective.generator(LATENT).detach().numpy()
    events = [e for e in train_boundary(objective, config, LATENT, random, never) if isinstance(e, BoundarySnapshot)]
    np.testing.assert_allclose(events[0].points, before, rtol=1e-5, atol=2e-5)
    np.testing.assert_allclose(
        events[-1].points, objective.generator(LATENT).detach().numpy(), rtol=1e-5, atol=2e-5
    )  # the module that was handed in is the one that was trained
    assert np.abs(events[-1].points - events[0].points).max() > 0


def test_boundary_training_lowers_the_loss() -> None:
    events = boundary_events(paper(steps=150, snapshots=2, batch_size=128))
    first, last = (event for event in events if isinstance(event, BoundarySnapshot))
    assert last.terms["loss"] < 0.8 * first.terms["loss"]


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("asked", [0, 1, 3, 13])
def test_a_stop_leaves_a_last_snapshot(asked: int, compiled: bool) -> None:
    density = MODEL if compiled else BrokenDensity(1000, 0.0)
    events = boundary_events(paper(steps=50_000, snapshots=4), stop_after(asked), density)
    last = events[-1]
    assert isinstance(last, BoundarySnapshot)
    # Compiled, a stop is asked for before each stretch, and the first few are at most 1, 2, 4, ... steps long.
    assert last.step in (range(asked, 2**asked) if compiled else [asked]) or last.step == asked == 0
    assert [event.step for event in events if isinstance(event, Progress)] == list(range(1, last.step + 1))
    assert [event.step for event in events if isinstance(event, BoundarySnapshot)].count(last.step) == 1


def by_autograd() -> list[Progress | BoundarySnapshot]:
    return boundary_events(paper(), density=BrokenDensity(10**9, 0.0))


@pytest.mark.parametrize(
    "events", [lambda: boundary_events(paper()), by_autograd, lambda: density_events(iresnet(steps=5))]
)
def test_the_first_step_which_may_wait_for_a_compiler_is_not_timed(events: Callable[[], list[object]]) -> None:
    seconds = [event.seconds for event in events() if isinstance(event, Progress)]
    assert seconds[0] == 0.0
    assert seconds == sorted(seconds)


@pytest.mark.parametrize("batch_size", [32, 13])
def test_compiled_training_is_that_of_autograd(batch_size: int) -> None:
    # With much larger steps the dispersion's 1/‖·‖ makes a trajectory so sensitive that rounding decides it.
    config = paper(steps=50, snapshots=51, learning_rate=0.001, batch_size=batch_size)
    plain = boundary_events(config, density=BrokenDensity(1000, 0.0))
    compiled = boundary_events(config)
    for mine, truth in zip(
        *([e for e in events if isinstance(e, BoundarySnapshot)] for events in (compiled, plain)), strict=True
    ):
        assert mine.step == truth.step
        assert mine.terms == pytest.approx(truth.terms, rel=1e-4)
        np.testing.assert_allclose(mine.points, truth.points, atol=1e-4)
    assert np.abs(plain[-1].points - plain[0].points).max() > 1.0  # type: ignore[union-attr]


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_boundary_divergence_names_step_term_and_remedy(value: float) -> None:
    with pytest.raises(DivergenceError) as caught:
        boundary_events(paper(steps=20, learning_rate=0.25), density=BrokenDensity(4, value))
    error = caught.value
    assert (error.stage, error.step, error.term) == ("boundary", 4, "L0")
    assert str(error) == (
        "The boundary training diverged at step 4: L0 is no longer a finite number. "
        "Lower boundary.learning_rate, now 0.25, or the weights λ1 and λ2."
    )


def test_divergence_in_the_last_step_is_noticed() -> None:
    with pytest.raises(DivergenceError) as caught:
        boundary_events(paper(steps=3), density=BrokenDensity(3, math.nan))
    assert caught.value.step == 3


def absurd(config: BoundaryConfig | DensityConfig) -> None:
    object.__setattr__(config, "learning_rate", 1e38)  # far beyond what a config allows


@pytest.mark.parametrize("steps", [1, 20])
def test_an_absurd_learning_rate_diverges(steps: int) -> None:
    for config, events in ((paper(steps=steps), boundary_events), (iresnet(steps=steps), density_events)):
        absurd(config)
        with pytest.raises(DivergenceError, match=r"step 1: .* Lower (boundary|density)\.learning_rate, now 1e\+38"):
            events(config)  # type: ignore[operator]


@pytest.mark.parametrize("steps", [1, 40])
def test_density_snapshots_come_when_promised(steps: int) -> None:
    events = density_events(iresnet(steps=steps))
    snapshots = [event for event in events if isinstance(event, DensitySnapshot)]
    assert [snapshot.step for snapshot in snapshots] == snapshot_steps(steps, 30)
    assert events[-1] is snapshots[-1]
    assert {snapshot.log_density.shape for snapshot in snapshots} == {(4, 4)}
    progress = [event for event in events if isinstance(event, Progress)]
    assert [event.step for event in progress] == list(range(1, steps + 1))
    assert all(math.isfinite(event.terms["negative log-likelihood"]) for event in progress)


@pytest.mark.parametrize("log_determinant", ["exact", "truncated", "roulette"])
def test_each_estimator_fits_better_than_a_gaussian(log_determinant: str) -> None:
    flow = ResidualFlow(2, 3, (16, 16), 0.97, "lipswish", torch.Generator().manual_seed(0))
    config = iresnet(steps=150, log_determinant=log_determinant, learning_rate=0.02, batch_size=128)
    apart = ClosedForm(GaussianMixture(**PRESETS["bimodal_separate"].mixture))
    events = density_events(config, flow=flow, truth=apart)
    snapshots = [event for event in events if isinstance(event, DensitySnapshot)]
    x = apart.sample(20_000, torch.Generator().manual_seed(9)).numpy()
    entropy = -float(apart.log_prob(torch.from_numpy(x)).mean())
    gaussian = 0.5 * math.log((2 * math.pi * math.e) ** 2 * np.linalg.det(np.cov(x.T)))
    assert entropy - 0.05 < snapshots[-1].held_out < gaussian - 0.08
    assert snapshots[-1].held_out < snapshots[0].held_out


def test_preview_rows_are_in_the_order_of_the_points() -> None:
    flow = ResidualFlow(2, 2, (8,), 0.9, "lipswish", torch.Generator().manual_seed(3))
    frame = [event for event in density_events(iresnet(steps=1), flow=flow) if isinstance(event, DensitySnapshot)][-1]
    side = torch.linspace(-3, 3, 4)
    with torch.no_grad():
        corner = float(flow.log_prob(torch.tensor([[side[3], side[0]]])))  # x at its highest, y at its lowest
    assert frame.log_density[0, 3] == pytest.approx(corner, rel=1e-5)


@pytest.mark.parametrize("steps", [0, 5])
def test_a_stop_ends_the_fit_between_steps(steps: int) -> None:
    events = density_events(iresnet(steps=100), stop_after(steps))
    assert sum(isinstance(event, Progress) for event in events) == steps
    assert max(event.step for event in events) == steps if steps else events[-1].step == 0


@pytest.mark.parametrize("kind", ["exact", "roulette"])
def test_density_divergence_names_step_and_remedy(kind: str) -> None:
    random = torch.Generator().manual_seed(3)
    flow = ResidualFlow(2, 2, (8,), 0.9, "lipswish", random)
    draws = iter([1.0, 1.0, math.inf])  # held out, to initialise with, to train on

    def draw(count: int) -> torch.Tensor:
        points = MODEL.sample(count, random).float()
        points[2 * 64 :] *= next(draws)  # from the third batch on
        return points

    config = iresnet(steps=20, learning_rate=0.5, log_determinant=kind)
    with pytest.raises(DivergenceError) as caught:
        list(train_density(flow, config, draw, torch.zeros(1, 2), random, never))
    assert str(caught.value) == (
        "The density training diverged at step 2: the negative log-likelihood is no longer a finite number. "
        "Lower density.learning_rate, now 0.5."
    )


def test_training_depends_on_its_generator_alone() -> None:
    first = boundary_events(paper(steps=5))[-1]
    state = torch.get_rng_state()
    torch.randn(7)
    again = boundary_events(paper(steps=5))[-1]
    torch.set_rng_state(state)
    assert isinstance(first, BoundarySnapshot)
    assert isinstance(again, BoundarySnapshot)
    np.testing.assert_array_equal(first.points, again.points)
    assert first.terms == again.terms
