"""The app under load: ``python -m tests.bench.load [--only PART]``; needs Chromium.

*wire*: sessions that train, change pages and settings for minutes on one server and speak its protocol without a
browser, as if the visitors' browsers had machines of their own: errors, answers, places in the queue, memory.
*crowd*: the same with browsers, which share the server's cores, scrub, and compare what they show with the stored run.
*five*: memory with five of those.  *soak*: sessions that open the app, train and leave, hundreds of times.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright

from tests.bench.app_memory import megabytes
from tests.bench.reports import Row, machine, write
from tests.bench.server_probe import probe
from tests.bench.visitors import Diary, Visitor
from tests.bench.wire_visitors import WireVisitor
from tests.browser.serving import QUIET, chromium_path, running

PARTS = ("wire", "crowd", "five", "soak")
SAMPLE_SECONDS = 2.0
LOADING_SECONDS = 20.0
"""Until all is loaded after a server's first visit."""


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else float("nan")


async def watch_memory(web: int, until: float) -> list[tuple[float, float]]:
    """Megabytes of the web process and of its workers, every few seconds."""
    seen = []
    while time.monotonic() < until:
        seen.append(await asyncio.to_thread(megabytes, web))
        await asyncio.sleep(SAMPLE_SECONDS)
    return seen


async def crowd(
    visitors: Sequence[Visitor] | Sequence[WireVisitor], address: str, web: int, seconds: float
) -> dict[str, list[Row]]:
    """Many visitors at once; the tables of what they saw."""
    until = time.monotonic() + seconds
    watching = asyncio.gather(watch_memory(web, until), probe(address, "data.preset=bimodal", until))
    stays = [asyncio.create_task(visitor.stay(until)) for visitor in visitors]
    memory, server = await watching
    await asyncio.gather(*stays)
    after = await asyncio.to_thread(megabytes, web)
    kind = "without a browser" if isinstance(visitors[0], WireVisitor) else "in browsers"
    name = f"{len(visitors)} sessions {kind}, {seconds / 60:.0f} min"
    return {
        name: answers([visitor.diary for visitor in visitors], server),
        f"{name}: memory": memory_rows(memory, after),
    }


def answers(diaries: list[Diary], server: list[float]) -> list[Row]:
    """What went wrong, and how long things took."""
    clicks: dict[str, list[float]] = {}
    for diary in diaries:
        for kind, values in diary.answers.items():
            clicks.setdefault(kind, []).extend(values)
    everything = [value for values in clicks.values() for value in values]
    waits = [places for diary in diaries for places in diary.places]
    errors = [error for diary in diaries for error in diary.errors]
    for text in sorted(set(errors)):
        print(f"{errors.count(text)} × {text}")
    for stray in (stray for diary in diaries for stray in diary.strays):
        print("cross-talk:", stray)
    rounds = [diary.rounds for diary in diaries]
    counts: Row = {
        "runs trained and compared": sum(rounds),
        "least and most of one session": f"{min(rounds)} and {max(rounds)}",
        "errors": len(errors),
        "cross-talk": sum(len(diary.strays) for diary in diaries),
        "runs that waited in the queue": len(waits),
        "furthest place shown": max((max(places) for places in waits), default=0),
        "waits in which the place went up": sum(places != sorted(places, reverse=True) for places in waits),
    }
    rows: list[Row] = [
        {"figure": name, "number": value, "median (s)": "", "p95 (s)": ""} for name, value in counts.items()
    ]
    timed = {
        "server: a page's script, asked without a browser": server,
        "click to the page's answer, as the visitor has it": everything,
        **{f"… {kind}": values for kind, values in sorted(clicks.items())},
        "page opened": [value for diary in diaries for value in diary.opened],
        "Train to the scores": [value for diary in diaries for value in diary.trained],
    }
    for title, values in timed.items():
        middle = statistics.median(values) if values else float("nan")
        rows.append({"figure": title, "number": len(values), "median (s)": middle, "p95 (s)": percentile(values, 0.95)})
    return rows


