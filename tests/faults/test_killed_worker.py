"""A process is killed in the middle of its work: the run goes on in another one, and no file is half-written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bdsg.experiments import run_experiment
from bdsg.runs.cache import Store
from bdsg.runs.result import Result
from bdsg.serving.fork_client import AVAILABLE
from bdsg.serving.run_queue import Run, RunQueue
from tests.faults.doing import FLOW, PATIENCE, ROOT, command, nursery_of, small, wait_until

DIED = (
    "Tried twice. The training process was killed (signal 9), as happens when memory runs out: "
    "start it again, with smaller batches or networks if memory is short."
)


def kill(queue: RunQueue) -> int:
    """Kill the worker, as the system does when memory runs out; its number."""
    (pid,) = queue.pids
    os.kill(pid, signal.SIGKILL)
    return pid


def finish(queue: RunQueue, run: Run) -> Result:
    assert queue.wait(run, PATIENCE)
    assert (run.state, run.error) == ("finished", None)
    assert run.result is not None
    return run.result


def test_a_run_goes_on_by_itself_and_its_density_is_not_fitted_again(queue: RunQueue, cache: Path) -> None:
    config = small(1, 50_000, density=FLOW)
    run = queue.submit(config)
    wait_until(queue, lambda: bool(run.boundary_snapshots))
    (fitted,) = (cache / "densities").iterdir()
    before, pictures = fitted.stat().st_ino, list(run.boundary_snapshots)
    pid = kill(queue)
    result = finish(queue, run)
    assert run.attempts == 2
    assert queue.pids != [pid]
    assert fitted.stat().st_ino == before  # fitted anew, it would have been written anew
    for picture, final in zip(pictures, run.boundary_snapshots, strict=False):
        np.testing.assert_array_equal(picture.points, final.points)
    assert [one.step for one in run.boundary_snapshots] == result.arrays.snapshot_steps.tolist()
    assert Store(cache).get(config) is not None


def test_a_steered_run_keeps_its_changes(queue: RunQueue) -> None:
    run = queue.watch(small(2, 2_000), 600.0)
    wait_until(queue, lambda: run.reached == 0 and run.progress is not None and run.progress.step > 0)
    queue.steer(run, lambda2=0.5)
    wait_until(queue, lambda: run.reached > 0)
    kill(queue)
    wait_until(queue, lambda: run.attempts == 2 and run.progress is not None)
    waiting = queue.submit(small(3))  # those who wait end its pace
    result = finish(queue, run)
    assert [(change.step, change.lambda2) for change in result.config.boundary.changes] == [(run.reached, 0.5)]
    *_, replayed = run_experiment.run(result.config)
    assert isinstance(replayed, Result)
    np.testing.assert_array_equal(result.arrays.boundary, replayed.arrays.boundary)
    finish(queue, waiting)


def test_a_contest_is_begun_again_from_its_start(queue: RunQueue) -> None:
    rival = queue.contest(small(), "vae")
    wait_until(queue, lambda: bool(rival.baseline_snapshots))
    kill(queue)
    assert queue.wait(rival, PATIENCE)
    assert (rival.state, rival.error, rival.attempts) == ("finished", None, 2)
    steps = [snapshot.step for snapshot in rival.baseline_snapshots]
    assert steps == sorted(set(steps))
    assert rival.row is not None


def test_killed_twice_it_says_so_and_the_next_run_works(queue: RunQueue) -> None:
    run = queue.watch(small(4, 2_000), 600.0)
    wait_until(queue, lambda: bool(run.boundary_snapshots))
    kill(queue)
    wait_until(queue, lambda: run.attempts == 2 and run.progress is not None)
    kill(queue)
    assert queue.wait(run, PATIENCE)
    assert (run.state, run.error) == ("failed", DIED)
    finish(queue, queue.submit(small(4)))


def test_one_that_was_told_to_stop_is_not_begun_again(queue: RunQueue) -> None:
    run = queue.watch(small(5, 2_000), 600.0)
    wait_until(queue, lambda: bool(run.boundary_snapshots))
    os.kill(queue.pids[0], signal.SIGSTOP)
    queue.stop(run)
    kill(queue)
    assert queue.wait(run, PATIENCE)
    assert (run.state, run.error, run.attempts) == ("stopped", None, 1)


@pytest.mark.skipif(not AVAILABLE, reason="Workers are not forked on this system.")
def test_the_parent_of_the_workers_is_killed(queue: RunQueue, capfd: pytest.CaptureFixture[str]) -> None:
    run = queue.watch(small(6, 2_000), 600.0)
    wait_until(queue, lambda: bool(run.boundary_snapshots))
    parent = nursery_of(queue)
    assert parent is not None
    os.kill(parent, signal.SIGKILL)
    after = queue.submit(small(7))
    for one in (run, after):
        finish(queue, one)
        assert one.attempts == 1  # who was forked goes on
    run = queue.watch(small(8, 2_000), 600.0)
    wait_until(queue, lambda: bool(run.boundary_snapshots))
    kill(queue)  # now neither is there
    wait_until(queue, lambda: run.attempts == 2 and run.progress is not None)
    queue.stop(run)
    assert queue.wait(run, PATIENCE)
    finish(queue, queue.submit(small(9)))
    assert "Traceback" not in capfd.readouterr().err


def test_a_killed_command_leaves_nothing_half_written(tmp_path: Path) -> None:
    config, out = tmp_path / "config.json", tmp_path / "out"
    boundary = {"steps": 50_000, "hidden": [8], "batch_size": 512}
    config.write_text(json.dumps({**small().to_dict(), "boundary": boundary}))
    process = command("run", config, "--out", out)
    assert process.stderr is not None
    seen = ""
    while "boundary:" not in seen:
        seen += (character := process.stderr.read(1))
        assert character, seen
    process.kill()
    process.communicate(timeout=PATIENCE)
    assert list(out.iterdir()) == []


MOMENTS = """
import os, signal, sys, time
sys.path[:0] = sys.argv[2:]
from pathlib import Path
from test_cache import CONFIG, make_result
from bdsg.errors import StoreError
from bdsg.runs.cache import LEFTOVER_SECONDS, Store, read_run, write_run

