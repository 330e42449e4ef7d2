"""The owner's end of ``fork_server.py``: workers that are forked from one loaded process and share its memory.

``multiprocessing``'s own fork server starts runs as soon.  But it takes no request while it loads, so that after a
first start each worker compiles what is left by itself (981 MB in all after a minute, 725 MB this way); and every
worker imports Streamlit's script, unless a private part is replaced.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading

from bdsg.errors import BDSGError
from bdsg.serving.fork_server import FORK, PREPARE, REAP, UNKNOWN
from bdsg.serving.processes import CLOSE_SECONDS, OnePerProcess, start_module

AVAILABLE = sys.platform == "linux" and hasattr(os, "pidfd_open")
"""Elsewhere a process that has loaded PyTorch cannot safely be forked, and each worker loads it by itself."""

SINGLE_THREADED = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Several workers share the machine; and a process with threads cannot safely be forked."""


class ForkServerGone(BDSGError):
    """The process that forks workers has ended."""


class Fork:
    """One forked worker, with what :class:`subprocess.Popen` has of it.

    Attributes:
        early: it was forked before all was loaded, and does not share what it had to load by itself.
    """

    def __init__(self, fork_server: ForkServer, pid: int, stdin: int, stdout: int, early: bool) -> None:
        self.early = early
        self.pid, self.stdin, self.stdout = pid, os.fdopen(stdin, "wb"), os.fdopen(stdout, "rb")
        self._fork_server, self._lock, self._watch = fork_server, threading.Lock(), os.pidfd_open(pid)
        self._code: int | None = None

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, when there is one; raises :class:`subprocess.TimeoutExpired`."""
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("worker", timeout or 0.0)
        return code

    def kill(self) -> None:
        """End it now."""
        if self._code is None:
            with contextlib.suppress(OSError):  # it has just gone, and perhaps its descriptor
                signal.pidfd_send_signal(self._watch, signal.SIGKILL)

    def _ended(self, timeout: float | None) -> int | None:
        with self._lock:
            if self._code is None and select.select([self._watch], [], [], timeout)[0]:
                self._code = self._fork_server.reap(self.pid)
                os.close(self._watch)
            return self._code


class ForkServer:
    """The process, started when it is first needed and again if it has died.  Any thread may call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._closed = False

    def warm(self) -> None:
        """Have it load, ahead of the first worker that is wanted; raises ForkServerGone if it cannot be started."""
        with self._lock:
            self._connected()

    def prepare(self) -> None:
        """Wait until workers share all that can be loaded; :meth:`fork` by itself waits for the most needed alone."""
        self._ask(PREPARE)

    def fork(self) -> Fork:
        """A new worker, once all is loaded; raises ForkServerGone if there is none to be had."""
        (theirs_in, ours_in), (ours_out, theirs_out) = os.pipe(), os.pipe()
        left = [theirs_in, theirs_out]
        try:
            pid, unprepared = map(int, self._ask(FORK, theirs_in, theirs_out).split())
        except BDSGError:
            left += [ours_in, ours_out]
            raise
        finally:
            for pipe in left:
                os.close(pipe)
        return Fork(self, pid, ours_in, ours_out, unprepared > 0)

    def reap(self, pid: int) -> int:
        """The exit code of a worker that has ended."""
        if self._process is None or self._process.poll() is not None:  # killed, and none is needed for this
            return UNKNOWN
        try:
            return int(self._ask(REAP + b"%d" % pid))
        except ForkServerGone:
            return UNKNOWN

    def close(self) -> None:
        """End the process; it forks no more."""
        self._closed = True
        if (connection := self._socket) is not None:
            with contextlib.suppress(OSError):  # wakes a thread that waits for an answer
                connection.shutdown(socket.SHUT_RDWR)
        with self._lock:
            self._forget()

    def _ask(self, request: bytes, *pipes: int) -> bytes:
        with self._lock:
            connection = self._connected()
            try:
                socket.send_fds(connection, [request], pipes)
                answer = connection.recv(64)
            except OSError:
                answer = b""
            if not answer:
                self._forget()
                raise ForkServerGone("The training process cannot be started, because its parent ended: try again.")
            return answer

    def _connected(self) -> socket.socket:
        if self._closed:
            raise ForkServerGone("The training processes are closed, because the app is ending: start the app again.")
        if self._process is not None and self._process.poll() is not None:
            self._forget()
        if self._socket is None:
            try:
                self._socket, self._process = _started()
            except OSError as error:
                raise ForkServerGone(
                    f"The training process cannot be started ({error.strerror}): try again."
                ) from error
        return self._socket

    def _forget(self) -> None:
        """End what is left of the process."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(CLOSE_SECONDS)
            self._process.kill()
            self._process.wait()
            self._process = None


def _started() -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """The process, and the socket to talk to it; raises OSError where the system refuses either."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        try:
            return ours, start_module("bdsg.serving.fork_server", stdin=theirs, environment=SINGLE_THREADED)
        except OSError:
            ours.close()
            raise


@OnePerProcess
def shared() -> ForkServer:
    """The fork server of this process: queues that follow one another need not load everything again."""
    fork_server = ForkServer()
    atexit.register(fork_server.close)
    return fork_server
