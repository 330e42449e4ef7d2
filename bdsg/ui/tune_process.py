"""Studies under way: each is a process of its own, so the web process trains nothing and a reload stops nothing."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import bdsg
from bdsg.errors import BDSGError
from bdsg.sweep.folder import LOG, StudyFolder, found
from bdsg.ui.shared import Once


@Once
def _processes() -> dict[str, subprocess.Popen[bytes]]:
    """Those that this server started, by their study's path."""
    return {}


SCHEDULER = "BDSG_SCHEDULER"
"""Names a Dask scheduler such as tcp://host:8786: whoever answers there has code run here, so no visitor chooses it."""

NICE = 10
"""How far a study stands back behind the runs that visitors watch."""


def start(folder: StudyFolder) -> None:
    """Run a study, or go on with it.

    Raises:
        BDSGError: one is under way already, or the system refuses another process.
    """
    if other := under_way():
        raise BDSGError(f"The study {other.name} is under way: wait for it, or stop it first.")
    home = str(Path(bdsg.__file__).resolve().parents[1])
    path = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-m", "bdsg", "tune", folder.name, "--resume", "--quiet"]
    command += ["--scheduler", scheduler] if (scheduler := os.environ.get(SCHEDULER)) else []
    environment = {**os.environ, "PYTHONPATH": path, "BDSG_CACHE": str(folder.path.parent.parent)}
    try:
        with open(folder.path / LOG, "wb") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, start_new_session=True
            )
        _processes()[str(folder.path)] = process
        with contextlib.suppress(OSError, AttributeError):  # Windows has no such call
            os.setpriority(os.PRIO_PROCESS, process.pid, NICE)  # its workers inherit it
    except OSError as error:
        raise BDSGError(f"The study cannot be started ({error.strerror}): try again later.") from error


def active(folder: StudyFolder) -> bool:
    """Whether a process is at work on the study, or about to be."""
    process = _processes().get(str(folder.path))
    return (process is not None and process.poll() is None) or bool(folder.driver())


def under_way() -> StudyFolder | None:
    """The study that is run now, by this server or by a shell on this machine."""
    return next((folder for folder in found() if active(folder)), None)


def stop(folder: StudyFolder) -> None:
    """Ask the study's process to end; finished trials are kept."""
    process, driver = _processes().get(str(folder.path)), folder.driver()
    here = driver.get("host") in (None, socket.gethostname())  # elsewhere the number is another process's
    pid = driver.get("pid") if here else None
    if pid is None and process is not None and process.poll() is None:
        pid = process.pid
    if pid is not None:
        with contextlib.suppress(OSError):
            os.kill(int(pid), signal.SIGTERM)


def complaint(folder: StudyFolder) -> str:
    """The last line of a process that ended with an error; empty where there was none."""
    process = _processes().get(str(folder.path))
    if process is None or process.poll() in (None, 0, 130):
        return ""
    lines = (folder.path / LOG).read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "The study ended unexpectedly: resume it."
