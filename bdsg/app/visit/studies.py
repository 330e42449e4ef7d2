"""The studies of one visit: those that it began, those whose links it opened, and those that its browser kept."""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator
from datetime import datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from bdsg.app.labels import name_of
from bdsg.app.visit.state import visit
from bdsg.config.presets import PRESETS
from bdsg.errors import StoreError
from bdsg.number_text import grouped
from bdsg.tuning.folder import PLAN, StudyFolder, found

MOST_STUDIES = 30
"""Studies that one visit lists."""


def note(key: str) -> None:
    """List a study; the oldest makes room."""
    if key not in visit().studies:
        visit().studies.insert(0, key)
        del visit().studies[MOST_STUDIES:]


def recall(raw: object) -> None:
    """List what a browser kept from earlier visits, which may be anything, after what is listed already."""
    kept = [one.get("key") for one in raw[:MOST_STUDIES] if isinstance(one, dict)] if isinstance(raw, list) else []
    new = [key for key in kept if isinstance(key, str) and key not in visit().studies]
    visit().studies.extend(new[: MOST_STUDIES - len(visit().studies)])


def listed() -> dict[str, StudyFolder]:
    """This visit's studies by their keys, the newest first; those that were removed are left out."""
    return {key: folder for key, folder in _all() if key in visit().studies}


def exists(key: str) -> bool:
    """Whether there is a study of this key: names and contents of studies open none."""
    return bool(key) and any(key == other for other, _ in _all())


def _all() -> Iterator[tuple[str, StudyFolder]]:
    for folder in found():
        try:
            yield _key(folder.path, (folder.path / PLAN).stat().st_mtime_ns), folder
        except (OSError, StoreError):  # removed just now, or damaged: the others are there all the same
            continue


@functools.lru_cache(maxsize=4096)
def _key(path: Path, written: int) -> str:
    return StudyFolder(path).identity()


def titles(folders: dict[str, StudyFolder]) -> dict[str, str]:
    """What the studies are called in a list, by their keys: no two alike."""
    found: dict[str, str] = {}
    for key, folder in folders.items():
        words, count = title(folder), 2
        while words in found.values():
            words, count = f"{title(folder)} ({count})", count + 1
        found[key] = words
    return found


def title(folder: StudyFolder) -> str:
    """A study as its owner knows it: columns or distribution, objective, trials, and when it was begun."""
    try:
        words, begun = _words(folder.path, (folder.path / PLAN).stat().st_mtime_ns)
    except (OSError, StoreError):
        return folder.name
    return f"{words} · {_when(begun)}"


@functools.lru_cache(maxsize=256)
def _words(path: Path, written: int) -> tuple[str, float]:
    folder = StudyFolder(path)
    plan = folder.plan()
    data = plan.config.data
    own = " × ".join(data.units.names) if data.units else "Your own mixture"
    what = PRESETS[data.preset].title if data.preset else own
    return f"{what} · {name_of(plan.config.boundary.objective)} · {grouped(plan.trials)} trials", folder.begun()


def _when(seconds: float) -> str:
    """Seconds since 1970 on the visitor's clock; the day too, unless it is today."""
    zone = _zone()
    then, now = (datetime.fromtimestamp(one, zone) for one in (seconds, time.time()))
    return f"{then:%H:%M}" if then.date() == now.date() else f"{then.day} {then:%b %Y, %H:%M}"


def _zone() -> tzinfo | None:
    """The browser's; None for the server's."""
    try:
        return ZoneInfo(st.context.timezone or "")
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a browser may send anything
        return None
