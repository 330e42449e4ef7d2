"""Results and fitted densities kept on disk, each under its config's content key."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import os
import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bdsg.config import ExperimentConfig
from bdsg.errors import StoreError
from bdsg.folders import default_root
from bdsg.runs.directory import ARRAYS, damaged, explained, read_run, read_sealed, sealed, write_atomically, write_run
from bdsg.runs.result import Result
from bdsg.runs.tensor_file import Arrays

__all__ = ["Store", "default_root", "read_run", "write_run"]

STAGED = ".bdsg-staged-"
"""How the names of half-written entries begin."""

DENSITIES = "densities"
"""The folder of fitted densities."""

LEFTOVER_SECONDS = 24 * 3600
"""Half-written entries further than this from the clock belong to a process that was killed, and are removed."""

ATTEMPTS = 3
"""How often a write begins anew when what it had written aside is gone."""

log = logging.getLogger(__name__)


class Store:
    """A cache in one directory: a run's directory a key, and fitted densities beside them.

    Entries are written aside and renamed into place, so no reader sees half of one, and processes
    that write the same entry at once leave one sound copy.
    """

    def __init__(self, root: str | Path | None = None) -> None:
        """``root``: where to keep entries; by default :func:`default_root`."""
        self.root = Path(root) if root is not None else default_root()

    def contains(self, config: ExperimentConfig) -> bool:
        """Whether an entry is there, sound or not."""
        return os.path.isfile(self._folder(config) / ARRAYS)

    def get(self, config: ExperimentConfig) -> Result | None:
        """The stored result of an equal run; None if there is none or it is damaged (then logged)."""
        if not self.contains(config):
            return None
        try:
            result = read_run(self._folder(config))
        except StoreError as error:
            log.warning("A stored run is ignored. %s", error)
            return None
        # The key ignores units, and whether the mixture was named or written out: hand back what was asked for.
        return dataclasses.replace(result, config=config)

    def put(self, result: Result) -> bool:
        """Keep a result, without units; False for a run that was stopped early, which is never kept.

        Raises:
            StoreError: the store cannot be written.
        """
        if result.summary.get("stopped"):
            return False
        with explained(self.root):
            self._insist(lambda: self._put(dataclasses.replace(result, config=result.config.shared())))
            self._remove_leftovers()
        return True

    def _put(self, result: Result) -> None:
        staged = self.root / f"{STAGED}{secrets.token_hex(8)}"
        try:
            write_run(result, staged)
            self._install(staged, result.config)
        finally:
            shutil.rmtree(staged, ignore_errors=True)

    @staticmethod
    def _insist(write: Callable[[], None]) -> None:
        """Write, and once more if the folder is removed meanwhile, by a person or by a process with another clock."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                write()
                return
            except (StoreError, OSError) as error:
                cause = error.__cause__ if isinstance(error, StoreError) else error
                if attempt == ATTEMPTS or not isinstance(cause, FileNotFoundError):
                    raise

    def get_density(self, config: ExperimentConfig) -> tuple[Arrays, dict[str, Any]] | None:
        """Weights and facts of the density fitted for an equal data and density config, or None."""
        path = self._density_path(config)
        if not os.path.isfile(path):
            return None
        try:
            arrays, seal = read_sealed(path)
            if seal.get("key") != config.density_key() or "meta" not in seal:
                raise damaged(path, "it belongs to another config")
        except StoreError as error:
            log.warning("A stored density is ignored. %s", error)
            return None
        return arrays, seal["meta"]

    def put_density(self, config: ExperimentConfig, arrays: Arrays, meta: dict[str, Any]) -> None:
        """Keep a fitted density; ``meta`` is JSON-able.

        Raises:
            StoreError: the store cannot be written, or ``meta`` holds a number that is not finite.
        """
        path = self._density_path(config)
        payload = sealed(path.name, arrays, {"key": config.density_key(), "meta": meta})
        with explained(path):
            self._insist(lambda: self._write(path, payload))

    @staticmethod
    def _write(path: Path, payload: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, payload)

    def _folder(self, config: ExperimentConfig) -> Path:
        return self.root / config.key()

    def _density_path(self, config: ExperimentConfig) -> Path:
        return self.root / DENSITIES / f"{config.density_key()}.safetensors"

    def _install(self, staged: Path, config: ExperimentConfig) -> None:
        """Rename a complete entry into place; a sound one that got there first stays."""
        folder, old = self._folder(config), staged.with_name(f"{staged.name}.old")
        for _ in range(10):
            try:
                staged.rename(folder)
                return
            except OSError:  # most likely an entry is in the way
                if not folder.exists():
                    raise
            if self.get(config) is not None:
                return
            with contextlib.suppress(FileNotFoundError):  # another process may have moved it first
                folder.rename(old)
            shutil.rmtree(old, ignore_errors=True)
        raise StoreError(f"{folder} cannot be replaced: remove it and run the experiment again.")

    def _remove_leftovers(self) -> None:
        staged, asides = self.root.glob(f"{STAGED}*"), (self.root / DENSITIES).glob(".*.safetensors.*")
        for path in (*staged, *asides):
            with contextlib.suppress(OSError):
                # Either way: the clock may have been set back since.
                if abs(time.time() - path.stat().st_mtime) > LEFTOVER_SECONDS:
                    (shutil.rmtree if path.is_dir() else os.unlink)(path)
