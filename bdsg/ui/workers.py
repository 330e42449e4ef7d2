"""The owner's end of a worker process: start it, talk to it, end it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import BinaryIO

import bdsg
from bdsg.errors import BDSGError
from bdsg.events import Item, decode, encode_command, read_frame, write_frame

CLOSE_SECONDS = 5.0
"""How long a process may take to leave before it is killed."""


class WorkerDied(BDSGError):
    """The process at the other end is gone."""


class WorkerProcess:
    """One ``python -m bdsg.worker``, replaced by :meth:`start` when it died.

    One thread serves runs with it; others may call :meth:`send`, :meth:`kill` and :meth:`close`.
    """

    def __init__(self) -> None:
        self._sending = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process's number, None before the first start."""
        return self._process.pid if self._process else None

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start a fresh process, which loads PyTorch at once.

        Raises:
            WorkerDied: the system refuses another process.
        """
        # The package may lie in the current directory only, and its user may have changed that since.
        home = str(Path(bdsg.__file__).resolve().parents[1])
        path = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))
        command = [sys.executable, "-m", "bdsg.worker"]
        self.close()
        if self._process and self._process.stdout:
            self._process.stdout.close()
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}
            )
        except OSError as error:
            raise WorkerDied(f"The training process cannot be started ({error.strerror}): try again later.") from error

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
        pipe = getattr(self._process, name, None)
        if pipe is None:
            raise self._died()
        stream: BinaryIO = pipe
        return stream

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
        return WorkerDied(f"The training process ended unexpectedly (exit code {code}): start it again.")
