"""One run served by one worker process, from the command to the last event."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from bdsg.errors import BDSGError
from bdsg.serving.events import Ended
from bdsg.serving.fork_client import ForkServerGone
from bdsg.serving.job import Run
from bdsg.serving.worker_handle import WorkerDied, WorkerProcess

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Service:
    """A worker at the service of runs, one after another.

    Attributes:
        worker: its process.
        changed: is held while a run changes, and told of it.
        root: of the store that results are kept in.
        begun: called when a run has been sent.
        closed: whether no more is to be begun.
    """

    worker: WorkerProcess
    changed: threading.Condition
    root: str | None
    begun: Callable[[], None]
    closed: Callable[[], bool]

    def follow(self, run: Run) -> str | None:
        """Have one run done; what went wrong in a sentence, if anything did."""
        try:
            self._persist(run)
        except BDSGError as problem:
            return str(problem)
        except Exception as problem:  # a thread that died would leave every later run waiting
            log.exception("Run %s could not be followed", run.number)
            self.worker.kill()  # it may still be at this run
            return f"The run was lost to an unexpected {type(problem).__name__}: start it again."
        return None if run.result or run.complete or run.stopping else "The run ended without a result: start it again."

    def _persist(self, run: Run) -> None:
        """Serve a run, and once more if its process dies: the cause need not be the run.

        Little is lost then: a density that was fitted is in the store.
        """
        try:
            self._serve(run)
        except (WorkerDied, ForkServerGone) as death:
            if run.complete:
                return
            if run.attempts > 1:
                raise BDSGError(f"Tried twice. {death}") from death
            with self.changed:
                if run.stopping or self.closed():
                    raise
                run.begin_again()
                self.changed.notify_all()
            log.warning("Run %s is begun again. %s", run.number, death)
            self._persist(run)

    def _serve(self, run: Run) -> None:
        """Send the run and take its events; raises BDSGError with the sentence that the visitor is to read."""
        self._send(run)
        while True:
            number, event = self.worker.receive()
            if number != run.number:
                continue
            if isinstance(event, Ended):
                run.unkept = event.unkept or ""
                if event.error:
                    raise BDSGError(event.error)
                return
            with self.changed:
                run.take(event)
                self.changed.notify_all()

    def _send(self, run: Run) -> None:
        if not self.worker.alive:
            self.worker.start()
        with self.changed:
            asked = dict(run.asked)
        command, details = run.command
        self.worker.send(command, run.number, config=run.config.to_dict(), store=self.root, **details)
        if asked:
            self.worker.send("steer", run.number, values=asked)
        self.begun()
        if run.stopping:  # asked while the process was being replaced
            self.worker.send("stop", run.number)
