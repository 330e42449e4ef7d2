"""Memory of the app's own processes, read from /proc (Linux), while visitors come and go."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.reports import Row

PROC = Path("/proc")


def share(pid: int) -> float:
    """Proportional set size of a process, MB: pages that several share count in part.  0 if it has just ended."""
    with contextlib.suppress(OSError):
        return _share(pid)
    return 0.0


def _share(pid: int) -> float:
    lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith("Pss:"))
    return int(line.split()[1]) / 1024


def descendants(pid: int) -> set[int]:
    """Processes that a process started, and theirs."""
    found: set[int] = set()
    with contextlib.suppress(OSError):  # it has just ended
        for task in (PROC / str(pid) / "task").iterdir():  # each thread has its own
            for child in map(int, (task / "children").read_text().split()):
                found |= {child} | descendants(child)
    return found


def megabytes(web: int) -> tuple[float, float]:
    """Of the web process, and of its workers together."""
    return share(web), sum(share(pid) for pid in descendants(web))


def growth(web: int, visit: Callable[[int], None], visits: int) -> list[Row]:
    """Rows of memory at the start and after some visits, and the growth a visit over the second half."""
    seen = [megabytes(web)]
    for number in range(visits):
        visit(number)
        time.sleep(0.5)
        seen.append(megabytes(web))
    half = visits // 2
    slopes = [(seen[-1][k] - seen[half][k]) / (visits - half) for k in (0, 1)]
    columns = ("web process (MB)", "workers (MB)")
    named = {"at the start": seen[0], f"after {half} visits": seen[half], f"after {visits} visits": seen[-1]}
    named["growth a visit, second half"] = (slopes[0], slopes[1])
    return [{"memory": name, **dict(zip(columns, values, strict=True))} for name, values in named.items()]
