"""How many threads PyTorch, BLAS and OpenMP use while something is computed; the caller's own numbers come back."""

from __future__ import annotations

import contextlib
import functools
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import threadpoolctl


@dataclass
class _Inside:
    """A thread that computes: the counts it was asked to keep to, and PyTorch's count from before."""

    before: int | None
    openmp: contextlib.ExitStack
    counts: dict[object, int] = field(default_factory=dict)


_lock = threading.RLock()  # the end of an abandoned generator may come in the midst of another's beginning
_inside: dict[int, _Inside] = {}
_blas = contextlib.ExitStack()


@contextlib.contextmanager
def limited_threads(count: int = 1) -> Iterator[None]:
    """A context, or a decorator, in which PyTorch, BLAS and OpenMP use ``count`` threads.

    On parts as small as ours more threads only wait for each other, and sums that are split over them have other bits.
    BLAS has one number for the whole process: it comes back when the last of those who compute at once has ended.
    A pool's threads each enter for themselves.
    """
    who, token = threading.get_ident(), object()
    _enter(who, token, count)
    try:
        yield
    finally:
        _leave(who, token)


def _enter(who: int, token: object, count: int) -> None:
    torch = sys.modules.get("torch")
    with _lock:
        first = next(iter(_inside.values()), None)
        if first is None:
            _blas.enter_context(_limit(count, "blas"))
        if who not in _inside:
            openmp = contextlib.ExitStack()
            before = first.before if first else None  # a thread that begins beside others has their count
            if before is None and torch is not None:
                before = torch.get_num_threads()
            openmp.enter_context(_limit(count, "openmp"))
            _inside[who] = _Inside(before, openmp)
        mine = _inside[who]
        if torch is not None:
            if mine.before is None:  # PyTorch was loaded meanwhile
                mine.before = torch.get_num_threads()
            torch.set_num_threads(count)
        mine.counts[token] = count


def _leave(who: int, token: object) -> None:
    torch = sys.modules.get("torch")
    with _lock:
        mine = _inside[who]
        del mine.counts[token]
        count: int | None = next(reversed(mine.counts.values()), mine.before)
        if not mine.counts:
            del _inside[who]
            mine.openmp.close()
        if torch is not None and count is not None:
            torch.set_num_threads(count)
        if not _inside:
            _blas.close()


def _limit(count: int, api: str) -> contextlib.AbstractContextManager[Any]:
    limit: contextlib.AbstractContextManager[Any] = _libraries(len(sys.modules)).limit(limits=count, user_api=api)
    return limit


@functools.lru_cache(maxsize=1)
def _libraries(modules: int) -> threadpoolctl.ThreadpoolController:
    """The libraries that are loaded, looked up anew when more modules are: that takes 10 ms."""
    return threadpoolctl.ThreadpoolController()
