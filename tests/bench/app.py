"""How fast the app answers: ``python -m tests.bench.app [--repeats N] [--visits N] [--only PART]``; needs Chromium.

What a visitor waits for, what memory a visit costs, and the player against other ways to show the same run.
Software rendering makes absolute frame rates low.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

import plotly
import streamlit
from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench import app_ways
from tests.bench.app_memory import growth
from tests.bench.reports import Row, machine, write
from tests.browser.serving import chromium_path, launch, running, settle

MOVING = ".bdsg.player[data-ready='1']:not([data-frame='0'])"


def seconds_to_motion(browser: Browser, address: str) -> float:
    """From asking for the landing page to the second snapshot on the screen, in a fresh tab."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    begun = time.monotonic()
    page.goto(address, wait_until="commit")
    page.locator(MOVING).wait_for(timeout=60_000)
    taken = time.monotonic() - begun
    page.close()
    return taken


CLOCK = """() => {
  const told = window.bdsgTold = {};
  const below = (child) => [child, ...inside(child.shadowRoot), ...inside(child)];
  const inside = (node) => (node ? [...node.children].flatMap(below) : []);
  let player = null;
  const look = (begun) => {
    if (!player?.isConnected) player = inside(document.body).find((element) => element.matches(".bdsg.player"));
    const { frame, frames } = player?.dataset ?? {}, now = (performance.now() - begun) / 1000;
    if (Number(frames) > 0) told.snapshot ??= now;
    if (Number(frame) > 0) told.moving ??= now;
    if (!told.moving) requestAnimationFrame(() => look(begun));
  };
  document.addEventListener("click", () => look(performance.now()), { once: true, capture: true });
}"""
"""Looks at every frame of the screen: what is asked from outside is told late, by up to half a second."""


def seconds_to_first_frame(page: Page, address: str, seed: int) -> tuple[float, float, float]:
    """From the click on Train to the first snapshot of the live run, to its first moving frame, and to its end."""
    page.goto(f"{address}/boundary?data.preset=bimodal&seed={seed}")
    button = page.get_by_role("button", name="Train", exact=True)
    button.wait_for()
    settle(page)  # a page that is still being built loses the click
    page.evaluate(CLOCK)
    begun = time.monotonic()
    button.click()
    page.get_by_role("button", name="Trained").wait_for(timeout=120_000)
    ended = time.monotonic() - begun
    page.wait_for_function("bdsgTold.moving", timeout=60_000)
    told = page.evaluate("bdsgTold")
    return told["snapshot"], told["moving"], ended


def frames_per_second(page: Page) -> float:
    """Of the player while it plays the finished run."""
    page.locator(".player .plane").focus()
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    page.wait_for_timeout(2000)
    return float(page.locator(".player .plane-canvas").evaluate("canvas => canvas.bdsg.framesPerSecond()"))


def slider_milliseconds(page: Page, moves: int = 40) -> list[float]:
    """Time of each update of contour, band, cells and scores while ε moves."""
    page.get_by_role("link", name="See what each score counts").click()
    host = page.locator(".bdsg.evaluate[data-ready='1']")
    host.wait_for()
    page.locator(".evaluate input[type=range]").focus()
    taken = []
    for move in range(moves):
        page.keyboard.press("ArrowLeft" if move % 20 < 10 else "ArrowRight")
        taken.append(float(host.evaluate("host => Number(host.dataset.latencyMs)")))
    return taken


