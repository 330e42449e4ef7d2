"""What every baseline promises: bits by seed, snapshots when due, a stop that is heeded, a divergence that is named."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch

from bdsg.baselines.contract import BaselineSnapshot, Watch
from bdsg.baselines.neural.neural_baseline import NeuralBaseline
from bdsg.baselines.registry import BASELINES, METHODS, OURS, known, title_of
from bdsg.config.presets import PRESETS
from bdsg.data import GaussianMixture
from bdsg.errors import BDSGError, ConfigError, DivergenceError
from bdsg.runs.result import Progress

MIXTURE = GaussianMixture(**PRESETS["three_modes"].mixture)
GRID = np.stack(np.meshgrid(np.linspace(-7, 7, 6), np.linspace(-5, 6, 5)), -1).reshape(-1, 2)
NEURAL = [name for name, entry in BASELINES.items() if issubclass(entry.load(), NeuralBaseline)]
LIBRARY = [name for name in BASELINES if name not in NEURAL]


def settings_of(name: str, **changes: Any) -> Any:
    """The method's defaults with changes."""
    return dataclasses.replace(made(name).settings, **changes)


def made(name: str, settings: Any = None, seed: int = 3) -> Any:
    """A new one."""
    return BASELINES[name].load()(2, torch.Generator().manual_seed(seed), settings)


def quick(name: str, **changes: Any) -> Any:
    """Settings of a training that is over at once."""
    small = {"steps": 6, "batch_size": 32, "hidden": (8, 8)} if name in NEURAL else {"points": 200}
    small |= {"modes": 2} if name == "mixture" else {}
    return settings_of(name, **{**small, **changes})


def draws(seed: int = 5) -> Callable[[int], np.ndarray]:
    """Fresh points of three modes."""
    numbers = np.random.default_rng(seed)
    return lambda count: MIXTURE.sample(count, numbers)


def stop_after(steps: int) -> Callable[[], bool]:
    """True from the call after ``steps`` on."""
    calls = itertools.count()
    return lambda: next(calls) >= steps


def events(baseline: Any, due: tuple[int, ...] = (0, 2), stop: Callable[[], bool] = lambda: False) -> list[Any]:
    """All that a training yields."""
    found: Iterator[Any] = baseline.train(draws(), Watch(due, GRID), stop)
    return list(found)


def generated(name: str, baseline: Any, count: int = 7) -> np.ndarray:
    """What it generates."""
    points: np.ndarray = baseline.sample(count, torch.Generator().manual_seed(1))
    return points


@pytest.mark.parametrize("name", BASELINES)
def test_the_same_seed_gives_the_same_bits(name: str) -> None:
    first, again, other = (made(name, quick(name), seed) for seed in (3, 3, 4))
    for baseline in (first, again, other):
        torch.manual_seed(id(baseline) % 1000)  # the global stream must not matter
        events(baseline)
    scores = first.score_samples(GRID)
    assert scores.shape == (len(GRID),)
    assert scores.dtype == np.float64
    np.testing.assert_array_equal(again.score_samples(GRID), scores)
    np.testing.assert_array_equal(first.score_samples(GRID), scores)
    if name in NEURAL:
        assert (other.score_samples(GRID) != scores).any()
    if BASELINES[name].generates:
        points = generated(name, first)
        assert points.shape == (7, 2)
        np.testing.assert_array_equal(generated(name, again), points)
        np.testing.assert_array_equal(generated(name, first), points)
    else:
        assert not hasattr(first, "sample")


@pytest.mark.parametrize("name", BASELINES)
def test_fit_takes_points_and_far_ones_are_scored(name: str) -> None:
    baseline = made(name, quick(name))
    assert baseline.fit(draws()(300)) is baseline
    assert np.isfinite(baseline.score_samples(np.array([[0.0, 0.0], [50.0, -50.0]]))).all()


@pytest.mark.parametrize("name", BASELINES)
def test_an_untrained_one_says_so(name: str) -> None:
    with pytest.raises(BDSGError, match="has not been trained yet: call fit or train first"):
        made(name).score_samples(GRID)


