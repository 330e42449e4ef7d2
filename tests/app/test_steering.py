"""Runs that are watched and steered, through the queue; and the stops of the sliders."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bdsg.app.pages.boundary_page import _overlap
from bdsg.app.widgets import steering
from bdsg.config import ExperimentConfig
from bdsg.config.schedule import Change, Weights
from bdsg.errors import BDSGError, ConfigError
from bdsg.runs.cache import Store
from bdsg.runs.result import Progress
from bdsg.serving.run_queue import Run, RunQueue
from tests.serving.test_run_queue import PATIENCE, long, small, wait_until


def arrays(run: Run) -> dict[str, np.ndarray]:
    assert run.result is not None, run.error
    return run.result.arrays.to_dict()


def equal(first: Run, second: Run) -> bool:
    return all(np.array_equal(array, arrays(second)[name]) for name, array in arrays(first).items())


def test_a_steered_run_is_found_under_what_it_became(queue: RunQueue) -> None:
    config = small(40, 300)
    run = queue.watch(config, 1.5)
    assert queue.find(config) is None  # it is the visitor's own while it is under way
    wait_until(queue, lambda: len(run.boundary_snapshots) > 1)
    queue.steer(run, lambda2=0.0)
    assert run.weights.lambda2 == 0.0  # as asked, before it is told of
    assert queue.wait(run, PATIENCE)
    assert run.state == "finished"
    (change,) = run.config.boundary.changes
    assert (change.given(), run.asked) == ({"lambda2": 0.0}, {})
    assert 0 < change.step <= 300
    assert run.result is not None
    assert run.result.config == run.config
    assert queue.find(run.config) is run
    assert queue.submit(run.config) is run
    assert queue._store is not None
    assert queue._store.get(run.config) is not None
    assert queue._store.get(config) is None

    afresh = RunQueue(1, None)
    again = afresh.submit(run.config)
    assert afresh.wait(again, PATIENCE)
    afresh.close()
    assert equal(run, again)


def test_a_watched_run_that_nobody_steers_is_like_any_other(queue: RunQueue) -> None:
    config = small(41)
    plain = queue.submit(config)
    assert queue.wait(plain, PATIENCE)
    watched = queue.watch(config, 0.3)
    assert watched is not plain
    assert watched.name != plain.name
    assert queue.find(config) is plain
    assert queue.wait(watched, PATIENCE)
    assert watched.config == config
    assert queue.find(config) is watched
    assert equal(plain, watched)
    assert watched.boundary_snapshots[0].forces is not None


def test_a_stop_is_heeded_while_a_run_is_watched(queue: RunQueue) -> None:
    run = queue.watch(small(42, 10), 3600.0)
    wait_until(queue, lambda: bool(run.boundary_snapshots))
    queue.stop(run)
    assert queue.wait(run, PATIENCE)
    assert run.state == "stopped"
    assert queue.find(run.config) is run


def test_nobody_waits_for_one_who_watches(queue: RunQueue) -> None:
    run = queue.watch(small(43, 10), 3600.0)
    wait_until(queue, lambda: bool(run.boundary_snapshots))
    other = queue.submit(small(44))
    assert run.hurried
    assert queue.wait(other, PATIENCE)
    assert (run.state, other.state) == ("finished", "finished")


def test_a_long_run_at_full_speed_can_be_steered_too(queue: RunQueue) -> None:
    run = queue.submit(long(45))
    wait_until(queue, lambda: len(run.boundary_snapshots) > 1)
    queue.steer(run, learning_rate=0.02)
    assert queue.find(long(45)) is None  # it is about to be another
    wait_until(queue, lambda: bool(run.config.boundary.changes))
    queue.stop(run)
    assert queue.wait(run, PATIENCE)
    assert run.result is not None
    assert run.result.config.boundary.changes[0].learning_rate == 0.02


def test_a_run_that_others_wait_for_stays_as_it_is(idle: RunQueue) -> None:
    run = idle.submit(small())
    assert idle.submit(small()) is run
    with pytest.raises(BDSGError, match="Someone else waits"):
        idle.steer(run, lambda2=0.0)
    assert idle.find(small()) is run


def test_what_is_asked_before_the_start_is_kept(idle: RunQueue) -> None:
    run = idle.watch(small(), 5.0)
    idle.steer(run, lambda2=0.0)
    idle.steer(run, lambda1=2.0)
    assert run.asked == {"lambda2": 0.0, "lambda1": 2.0}
    assert run.weights == Weights(2.0, 0.0, small().boundary.learning_rate)


def test_what_cannot_be_is_refused_and_an_ended_run_left_alone(idle: RunQueue) -> None:
    run = idle.watch(small(), 5.0)
    with pytest.raises(ConfigError, match=r"lambda2 is -1.0, but must lie between"):
        idle.steer(run, lambda2=-1.0)
    idle.stop(run)
    idle.steer(run, lambda2=0.0)
    assert run.asked == {}


def test_a_better_run_under_the_same_key_stays(idle: RunQueue) -> None:
    kept = idle.submit(small())
    kept.state = "finished"
    own = idle.watch(small(), 5.0)
    idle.stop(own)
    assert idle.find(small()) is kept


def test_a_change_holds_although_progress_is_told_of_later() -> None:
    config = ExperimentConfig.from_dict({"data": {"preset": "unimodal"}, "boundary": {"steps": 200}})
    run = Run(config, 1, state="running", progress=Progress("boundary", 40, 200, 0.1), asked={"lambda2": 0.0})
    run.take(Change(50, lambda2=0.0))
    assert (run.asked, run.weights.lambda2) == ({}, 0.0)


def test_weights_follow_the_plan_while_it_runs() -> None:
    boundary = dataclasses.replace(small().boundary, changes=(Change(10, lambda2=0.0),))
    run = Run(dataclasses.replace(small(), boundary=boundary), 1, state="running")
    assert run.weights.lambda2 == 0.1
    run.progress = Progress("boundary", 12, 20, 1.0)
    assert run.weights.lambda2 == 0.0
    run.asked = {"lambda2": 0.5}
    assert run.weights.lambda2 == 0.5


@pytest.mark.parametrize("name", ["lambda1", "lambda2", "learning_rate"])
def test_a_slider_has_a_real_zero_and_the_value_itself(name: str) -> None:
    values = steering.stops(name, 0.0317)
    assert values == sorted(set(values))
    assert 0.0317 in values
    assert (values[0] == 0.0) == (name != "learning_rate")
    low, high = steering._limits(name)
    assert low <= values[0]
    assert values[-1] == high
    positive = np.array([value for value in values if value > 0 and value != 0.0317])
    assert (positive[1:] / positive[:-1]).max() < 1.4
    assert set(defaults(name)) <= set(steering.stops(name))


def defaults(name: str) -> list[Any]:
    raw = [{"data": {"preset": "bimodal"}, "boundary": {"objective": kind}} for kind in ("ours", "paper")]
    return [getattr(ExperimentConfig.from_dict(one).boundary, name) for one in raw]


@pytest.mark.parametrize("lost", [{3}, {2, 3, 4}, set(range(5, 12)), {8, 16}, {1}])
def test_a_gap_in_the_updates_closes_in_about_the_time_that_it_took(lost: set[int]) -> None:
    counts, known = [3], 3  # snapshots sent by each update, and those that the browser has
    for number in range(1, 40):
        first = counts[-_overlap(len(counts))]
        counts.append(3 * (number + 1))
        if number not in lost and first <= known:
            known = counts[-1]
        if number > max(lost) + 3 * len(lost) + 2:
            assert known == counts[-1]


def test_a_cache_from_before_there_were_pulls_still_opens(queue: RunQueue, tmp_path: Path) -> None:
    run = queue.submit(small(46))
    assert queue.wait(run, PATIENCE)
    assert run.result is not None
    older = dataclasses.replace(run.result.arrays, snapshot_forces=None)
    Store(tmp_path).put(dataclasses.replace(run.result, arrays=older))
    later = RunQueue(0, Store(tmp_path))
    again = later.find(small(46))
    later.close()
    assert again is not None
    assert again.boundary_snapshots[-1].forces is None
