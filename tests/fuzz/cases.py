"""Cases that are drawn: how many of each kind, how they are counted, and what must hold for all of them.

``BDSG_FUZZ_TIMES=10 BDSG_FUZZ_SEED=1 pytest tests/fuzz`` draws ten times as many, and others.
"""

from __future__ import annotations

import contextlib
import faulthandler
import inspect
import os
import re
import signal
import time
import warnings
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from bdsg.errors import BDSGError

TIMES = int(os.environ.get("BDSG_FUZZ_TIMES", "1"))
SEED = int(os.environ.get("BDSG_FUZZ_SEED", "0"))

CASES = {
    "text tables": 1100,
    "raw bytes": 2100,
    "wide tables": 500,
    "tables of spreadsheets": 900,
    "parquet values": 300,
    "parquet types": 300,
    "parquet bytes": 1000,
    "tables of the detector": 120,
    "commands on tables": 80,
    "commands on configs": 150,
    "commands on points": 200,
    "configs": 700,
    "altered configs": 1200,
    "links": 700,
    "mixtures": 1000,
    "canvas": 300,
    "the browser's memory": 300,
    "saved arrays": 1600,
    "saved runs": 300,
    "sealed runs": 150,
    "saved densities": 200,
    "saved detectors": 300,
    "sealed detectors": 150,
    "saved studies": 40,
    "image archives": 400,
    "image results": 300,
}
"""How many each test draws; each counts them, and so the sum is true."""

LONGEST_SENTENCE = 700
LONGEST_CASE = 60.0
"""Seconds of a core after which a case counts as a hang: the slowest takes two.  One that waits is ended too."""


def cases(name: str, *strategies: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a test on ``CASES[name]`` drawn cases; its first parameters are fixtures, the last ones are drawn."""

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        parameters = list(inspect.signature(test).parameters.values())
        fixtures = parameters[: len(parameters) - len(strategies)]
        most = CASES[name] * TIMES

        def counted(**given_fixtures: Any) -> None:
            count = 0

            @seed(zlib.crc32(f"{name} {SEED}".encode()))
            @settings(max_examples=most, deadline=None, suppress_health_check=list(HealthCheck))
            @given(st.tuples(*strategies))
            def one(drawn: tuple[Any, ...]) -> None:
                nonlocal count
                count += 1
                with watched():
                    test(*given_fixtures.values(), *drawn)

            faulthandler.dump_traceback_later(10 * LONGEST_CASE * TIMES, exit=True)  # of a hang outside Python
            begun = time.process_time()
            try:
                one()
            finally:
                faulthandler.cancel_dump_traceback_later()
            print(f"{name}: {count:,} cases in {time.process_time() - begun:.1f} s of a core")
            assert count >= most, f"only {count} of {most} cases"

        counted.__name__, counted.__doc__ = test.__name__, test.__doc__
        counted.__signature__ = inspect.Signature(fixtures)  # type: ignore[attr-defined]
        return counted

    return decorate


@contextlib.contextmanager
def watched() -> Iterator[None]:
    """A case that hangs fails, and so does one that warns of a number gone wrong."""

    def hangs(*_: object) -> None:
        raise AssertionError(f"a case took more than {LONGEST_CASE:g} s of a core")

    before = signal.signal(signal.SIGPROF, hangs)
    signal.setitimer(signal.ITIMER_PROF, LONGEST_CASE)
    try:
        with warnings.catch_warnings(action="error", category=RuntimeWarning):
            yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)


def is_sentence(text: str) -> None:
    """One clear sentence, or two: something, on one line, to its end, and no trace."""
    assert re.search(r"\w{3}", text), text
    assert "\n" not in text, text
    assert len(text) < LONGEST_SENTENCE, text
    assert text.endswith("."), text
    assert "Traceback" not in text, text


def taken_or_refused(read: Callable[[], Any]) -> Any:
    """The outcome, or None after a refusal in one sentence."""
    try:
        return read()
    except BDSGError as error:
        is_sentence(str(error))
        return None


def contents(folder: Path) -> dict[str, bytes | None]:
    """All that is in a folder, by its path in it: what a failure must leave as it was."""
    paths = sorted(folder.rglob("*"))
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in paths}


plain = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), st.integers(-(10**30), 10**30), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=12,
)
"""What JSON can hold, and NaN."""


def altered(raw: Any, path: list[int], value: Any) -> Any:
    """A copy with the value at a path of positions replaced."""
    if not path or not isinstance(raw, dict | list) or not raw:
        return value
    if isinstance(raw, dict):
        chosen = list(raw)[path[0] % len(raw)]
        return {**raw, chosen: altered(raw[chosen], path[1:], value)}
    place = path[0] % len(raw)
    return [altered(item, path[1:], value) if k == place else item for k, item in enumerate(raw)]


Damage = tuple[str, float, int]
damages: st.SearchStrategy[Damage] = st.tuples(
    st.sampled_from(["cut", "change", "insert", "zeros", "tail", "double", "empty"]),
    st.floats(0, 1, exclude_max=True),
    st.integers(0, 255),
)
"""What can happen to a file: a way, where, and a byte."""


def damaged(whole: bytes, damage: Damage) -> bytes:
    """The bytes after the damage."""
    way, share, byte = damage
    place = int(share * len(whole))
    if way == "change":
        return whole[:place] + bytes([byte]) + whole[place + 1 :]
    changed = {
        "cut": whole[:place],
        "insert": whole[:place] + bytes([byte]) + whole[place:],
        "zeros": whole[:place] + b"\0" * (len(whole) - place),
        "tail": whole + bytes([byte]) * (1 + place % 40),
        "double": whole + whole,
        "empty": b"",
    }
    return changed[way]