@pytest.mark.parametrize("name", NEURAL)
def test_snapshots_come_when_due_and_last(name: str) -> None:
    found = events(made(name, quick(name)))
    snapshots = [event for event in found if isinstance(event, BaselineSnapshot)]
    progress = [event for event in found if isinstance(event, Progress)]
    assert [snapshot.step for snapshot in snapshots] == [0, 2, 6]
    assert found[-1] is snapshots[-1]
    assert [event.step for event in progress] == list(range(1, 7))
    assert progress[-1].terms == snapshots[-1].terms != {}
    assert {snapshot.scores.shape for snapshot in snapshots} == {(len(GRID),)}
    count = 500 if BASELINES[name].generates else 0
    assert {snapshot.points.shape for snapshot in snapshots} == {(count, 2)}
    if count:  # the same latents all through: points move a little, not altogether
        moves = [np.abs(b.points - a.points).max() for a, b in itertools.pairwise(snapshots)]
        assert 0 < max(moves) < 1.0


@pytest.mark.parametrize("name", LIBRARY)
def test_the_library_ones_have_one_step(name: str) -> None:
    progress, snapshot = events(made(name, quick(name)))
    assert (progress.step, progress.steps, snapshot.step) == (1, 1, 1)
    assert snapshot.points.shape == (0, 2)
    np.testing.assert_allclose(
        snapshot.scores, made(name, quick(name)).fit(draws()(200)).score_samples(GRID), rtol=1e-6
    )


@pytest.mark.parametrize("name", NEURAL)
@pytest.mark.parametrize("steps", [0, 4])
def test_a_stop_ends_training_between_steps(name: str, steps: int) -> None:
    found = events(made(name, quick(name, steps=10_000)), stop=stop_after(steps))
    assert sum(isinstance(event, Progress) for event in found) == steps
    assert isinstance(found[-1], BaselineSnapshot)
    assert found[-1].step == steps


@pytest.mark.parametrize("name", LIBRARY)
def test_a_stop_before_the_only_step_is_heeded(name: str) -> None:
    assert events(made(name, quick(name)), stop=lambda: True) == []


@pytest.mark.parametrize("name", NEURAL)
def test_an_absurd_learning_rate_is_refused_or_diverges(name: str) -> None:
    with pytest.raises(ConfigError, match=rf"rivals\.{name}\.learning_rate is 1000.0, but must lie between"):
        quick(name, learning_rate=1e3)
    absurd = quick(name, steps=40)
    object.__setattr__(absurd, "learning_rate", 1e38)  # far beyond what settings allow
    with pytest.raises(DivergenceError, match=rf"diverged at step \d+: .* Lower {name}\.learning_rate, now 1e\+38"):
        events(made(name, absurd))


@pytest.mark.parametrize("name", NEURAL)
def test_a_divergence_in_the_last_step_is_noticed(name: str) -> None:
    absurd = quick(name, steps=1)
    object.__setattr__(absurd, "learning_rate", float("inf"))
    with pytest.raises(
        DivergenceError, match=r"diverged at step [01]: (a weight|the [\w ]+) is no longer a finite number"
    ):
        events(made(name, absurd))


@pytest.mark.parametrize("name", BASELINES)
def test_settings_are_frozen_and_name_their_section(name: str) -> None:
    settings = made(name).settings
    assert settings.section == name
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.points = 3
    for entry in dataclasses.fields(settings):
        assert entry.metadata["help"].endswith("."), entry.name


def test_the_registry_names_every_file() -> None:
    assert set(METHODS) == set(OURS) | set(BASELINES)
    assert known([]) == METHODS
    assert known(["wgan", "vae", "wgan"]) == ("wgan", "vae")
    assert title_of("bdsg") == "BDSG (ours)"
    for entry in BASELINES.values():
        assert entry.load().__name__ == entry.kind
        document = __import__("sys").modules[entry.load().__module__].__doc__
        year = entry.citation[-4:]
        assert entry.citation.split()[0].rstrip(",") in document
        assert year in document
    with pytest.raises(ConfigError, match="methods is 'gan', but must be among bdsg, bdsg_paper, fence_gan"):
        known(["vae", "gan"])
