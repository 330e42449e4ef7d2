"""Short runs, one after another in real tabs: whether a page ever misses a run's end.

python -m tests.bench.endings --runs 500 --tabs 3 --slower 4
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page, TimeoutError, sync_playwright

from tests.browser.serving import chromium_path, launch, serve, settle

LINK = "data.preset=bimodal&boundary.objective=paper&boundary.steps={steps}&seed={seed}"
PATIENCE = 60_000
"""Milliseconds after which an end that is not shown counts as missed."""


def main() -> None:
    """Run until all ends were seen, and print those that were not."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=500)
    options.add_argument("--tabs", type=int, default=3)
    options.add_argument("--slower", type=float, default=1.0, help="how many times slower each tab's processor is")
    options.add_argument("--page", default="boundary")
    chosen = options.parse_args()
    folder = Path(tempfile.mkdtemp())
    with serve(folder / "cache", folder / "server.log") as server, sync_playwright() as playwright:
        path = chromium_path()
        assert path is not None, "no Chromium on the PATH"
        missed = loop(launch(playwright, path), server, chosen)
    print(f"{chosen.runs} runs, {len(missed)} ends missed")
    print(*missed, sep="\n")


def loop(browser: Browser, server: str, chosen: argparse.Namespace) -> list[str]:
    """Press Train in every tab, then wait for every tab's end."""
    tabs = [browser.new_context(viewport={"width": 1280, "height": 900}).new_page() for _ in range(chosen.tabs)]
    for tab in tabs:
        slow(tab, chosen.slower)
    seeds: Iterator[int] = itertools.count(1)
    begun, missed = time.monotonic(), list[str]()
    for done in range(0, chosen.runs, len(tabs)):
        for tab in tabs:
            start(tab, server, chosen.page, next(seeds))
        missed += [f"run {done + k}: {words}" for k, tab in enumerate(tabs) if (words := ending(tab)) is not None]
        if done // 50 != (done - len(tabs)) // 50:
            print(f"{done:4d} runs, {time.monotonic() - begun:.0f} s, {len(missed)} ends missed", flush=True)
    return missed


def slow(tab: Page, times: float) -> None:
    """Let a tab's processor be so many times slower."""
    if times > 1:
        session: CDPSession = tab.context.new_cdp_session(tab)
        session.send("Emulation.setCPUThrottlingRate", {"rate": times})


def start(tab: Page, server: str, name: str, seed: int) -> None:
    """Open a page with settings that nobody trained yet, and press Train."""
    tab.goto(f"{server}/{name}?{LINK.format(steps=20 + 20 * (seed % 5), seed=seed)}")
    tab.wait_for_selector(".bdsg.player[data-ready='1']", timeout=PATIENCE)
    settle(tab)
    tab.get_by_role("button", name="Train").click(timeout=PATIENCE)


def ending(tab: Page) -> str | None:
    """Wait until the page says that the run has ended; else what it says."""
    try:
        tab.get_by_role("button", name="Trained").wait_for(timeout=PATIENCE)
    except TimeoutError:
        return tab.locator("body").inner_text()
    return None


if __name__ == "__main__":
    main()
