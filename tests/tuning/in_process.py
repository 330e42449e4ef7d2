"""Workers that are this very process: for tests and benchmarks, where no cluster is wanted."""

from __future__ import annotations

from bdsg.tuning.task import run_batch
from bdsg.tuning.trial_result import Outcome, Task


class InProcess:
    """See :class:`bdsg.tuning.driver.Workers`; a batch is done when it is asked for."""

    workers = 1

    def __init__(self, threads: int = 1) -> None:
        self._threads, self._tasks = threads, list[Task]()

    @property
    def under_way(self) -> int:
        return len(self._tasks)

    def submit(self, task: Task) -> None:
        self._tasks.append(task)

    def finished(self, timeout: float) -> list[Outcome]:
        return run_batch(self._tasks.pop(0), self._threads) if self._tasks else []

    def close(self) -> None:
        pass
