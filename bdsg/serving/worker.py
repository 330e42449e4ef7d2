"""A process that runs experiments: commands on stdin, events on stdout (see :mod:`bdsg.serving.events`).

``python -m bdsg.serving.worker`` loads PyTorch and compiled kernels once and then waits, so that a run starts at once.
It ends with its owner: when stdin closes, it is gone.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, BinaryIO

from bdsg.config import ExperimentConfig
from bdsg.errors import BDSGError, StoreError
from bdsg.runs.cache import Store
from bdsg.runs.result import Progress, Result
from bdsg.runs.tensor_file import Arrays
from bdsg.serving.events import Ended, Item, decode_command, encode, read_frame, write_frame

PROGRESS_SECONDS = 0.05
"""Least time between two progress events of a stage."""

log = logging.getLogger(__name__)


class Inbox:
    """Commands as they arrive, read by a thread so that a stop is noticed during a run."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._runs: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._stopped = -1
        self._asked: queue.SimpleQueue[tuple[int, dict[str, float]]] = queue.SimpleQueue()
        self._seconds: dict[int, float] = {}
        threading.Thread(target=self._listen, daemon=True).start()

    def next(self) -> dict[str, Any]:
        """Wait for the next ``run`` or ``contest`` command."""
        return self._runs.get()

    @property
    def idle(self) -> bool:
        """Whether no such command waits."""
        return self._runs.empty()

    def stop_asked(self, run: int) -> bool:
        """Whether the owner wants this run, the only one under way, to end."""
        return self._stopped == run

    def steered(self, run: int) -> dict[str, float]:
        """The values by name that the owner wants for this run, of all that it asked for since the last call."""
        values: dict[str, float] = {}
        with contextlib.suppress(queue.Empty):
            while True:
                of, asked = self._asked.get_nowait()
                values |= asked if of == run else {}
        return values

    def seconds(self, run: int, wanted: float) -> float:
        """What training B is to take: ``wanted``, unless the owner has changed its mind."""
        return self._seconds.get(run, wanted)

    def _listen(self) -> None:
        with contextlib.suppress(StoreError, OSError):
            while (payload := read_frame(self._stream)) is not None:
                command = decode_command(payload)
                match command["command"]:
                    case "run" | "contest":
                        self._runs.put(command)
                    case "stop":
                        self._stopped = command["id"]
                    case "steer":
                        self._asked.put((command["id"], command["values"]))
                    case "pace":
                        self._seconds[command["id"]] = command["seconds"]
                    case _:
                        break
        os._exit(0)  # at once, whatever the main thread is at: nobody is left to hear of it


