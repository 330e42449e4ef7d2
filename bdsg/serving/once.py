"""What all visitors share."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
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
