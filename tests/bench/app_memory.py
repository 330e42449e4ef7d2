"""Memory of the app's own processes, read from /proc (Linux), while visitors come and go."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.reports import Row

PROC = Path("/proc")


def resident(pid: int) -> float:
    """Resident set of a process, MB."""
    lines = (PROC / str(pid) / "status").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def children(pid: int) -> list[int]:
    """Processes that a process started."""
    text = (PROC / str(pid) / "task" / str(pid) / "children").read_text()
    own = {int(word) for word in text.split()}
    # A process started by another thread is listed under that thread.
    for task in (PROC / str(pid) / "task").iterdir():
        own |= {int(word) for word in (task / "children").read_text().split()}
    return sorted(own)


def megabytes(web: int) -> tuple[float, float]:
    """Of the web process, and of its workers together."""
    return resident(web), sum(resident(pid) for pid in children(web))


def growth(web: int, visit: Callable[[int], None], visits: int) -> list[Row]:
    """Rows of memory at the start and after some visits, and the growth a visit over the second half."""
    seen = [megabytes(web)]
    for number in range(visits):
        visit(number)
        time.sleep(0.5)
        seen.append(megabytes(web))
    half = visits // 2
    slopes = [(seen[-1][k] - seen[half][k]) / (visits - half) for k in (0, 1)]
    columns = ("web process (MB)", "workers, all (MB)")
    named = {"at the start": seen[0], f"after {half} visits": seen[half], f"after {visits} visits": seen[-1]}
    named["growth a visit, second half"] = (slopes[0], slopes[1])
    return [{"memory": name, **dict(zip(columns, values, strict=True))} for name, values in named.items()]
