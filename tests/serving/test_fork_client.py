"""Workers that are forked from one loaded process: real processes, killed in every order."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bdsg.config import ExperimentConfig
from bdsg.runs.result import Result
from bdsg.serving.events import Ended
from bdsg.serving.fork_client import AVAILABLE, UNKNOWN, ForkServer, ForkServerGone
from bdsg.serving.worker_handle import RUNS_OF_ONE, WorkerDied, WorkerProcess

pytestmark = pytest.mark.skipif(not AVAILABLE, reason="workers are forked on Linux alone")


@pytest.fixture(scope="module")
def fork_server() -> Iterator[ForkServer]:
    fork_server = ForkServer()
    fork_server.prepare()
    yield fork_server
    fork_server.close()


@pytest.fixture
def worker(fork_server: ForkServer) -> Iterator[WorkerProcess]:
    worker = WorkerProcess(fork_server)
    worker.start()
    yield worker
    worker.close()


def trained(worker: WorkerProcess, seed: int) -> Result:
    """The result of a small run."""
    boundary = {"steps": 20, "snapshots": 5, "hidden": [8], "batch_size": 32}
    config = ExperimentConfig.from_dict(
        {"data": {"preset": "bimodal", "samples": 32}, "boundary": boundary, "seed": seed}
    )
    worker.send("run", seed, config=config.to_dict(), store=None)
    result = None
    while not isinstance(event := worker.receive()[1], Ended):
        result = event if isinstance(event, Result) else result
    assert result is not None
    return result


def private(pid: int) -> int:
    """Kilobytes that a process shares with no other."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


def test_workers_share_what_was_loaded(fork_server: ForkServer, worker: WorkerProcess) -> None:
    other = WorkerProcess(fork_server)
    other.start()
    try:
        assert other.pid != worker.pid
        first, second = trained(worker, 1), trained(other, 1)
        assert (first.arrays.boundary == second.arrays.boundary).all()
        assert other.pid is not None
        whole = int(Path(f"/proc/{other.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
        assert private(other.pid) < whole / 3, "a worker has pages of its own"
    finally:
        other.close()


def test_a_killed_worker_is_told_from_one_that_left(fork_server: ForkServer, worker: WorkerProcess) -> None:
    assert worker.alive
    worker.kill()
    with pytest.raises(WorkerDied, match=f"{signal.SIGKILL:d}"):
        worker.receive()
    assert not worker.alive
    worker.start()
    trained(worker, 2)
    fork = fork_server.fork()
    fork.stdin.close()
    assert fork.wait(60) == 0
    fork.stdout.close()


def test_workers_outlive_their_fork_server_and_another_takes_its_place() -> None:
    fork_server = ForkServer()
    worker, later = WorkerProcess(fork_server), WorkerProcess(fork_server)
    try:
        worker.start()
        assert fork_server._process is not None
        before = fork_server._process.pid
        os.kill(before, signal.SIGKILL)
        fork_server._process.wait()
        trained(worker, 3)
        later.start()
        assert fork_server._process.pid != before
        trained(later, 4)
        orphan = worker._process
        worker.close()
        assert orphan is not None
        assert orphan.poll() == UNKNOWN, "nobody knows how a worker of another fork_server ended"
    finally:
        worker.close()
        later.close()
        fork_server.close()
    with pytest.raises(ForkServerGone, match="app is ending"):
        fork_server.fork()


def test_a_worker_is_retired_after_some_runs(fork_server: ForkServer, worker: WorkerProcess) -> None:
    pid = worker.pid
    for _ in range(RUNS_OF_ONE - 1):
        worker.retire()
    assert (worker.alive, worker.pid) == (True, pid)
    worker.retire()
    assert not worker.alive
    worker.start()
    worker.retire()
    assert worker.alive


def test_a_worker_that_was_forked_early_is_retired_after_its_first_run() -> None:
    fork_server = ForkServer()
    worker = WorkerProcess(fork_server)
    try:
        worker.start()  # before the kernels are loaded
        assert trained(worker, 5).arrays.boundary.shape[1] == 2
        worker.retire()
        assert not worker.alive
    finally:
        worker.close()
        fork_server.close()


def test_no_descriptor_is_left_behind(fork_server: ForkServer, worker: WorkerProcess) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        worker.kill()
        worker.start()
    assert len(os.listdir("/proc/self/fd")) <= before + 1


def test_a_system_that_refuses_another_process_is_told_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    fork_server, before = ForkServer(), len(os.listdir("/proc/self/fd"))
    try:
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr(sys, "executable", "/nowhere/python")
            with pytest.raises(ForkServerGone, match=r"cannot be started \(No such file or directory\): try again"):
                fork_server.warm()
            with pytest.raises(ForkServerGone):
                fork_server.fork()
        assert len(os.listdir("/proc/self/fd")) == before
        fork_server.warm()
    finally:
        fork_server.close()


def test_it_leaves_while_it_loads() -> None:
    fork_server = ForkServer()
    fork_server.warm()
    process = fork_server._process
    assert process is not None
    fork_server.close()
    assert process.returncode == 0
