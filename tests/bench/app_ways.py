"""Frames a second and bytes of each way in ways.py, in one browser."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable

from playwright.sync_api import Browser, Page, WebSocket

from tests.bench import ways
from tests.bench.reports import Row

SECONDS = 10
"""How long the server's re-sending is watched."""
READY = ".js-plotly-plot .gtitle"
ANIMATE = """
async () => {
  const plot = document.querySelector(".js-plotly-plot"), times = [];
  plot.on("plotly_animatingframe", () => times.push(performance.now()));
  const done = new Promise((go) => plot.on("plotly_animated", go));
  const button = plot.querySelector(".updatemenu-button");
  for (const type of ["mousedown", "mouseup", "click"]) button.dispatchEvent(new MouseEvent(type, { bubbles: true }));
  await Promise.race([done, new Promise((go) => setTimeout(go, 90000))]);
  await new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)));
  return (1000 * times.length) / (performance.now() - times[0]);
}
"""
WATCH = """
async (seconds) => {
  const title = () => document.querySelector(".js-plotly-plot .gtitle")?.textContent, seen = [];
  const end = performance.now() + 1000 * seconds;
  while (performance.now() < end) {
    if (title() && title() !== seen.at(-1)) seen.push(title());
    await new Promise((go) => requestAnimationFrame(go));
  }
  return seen.map((text) => Number(text.replace(/\\D/g, "")));
}
"""


class Meter:
    """Bytes that the server sends over its socket."""

    def __init__(self, page: Page) -> None:
        self.received = 0
        page.on("websocket", self._watch)

    def _watch(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._count)

    def _count(self, frame: str | bytes) -> None:
        self.received += len(frame)


def player(page: Page, meter: Meter) -> Row:
    """Our component."""
    page.wait_for_selector(".bdsg.player[data-ready='1']:not([data-frame='0'])")
    sent = meter.received
    page.wait_for_timeout(3000)
    frames = float(page.locator(".plane-canvas").evaluate("canvas => canvas.bdsg.framesPerSecond()"))
    return {"frames/s": frames, "MB sent": sent / 1e6, "shown": 1.0}


def frames(page: Page, meter: Meter) -> Row:
    """Plotly's own animation."""
    page.wait_for_selector(".js-plotly-plot .updatemenu-button")
    page.wait_for_timeout(1500)
    sent = meter.received
    return {"frames/s": float(page.evaluate(ANIMATE)), "MB sent": sent / 1e6, "shown": 1.0}


def resend(page: Page, meter: Meter) -> Row:
    """A figure for each snapshot.  The steps in its title tell how many the server sent and how many were seen."""
    page.wait_for_selector(READY)
    page.wait_for_timeout(1500)
    before = meter.received
    seen = page.evaluate(WATCH, SECONDS)
    steps = ways.result().arrays.snapshot_steps.tolist()
    places = [steps.index(step) for step in seen]
    sent = sum((b - a) % len(steps) for a, b in itertools.pairwise(places))
    each = (meter.received - before) / max(1, sent)
    return {
        "frames/s": len(seen) / SECONDS,
        "MB sent": each * len(steps) / 1e6,
        "shown": (len(seen) - 1) / max(1, sent),
    }


WAYS: dict[str, tuple[str, Callable[[Page, Meter], Row]]] = {
    "player": ("this player", player),
    "redraw": ("Plotly frames, redraw=True", frames),
    "plain": ("Plotly frames, redraw=False: the density vanishes", frames),
    "resend": ("server sends a figure every 0.1 s", resend),
}


def measure(browser: Browser, address: str, repeats: int) -> list[Row]:
    """A row for each way, medians of ``repeats``; the ways take turns, so that a busy spell hits all."""
    found: dict[str, list[Row]] = {way: [] for way in WAYS}
    for _ in range(repeats):
        for way, (_, watch) in WAYS.items():
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.set_default_timeout(90_000)
            meter, begun = Meter(page), time.monotonic()
            page.goto(f"{address}/?way={way}")
            page.wait_for_selector(".bdsg.player[data-ready='1']" if way == "player" else READY)
            first = time.monotonic() - begun
            found[way].append({**watch(page, meter), "first picture (s)": first})
            page.close()
    return [{"way": WAYS[way][0], **_medians(rows)} for way, rows in found.items()]


def _medians(rows: list[Row]) -> Row:
    return {name: statistics.median(row[name] for row in rows) for name in rows[0]}
