"""The wire between a worker and its owner, and the real process at the other end of it."""

from __future__ import annotations

import dataclasses
import io
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bdsg.baselines.contract import BaselineRanks, BaselineScores, BaselineSnapshot
from bdsg.config import ExperimentConfig
from bdsg.config.schedule import Change
from bdsg.errors import StoreError
from bdsg.experiments import run_experiment
from bdsg.runs.cache import Store
from bdsg.runs.result import BoundarySnapshot, DensitySnapshot, Progress, Result, Scene
from bdsg.serving.events import Ended, decode, decode_command, encode, encode_command, read_frame, write_frame
from bdsg.serving.worker import Throttle
from tests.run_parts import run_arrays

PATIENCE = 120.0
ROOT = Path(__file__).resolve().parents[2]


def small(steps: int = 20, **changes: Any) -> ExperimentConfig:
    boundary = {"steps": steps, "snapshots": 5, "hidden": [8], "batch_size": 32}
    return ExperimentConfig.from_dict({"data": {"preset": "bimodal", "samples": 32}, "boundary": boundary, **changes})


LONG = small(50_000)


class Worker:
    """A real worker process, killed if it outlives everybody's patience."""

    def __init__(self, *command: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *(command or ("-m", "bdsg.serving.worker"))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT,
        )  # fmt: skip
        self.watchdog = threading.Timer(PATIENCE, self.process.kill)
        self.watchdog.start()

    def send(self, name: str, run: int = 0, **details: Any) -> None:
        assert self.process.stdin is not None
        write_frame(self.process.stdin, encode_command(name, run, **details))

    def run(self, number: int, config: ExperimentConfig, store: Path | None = None) -> None:
        self.send("run", number, config=config.to_dict(), store=str(store) if store else None)

    def events(self, number: int) -> Iterator[Any]:
        """The events of one run, ``Ended`` last."""
        assert self.process.stdout is not None
        while True:
            payload = read_frame(self.process.stdout)
            assert payload is not None, "the worker ended"
            run, event = decode(payload)
            assert run == number
            yield event
            if isinstance(event, Ended):
                return

    def finish(self) -> tuple[int, str]:
        """Close stdin; the exit code and what was logged."""
        _, logged = self.process.communicate(timeout=PATIENCE)
        self.watchdog.cancel()
        return self.process.returncode, logged.decode()


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.finish()


def test_frames_have_a_little_endian_length() -> None:
    stream = io.BytesIO()
    write_frame(stream, b"abc")
    write_frame(stream, b"")
    assert stream.getvalue() == b"\x03\0\0\0\0\0\0\0abc" + bytes(8)
    stream.seek(0)
    assert [read_frame(stream) for _ in range(3)] == [b"abc", b"", None]


@pytest.mark.parametrize("content", [b"\x03\0\0", b"\x03\0\0\0\0\0\0\0ab", b"\x03\0\0\0\0\0\0\0"])
def test_a_stream_that_ends_early_is_noticed(content: bytes) -> None:
    with pytest.raises(StoreError, match="ended"):
        read_frame(io.BytesIO(content))


def test_a_stream_of_something_else_is_noticed() -> None:
    with pytest.raises(StoreError, match=r"A frame claims [\d,]+ bytes"):
        read_frame(io.BytesIO(b"Hello, world"))
    with pytest.raises(StoreError, match="18,446,744,073,709,551,615"):
        read_frame(io.BytesIO(struct.pack("<Q", 2**64 - 1)))


def test_commands_round_trip() -> None:
    command = decode_command(encode_command("run", 7, config=LONG.to_dict(), store=None))
    assert (command["command"], command["id"], command["store"]) == ("run", 7, None)
    assert ExperimentConfig.from_dict(command["config"]) == LONG


