"""A training that is steered: planned and by hand, compiled and by autograd, paced and not."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest
import torch

from bdsg.boundary.objectives import make_objective
from bdsg.boundary.training.control import SLICE_SECONDS, Pace, TrainingControl
from bdsg.config import BoundaryConfig, ExperimentConfig
from bdsg.config.presets import PRESETS
from bdsg.config.schedule import Change
from bdsg.data import GaussianMixture
from bdsg.density import ClosedForm
from bdsg.experiments.train import train_boundary, train_by_autograd
from bdsg.runs.result import BoundarySnapshot

MODEL = ClosedForm(GaussianMixture(**PRESETS["bimodal"].mixture))
LATENT = torch.randn(40, 2, generator=torch.Generator().manual_seed(1))
CHANGES = [{"step": 7, "lambda2": 0.0}, {"step": 19, "lambda1": 2.0, "learning_rate": 0.002}]


def settings(kind: str, changes: Any = (), steps: int = 40) -> BoundaryConfig:
    boundary = {"objective": kind, "hidden": [8, 8], "batch_size": 32, "steps": steps, "snapshots": 6}
    raw = {"data": {"preset": "bimodal"}, "boundary": {**boundary, "learning_rate": 0.005, "changes": changes}}
    return ExperimentConfig.from_dict(raw).boundary


def trained(config: BoundaryConfig, *, compiled: bool = True, **options: Any) -> list[Any]:
    random = torch.Generator().manual_seed(2)
    data = MODEL.sample(300, random).float()
    objective = make_objective(config, MODEL, data, data, 0.01, 0.001, random)
    train = train_boundary if compiled else train_by_autograd
    return list(train(objective, config, LATENT, random, lambda: False, **options))


def snapshots(events: list[Any]) -> list[BoundarySnapshot]:
    return [event for event in events if isinstance(event, BoundarySnapshot)]


def same(first: list[Any], second: list[Any]) -> bool:
    """Whether two trainings show the same bits at the same steps."""
    pairs = zip(snapshots(first), snapshots(second), strict=True)
    return all(
        a.step == b.step
        and a.terms == b.terms
        and np.array_equal(a.points, b.points)
        and np.array_equal(a.forces, b.forces)  # type: ignore[arg-type]
        for a, b in pairs
    )


def hand(*values: Mapping[str, float]) -> Any:
    """Gives one answer after another, then none."""
    answers: Iterator[Mapping[str, float]] = itertools.chain(values, itertools.repeat({}))
    return lambda: next(answers)


@pytest.mark.parametrize("kind", ["paper", "ours"])
def test_planned_changes_are_those_of_autograd(kind: str) -> None:
    config = settings(kind, CHANGES)
    mine, truth = trained(config), trained(config, compiled=False)
    for a, b in zip(snapshots(mine), snapshots(truth), strict=True):
        assert a.terms == pytest.approx(b.terms, rel=1e-3)
        np.testing.assert_allclose(a.points, b.points, atol=2e-3)
    plain = trained(settings(kind))
    before = [a.step for a, b in zip(snapshots(mine), snapshots(plain), strict=True) if a.terms == b.terms]
    assert before == [step for step in [a.step for a in snapshots(mine)] if step < 7]


@pytest.mark.parametrize("kind", ["paper", "ours"])
def test_the_loss_has_the_weights_of_its_step(kind: str) -> None:
    config = settings(kind, CHANGES)
    for snapshot in snapshots(trained(config)):
        weights, terms = config.weights_at(snapshot.step), snapshot.terms
        total = terms["l0"] + weights.lambda1 * terms["l1"] + weights.lambda2 * terms["l2"]
        assert terms["loss"] == pytest.approx(total, rel=1e-5)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("kind", ["paper", "ours"])
def test_the_config_of_a_steered_training_gives_the_same_bits(kind: str, compiled: bool) -> None:
    config = settings(kind)
    asked = {"lambda1": 3.0}, {}, {"lambda2": 0.0, "learning_rate": 0.02}, {}, {"lambda2": 0.5}
    control = TrainingControl(config, hand(*asked))
    steered = trained(config, compiled=compiled, control=control)
    made = [event for event in steered if isinstance(event, Change)]
    assert [change.given() for change in made] == [part for part in asked if part]
    assert control.config != config
    assert len(control.config.changes) == 2  # the first, at step 0, is what the run starts from
    assert control.config.lambda1 == 3.0
    assert same(steered, trained(control.config, compiled=compiled))
    assert not same(steered, trained(config, compiled=compiled))


def test_what_is_as_asked_already_is_no_change() -> None:
    config = settings("ours")
    control = TrainingControl(config, lambda: {"lambda1": config.lambda1})
    assert not [event for event in trained(config, control=control) if isinstance(event, Change)]
    assert control.config == config


def test_a_hand_that_asks_too_much_does_not_end_the_run(caplog: pytest.LogCaptureFixture) -> None:
    config = settings("ours", steps=400)
    numbers = itertools.count(1)
    control = TrainingControl(config, lambda: {"lambda2": next(numbers) / 1000})
    control.reach(0)
    for step in range(1, 140):
        control.reach(step)
    assert len(control.config.changes) == 100
    assert control.weights.lambda2 == 0.101
    assert "101 changes" in caplog.text
    assert TrainingControl(config, lambda: {"lambda1": -1.0}).reach(5) is None


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now, self.slept = 50.0, list[float]()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def pace(self, seconds: float) -> Pace:
        return Pace(lambda: seconds, clock=lambda: self.now, sleep=self.sleep)


@pytest.mark.parametrize("compiled", [True, False])
def test_a_paced_training_takes_its_time_and_gives_the_same_bits(compiled: bool) -> None:
    clock, config = Clock(), settings("paper")
    paced = trained(config, compiled=compiled, pace=clock.pace(20.0))
    assert clock.now - 50.0 == pytest.approx(20.0, abs=1e-6)
    assert max(clock.slept) <= SLICE_SECONDS  # a stop and a hand are heeded in between
    assert same(paced, trained(config, compiled=compiled))


def test_a_paced_training_stops_at_once() -> None:
    clock = Clock()
    assert clock.pace(20.0).wait(0, 100, lambda: False) == 1
    pace, calls = clock.pace(1000.0), itertools.count()
    pace.wait(0, 10, lambda: False)
    pace.wait(1, 10, lambda: next(calls) >= 3)
    assert len(clock.slept) == 3


def test_a_pace_may_be_given_up_on_the_way() -> None:
    clock, wanted = Clock(), [20.0]
    pace = Pace(lambda: wanted[0], clock=lambda: clock.now, sleep=clock.sleep)
    pace.wait(0, 1000, lambda: False)
    wanted[0] = 0.0
    assert pace.wait(500, 1000, lambda: False) == 1000
    assert not clock.slept


def test_a_helm_knows_where_the_next_change_is() -> None:
    control = TrainingControl(dataclasses.replace(settings("ours", CHANGES)))
    assert [control.next_change(step) for step in (0, 6, 7, 18, 19, 39)] == [7, 7, 19, 19, 40, 40]
