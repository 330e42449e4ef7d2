"""A process that loads all that runs need, once, and forks workers that share its memory (Linux).

``python -m bdsg.serving.fork_server`` listens to its owner on the Unix socket that is its stdin.  ``fork`` brings two
pipe ends, the new worker's stdin and stdout, and is answered with its process number and how much that worker has
still to load by itself; ``reap PID`` is answered with the exit code of a worker that has ended; ``prepare`` is answered
when nothing is left to load.  When the socket closes, the server leaves, and so do its workers, each by its own pipe.
"""

from __future__ import annotations

import gc
import logging
import os
import select
import signal
import socket
import sys
from collections.abc import Callable
from typing import NoReturn

from bdsg.serving import worker

FORK, REAP, PREPARE = b"fork", b"reap ", b"prepare"

UNKNOWN = 255
"""The exit code of a worker whose fork server is gone."""

LOOK_SECONDS = 0.5
"""How often it looks, while it loads, whether its owner is still there."""

LONGEST_REQUEST = 64

log = logging.getLogger(__name__)


def main() -> None:
    """Load, and serve the owner until it is gone."""
    owner = socket.socket(fileno=os.dup(0))
    worker.set_up_process()
    os.dup2(2, 1)  # what libraries print is for the log
    _watched(owner, worker.load)
    preparations = worker.preparations()
    while preparations:  # one who waits for a worker comes first
        if select.select([owner], [], [], 0)[0]:
            _answer(owner, preparations)
        else:
            _watched(owner, preparations.pop(0))
    gc.collect()
    gc.freeze()  # a collection in a worker would touch, and so copy, every page
    while True:
        _answer(owner, preparations)


def _watched(owner: socket.socket, work: Callable[[], None]) -> None:
    """Do something that takes long, but leave when the owner does."""

    def look(*_: object) -> None:
        if select.select([owner], [], [], 0)[0] and not owner.recv(1, socket.MSG_PEEK):
            os._exit(0)

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, LOOK_SECONDS, LOOK_SECONDS)
    try:
        work()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


def _answer(owner: socket.socket, preparations: list[Callable[[], None]]) -> None:
    """Serve one request; in a forked worker, never return."""
    request, pipes, _, _ = socket.recv_fds(owner, LONGEST_REQUEST, 2)
    if not request:
        os._exit(0)
    if request == FORK:
        pid = os.fork()
        if pid == 0:
            owner.close()
            _become_worker(pipes[0], pipes[1], preparations)
        for pipe in pipes:
            os.close(pipe)
        owner.send(b"%d %d" % (pid, len(preparations)))
    elif request == PREPARE:
        while preparations:
            _watched(owner, preparations.pop(0))
        owner.send(b"0")
    else:
        owner.send(b"%d" % _exit_code(int(request.removeprefix(REAP))))


def _exit_code(pid: int) -> int:
    try:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    except ChildProcessError:  # one that an earlier fork server forked, which was killed
        return UNKNOWN


def _become_worker(stdin: int, stdout: int, preparations: list[Callable[[], None]]) -> NoReturn:
    code = 1
    try:
        os.dup2(stdin, 0)
        os.close(stdin)
        worker.work(worker.Inbox(os.fdopen(0, "rb", closefd=False)), os.fdopen(stdout, "wb"), preparations)
        code = 0
    except BaseException:
        log.exception("A worker ended")
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
