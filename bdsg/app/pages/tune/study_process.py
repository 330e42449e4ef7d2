"""Studies under way: each is a process of its own, so the web process trains nothing and a reload stops nothing."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess

from bdsg.errors import BDSGError
from bdsg.serving.processes import OnePerProcess, start_module
from bdsg.tuning.folder import LOG, StudyFolder, found

BEGUN = "Study "
"""How a command's first line on a study begins: it is no complaint."""


@OnePerProcess
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
    if under_way():  # it may be another visitor's, so it is not named
        raise BDSGError("Another study is under way: wait until it has ended, or stop it first if it is yours.")
    scheduler = os.environ.get(SCHEDULER)
    words = ["bdsg", "tune", folder.name, "--resume", "--quiet", *(["--scheduler", scheduler] if scheduler else [])]
    cache = {"BDSG_CACHE": str(folder.path.parent.parent)}
    try:
        with open(folder.path / LOG, "wb") as log:
            streams = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
            process = start_module(*words, environment=cache, start_new_session=True, **streams)
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
    if process.returncode < 0:
        return f"The study's process was killed (signal {-process.returncode}): press Resume. Finished trials are kept."
    with contextlib.suppress(OSError):
        lines = (folder.path / LOG).read_text(errors="replace").strip().splitlines()
        if lines and not lines[-1].startswith(BEGUN):
            return lines[-1]
    return "The study ended unexpectedly, perhaps on a full disk: press Resume. Finished trials are kept."
