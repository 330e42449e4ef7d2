"""Many runs at once: the same bits as one by one, on any number of threads."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from bdsg.boundary.objectives import Objective, OurObjective, PaperObjective, make_objective
from bdsg.config import BoundaryConfig
from bdsg.config.presets import PRESETS
from bdsg.data import GaussianMixture
from bdsg.density import ClosedForm
from bdsg.errors import ConfigError
from bdsg.experiments.batch import Run, Start, make_objectives, train_together
from bdsg.experiments.train import train_boundary
from bdsg.runs.result import BoundarySnapshot

MODEL = ClosedForm(GaussianMixture(**PRESETS["bimodal"].mixture))
DATA = MODEL.sample(300, torch.Generator().manual_seed(0)).float()
LATENT = torch.randn(20, 2, generator=torch.Generator().manual_seed(1))
CONFIG = BoundaryConfig(objective="paper", hidden=(8, 8), steps=60, batch_size=32, snapshots=3)


def never() -> bool:
    return False


def make(seed: int, **settings: object) -> Run:
    config = dataclasses.replace(CONFIG, **settings)  # type: ignore[arg-type]
    random = torch.Generator().manual_seed(seed)
    objective: Objective = make_objective(config, MODEL, DATA[: 100 + 20 * seed], DATA, 0.01, 0.001, random)
    return Run(objective, config, LATENT, random)


def sweep() -> list[Run]:
    """Runs that differ in all that may differ, one of them of the other objective."""
    runs = [make(k, lambda1=0.1 * k, lambda2=0.01 * k, learning_rate=0.001 * (k + 1)) for k in range(6)]
    return [*runs, make(6, objective="ours", steps=5)]


def alone(run: Run) -> list[BoundarySnapshot]:
    return [event for event in train_boundary(*run, never) if isinstance(event, BoundarySnapshot)]


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_runs_together_are_the_runs_alone(threads: int) -> None:
    expected = [alone(run) for run in sweep()]
    found = train_together(sweep(), never, threads=threads)
    assert [trained.error for trained in found] == [None] * 7
    for trained, snapshots in zip(found, expected, strict=True):
        assert [snapshot.step for snapshot in trained.snapshots] == [snapshot.step for snapshot in snapshots]
        for mine, other in zip(trained.snapshots, snapshots, strict=True):
            np.testing.assert_array_equal(mine.points, other.points)
            assert mine.terms == other.terms
    assert not np.array_equal(found[0].snapshots[-1].points, found[1].snapshots[-1].points)


def test_objectives_of_a_sweep_share_the_level_set_and_nothing_else() -> None:
    configs = [dataclasses.replace(CONFIG, objective=name, steps=5) for name in ("ours", "paper", "ours")]
    starts = [Start(config, DATA, torch.Generator().manual_seed(k)) for k, config in enumerate(configs)]
    made = make_objectives(starts, MODEL, DATA, 0.01, 0.001)
    first, _, last = made
    assert isinstance(first, OurObjective)
    assert isinstance(last, OurObjective)
    assert last.tree is first.tree
    runs = [Run(one, start.config, LATENT, start.random) for one, start in zip(made, starts, strict=True)]
    for k, trained in enumerate(train_together(runs, never)):
        random = torch.Generator().manual_seed(k)
        own = make_objective(configs[k], MODEL, DATA, DATA, 0.01, 0.001, random)
        expected = alone(Run(own, configs[k], LATENT, random))
        np.testing.assert_array_equal(trained.snapshots[-1].points, expected[-1].points)


def test_a_divergence_is_that_of_its_own_run() -> None:
    runs = [make(0), make(1), make(2)]
    object.__setattr__(runs[1].config, "learning_rate", 1e38)  # far beyond what a config allows
    found = train_together(runs, never)
    assert [trained.error is None for trained in found] == [True, False, True]
    assert "learning_rate, now 1e+38" in str(found[1].error)
    assert found[2].snapshots[-1].step == 60


def test_a_stop_ends_all_runs_with_a_snapshot() -> None:
    found = train_together([make(k) for k in range(4)], lambda: True)
    assert [[snapshot.step for snapshot in trained.snapshots] for trained in found] == [[0]] * 4


def test_runs_must_not_share_what_training_changes() -> None:
    run, other = make(0), make(1)
    assert isinstance(run.objective, PaperObjective)
    with pytest.raises(ConfigError, match=r"runs\.random is 'shared by two of 2 runs'"):
        train_together([run, other._replace(random=run.random)], never)
    with pytest.raises(ConfigError, match=r"runs\.objective"):
        train_together([run, other._replace(objective=run.objective)], never)
