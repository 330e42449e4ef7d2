"""The queue of runs over real worker processes; without workers where only the bookkeeping matters."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bdsg.config import ExperimentConfig
from bdsg.errors import BDSGError
from bdsg.experiments import run_experiment
from bdsg.runs.cache import Store
from bdsg.runs.result import TERMS, Progress, Result
from bdsg.serving.run_queue import Run, RunQueue

PATIENCE = 120.0
ROOT = Path(__file__).resolve().parents[2]


def small(seed: int = 0, steps: int = 20, **changes: Any) -> ExperimentConfig:
    boundary = {"steps": steps, "snapshots": 5, "hidden": [8], "batch_size": 32}
    data = {"preset": "bimodal", "samples": 32}
    return ExperimentConfig.from_dict({"data": data, "boundary": boundary, "seed": seed, **changes})


def long(seed: int = 0) -> ExperimentConfig:
    return small(seed, 50_000)


def wait_until(queue: RunQueue, condition: Callable[[], bool]) -> None:
    with queue._changed:
        assert queue._changed.wait_for(condition, PATIENCE)


@pytest.fixture(scope="module")
def result() -> Result:
    *_, result = run_experiment.run(small(density={"kind": "iresnet", "steps": 4, "blocks": 1, "hidden": [4]}))
    assert isinstance(result, Result)
    return result


def test_a_run_goes_from_queued_to_finished(queue: RunQueue) -> None:
    run = queue.submit(small(1))
    assert run.state in ("queued", "running")
    assert queue.wait(run, PATIENCE)
    assert (run.state, run.error, run.place, run.seconds_left) == ("finished", None, 0, None)
    assert run.result is not None
    assert run.scene is not None
    assert run.progress is not None
    assert run.scene.data.shape == (32, 2)
    assert run.result.summary["stopped"] is False
    np.testing.assert_array_equal(
        [snapshot.step for snapshot in run.boundary_snapshots], run.result.arrays.snapshot_steps
    )


def test_snapshots_only_grow_while_a_run_is_followed(queue: RunQueue) -> None:
    run, seen = queue.submit(small(2, 400)), list[Any]()
    while run.active:
        seen += run.boundary_snapshots[len(seen) :]
        queue.wait(run, 0.02)
    seen += run.boundary_snapshots[len(seen) :]
    assert [snapshot.step for snapshot in seen] == [snapshot.step for snapshot in run.boundary_snapshots]
    for mine, final in zip(seen, run.boundary_snapshots, strict=True):
        np.testing.assert_array_equal(mine.points, final.points)
        assert mine.terms.keys() >= set(TERMS)


def test_a_new_runs_first_picture_is_waited_for_and_no_turn_behind_another(queue: RunQueue) -> None:
    first = queue.submit(long(3))
    assert queue.wait_begun(first, PATIENCE)
    assert first.boundary_snapshots
    second = queue.submit(small(4))
    assert queue.wait_begun(second, PATIENCE)  # the only worker is at the first
    assert second.state == "queued"
    queue.stop(first)
    assert queue.wait(second, PATIENCE)


def test_a_finished_run_is_not_started_again(queue: RunQueue) -> None:
    run = queue.submit(small(1))
    assert queue.wait(run, PATIENCE)
    assert queue.submit(small(1)) is run


def test_a_finished_run_is_kept_on_disk(queue: RunQueue) -> None:
    run = queue.submit(small(3))
    assert queue.wait(run, PATIENCE)
    later = RunQueue(0, queue._store)
    again = later.submit(small(3))
    later.close()
    assert (again.state, run.result is not None) == ("finished", True)
    assert again.scene is not None
    assert run.scene is not None
    for name in ("data", "low", "high"):
        np.testing.assert_array_equal(getattr(again.scene, name), getattr(run.scene, name))
    for mine, theirs in zip(again.boundary_snapshots, run.boundary_snapshots, strict=True):
        assert (mine.step, mine.terms) == (theirs.step, theirs.terms)
        np.testing.assert_array_equal(mine.points, theirs.points)


def test_runs_wait_their_turn_and_stop_when_asked(queue: RunQueue) -> None:
    first, second, third = (queue.submit(long(seed)) for seed in (10, 11, 12))
    wait_until(queue, lambda: bool(first.boundary_snapshots) and first.progress is not None)
    assert [run.state for run in (first, second, third)] == ["running", "queued", "queued"]
    assert [run.place for run in (first, second, third)] == [0, 1, 2]
    queue.stop(second)
    assert (second.state, second.place, third.place) == ("stopped", 0, 1)
    queue.stop(first)
    assert queue.wait(first, PATIENCE)
    assert first.state == "stopped"
    assert first.error is None
    assert first.result is not None
    assert first.result.summary["stopped"] is True
    wait_until(queue, lambda: third.state == "running")
    queue.stop(third)
    queue.stop(third)
    assert queue.wait(third, PATIENCE)
    assert third.state == "stopped"
    queue.stop(third)
    assert third.state == "stopped"


def test_a_contest_waits_in_the_same_queue_and_is_kept_in_memory(queue: RunQueue) -> None:
    first, rival, other = (
        queue.submit(long(40)),
        queue.contest(small(), "neighbours"),
        queue.contest(small(), "mixture"),
    )
    wait_until(queue, lambda: bool(first.boundary_snapshots))
    assert [run.place for run in (rival, other)] == [1, 2]
    assert queue.baseline(small(), "mixture") is other
    assert queue.baseline(small(), "vae") is None
    queue.stop(other)
    queue.stop(first)
    assert queue.wait(rival, PATIENCE)
    assert (rival.state, rival.error, other.state) == ("finished", None, "stopped")
    assert rival.row is not None
    assert rival.row.auroc is not None
    assert rival.ranks is not None
    assert len(rival.baseline_snapshots) == 1
    assert queue.contest(small(), "neighbours") is rival
    assert queue.submit(small()) is not rival  # a run of the same config is another thing
    assert queue.contest(small(), "mixture") is not other


def test_a_contest_stops_when_asked_and_says_what_went_wrong(queue: RunQueue) -> None:
    rival = queue.contest(small(), "fence_gan")
    wait_until(queue, lambda: bool(rival.baseline_snapshots))
    queue.stop(rival)
    assert rival.state == "stopped"
    failed = queue.contest(small(epsilon=5.0), "neighbours")
    assert queue.wait(failed, PATIENCE)
    assert failed.state == "failed"
    assert failed.error is not None
    assert failed.error.startswith("epsilon is 5.0, but the density is nowhere above")
    assert rival.row is None


def test_a_stopped_run_starts_anew_and_is_not_kept(queue: RunQueue) -> None:
    run = queue.submit(long(20))
    wait_until(queue, lambda: bool(run.boundary_snapshots))
    queue.stop(run)
    again = queue.submit(long(20))  # may come before the first has ended
    assert again is not run
    assert queue.submit(long(20)) is again
    assert queue.wait(run, PATIENCE)
    wait_until(queue, lambda: bool(again.boundary_snapshots))
    assert again.boundary_snapshots[0].step == 0
    queue.stop(again)
    assert queue.wait(again, PATIENCE)
    assert queue._store is not None
    assert queue._store.get(long(20)) is None


def test_a_failed_run_says_why_and_starts_anew(queue: RunQueue) -> None:
    run = queue.submit(small(epsilon=5.0))
    assert queue.wait(run, PATIENCE)
    assert run.state == "failed"
    assert run.result is None
    assert run.error is not None
    assert run.error.startswith("epsilon is 5.0, but the density is nowhere above")
    assert queue.submit(small(epsilon=5.0)) is not run


def test_a_process_that_does_not_heed_a_stop_is_killed() -> None:
    queue = RunQueue(1, stop_seconds=0.2)
    try:
        run = queue.submit(long())
        wait_until(queue, lambda: bool(run.boundary_snapshots))
        os.kill(queue.pids[0], signal.SIGSTOP)  # it cannot even read
        queue.stop(run)
        assert queue.wait(run, PATIENCE)
        assert (run.state, run.error) == ("stopped", None)
    finally:
        queue.close()


def test_close_ends_processes_and_runs() -> None:
    queue = RunQueue(2)
    running, other, waiting = (queue.submit(long(seed)) for seed in range(3))
    wait_until(queue, lambda: running.state == other.state == "running" and len(queue.pids) == 2)
    queue.close()
    assert [run.state for run in (running, other, waiting)] == ["stopped"] * 3
    assert queue.pids == []
    assert not any(thread.is_alive() for thread in queue._threads)
    with pytest.raises(BDSGError, match="queue of runs is closed"):
        queue.submit(small())


OWNER = """
import sys, time
sys.path.insert(0, sys.argv[1])
from bdsg.config import ExperimentConfig
from bdsg.serving.run_queue import RunQueue
queue = RunQueue(1)
run = queue.submit(ExperimentConfig.from_dict({"data": {"preset": "bimodal"}, "boundary": {"steps": 50000}}))
while not run.boundary_snapshots:
    queue.wait_begun(run, 60)
