"""Disks that are full: a small file system of its own where one may be mounted, else a limit that the kernel keeps."""

from __future__ import annotations

import contextlib
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


class SmallDisk:
    """A file system of some megabytes that can be filled and emptied.

    Attributes:
        refusal: what the system says when there is no room.
    """

    refusal = "No space left on device"

    def __init__(self, path: Path) -> None:
        self.path = path

    def fill(self, *_: int) -> None:
        """Leave no room, for any process."""
        with contextlib.suppress(OSError), open(self.path / ".filler", "ab", buffering=0) as file:
            while file.write(bytes(4096)):
                pass

    def free(self, *_: int) -> None:
        """Make room again."""
        (self.path / ".filler").unlink()


class LimitedProcesses(SmallDisk):
    """Processes whose files may not grow beyond a few bytes: what a quota does, and any user may set."""

    refusal = "File too large"

    def fill(self, *pids: int) -> None:
        """Leave no room for these processes."""
        _limit(pids, 100)

    def free(self, *pids: int) -> None:
        """Lift the limit."""
        _limit(pids, None)


def _limit(pids: tuple[int, ...], size: int | None) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):  # it has made room for another
            _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (most if size is None else size, most))


def limit_files() -> None:
    """For a process about to start: its files may not grow beyond a few bytes."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, most))


def in_memory(size: str) -> tuple[str, ...]:
    """A file system of some size, for :func:`mounted`."""
    return ("-t", "tmpfs", "-o", f"size={size}", "none")


@contextlib.contextmanager
def mounted(path: Path, *what: str) -> Iterator[Path]:
    """A mount at a path, ``what`` being the arguments before it; the test is skipped where none is allowed."""
    path.mkdir(exist_ok=True)
    try:
        done = subprocess.run(["mount", *what, path], capture_output=True, check=False)
    except OSError as error:
        pytest.skip(f"mount is not there: {error}")
    if done.returncode:
        pytest.skip(f"No file system may be mounted here: {done.stderr.decode().strip()}")
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", path], check=False)