CALLS = ("fsync", "replace", "rename")

def killed_at(moment, work):
    '''Do some work in a process that is killed at its n-th call of the system; False if it ended before.'''
    if (child := os.fork()) == 0:
        left = [moment]
        def deadly(call):
            def wrapped(*arguments):
                left[0] -= 1
                if left[0] < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return call(*arguments)
            return wrapped
        for name in CALLS:
            setattr(os, name, deadly(getattr(os, name)))
        work()
        os._exit(0)
    return os.waitpid(child, 0)[1] == signal.SIGKILL

def put():
    store.put_density(CONFIG, make_result().parameters, {"held_out": 1.0})
    store.put(make_result())

moments = 0
while True:
    root = Path(sys.argv[1]) / str(moments)
    store = Store(root)
    dead = killed_at(moments, put)
    found = store.get(CONFIG)
    assert found is None or found.summary == make_result().summary
    put()
    assert store.get(CONFIG) is not None and store.get_density(CONFIG) is not None
    past = time.time() - LEFTOVER_SECONDS - 60
    for path in [*root.glob(".*"), *(root / "densities").glob(".*")]:
        os.utime(path, (past, past))
    store.put(make_result())
    assert {path.name for path in root.iterdir()} == {CONFIG.key(), "densities"}, list(root.iterdir())
    assert len(list((root / "densities").iterdir())) == 1
    if not dead:
        break
    moments += 1

old, new = make_result(seed=1), make_result(seed=2)
over = 0
while True:
    folder = Path(sys.argv[1]) / f"over-{over}"
    write_run(old, folder)
    dead = killed_at(over, lambda: write_run(new, folder))
    try:
        found = read_run(folder)
        assert any((found.arrays.data == one.arrays.data).all() for one in (old, new))
    except StoreError as error:
        assert "run the experiment again" in str(error)
    write_run(new, folder)
    read_run(folder)
    if not dead:
        break
    over += 1
print(moments, over)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_kill_at_any_moment_of_writing_is_survived(tmp_path: Path) -> None:
    paths = [str(ROOT / "tests" / "runs"), str(ROOT)]
    done = subprocess.run(
        [sys.executable, "-c", MOMENTS, str(tmp_path), *paths],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [int(word) for word in done.stdout.split()] == [13, 10]
