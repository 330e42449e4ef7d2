"""When a fit ends: the one cycle, the plateau that cuts it short, and the weights that are kept."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from bdsg.config import DensityConfig
from bdsg.config.constants import CHECK_EVERY, COOL_DOWN, GAIN
from bdsg.data import GaussianMixture
from bdsg.density import ClosedForm, ResidualFlow
from bdsg.density.flows.learning_rate import BestWeights, Schedule, one_cycle
from bdsg.experiments.train import train_density
from bdsg.runs.result import DensitySnapshot, Progress

PATIENCE = 500


def checked(losses: list[float], steps: int = 3000) -> tuple[Schedule, int]:
    """A schedule that saw a loss every ``CHECK_EVERY`` steps until it cooled down, and when that was."""
    schedule = Schedule(steps, PATIENCE)
    for index, loss in enumerate(losses):
        schedule.check(index * CHECK_EVERY, loss)
        if schedule.end < steps:
            return schedule, index * CHECK_EVERY
    return schedule, -1


def test_while_it_improves_it_is_one_cycle() -> None:
    schedule, cooled = checked([5.0 - 2 * GAIN * i for i in range(31)])
    assert cooled == -1
    assert schedule.end == 3000
    assert [schedule.rate(step) for step in (0, 700, 2999)] == [one_cycle(step / 3000) for step in (0, 700, 2999)]


def test_a_plateau_cuts_it_short() -> None:
    improving = 4  # checks, the last of them the best
    schedule, cooled = checked([5.0 - i for i in range(improving)] + [2.0 + 0.1 * GAIN] * 20)
    assert cooled == (improving - 1) * CHECK_EVERY + PATIENCE
    assert schedule.end == cooled + round(COOL_DOWN * cooled)
    assert schedule.rate(cooled) == pytest.approx(one_cycle(cooled / 3000))  # no jump
    rates = [schedule.rate(step) for step in range(cooled, schedule.end + 1)]
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] == 0
    assert rates[len(rates) // 2] == pytest.approx(rates[0] / 2, rel=0.01)


def test_a_gain_too_small_to_count_is_no_gain() -> None:
    assert checked([5.0 - 0.1 * GAIN * i for i in range(12)])[1] == PATIENCE
    assert checked([5.0 - 1.1 * GAIN * i for i in range(12)])[1] == -1


def test_a_cool_down_that_would_last_longer_is_not_begun() -> None:
    assert checked([5.0] * 8, steps=PATIENCE + round(COOL_DOWN * PATIENCE))[1] == -1
    assert checked([5.0] * 8, steps=PATIENCE + round(COOL_DOWN * PATIENCE) + 1)[1] == PATIENCE


def test_one_cool_down_is_enough() -> None:
    schedule, _ = checked([5.0] * 20)
    end = schedule.end
    schedule.check(end - 1, 5.0)
    schedule.check(end, 1.0)
    assert schedule.end == end


def test_the_best_weights_come_back() -> None:
    module = nn.Linear(2, 1)
    module.register_buffer("also", torch.zeros(1))
    best = BestWeights(module)
    for mark, loss in ((1.0, 3.0), (2.0, 2.0), (3.0, 2.5), (4.0, math.nan)):
        with torch.no_grad():
            for tensor in module.state_dict().values():
                tensor.fill_(mark)
        best.offer(loss)
    best.restore()
    assert all(bool((tensor == 2.0).all()) for tensor in module.state_dict().values())


def test_a_fit_of_one_mode_ends_before_its_limit_and_says_so() -> None:
    truth, random = ClosedForm(GaussianMixture([1.0], [[0.0, 0.0]], [[[1.0, 0.0], [0.0, 1.0]]])), torch.Generator()
    flow = ResidualFlow(2, 1, (4,), 0.9, "elu", random.manual_seed(0))
    config = DensityConfig(kind="iresnet", steps=5000, patience=500, batch_size=64, learning_rate=0.001)
    preview = torch.zeros(1, 2)
    events = list(
        train_density(flow, config, lambda n: truth.sample(n, random).float(), preview, random, lambda: False)
    )
    *_, progress = (event for event in events if isinstance(event, Progress))
    snapshots = [event for event in events if isinstance(event, DensitySnapshot)]
    assert progress.step == progress.steps == snapshots[-1].step < 2500
    assert events[-1] is snapshots[-1]
    assert [snapshot.step for snapshot in snapshots] == sorted({snapshot.step for snapshot in snapshots})
    assert snapshots[-1].held_out <= min(snapshot.held_out for snapshot in snapshots if not snapshot.step % CHECK_EVERY)
    with torch.no_grad():  # the last snapshot is of the weights that the flow was left with
        assert snapshots[-1].log_density[0, 0] == pytest.approx(float(flow.log_prob(preview)), rel=1e-6)
