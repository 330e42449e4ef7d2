"""How fast the app answers: ``python -m tests.bench.app [--repeats N] [--out DIR]``; needs Chromium on the PATH.

Software rendering makes absolute frame rates low; the rest is what a visitor waits for.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import tempfile
import time
from pathlib import Path

import streamlit
from playwright.sync_api import Browser, Page, sync_playwright

from bdsg import __version__
from tests.browser.serving import chromium_path, launch, serve

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


def seconds_to_first_frame(page: Page, address: str, seed: int) -> tuple[float, float]:
    """From the click on Train to the first moving frame of the live run, and to its end."""
    page.goto(f"{address}/boundary?data.preset=bimodal&seed={seed}")
    button = page.get_by_role("button", name="Train", exact=True)
    button.wait_for()
    begun = time.monotonic()
    button.click()
    page.locator(MOVING).wait_for(timeout=60_000)
    moving = time.monotonic() - begun
    page.get_by_role("button", name="Trained").wait_for(timeout=120_000)
    return moving, time.monotonic() - begun


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


def measure(repeats: int) -> dict[str, float]:
    """All figures, medians where there are several."""
    path = chromium_path()
    assert path, "No Chromium on the PATH: install it first."
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        serve(Path(folder) / "cache", Path(folder) / "log") as address,
    ):
        browser = launch(playwright, path)
        cold = seconds_to_motion(browser, address)
        time.sleep(5)  # the workers load
        warm = [seconds_to_motion(browser, address) for _ in range(repeats)]
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(60_000)
        trained = [seconds_to_first_frame(page, address, seed) for seed in range(repeats)]
        frames = frames_per_second(page)
        slider = sorted(slider_milliseconds(page))
        browser.close()
    return {
        "landing page moves, first visit after the start (s)": cold,
        "landing page moves, warm (s, median)": statistics.median(warm),
        "click on Train to the first moving frame (s, median)": statistics.median(t[0] for t in trained),
        "click on Train to the scores, closed form (s, median)": statistics.median(t[1] for t in trained),
        "player (frames/s)": frames,
        "ε slider, update in the browser (ms, median)": statistics.median(slider),
        "ε slider, update in the browser (ms, 95th percentile)": slider[int(0.95 * len(slider))],
    }


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("build/app"))
    chosen = parser.parse_args()
    figures = measure(chosen.repeats)
    lines = [
        "| figure | measured |",
        "| --- | --- |",
        *(f"| {name} | {value:.2f} |" for name, value in figures.items()),
    ]
    versions = {"bdsg": __version__, "streamlit": streamlit.__version__, "python": platform.python_version()}
    chosen.out.mkdir(parents=True, exist_ok=True)
    (chosen.out / "app.md").write_text("\n".join(lines) + f"\n\n{versions}\n")
    (chosen.out / "app.json").write_text(json.dumps({"versions": versions, "figures": figures}, indent=2))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