print("running", flush=True)
if sys.argv[2] == "hang":
    time.sleep(1000)
"""


@pytest.mark.parametrize("ending", ["hang", "exit"])
def test_no_process_outlives_the_app(ending: str) -> None:
    command = [sys.executable, "-c", OWNER, str(ROOT), ending]
    owner = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    watchdog = threading.Timer(PATIENCE, owner.kill)
    watchdog.start()
    assert owner.stdout is not None
    assert owner.stdout.readline() == "running\n"
    if ending == "hang":
        owner.kill()
    # The worker holds the same stderr, so its end is the end of both.
    _, complaints = owner.communicate(timeout=PATIENCE)
    watchdog.cancel()
    assert owner.returncode == (-signal.SIGKILL if ending == "hang" else 0)
    assert complaints == ""


def test_threads_that_submit_at_once_share_one_run(idle: RunQueue) -> None:
    with ThreadPoolExecutor(16) as pool:
        runs = set(pool.map(lambda index: idle.submit(small(index % 4)), range(64)))
    assert len(runs) == 4
    assert sorted(run.place for run in runs) == [1, 2, 3, 4]


def test_a_named_and_a_written_mixture_share_one_run(idle: RunQueue) -> None:
    raw = small().to_dict()
    raw["data"] = {"mixture": dataclasses.asdict(small().data.mixture_numbers()), "samples": 32}
    written, named = idle.submit(ExperimentConfig.from_dict(raw)), idle.submit(small())
    assert written.shared is named.shared
    assert (written.config.data.preset, named.config.data.preset) == (None, "bimodal")


def test_a_stored_run_looks_finished(tmp_path: Path, result: Result) -> None:
    Store(tmp_path).put(result)
    queue = RunQueue(0, Store(tmp_path))
    run = queue.submit(result.config)
    queue.close()
    assert (run.state, run.place, run.error, run.active) == ("finished", 0, None, False)
    arrays = result.arrays.to_dict()
    assert len(run.density_snapshots) == len(arrays["density_steps"]) > 0
    assert len(run.boundary_snapshots) == len(arrays["snapshot_steps"]) > 0
    last_fit, last = run.density_snapshots[-1], run.boundary_snapshots[-1]
    assert (last_fit.step, last_fit.held_out) == (arrays["density_steps"][-1], arrays["density_held_out"][-1])
    np.testing.assert_array_equal(last_fit.log_density, arrays["density_frames"][-1])
    np.testing.assert_array_equal(last.points, arrays["snapshot_points"][-1])
    assert [last.terms[name] for name in TERMS] == arrays["snapshot_terms"][-1].tolist()
    assert run.scene is not None
    assert run.scene.low.tolist() == [arrays["grid_x"][0], arrays["grid_y"][0]]
    assert run.scene.high.tolist() == [arrays["grid_x"][-1], arrays["grid_y"][-1]]


def test_a_damaged_stored_run_is_run_again(tmp_path: Path, result: Result) -> None:
    Store(tmp_path).put(result)
    (tmp_path / result.config.key() / "arrays.safetensors").write_bytes(b"")
    queue = RunQueue(0, Store(tmp_path))
    assert queue.submit(result.config).state == "queued"
    queue.close()


def test_ended_runs_used_least_recently_are_dropped_from_memory(tmp_path: Path, result: Result) -> None:
    configs = [dataclasses.replace(result.config, seed=seed) for seed in range(3)]
    for config in configs:
        Store(tmp_path).put(dataclasses.replace(result, config=config))
    queue = RunQueue(0, Store(tmp_path), keep=2)
    first, second = queue.submit(configs[0]), queue.submit(configs[1])
    assert queue.submit(configs[0]) is first  # now the second is the oldest
    queued = queue.submit(long(99))
    third = queue.submit(configs[2])
    assert queue.submit(configs[0]) is first
    assert queue.submit(configs[2]) is third
    assert queue.submit(long(99)) is queued  # one under way is never dropped
    again = queue.submit(configs[1])
    assert again is not second
    assert again.state == "finished"  # read from the store
    queue.close()


def test_seconds_left_follows_the_pace_of_the_stage() -> None:
    run = Run(small(), 1, state="running")
    assert run.seconds_left is None
    run.progress = Progress("boundary", 0, 100, 0.0)
    assert run.seconds_left is None
    run.progress = Progress("boundary", 1, 100, 0.0)  # it may have waited for a compiler
    assert run.seconds_left is None
    run.progress = Progress("boundary", 26, 101, 5.0)
    assert run.seconds_left == 15.0
    run.state = "finished"
    assert run.seconds_left is None