class Throttle:
    """Lets every event through except progress that follows too soon; a stage's last step always passes."""

    def __init__(self, seconds: float = PROGRESS_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._stage, self._passed = "", 0.0

    def passes(self, event: Item) -> bool:
        """Whether to send this event."""
        if not isinstance(event, Progress):
            return True
        now = self._clock()
        due = event.stage != self._stage or event.step >= event.steps or now - self._passed >= self._seconds
        if due:
            self._stage, self._passed = event.stage, now
        return due


class BestEffortStore(Store):
    """A store whose refusal to write is logged: a full disk must not cost the visitor the run.

    Attributes:
        refusal: why the last result was not kept, in a few words; None if it was.
    """

    refusal: str | None = None

    def put(self, result: Result) -> bool:
        """Keep a result if that is possible."""
        self.refusal = None
        try:
            return super().put(result)
        except StoreError as error:
            log.warning("A run is not kept. %s", error)
            self.refusal = getattr(error.__cause__, "strerror", None) or str(error)
            return False

    def put_density(self, config: ExperimentConfig, arrays: Arrays, meta: dict[str, Any]) -> None:
        """Keep a fitted density if that is possible."""
        try:
            super().put_density(config, arrays, meta)
        except StoreError as error:
            log.warning("A fitted density is not kept. %s", error)


def serve(command: dict[str, Any], inbox: Inbox, send: Callable[[bytes], None]) -> None:
    """Run one experiment or contest and send its events; whatever happens, the last one is ``Ended``."""
    run, error, root = command["id"], None, command.get("store")
    store, throttle = BestEffortStore(root) if root else None, Throttle()
    try:
        for event in _events(command, inbox, store):
            if throttle.passes(event):
                send(encode(run, event))
    except BDSGError as problem:
        error = str(problem)
    except Exception as problem:
        log.exception("Run %s failed", run)
        error = f"The run ended with an unexpected {type(problem).__name__}: change a setting or see the server's log."
    send(encode(run, Ended(error, store.refusal if store else None)))


def _events(command: dict[str, Any], inbox: Inbox, store: Store | None) -> Iterator[Item]:
    """What a command starts; a contest goes without the store, where a run of BDSG would have no snapshots."""
    run, config, seconds = command["id"], ExperimentConfig.from_dict(command["config"]), command.get("seconds")
    stop = partial(inbox.stop_asked, run)
    if command["command"] == "contest":
        from bdsg.experiments.compare import contest

        return contest(config, command["methods"], stop=stop, snapshots=command["snapshots"])
    from bdsg.boundary.training.control import Pace
    from bdsg.experiments import run_experiment

    pace = Pace(partial(inbox.seconds, run, seconds)) if seconds else None
    return run_experiment.run(config, stop=stop, store=store, steer=partial(inbox.steered, run), pace=pace)


def preparations() -> list[Callable[[], None]]:
    """What loads compiled kernels, or compiles them, the most wanted first; what fails is left to the run."""
    from bdsg.boundary.training import warming as boundary
    from bdsg.density.flows import warming as density

    # Each by itself: a worker that is wanted meanwhile comes after the one in hand, and not after all of them.
    first, *others = [partial(boundary.warm_up, [objective]) for objective in boundary.OBJECTIVES]
    loads: list[Callable[[], None]] = [first, _rehearse, *others, density.warm_up]
    return [partial(_prepare, load) for load in loads]


def _rehearse() -> None:
    """A short run, for what is loaded on the way."""
    from bdsg.experiments import run_experiment

    boundary = {"steps": 3, "batch_size": 32}
    list(run_experiment.run(ExperimentConfig.from_dict({"data": {"preset": "bimodal"}, "boundary": boundary})))


def _prepare(load: Callable[[], None]) -> None:
    try:
        load()
    except Exception:
        log.exception("Kernels could not be loaded ahead of time")


def _claim_stdout() -> BinaryIO:
    """Keep the real stdout for frames; what libraries print goes to stderr."""
    frames = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return frames


def set_up_process() -> None:
    """What holds for every worker process from its start."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the owner, whose end closes stdin
    if hasattr(os, "nice"):
        os.nice(5)  # pages answer first, where cores are few
    sys.stdout = sys.stderr
    logging.basicConfig(stream=sys.stderr, format="worker %(process)d: %(message)s")


def load() -> None:
    """Load PyTorch and all that a run asks for."""
    import torch

    import bdsg.experiments.run_experiment  # noqa: F401

    torch.set_num_threads(1)  # several workers share the machine


def work(inbox: Inbox, frames: BinaryIO, unprepared: list[Callable[[], None]]) -> None:
    """Serve runs until the inbox closes, and prepare what is not yet prepared when there is time."""

    def send(payload: bytes) -> None:
        try:
            write_frame(frames, payload)
        except OSError:  # the owner is gone
            os._exit(0)

    while True:
        # Not beside a run: compiling would hold the interpreter and slow every step of it.
        while unprepared and inbox.idle:
            unprepared.pop(0)()
        serve(inbox.next(), inbox, send)


def main() -> None:
    """Load, and serve runs until stdin closes."""
    frames = _claim_stdout()
    set_up_process()
    inbox = Inbox(sys.stdin.buffer)  # before it loads: it leaves at once when its owner does
    load()
    work(inbox, frames, preparations())


if __name__ == "__main__":
    main()
