"""Official files on this machine: cached, checked, and fetched on from where a download broke off."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pooch
import requests
import urllib3
from tqdm import tqdm

from bdsg.data.images.registry import Remote
from bdsg.errors import DataError

TIMEOUT = (10.0, 60.0)
"""Seconds to wait for a connection, and for the next bytes."""
CHUNK = 1 << 18
PAUSE = 1.0
"""Seconds before a broken download is taken up again."""
WHOLE, PART, NOT_THERE = 200, 206, 416


def cache_directory() -> Path:
    """``$BDSG_CACHE/images``, else the same folder in the platform's cache of this package."""
    return Path(os.environ.get("BDSG_CACHE") or pooch.os_cache("bdsg")) / "images"


class Resuming:
    """Downloads for pooch; what has come so far stays in ``NAME.part`` until the file is whole.

    Args:
        part: that file.
        pause: seconds before a broken download is taken up again.
    """

    def __init__(self, part: Path, pause: float = PAUSE) -> None:
        self.part, self.pause = part, pause

    def __call__(self, url: str, output_file: Any, _: Any, check_only: bool = False) -> None:
        """Fetch ``url`` into ``output_file``; go on as long as each attempt brings something.

        Raises:
            requests.RequestException, urllib3.exceptions.HTTPError: it broke off, and again at the next attempt.
        """
        while True:
            before = self._so_far()
            try:
                self._attempt(url)
                break
            except (requests.ConnectionError, requests.Timeout, urllib3.exceptions.HTTPError):
                if self._so_far() <= before:
                    raise
                time.sleep(self.pause)
        os.replace(self.part, output_file)

    def _so_far(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _attempt(self, url: str) -> None:
        """Ask for what is missing; a server that cannot go on in the middle sends all of it again."""
        have = self._so_far()
        asked = {"Accept-Encoding": "identity"}
        if have:
            asked["Range"] = f"bytes={have}-"
        with requests.get(url, headers=asked, stream=True, timeout=TIMEOUT) as answer:
            if have and answer.status_code == NOT_THERE:  # it is whole, or of another file: the checksum will say
                return
            answer.raise_for_status()
            goes_on = have > 0 and answer.status_code == PART
            self._append(answer, "ab" if goes_on else "wb", have if goes_on else 0)

    def _append(self, answer: requests.Response, mode: str, have: int) -> None:
        length = answer.headers.get("Content-Length", "")
        total = have + int(length) if length.isdigit() else None
        bar = tqdm(total=total, initial=have, unit="B", unit_scale=True, desc=self.part.stem, disable=None)
        with bar, open(self.part, mode) as file:
            for chunk in answer.raw.stream(CHUNK, decode_content=False):
                file.write(chunk)
                bar.update(len(chunk))


def fetch(remote: Remote, sources: Iterable[str], folder: Path, pause: float = PAUSE) -> Path:
    """The path of an official file, downloaded into ``folder`` if it is not there.

    Args:
        sources: addresses of folders, tried in turn.

    Raises:
        DataError: no source gave it, or what came does not match the checksum.
    """
    reasons = []
    for source in sources:
        url = source + remote.name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return _retrieved(url, remote, folder, pause)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            reasons.append(f"{url}: {_reason(error)}")
        except ValueError:
            reasons.append(f"{url}: what came does not match the checksum {remote.checksum}")
    tried = "; ".join(reasons)
    raise DataError(f"{remote.name} could not be fetched ({tried}): try again later, or put the file into {folder}.")


def _retrieved(url: str, remote: Remote, folder: Path, pause: float) -> Path:
    """Raises ValueError if what came does not match; a part that another file had begun gets a second chance."""
    part = folder / f"{remote.name}.part"
    for begun in (part.exists(), False):
        try:
            pooch.retrieve(url, remote.checksum, remote.name, folder, downloader=Resuming(part, pause))
            break
        except ValueError as error:
            if not begun or isinstance(error, requests.RequestException):
                raise
    return folder / remote.name


def check(path: Path, remote: Remote) -> None:
    """Raises DataError if a cached file is not the official one."""
    kind, _, expected = remote.checksum.partition(":")
    if (found := pooch.file_hash(str(path), kind)) != expected:
        raise DataError(f"its {kind} sum is {found}, but the official file's is {expected}")


def _reason(error: Exception) -> str:
    answer = getattr(error, "response", None)
    if answer is not None:
        return f"the server answered {answer.status_code} {answer.reason}"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    if isinstance(error, urllib3.exceptions.HTTPError):
        return "the connection broke off"
    return str(getattr(error, "strerror", None) or error)