@pytest.mark.parametrize(
    "event",
    [
        Progress("density", 3, 10, 0.25, {"loss": 1.5}),
        Scene(np.arange(6.0).reshape(3, 2), np.array([-1.0, -2.0]), np.array([1.0, 2.0])),
        DensitySnapshot(5, 2.75, np.arange(4, dtype=np.float32).reshape(2, 2)),
        BoundarySnapshot(9, {"loss": 0.5, "l0": 0.25}, np.ones((3, 2), np.float32)),
        BoundarySnapshot(9, {"loss": 0.5}, np.ones((3, 2), np.float32), np.ones((3, 2, 2), np.float32)),
        Change(400, lambda2=0.0),
        BaselineSnapshot("vae", 9, {"loss": 0.5}, np.ones((3, 2), np.float32), np.ones(16, np.float32)),
        BaselineRanks("vae", np.ones((4, 4), np.float32)),
        BaselineScores("vae", "VAE", 1.5, auroc=0.5, components=(0.25, None), covered=0),
        Ended(),
        Ended("It broke at 3: do less."),
    ],
)
def test_events_round_trip(event: Any) -> None:
    run, found = decode(encode(42, event))
    assert run == 42
    assert type(found) is type(event)
    for name, value in vars(event).items():
        np.testing.assert_array_equal(getattr(found, name), value)
        assert getattr(getattr(found, name), "dtype", None) == getattr(value, "dtype", None)


def test_a_contest_is_served_like_a_run(worker: Worker) -> None:
    details = {"config": small().to_dict(), "methods": ["neighbours", "mixture"], "snapshots": 2}
    worker.send("contest", 70, **details)
    events = list(worker.events(70))
    assert events[-1] == Ended()
    assert [type(event) for event in events[:1]] == [Scene]
    assert [event.method for event in events if isinstance(event, BaselineScores)] == ["neighbours", "mixture"]
    worker.send("contest", 71, **details | {"methods": ["gan"]})
    (ended,) = worker.events(71)
    assert ended.error.startswith("methods is 'gan', but must be among bdsg")


def test_a_result_round_trips_with_arrays_and_weights_apart() -> None:
    arrays, weights = run_arrays(boundary=np.ones((2, 2)), level_edges=np.zeros(1)), {"boundary": np.zeros(3)}
    _, found = decode(encode(1, Result(LONG, arrays, {"scores": {"bp2": None}}, weights)))
    assert isinstance(found, Result)
    assert (found.config, found.summary) == (LONG, {"scores": {"bp2": None}})
    assert found.arrays.to_dict().keys() == arrays.to_dict().keys()
    np.testing.assert_array_equal(found.arrays.level["edges"], np.zeros(1))
    np.testing.assert_array_equal(found.parameters["boundary"], np.zeros(3))


def test_progress_is_throttled_but_snapshots_and_last_steps_are_not() -> None:
    now = [100.0]
    throttle = Throttle(0.05, clock=lambda: now[0])

    def passes(seconds: float, stage: str, step: int) -> bool:
        now[0] = 100 + seconds
        return throttle.passes(Progress(stage, step, 10, seconds))

    assert passes(0.00, "density", 0)
    assert not passes(0.04, "density", 1)
    assert throttle.passes(BoundarySnapshot(1, {}, np.zeros((1, 2))))
    assert passes(0.06, "density", 2)
    assert not passes(0.10, "density", 3)  # 0.04 s after the last that passed, though 0.1 after the first
    assert passes(0.10, "boundary", 1)
    assert not passes(0.11, "boundary", 9)
    assert passes(0.12, "boundary", 10)


def test_a_run_through_the_pipe_equals_one_in_this_process(worker: Worker) -> None:
    config = small()
    worker.run(1, config)
    events = list(worker.events(1))
    assert isinstance(events[0], Scene)
    assert events[-1] == Ended(None)
    found = events[-2]
    assert isinstance(found, Result)
    *_, expected = run_experiment.run(config)
    assert isinstance(expected, Result)
    assert found.arrays.to_dict().keys() == expected.arrays.to_dict().keys()
    for name, array in expected.arrays.to_dict().items():
        np.testing.assert_array_equal(getattr(found.arrays, name), array, strict=True)
    assert found.summary["scores"] == expected.summary["scores"]
    shown = [event for event in events if isinstance(event, BoundarySnapshot)]
    np.testing.assert_array_equal([snapshot.step for snapshot in shown], found.arrays.snapshot_steps)


