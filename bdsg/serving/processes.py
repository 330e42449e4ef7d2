"""Modules of this package as processes of their own, and what a process has but one of."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar

import bdsg

CLOSE_SECONDS = 5.0
"""How long a process may take to leave before it is killed."""


def start_module(*words: str, environment: Mapping[str, str] | None = None, **options: Any) -> subprocess.Popen[bytes]:
    """``python -m`` and words; raises OSError where the system refuses another process.

    Args:
        words: the module and its arguments.
        environment: variables beside those of this process.
        options: of :class:`subprocess.Popen`.
    """
    # The package may lie in the current directory only, and its user may have changed that since.
    home = str(Path(bdsg.__file__).resolve().parents[1])
    path = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))
    variables = {**os.environ, "PYTHONPATH": path, **(environment or {})}
    return subprocess.Popen([sys.executable, "-m", *words], env=variables, **options)


T = TypeVar("T")


class OnePerProcess(Generic[T]):
    """Something made at the first call, and the same from then on.

    Streamlit's own ``cache_resource`` can be cleared by a message from any visitor's browser: a second queue of runs,
    with worker processes of its own, would then stand beside the first.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self.__doc__ = make.__doc__
        self._make, self._lock = make, threading.Lock()
        self._made: list[T] = []

    def __call__(self) -> T:
        """The one that was made."""
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]

    def clear(self) -> None:
        """Let the next call make another one."""
        with self._lock:
            self._made.clear()
