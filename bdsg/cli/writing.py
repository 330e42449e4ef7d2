"""Directories that a command writes to."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bdsg.errors import StoreError
from bdsg.runs.directory import explained, write_atomically


@contextlib.contextmanager
def writable(folder: Path, room: int) -> Iterator[None]:
    """Make the directory and try it before the work, not after; leave none behind if the work fails.

    Args:
        room: bytes that must fit in it now.

    Raises:
        StoreError: it cannot be made or written, or has no room.
    """
    made = [path for path in (folder, *folder.parents) if not os.path.exists(path)]
    try:
        with explained(folder):
            folder.mkdir(parents=True, exist_ok=True)
            write_atomically(folder / ".probe", bytes(room))
            (folder / ".probe").unlink()
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            for path in made:
                path.rmdir()
        raise


def write_or_rescue(write: Callable[[Path], None], folder: Path) -> None:
    """Write finished work; where its directory has become unfit meanwhile, into a temporary one.

    Raises:
        StoreError: the directory cannot be written; the sentence says where the work is instead.
    """
    try:
        write(folder)
    except StoreError as error:
        if (spare := _rescued(write)) is None:
            raise
        raise StoreError(f"{error} Nothing is lost: what was to be written is in {spare}.") from error


def _rescued(write: Callable[[Path], None]) -> Path | None:
    try:
        spare = Path(tempfile.mkdtemp(prefix="bdsg-"))
    except OSError:
        return None
    try:
        write(spare)
    except StoreError:
        shutil.rmtree(spare, ignore_errors=True)
        return None
    return spare