def test_stop_ends_a_run_between_steps_and_the_next_one_runs(worker: Worker) -> None:
    worker.run(2, LONG)
    events = worker.events(2)
    next(event for event in events if isinstance(event, BoundarySnapshot))
    worker.send("stop", 2)
    *_, result, ended = events
    assert result.summary["stopped"] is True
    assert result.summary["steps"]["boundary"] < 50_000
    assert ended == Ended(None)
    worker.run(3, small())
    *_, result, _ = worker.events(3)
    assert result.summary["stopped"] is False


@pytest.mark.parametrize("objective", ["ours", "paper"])
def test_a_steered_run_is_that_of_its_own_config(worker: Worker, objective: str) -> None:
    """Steered live through the pipe, then run afresh from the config that came back: the same arrays, bit for bit."""
    number = 20 if objective == "ours" else 21
    raw = {"steps": 300, "snapshots": 9, "hidden": [16, 8], "batch_size": 64, "objective": objective}
    config = ExperimentConfig.from_dict({"data": {"preset": "bimodal", "samples": 64}, "boundary": raw})
    worker.send("run", number, config=config.to_dict(), store=None, seconds=1.5)
    events, asked = [], [{"lambda2": 0.0}, {"lambda1": 1.5, "learning_rate": 0.003}]
    for event in worker.events(number):
        events.append(event)
        if isinstance(event, BoundarySnapshot) and event.step > 20 and asked:
            worker.send("steer", number, values=asked.pop(0))
    result, ended = events[-2:]
    assert ended == Ended(None)
    told = [event for event in events if isinstance(event, Change)]
    assert [change.given() for change in told] == [{"lambda2": 0.0}, {"lambda1": 1.5, "learning_rate": 0.003}]
    assert result.config == dataclasses.replace(
        config, boundary=dataclasses.replace(config.boundary, changes=tuple(told))
    )
    assert 20 < told[0].step < told[1].step <= 300
    *_, again = run_experiment.run(result.config)
    assert isinstance(again, Result)
    assert again.arrays.to_dict().keys() == result.arrays.to_dict().keys()
    for name, array in again.arrays.to_dict().items():
        np.testing.assert_array_equal(getattr(result.arrays, name), array, strict=True)
    *_, plain = run_experiment.run(config)
    assert isinstance(plain, Result)
    assert not np.array_equal(plain.arrays.boundary, result.arrays.boundary)


def test_a_run_to_be_watched_is_run_though_it_is_stored(worker: Worker, tmp_path: Path) -> None:
    worker.run(22, small(), tmp_path)
    *_, first, _ = worker.events(22)
    worker.send("run", 23, config=small().to_dict(), store=str(tmp_path), seconds=0.2)
    events = list(worker.events(23))
    assert len([event for event in events if isinstance(event, BoundarySnapshot)]) > 1
    np.testing.assert_array_equal(events[-2].arrays.boundary, first.arrays.boundary)


def test_a_stop_is_heeded_while_a_paced_run_sleeps(worker: Worker) -> None:
    """Ten steps in an hour: a run that slept through a stop would outlive everybody's patience."""
    worker.send("run", 24, config=small(10).to_dict(), store=None, seconds=3600.0)
    events = worker.events(24)
    next(event for event in events if isinstance(event, BoundarySnapshot))
    worker.send("stop", 24)
    *_, result, _ = events
    assert result.summary["stopped"] is True
    worker.send("run", 25, config=small(10).to_dict(), store=None, seconds=3600.0)
    events = worker.events(25)
    next(event for event in events if isinstance(event, BoundarySnapshot))
    worker.send("pace", 25, seconds=0.0)
    *_, result, _ = events
    assert result.summary["stopped"] is False


def test_a_stop_may_come_first_and_concerns_its_own_run_alone(worker: Worker) -> None:
    worker.send("stop", 4)
    worker.run(4, small(50_000, density={"kind": "iresnet", "steps": 50_000}))
    *_, ended = worker.events(4)
    assert ended == Ended(None)
    worker.send("stop", 4)
    worker.run(5, small())
    *_, result, _ = worker.events(5)
    assert result.summary["stopped"] is False