def wire(browser: Browser, address: str) -> list[Row]:
    """What the server sends while one visitor watches a flow being fitted and B(z) being trained."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(120_000)
    sizes: list[int] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: sizes.append(len(frame))))
    page.goto(f"{address}/boundary?data.preset=bimodal&density.kind=iresnet&seed=77")
    button = page.get_by_role("button", name="Train", exact=True)
    button.wait_for()
    settle(page)
    sizes.clear()
    button.click()
    page.get_by_role("button", name="Trained").wait_for()
    settle(page)
    page.close()
    updates = [size for size in sizes if size >= LEAST_UPDATE]
    figures = {
        f"messages of {LEAST_UPDATE:,} bytes or more": float(len(updates)),
        "bytes of such a message (median)": statistics.median(updates),
        "bytes of the run": float(sum(sizes)),
    }
    return [{"figure": name, "measured": value} for name, value in figures.items()]


LEAST_UPDATE = 4_000
"""Bytes of a message from which on it brings a picture something new: words and states take less."""

PARTS = ("waits", "wire", "memory", "ways")


def visit(browser: Browser, address: str, seed: int) -> None:
    """A visitor opens the boundary page, trains, and leaves."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(60_000)
    seconds_to_first_frame(page, address, seed)
    page.close()


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def waits(browser: Browser, address: str, repeats: int) -> list[Row]:
    """What a visitor waits for."""
    cold = seconds_to_motion(browser, address)
    time.sleep(5)  # the workers load
    warm = [seconds_to_motion(browser, address) for _ in range(repeats)]
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(60_000)
    trained = [seconds_to_first_frame(page, address, seed) for seed in range(repeats)]
    frames = frames_per_second(page)
    slider = slider_milliseconds(page)
    page.close()
    figures = {
        "landing page moves, first visit after the start (s)": cold,
        "landing page moves, warm (s, median)": statistics.median(warm),
        "click on Train to the first snapshot on the screen (s, median)": statistics.median(t[0] for t in trained),
        "click on Train to the first moving frame (s, median)": statistics.median(t[1] for t in trained),
        "click on Train to the scores, closed form (s, median)": statistics.median(t[2] for t in trained),
        "player on its page (frames/s)": frames,
        "ε slider, update in the browser (ms, median)": percentile(slider, 0.5),
        "ε slider, update in the browser (ms, 95th percentile)": percentile(slider, 0.95),
    }
    return [{"figure": name, "measured": value} for name, value in figures.items()]


def measure(repeats: int, visits: int, only: str | None = None) -> tuple[dict[str, list[Row]], Row]:
    """All tables or one of ``PARTS``, and what must be known beside them."""
    path = chromium_path()
    assert path, "No Chromium on the PATH: install it first."
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        os.environ["BDSG_CACHE"] = str(Path(folder) / "cache")  # for the page of ways, and for reading the run here
        cache, log, browser = Path(folder) / "cache", Path(folder) / "log", launch(playwright, path)
        loads, sections = [os.getloadavg()[0]], dict[str, list[Row]]()
        with running("app.py", cache, log) as (address, web):
            if only in (None, "waits"):
                sections["App"] = waits(browser, address, repeats)
                loads.append(os.getloadavg()[0])
            else:
                visit(browser, address, 0)  # trains the run that is animated below
            if only in (None, "wire"):
                sections["From the server, a flow fitted and B(z) trained"] = wire(browser, address)
        if only in (None, "memory"):
            with running("app.py", cache, log) as (address, web):
                visit(browser, address, 100)
                time.sleep(20)  # both workers have loaded after it
                sections["Memory"] = growth(web, lambda number: visit(browser, address, 200 + number), visits)
        if only in (None, "ways"):
            with running("tests/bench/ways.py", cache, log) as (address, _):
                sections["Animation of one run"] = app_ways.measure(browser, address, repeats // 2 + 1)
        loads.append(os.getloadavg()[0])
        facts = {**machine(), "chromium": browser.version, "streamlit": streamlit.__version__}
        browser.close()
    return sections, {**facts, "plotly": plotly.__version__, "load average": loads, "repeats": repeats}


def main() -> None:
    """Measure and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--visits", type=int, default=20)
    parser.add_argument("--only", choices=PARTS)
    parser.add_argument("--out", type=Path, default=Path("build/app"))
    chosen = parser.parse_args()
    sections, facts = measure(chosen.repeats, chosen.visits, chosen.only)
    print(write(chosen.out, "app", sections, facts))


if __name__ == "__main__":
    main()
