"""Numba's cache of machine code, tried with 0.61.0 and 0.68.1.

No public way leads to the key of one kernel's code, or to the folder that it is kept in.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from filelock import FileLock
from numba.core.caching import CompileResultCacheImpl, FunctionCache
from numba.core.compiler_lock import global_compiler_lock
from numba.core.dispatcher import Dispatcher

from bdsg.folders import default_root

__all__ = ["Dispatcher", "global_compiler_lock", "keep"]

LOCK, LOCK_SECONDS = "bdsg.lock", 10.0
"""The file by which processes take turns at writing machine code, and how long one waits for its turn."""

log = logging.getLogger(__name__)


def keep(compiled: Any, function: Callable[..., Any], digest: str) -> None:
    """Have a compiled function's machine code kept, if there is a place for it, under a digest of its sources."""
    with contextlib.suppress(RuntimeError):  # Numba found no place for its cache
        compiled._cache = _Cache(function, digest)


_LOCATORS: tuple[Any, ...] = tuple(CompileResultCacheImpl._locator_classes)
_user_wide = next(one for one in _LOCATORS if one.__name__.endswith("UserWideCacheLocator"))


class _BesideRuns(_user_wide):  # type: ignore[misc,valid-type]
    """Machine code in this package's own cache folder; Numba's own makes one called ``~`` for users without a home.

    Not in a folder of somebody else, who could put code there: without a home it lies where all may write.
    """

    def __init__(self, function: Callable[..., Any], file: str) -> None:
        super().__init__(function, file)
        self._root = default_root() / "kernels"
        self._cache_path = str(self._root / self.get_suitable_cache_subpath(file))

    def ensure_cache_path(self) -> None:
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        super().ensure_cache_path()
        owners = {path.stat().st_uid for path in (self._root.parent, self._root, Path(self._cache_path))}
        if hasattr(os, "geteuid") and owners != {os.geteuid()}:
            raise PermissionError


class _Implementation(CompileResultCacheImpl):
    _locator_classes = [_BesideRuns if one is _user_wide else one for one in _LOCATORS]  # noqa: RUF012  Numba's protocol


class _Cache(FunctionCache):
    """Machine code by the source of a kernel and of all that it is compiled with.

    Numba's own cache looks at the kernel's file alone: code inlined from another would outlive its source.
    """

    _impl_class = _Implementation

    def __init__(self, function: Callable[..., Any], digest: str) -> None:
        super().__init__(function)  # type: ignore[no-untyped-call]
        self._digest = digest

    def load_overload(self, *sought: Any) -> Any:
        """What was compiled before; None where it is not there or cannot be read, and it is then compiled anew."""
        try:
            return super().load_overload(*sought)  # type: ignore[no-untyped-call]
        except Exception as error:  # of a file that was cut or altered: whatever pickle and LLVM say to it
            log.warning("Machine code of %s is ignored: %s", self._name, error)
            with contextlib.suppress(OSError):
                self.flush()  # type: ignore[no-untyped-call]
            return None

    def save_overload(self, *compiled: Any) -> None:
        """Keep what was compiled if that is possible: a full disk costs time at the next start, and no run.

        One process at a time: two that number their files alike would give one signature the other's code.
        """
        with contextlib.suppress(OSError):
            self._impl.locator.ensure_cache_path()
            with FileLock(Path(self.cache_path) / LOCK, timeout=LOCK_SECONDS):
                super().save_overload(*compiled)  # type: ignore[no-untyped-call]

    def _index_key(self, *signature: Any) -> tuple[Any, ...]:
        return (*super()._index_key(*signature), self._digest)  # type: ignore[no-untyped-call]
