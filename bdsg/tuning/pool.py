"""Workers for batches of trials: an embedded Dask cluster, or any scheduler's address."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from concurrent.futures import CancelledError

import distributed
from distributed import Client, Future, LocalCluster

from bdsg.errors import BDSGError
from bdsg.tuning.trial_result import Outcome, Task

ATTEMPTS = 3
"""A batch whose worker died this often is given up: it is what kills them."""

CONNECT_SECONDS = 10.0
"""How long a scheduler may take to answer at first."""

PATIENCE = 60.0
"""Seconds that a lost scheduler is waited for."""

_GONE = (OSError, TimeoutError, CancelledError, distributed.client.FutureCancelledError)


def run_task(task: Task) -> list[Outcome]:
    """What a worker calls: PyTorch is loaded there, and not where the task comes from."""
    from bdsg.tuning.task import run_batch

    threads = 1
    with contextlib.suppress(ValueError):  # no worker: called directly
        threads = distributed.get_worker().state.nthreads
    return run_batch(task, threads)


class Pool:
    """Batches under way.

    A worker that dies is made good by Dask, which sends the batch elsewhere.  When the scheduler itself is lost, the
    pool waits for one at the same address and submits anew what was under way.
    """

    def __init__(self, scheduler: str | None = None, workers: int | None = None, patience: float = PATIENCE) -> None:
        """Start or find the workers.

        Args:
            scheduler: address such as ``tcp://host:8786``; by default worker processes of this machine's own.
            workers: of those, how many; by default one a core.

        Raises:
            BDSGError: nobody answers at the address.
        """
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is said in a sentence
        self._address, self._workers, self._patience = scheduler, workers or os.cpu_count() or 1, patience
        self._cluster: LocalCluster | None = None
        self._tasks: dict[Future, tuple[Task, int]] = {}
        self._client = self._connect(CONNECT_SECONDS if scheduler else 60.0)

    def _connect(self, timeout: float) -> Client:
        try:
            if self._address is None:
                self._cluster = LocalCluster(
                    n_workers=self._workers,
                    threads_per_worker=1,
                    host="127.0.0.1",
                    dashboard_address="127.0.0.1:0",
                    silence_logs=logging.CRITICAL,
                )
                return Client(self._cluster, timeout=timeout)
            return Client(self._address, timeout=timeout)
        except (OSError, TimeoutError, ValueError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise BDSGError(
                f"No scheduler answers at {self._address} ({reason}): start one with `dask scheduler`, "
                "or leave --scheduler out."
            ) from error

    @property
    def workers(self) -> int:
        """How many workers there are now, 1 at least."""
        with contextlib.suppress(*_GONE):
            return max(1, len(self._client.nthreads()))
        return 1

    @property
    def under_way(self) -> int:
        """Batches that were submitted and have not come back."""
        return len(self._tasks)

    def submit(self, task: Task, attempt: int = 1) -> None:
        """Send a batch to whoever is free."""
        future = self._client.submit(run_task, task, pure=False)
        self._tasks[future] = task, attempt

    def finished(self, timeout: float) -> list[Outcome]:
        """Outcomes of the batches that came back, within a time in seconds; empty if there are none.

        Raises:
            BDSGError: a batch failed as a whole, or its workers died again and again, or the scheduler is gone.
        """
        if not self._tasks:
            return []
        try:
            with contextlib.suppress(TimeoutError, distributed.TimeoutError):
                distributed.wait(list(self._tasks), timeout=timeout, return_when="FIRST_COMPLETED")
        except _GONE:
            self._reconnect()
            return []
        if self._client.status not in ("running", "connecting") or any(f.cancelled() for f in self._tasks):
            self._reconnect()
            return []
        outcomes: list[Outcome] = []
        for future in [future for future in self._tasks if future.done()]:
            outcomes += self._take(future)
        return outcomes

    def _take(self, future: Future) -> list[Outcome]:
        try:
            outcomes: list[Outcome] = future.result(timeout=30)
        except distributed.KilledWorker as error:
            task, attempt = self._tasks.pop(future)
            if attempt >= ATTEMPTS:
                numbers = ", ".join(str(number) for number, _ in task.trials)
                raise BDSGError(
                    f"Workers died {attempt} times over the trials {numbers}: "
                    "give them more memory, or a smaller --batch."
                ) from error
            self.submit(task, attempt + 1)
            return []
        except _GONE:
            return []  # the scheduler went while the result was on its way
        del self._tasks[future]
        return outcomes

    def _reconnect(self) -> None:
        """Wait for a scheduler at the same address, and submit again what was under way."""
        lost, self._tasks = list(self._tasks.values()), {}
        until = time.monotonic() + self._patience
        self._drop()
        while True:
            try:
                self._client = self._connect(2.0 if self._address else 60.0)
                break
            except BDSGError:
                if time.monotonic() > until:
                    raise BDSGError(
                        f"The scheduler at {self._address} is gone: start it and its workers again, and go on with "
                        "--resume. Finished trials are kept."
                    ) from None
                time.sleep(0.2)
        for task, attempt in lost:
            self.submit(task, attempt)

    def _drop(self) -> None:
        with contextlib.suppress(Exception):  # whatever a client of a dead scheduler says at its end
            self._client.close(timeout=1)

    def close(self) -> None:
        """Let go of the workers; those that were started here end."""
        self._tasks = {}
        self._drop()
        if self._cluster is not None:
            with contextlib.suppress(Exception):
                self._cluster.close(timeout=3)
