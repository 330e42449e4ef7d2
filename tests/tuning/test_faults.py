"""Kill a worker, the scheduler and the driver in the middle of a study: every trial ends once, and none is lost."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bdsg import __version__
from bdsg.config import ExperimentConfig
from bdsg.errors import BDSGError
from bdsg.tuning.folder import StudyFolder
from bdsg.tuning.space import applied
from bdsg.tuning.study import SCORES, Study
from bdsg.tuning.task import run_batch
from bdsg.tuning.trial_result import Task

ROOT = Path(__file__).parents[2]
TRIALS, BATCH = 36, 2
CONFIG = {"data": {"preset": "bimodal"}, "boundary": {"objective": "paper", "steps": 8000, "batch_size": 256}}


class Processes:
    """Real processes on loopback, ended at the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._all: list[subprocess.Popen[bytes]] = []
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        environment = {**os.environ, "BDSG_CACHE": str(self._folder), "PYTHONPATH": path}
        log = open(self._folder / f"{len(self._all)}.log", "wb")  # noqa: SIM115
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments], cwd=self._folder, env=environment, stdout=log, stderr=log
        )
        log.close()
        self._all.append(process)
        return process

    def scheduler(self) -> subprocess.Popen[bytes]:
        return self.start("dask", "scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard")

    def worker(self) -> subprocess.Popen[bytes]:
        quiet = ("--no-dashboard", "--host", "127.0.0.1", "--local-directory", str(self._folder))
        return self.start("dask", "worker", self.address, "--nthreads", "1", "--no-nanny", *quiet)

    def driver(self, *arguments: str) -> subprocess.Popen[bytes]:
        return self.start("bdsg", "tune", *arguments, "--scheduler", self.address, "--quiet")

    def end(self) -> None:
        for process in self._all:
            with contextlib.suppress(OSError):
                process.kill()
            process.wait(20)

    def said(self) -> str:
        return "\n".join(path.read_text(errors="replace")[-1500:] for path in sorted(self._folder.glob("*.log")))


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    started = Processes(tmp_path)
    yield started
    started.end()


def until(done: Callable[[], bool], processes: Processes, seconds: float = 60.0) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, processes.said()
        time.sleep(0.05)


def finished(folder: StudyFolder) -> dict[int, str]:
    """Number and time of the end of each finished trial, read beside Optuna."""
    if not (folder.path / "study.db").is_file():
        return {}
    database = sqlite3.connect(folder.path / "study.db", timeout=20)
    try:
        rows = database.execute("SELECT number, datetime_complete FROM trials WHERE state != 'RUNNING'")
        return dict(rows.fetchall())
    except sqlite3.OperationalError:  # its tables are being made
        return {}
    finally:
        database.close()


def killed(process: subprocess.Popen[bytes]) -> None:
    assert process.poll() is None
    process.kill()
    process.wait(20)


def test_nothing_is_lost_and_nothing_is_done_twice(processes: Processes, tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps(CONFIG))
    folder = StudyFolder(tmp_path / "studies" / "kill")
    scheduler, workers = processes.scheduler(), [processes.worker() for _ in range(2)]
    size = ("--trials", str(TRIALS), "--batch", str(BATCH), "--seeds", "0")
    driver = processes.driver(
        str(config), "--name", "kill", "--vary", "lambda1", "samples", "--sampler", "random", *size
    )
    told: list[dict[int, str]] = []

    def more(count: int) -> Callable[[], bool]:
        before = len(finished(folder))
        return lambda: len(finished(folder)) >= before + count

    until(more(4), processes)
    killed(workers[0])
    told.append(finished(folder))

    until(more(6), processes)
    killed(scheduler)
    told.append(finished(folder))
    scheduler, workers = processes.scheduler(), [processes.worker()]

    until(more(4), processes)
    with pytest.raises(BDSGError, match=f"is run by process {driver.pid} on"), folder.driven():
        pass
    killed(driver)
    told.append(finished(folder))
    assert len(told[-1]) < TRIALS
    left = Study(folder).unfinished()
    assert left

    assert processes.driver("kill", "--resume").wait(60) == 0, processes.said()
    for earlier in told:  # what was finished before a kill is as it was
        assert earlier.items() <= finished(folder).items()
    trials = Study(folder).trials()
    assert [trial.number for trial in trials] == list(range(TRIALS))
    assert {trial.state.name for trial in trials} == {"COMPLETE"}
    for number, values in left:  # what was under way ran again, under its own number
        assert trials[number].params == values

    plan, sample = folder.plan(), [trials[0], trials[left[0][0]], trials[-1]]
    configs = [(trial.number, applied(plan.config, trial.params).to_json()) for trial in sample]
    for trial, outcome in zip(sample, run_batch(Task(__version__, tuple(configs), plan.box())), strict=True):
        known = {name: value for name, value in outcome.scores.items() if name != "seconds"}
        assert known.items() <= trial.user_attrs[SCORES].items()
        assert trial.values == [outcome.scores["bf1"]]
    assert sorted(set(folder.clouds()["number"].tolist())) == list(range(TRIALS))
    assert ExperimentConfig.from_dict(CONFIG) == plan.config
