"""Runs in the background: a queue, fair between visitors, over prewarmed worker processes that all of them share."""

from __future__ import annotations

import atexit
import contextlib
import itertools
import logging
import threading
import time

from bdsg.config import ExperimentConfig
from bdsg.config.schedule import Change
from bdsg.errors import BDSGError
from bdsg.runs.cache import Store
from bdsg.serving import fork_client
from bdsg.serving.fair_queue import FairQueue
from bdsg.serving.job import BaselineRun, Run, baseline_key, steered
from bdsg.serving.job_runner import Service
from bdsg.serving.run_registry import KnownRuns, asked_run
from bdsg.serving.worker_handle import WorkerDied, WorkerProcess

STOP_SECONDS = 10.0
"""How long a run may go on after it was asked to stop, before its process is killed."""

__all__ = ["BaselineRun", "Run", "RunQueue"]

log = logging.getLogger(__name__)


class RunQueue:
    """Equal configs share one run; others wait their turn for a worker.  Safe to call from any thread.

    What is shared holds nobody's names or units; who asks with a config gets the run under that very config.
    A run that is watched, or that was steered, is its owner's alone until it ends; from then on it is found under
    the key of the config that it has become.
    """

    def __init__(
        self, workers: int = 2, store: Store | None = None, *, keep: int = 32, stop_seconds: float = STOP_SECONDS
    ) -> None:
        """``keep``: ended runs held in memory; those used least recently go first."""
        self._store, self._stop_seconds = store, stop_seconds
        self._changed = threading.Condition()
        self._numbers = itertools.count(1)
        self._runs = KnownRuns(keep)
        self._waiting = FairQueue()
        self._serving: dict[Run, WorkerProcess] = {}
        self._closed = False
        self._fork_server = fork_client.shared() if fork_client.AVAILABLE and workers else None
        self._workers = [WorkerProcess(self._fork_server) for _ in range(workers)]
        self._threads = [threading.Thread(target=self._drive, args=(w,), daemon=True) for w in self._workers]
        for thread in self._threads:
            thread.start()
        atexit.register(self.close)

    @property
    def pids(self) -> list[int]:
        """Process numbers of the workers that run now."""
        return [worker.pid for worker in self._workers if worker.alive and worker.pid is not None]

    @property
    def busy(self) -> bool:
        """Whether every worker is at a run: where one is free, a run that waits is taken in a moment."""
        return len(self._serving) >= len(self._workers)

    def submit(self, config: ExperimentConfig, visitor: str = "") -> Run:
        """The run of an equal config if it waits, runs or is finished, in memory or store; else a new one.

        ``visitor`` names who asks: turns are fair between visitors.  Raises BDSGError where too many runs wait.
        """
        self.find(config)  # brings a stored result into memory
        with self._changed:
            if run := self._runs.sound(config.key()):
                run.joined = True
                return asked_run(run, config)
            run = self._enqueue(self._new(config, visitor))
        self._hurry()
        return asked_run(run, config)

    def contest(self, config: ExperimentConfig, method: str, visitor: str = "") -> BaselineRun:
        """A method of a contest on this config: the one that waits, runs or is finished in memory, else a new one.

        Raises BDSGError as :meth:`submit` does.
        """
        key = baseline_key(config, method)
        with self._changed:
            known = self._runs.sound(key)
            if isinstance(known, BaselineRun):
                return known
            run = BaselineRun(config.shared(), self._number(), method=method, name=key, visitor=visitor)
            self._enqueue(run, key)
        self._hurry()
        return run

    def baseline(self, config: ExperimentConfig, method: str) -> BaselineRun | None:
        """That method's run in memory, whatever its state; it starts nothing."""
        with self._changed:
            run = self._runs.get(baseline_key(config, method))
            return run if isinstance(run, BaselineRun) else None

    def watch(self, config: ExperimentConfig, seconds: float, visitor: str = "") -> Run:
        """A new run of one's own, though an equal one is there, whose B is to train for about some seconds.

        Raises BDSGError as :meth:`submit` does.
        """
        with self._changed:
            run = self._new(config, visitor)
            run.seconds, run.name = seconds, f"{config.key()}-{run.number}"
            self._waiting.add(run)
            self._runs.add_own(run)
            self._update()
        self._hurry()
        return asked_run(run, config)

    def steer(self, run: Run, **values: float) -> None:
        """Change λ1, λ2 or the learning rate of a run under way; nothing happens to an ended one.

        Raises:
            ConfigError: a value is out of its limits, or the run was changed too often.
            BDSGError: someone else waits for this very run.
        """
        run = run.shared
        steered(run.config, Change(run.config.boundary.steps, **values))
        with self._changed:
            if not run.active or run.stopping:
                return
            if run.joined:
                raise BDSGError("Someone else waits for this very run, so it stays as it is: train one to watch.")
            if not run.own:
                self._runs.disown(run)
            run.asked |= values
            worker = self._serving.get(run)
        if worker is not None:  # else they are sent when the run begins
            with contextlib.suppress(WorkerDied):
                worker.send("steer", run.number, values=values)

    def _enqueue(self, run: Run, key: str = "") -> Run:
        """Let a run wait, under its config's key or another; raises BDSGError where too many wait."""
        self._waiting.add(run)
        self._runs.add(key or run.config.key(), run)
        self._update()
        return run

    def _hurry(self) -> None:
        """While others wait for a worker, nobody keeps one to watch it sleep."""
        with self._changed:
            if len(self._waiting) <= len(self._workers) - len(self._serving):
                return
            slow = [(run, worker) for run, worker in self._serving.items() if run.seconds and not run.hurried]
            for run, _ in slow:
                run.hurried = True
        for run, worker in slow:
            with contextlib.suppress(WorkerDied):
                worker.send("pace", run.number, seconds=0.0)

    def find(self, config: ExperimentConfig) -> Run | None:
        """The run of an equal config in memory, whatever its state, or from the store; it starts nothing."""
        with self._changed:
            if run := self._runs.get(config.key()):
                return asked_run(run, config)
        result = self._store.get(config.shared()) if self._store else None  # reads the disk: not under the lock
        if result is None:
            return None
        with self._changed:
            if run := self._runs.get(config.key()):
                return asked_run(run, config)
            run = self._new(config)
            self._runs.add(config.key(), run)
            run.fill(result)
            run.state = "finished"
            self._update()
            return asked_run(run, config)

    def own_run(self, token: str, config: ExperimentConfig) -> Run | None:
        """The run that one visitor watches or steers, by its token, if it was begun with this config.

        One that ended since is what it has become.
        """
        with self._changed:
            own = (run for run in self._runs if run.own and run.token == token and run.begun == config.key())
            return next((asked_run(run, config) for run in own), None)

    def _new(self, config: ExperimentConfig, visitor: str = "") -> Run:
        return Run(config.shared(), self._number(), name=config.key(), begun=config.key(), visitor=visitor)

    def _number(self) -> int:
        if self._closed:
            raise BDSGError("The queue of runs is closed, because the app is ending: start the app again.")
        return next(self._numbers)

    def stop(self, run: Run) -> None:
        """Drop a queued run, or end a running one between two steps; nothing happens to an ended one.

        A run whose B(z) has not moved yet is over at once: its worker may still be loading, and has nothing to show.
        """
        run = run.shared
        with self._changed:
            if run.state == "queued":
                self._waiting.remove(run)
                self._end(run, "stopped")
                return
            worker = self._serving.get(run)
            if worker is None or run.stopping:
                return
            run.stopping = True
            if not run.moved:
                self._end(run, "stopped")
        with contextlib.suppress(WorkerDied):  # the thread that serves the run learns of it too
            worker.send("stop", run.number)
        timer = threading.Timer(self._stop_seconds, self._kill, (run, worker))
        timer.daemon = True
        timer.start()

    def wait(self, run: Run, seconds: float | None = None) -> bool:
        """Block until the run has ended; False if that took longer than ``seconds``."""
        with self._changed:
            return self._changed.wait_for(lambda: not run.active, seconds)

    def wait_begun(self, run: Run, seconds: float) -> bool:
        """Block until something of the run can be seen, or it waits behind others; False after ``seconds`` without."""
        with self._changed:
            return self._changed.wait_for(
                lambda: bool(run.boundary_snapshots) or not run.active or (run.state == "queued" and self.busy), seconds
            )

    def close(self) -> None:
        """Stop every run and end the worker processes; the queue takes no more."""
        with self._changed:
            self._closed = True
            while self._waiting:
                self._end(self._waiting.take(), "stopped")
            self._changed.notify_all()
        for worker in self._workers:
            worker.close()
        for thread in self._threads:
            thread.join(STOP_SECONDS)
        self._keep_unkept()
        atexit.unregister(self.close)

    def _drive(self, worker: WorkerProcess) -> None:
        """One thread a worker: serve one run after another."""
        root = str(self._store.root) if self._store else None
        service = Service(worker, self._changed, root, self._hurry, lambda: self._closed)
        self._revive(worker)
        while (run := self._next(worker)) is not None:
            error = service.follow(run)
            with self._changed:
                del self._serving[run]
                stopped = (run.stopping or self._closed) and not run.complete
                if run.active:
                    self._end(run, "stopped" if stopped else "failed" if error else "finished", error)
            if run.state == "finished" and not run.unkept:
                self._keep_unkept()
            worker.retire()
            if not worker.alive:
                self._revive(worker)
        worker.close()

    def _keep_unkept(self) -> None:
        """Try again with the results that the store had no room for."""
        if self._store is None:
            return
        with self._changed:
            unkept = [(run, run.result) for run in self._runs if run.unkept and run.result is not None]
        for run, result in unkept:
            with contextlib.suppress(BDSGError):
                self._store.put(result)
                run.unkept = ""

    def _revive(self, worker: WorkerProcess) -> None:
        """Have a process load ahead of the next run; if that fails, the next run tries again and reports."""
        with self._changed:
            if self._closed:
                return
        try:
            worker.prepare()
        except BDSGError as error:
            log.warning("%s", error)

    def _next(self, worker: WorkerProcess) -> Run | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._waiting)
            if self._closed:
                return None
            run = self._waiting.take()
            run.state, run.started = "running", time.monotonic()
            self._serving[run] = worker
            self._update()
            return run

    def _end(self, run: Run, state: str, error: str | None = None) -> None:
        run.state = state
        run.error = error if state == "failed" else None
        if run.own:
            self._runs.hand_over(run)
        self._update()

    def _update(self) -> None:
        """Number the queue, forget the oldest ended runs, and wake whoever waits."""
        for run in self._runs:
            run.place = 0
        for place, run in enumerate(self._waiting.order(), start=1):
            run.place = place
        self._runs.forget_old()
        self._changed.notify_all()

    def _kill(self, run: Run, worker: WorkerProcess) -> None:
        with self._changed:
            if self._serving.get(run) is worker:
                worker.kill()