def memory_rows(seen: list[tuple[float, float]], after: tuple[float, float]) -> list[Row]:
    """Memory in quarters of the time."""
    places = {"start": 0, "a quarter": len(seen) // 4, "half": len(seen) // 2, "three quarters": 3 * len(seen) // 4}
    named = {title: seen[k] for title, k in places.items()} | {"end": seen[-1], "all left": after}
    named["most"] = max(seen, key=sum)
    return [{"at": t, "web (MB)": w, "workers (MB)": k, "together (MB)": w + k} for t, (w, k) in named.items()]


async def soak(
    browser: Browser, address: str, web: int, cache: Path, cycles: int, side_by_side: int
) -> dict[str, list[Row]]:
    """Sessions that come, train once and leave."""
    numbers = iter(range(cycles))
    done: list[tuple[int, tuple[float, float]]] = [(0, megabytes(web))]
    diaries: list[Diary] = []

    async def come_and_go() -> None:
        for number in numbers:
            visitor = Visitor(number, browser, address, cache)
            diaries.append(visitor.diary)
            await visitor.visit_once()
            finished = len(diaries)
            if finished % max(1, cycles // 10) == 0:
                done.append((finished, await asyncio.to_thread(megabytes, web)))

    await asyncio.gather(*(come_and_go() for _ in range(side_by_side)))
    await asyncio.sleep(5)
    done.append((cycles, megabytes(web)))
    errors = [error for diary in diaries for error in diary.errors]
    for text in sorted(set(errors)):
        print(f"{errors.count(text)} × {text}")
    rows: list[Row] = [{"visits": n, "web (MB)": w, "workers (MB)": k} for n, (w, k) in done]
    half = len(done) // 2
    slope = [(done[-1][1][k] - done[half][1][k]) / max(1, done[-1][0] - done[half][0]) for k in (0, 1)]
    rows.append({"visits": "growth a visit, second half", "web (MB)": slope[0], "workers (MB)": slope[1]})
    rows.append({"visits": f"errors: {len(errors)}", "web (MB)": "", "workers (MB)": ""})
    return {f"{cycles} visits, {side_by_side} at a time": rows}


Part = Callable[[Browser, str, int, Path], Coroutine[Any, Any, dict[str, list[Row]]]]


def unhurried(chromium: str, folder: Path) -> str:
    """A command that starts Chromium at the lowest priority, and without the right to raise it, which root has.

    The visitors' machines are not the server's: their browsers come last where cores are shared.
    """
    command = folder / "chromium"
    command.write_text(f'#!/bin/sh\nexec nice -n 19 setpriv --bounding-set=-sys_nice {chromium} "$@"\n')
    command.chmod(0o755)
    return str(command)


async def measured(part: Part, folder: Path) -> dict[str, list[Row]]:
    """One part on a server of its own."""
    path = chromium_path()
    assert path, "No Chromium on the PATH: install it first."
    cache = folder / "cache"
    with running("app.py", cache, folder / "log") as (address, web):
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=unhurried(path, folder), args=QUIET.split())
            await Visitor(-2, browser, address, cache).visit_once()
            await asyncio.sleep(LOADING_SECONDS)
            sections = await part(browser, address, web, cache)
            await browser.close()
    lines = (folder / "log").read_text(errors="replace").splitlines()
    if troubles := [number for number, line in enumerate(lines) if line.startswith("Traceback")]:
        print(
            f"{len(troubles)} tracebacks in the server's log; the first:",
            *lines[troubles[0] : troubles[0] + 60],
            sep="\n",
        )
    return sections


def main() -> None:
    """Measure and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--cycles", type=int, default=500)
    parser.add_argument("--side-by-side", type=int, default=3)
    parser.add_argument("--only", choices=PARTS, nargs="+", default=PARTS)
    parser.add_argument("--out", type=Path, default=Path("build/load"))
    chosen = parser.parse_args()

    def browsing(browser: Browser, address: str, cache: Path, people: int) -> list[Visitor]:
        return [Visitor(number, browser, address, cache) for number in range(people)]

    parts: dict[str, Part] = {
        "wire": lambda _, address, web, __: crowd(
            [WireVisitor(number, address) for number in range(chosen.people)], address, web, chosen.seconds
        ),
        "crowd": lambda browser, address, web, cache: crowd(
            browsing(browser, address, cache, chosen.people), address, web, chosen.seconds
        ),
        "five": lambda browser, address, web, cache: crowd(
            browsing(browser, address, cache, 5), address, web, min(60.0, chosen.seconds)
        ),
        "soak": lambda *where: soak(*where, chosen.cycles, chosen.side_by_side),
    }
    sections: dict[str, list[Row]] = {}
    for name in chosen.only:
        with tempfile.TemporaryDirectory() as folder:
            sections |= asyncio.run(measured(parts[name], Path(folder)))
            print(write(chosen.out, "load", sections, machine() | {"load average": os.getloadavg()[0]}))


if __name__ == "__main__":
    main()
