"""A study's folder: its plan, the points of its trials, its seed bands, and who runs it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from bdsg.errors import LONGEST_REASON, BDSGError, StoreError, on_a_line
from bdsg.runs.cache import default_root
from bdsg.runs.directory import explained, write_atomically
from bdsg.tuning.plan import CLOUD_POINTS, Plan

PLAN, CLOUDS, BANDS, LOCK, DRIVER, LOG = "plan.json", "clouds.bin", "bands.jsonl", "lock", "driver.json", "log.txt"
DATABASE = "study.db"
CLOUD = np.dtype([("number", "<i4"), ("points", "<i2", (CLOUD_POINTS, 2))])
"""A record of ``clouds.bin``, which only grows: a record that was cut short by a kill is overwritten."""


def studies_root() -> Path:
    """Where studies are kept: beside the stored runs."""
    return default_root() / "studies"


class StudyFolder:
    """One study on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def named(cls, name: str, root: Path | None = None) -> StudyFolder:
        """The folder of a name, there or not.

        Raises:
            StoreError: the name cannot be a folder's.
        """
        if not re.fullmatch(r"[\w][\w.-]{0,80}", name):
            raise StoreError(f"A study cannot be called {name!r}: use letters, digits, hyphens and dots.")
        return cls((root or studies_root()) / name)

    @property
    def name(self) -> str:
        """Also the study's name in its storage."""
        return self.path.name

    @property
    def exists(self) -> bool:
        """Whether there is a plan in it."""
        return (self.path / PLAN).is_file()

    def create(self, plan: Plan, storage: str | None) -> None:
        """Write the plan; ``storage`` is a database's URL, by default SQLite in this folder.

        Only its owner may read the plan: a URL can hold a password.
        """
        known = self._contents() if self.exists else {}
        kept = {"identity": known.get("identity", "") if known else secrets.token_hex(16)}
        kept["begun"] = self.begun() if known else time.time()
        text = json.dumps({"plan": plan.to_dict(), "storage": storage, **kept}, indent=2)
        with explained(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            write_atomically(self.path / PLAN, text.encode())
            (self.path / PLAN).chmod(0o600)

    def remove(self) -> None:
        """Take the study away: what could not even begin is not to be in the way of another attempt."""
        shutil.rmtree(self.path, ignore_errors=True)

    def identity(self) -> str:
        """What tells this folder from another one of the same name: a storage may be shared by many machines.

        It cannot be guessed, so that it is the key too under which the app's links open the study.
        """
        return str(self._contents().get("identity", ""))

    def begun(self) -> float:
        """When the study was made, seconds since 1970; raises StoreError as :meth:`plan` does."""
        begun = self._contents().get("begun")
        return float(begun) if isinstance(begun, int | float) else (self.path / PLAN).stat().st_mtime

    def plan(self) -> Plan:
        """The plan; raises StoreError where there is none or it cannot be read."""
        try:
            return Plan.from_dict(self._contents()["plan"])
        except (KeyError, TypeError, ValueError) as error:
            raise StoreError(
                f"{self.path / PLAN} is of another version ({_brief(error)}): start the study anew."
            ) from error

    def storage(self) -> str:
        """The database's URL."""
        return self.own_storage() or f"sqlite:///{(self.path / DATABASE).resolve().as_posix()}"

    def own_storage(self) -> str | None:
        """The URL that was asked for; None where it is SQLite in this folder."""
        return self._contents().get("storage")

    def _contents(self) -> dict[str, Any]:
        try:
            contents: object = json.loads((self.path / PLAN).read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise StoreError(f"There is no study {self.name!r}: `python -m bdsg tune show` lists them.") from error
        except (OSError, ValueError, RecursionError) as error:
            raise self._damaged(error) from error
        if not isinstance(contents, dict) or not isinstance(contents.get("storage"), str | None):
            raise self._damaged("it is no plan")
        return contents

    def _damaged(self, reason: object) -> StoreError:
        return StoreError(f"{self.path / PLAN} cannot be read ({_brief(reason)}): remove {self.path} and start anew.")

    @contextlib.contextmanager
    def driven(self) -> Iterator[None]:
        """Be the one who runs the study; the system lets go of it when the process dies, however it does.

        Raises:
            BDSGError: another process runs it.
            StoreError: the folder cannot be written.
        """
        lock = FileLock(self.path / LOCK)
        try:
            with explained(self.path):
                lock.acquire(timeout=1.0)
        except StoreError as error:
            if isinstance(error.__cause__, Timeout):
                raise self._claimed(self.driver()) from None
            raise
        try:
            facts = {"pid": os.getpid(), "since": time.time(), "host": socket.gethostname()}
            with explained(self.path):
                write_atomically(self.path / DRIVER, json.dumps(facts).encode())
            yield
        finally:
            (self.path / DRIVER).unlink(missing_ok=True)
            lock.release()

    def _claimed(self, who: dict[str, Any]) -> BDSGError:
        since = time.strftime("%H:%M:%S", time.localtime(who.get("since", 0)))
        host, process = who.get("host", "this machine"), who.get("pid", "?")
        return BDSGError(
            f"The study {self.name} is run by process {process} on {host} since {since}: wait for it, or stop it first."
        )

    def driver(self) -> dict[str, Any]:
        """Process number and start (seconds since 1970) of who runs the study; empty where nobody does."""
        try:
            facts: dict[str, Any] = json.loads((self.path / DRIVER).read_text())
        except (OSError, ValueError):
            return {}
        try:
            with FileLock(self.path / LOCK).acquire(timeout=0):  # it died without a word
                (self.path / DRIVER).unlink(missing_ok=True)
        except Timeout:
            return facts
        except OSError:  # a disk that cannot be written, from which nobody runs it
            pass
        return {}

    def add_clouds(self, clouds: dict[int, np.ndarray]) -> None:
        """Append the points of trials, (CLOUD_POINTS, 2) int16 each."""
        records = np.zeros(len(clouds), CLOUD)
        for record, (number, points) in zip(records, clouds.items(), strict=True):
            record["number"], record["points"] = number, points
        with explained(self.path), open(self.path / CLOUDS, "ab") as file:
            file.truncate(file.tell() // CLOUD.itemsize * CLOUD.itemsize)
            file.write(records.tobytes())

    def clouds(self) -> np.ndarray:
        """All records, mapped and not read; of two with one number the later one counts."""
        path = self.path / CLOUDS
        count = path.stat().st_size // CLOUD.itemsize if path.is_file() else 0
        return np.memmap(path, CLOUD, "r", shape=(count,)) if count else np.empty(0, CLOUD)

    def add_bands(self, rows: list[dict[str, Any]]) -> None:
        """Append runs of the seed bands: ``trial``, ``seed`` and the scores of each."""
        with explained(self.path), open(self.path / BANDS, "a", encoding="utf-8") as file:
            file.write("\n" * (file.tell() > 0))  # the line before may have been cut short
            file.write("".join(json.dumps(row, allow_nan=False) + "\n" for row in rows))

    def bands(self) -> list[dict[str, Any]]:
        """The runs of the seed bands, each trial and seed once; a line cut short by a kill is left out."""
        path, rows = self.path / BANDS, {}
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else ():
            with contextlib.suppress(ValueError, TypeError, KeyError, RecursionError):
                row = json.loads(line)
                if isinstance(row["scores"], dict):
                    rows[int(row["trial"]), int(row["seed"])] = row
        return list(rows.values())


def _brief(reason: object) -> str:
    return on_a_line(str(reason), LONGEST_REASON)


def found(root: Path | None = None) -> list[StudyFolder]:
    """The studies in the store, the newest first."""
    dated = []
    for path in (root or studies_root()).glob(f"*/{PLAN}"):
        with contextlib.suppress(OSError):  # it was removed just now
            dated.append((path.stat().st_mtime, path.parent))
    return [StudyFolder(path) for _, path in sorted(dated, reverse=True)]
