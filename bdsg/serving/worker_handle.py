"""The owner's end of a worker process: start it, talk to it, end it."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from typing import BinaryIO

from bdsg.errors import BDSGError
from bdsg.serving.events import Item, decode, encode_command, read_frame, write_frame
from bdsg.serving.fork_client import Fork, ForkServer
from bdsg.serving.fork_server import UNKNOWN
from bdsg.serving.processes import CLOSE_SECONDS, start_module

RUNS_OF_ONE = 5
"""A forked process is replaced after so many runs, and with it goes what it has piled up."""


class WorkerDied(BDSGError):
    """The process at the other end is gone."""


class WorkerProcess:
    """One worker, forked from a loaded process or started by itself; :meth:`start` replaces a dead one.

    One thread serves runs with it; others may call :meth:`send`, :meth:`kill` and :meth:`close`.
    """

    def __init__(self, fork_server: ForkServer | None = None) -> None:
        self._fork_server, self._sending = fork_server, threading.Lock()
        self._process: subprocess.Popen[bytes] | Fork | None = None
        self._served = 0

    @property
    def pid(self) -> int | None:
        """The process's number, None before the first start."""
        return self._process.pid if self._process else None

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start a fresh process.

        Raises:
            BDSGError: the system refuses another process.
        """
        self.close()
        if self._process and self._process.stdout:
            self._process.stdout.close()
        if self._fork_server is not None:
            self._process, self._served = self._fork_server.fork(), 0
            return
        try:
            self._process = start_module("bdsg.serving.worker", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        except OSError as error:
            raise WorkerDied(f"The training process cannot be started ({error.strerror}): try again later.") from error

    def prepare(self) -> None:
        """Have a process load ahead of the next run; raises BDSGError as :meth:`start` does."""
        if self._fork_server is not None:
            self._fork_server.warm()
        else:
            self.start()

    def send(self, command: str, run: int = 0, **details: object) -> None:
        """Send a command; raises WorkerDied when nobody is there to read it."""
        with self._sending:
            try:
                write_frame(self._pipe("stdin"), encode_command(command, run, **details))
            except (OSError, ValueError) as error:  # ValueError: the pipe is closed
                raise self._died() from error

    def receive(self) -> tuple[int, Item]:
        """Wait for the next event and the number of its run; raises WorkerDied at the stream's end."""
        try:
            payload = read_frame(self._pipe("stdout"))
        except (OSError, ValueError, BDSGError) as error:
            raise self._died() from error
        if payload is None:
            raise self._died()
        return decode(payload)

    def retire(self) -> None:
        """Called after each run: let a forked process go that holds memory which the next one would share."""
        self._served += 1
        if isinstance(self._process, Fork) and (self._process.early or self._served >= RUNS_OF_ONE):
            self.close()

    def kill(self) -> None:
        """End the process now, whatever it is at."""
        if self._process:
            self._process.kill()

    def close(self) -> None:
        """Close the pipe, upon which the process leaves; wait until it is gone."""
        if self._process is None:
            return
        with self._sending, contextlib.suppress(OSError, ValueError):
            self._pipe("stdin").close()
        self._exit_code()

    def _pipe(self, name: str) -> BinaryIO:
        pipe: BinaryIO | None = getattr(self._process, name, None)
        if pipe is None:
            raise self._died()
        return pipe

    def _exit_code(self) -> int | None:
        """Wait for the process to leave, or make it."""
        if self._process is None:
            return None
        try:
            return self._process.wait(CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def _died(self) -> WorkerDied:
        code = self._exit_code()
        if code is not None and code < 0:
            return WorkerDied(
                f"The training process was killed (signal {-code}), as happens when memory runs out: "
                "start it again, with smaller batches or networks if memory is short."
            )
        how = "together with its parent" if code == UNKNOWN else f"exit code {code}"
        return WorkerDied(f"The training process ended unexpectedly ({how}): start it again.")