def test_an_error_is_told_in_its_own_words_and_the_worker_goes_on(worker: Worker) -> None:
    worker.run(6, small(epsilon=5.0))
    *_, ended = worker.events(6)
    assert ended.error.startswith("epsilon is 5.0, but the density is nowhere above")
    worker.send("run", 7, config={"data": {"preset": "bimodal"}, "sead": 1})
    *_, ended = worker.events(7)
    assert ended.error.startswith("config.sead is 1, but is not a known setting")
    worker.run(8, small())
    assert list(worker.events(8))[-1] == Ended(None)


def test_a_result_is_kept_in_the_store(worker: Worker, tmp_path: Path) -> None:
    worker.run(9, small(), tmp_path)
    *_, result, _ = worker.events(9)
    kept = Store(tmp_path).get(small())
    assert kept is not None
    np.testing.assert_array_equal(kept.arrays.boundary, result.arrays.boundary)


def test_a_store_that_cannot_be_written_costs_no_run(worker: Worker, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    worker.run(10, small(), tmp_path / "file")
    *_, result, ended = worker.events(10)
    assert isinstance(result, Result)
    assert ended == Ended(None, "Not a directory")


WARM = """
import importlib
from bdsg.serving import worker
NAMES = ("boundary.kernels.paper", "boundary.kernels.ours", "density.kernels.likelihood")
modules = [importlib.import_module("bdsg." + name) for name in NAMES]
kernels = [kernel for module in modules for kernel in vars(module).values() if hasattr(kernel, "signatures")]
for load in worker.preparations():
    load()
known = [list(kernel.signatures) for kernel in kernels]
from bdsg.experiments import run_experiment
from bdsg.config.schedule import Change
from bdsg.config import ExperimentConfig
for density in ({"kind": "closed_form"}, {"kind": "resflow", "log_determinant": "exact", "steps": 3, "blocks": 2}):
    raw = {"data": {"preset": "ring", "samples": 32}, "density": density}
    for chosen in ({"objective": "paper"}, {"objective": "ours"}, {"levels": 3}):
        raw["boundary"] = {**chosen, "steps": 3, "batch_size": 50}
        list(run_experiment.run(ExperimentConfig.from_dict(raw)))
print(sum(map(len, known)), [list(kernel.signatures) for kernel in kernels] == known)
"""


def test_the_worker_has_all_that_a_run_needs_before_it_comes() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WARM], cwd=ROOT, capture_output=True, text=True, check=True, timeout=PATIENCE
    )
    count, same = done.stdout.split()
    assert int(count) >= 4  # steps of both objectives, the lists of nearest samples, and a step of the flow
    assert same == "True", "a run compiles what the warm-up did not"


NOISY = """
import os
from bdsg.experiments import run_experiment
from bdsg.serving import worker
original = run_experiment.run
def noisy(config, **options):
    print("printed")
    os.write(1, b"written")
    os.system("echo echoed")
    if config.seed == 13:
        raise ZeroDivisionError("seed 13")
    if config.seed == 14:
        return
    yield from original(config, **options)
run_experiment.run = noisy
worker.main()
"""


def test_prints_and_unexpected_errors_go_to_the_log() -> None:
    worker = Worker("-c", NOISY)
    worker.run(1, small(seed=13))
    assert list(worker.events(1)) == [
        Ended("The run ended with an unexpected ZeroDivisionError: change a setting or see the server's log.")
    ]
    worker.run(2, small(seed=14))
    assert list(worker.events(2)) == [Ended(None)]
    worker.run(3, small())
    *_, result, ended = worker.events(3)
    assert isinstance(result, Result)
    assert ended == Ended(None)
    code, logged = worker.finish()
    assert code == 0
    for words in ("printed", "written", "echoed", "Traceback", "ZeroDivisionError: seed 13"):
        assert words in logged


def test_the_worker_leaves_when_its_owner_does() -> None:
    worker = Worker()
    worker.run(1, LONG)
    next(event for event in worker.events(1) if isinstance(event, BoundarySnapshot))
    code, logged = worker.finish()  # in the middle of the run
    assert (code, logged) == (0, "")


@pytest.mark.parametrize("last", [b"", encode_command("exit")])
def test_the_worker_leaves_at_once_even_while_it_loads(last: bytes) -> None:
    worker = Worker()
    if last:
        worker.send("exit")
    code, logged = worker.finish()
    assert (code, logged) == (0, "")
