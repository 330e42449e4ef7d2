"""People at the app, each in a browser session of its own: they open it, train, scrub, look at the scores and go on."""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import numpy as np
from playwright.async_api import Browser, BrowserContext, Locator, Page
from playwright.async_api import Error as BrowserError

from bdsg.app.visit import links
from bdsg.config import ExperimentConfig
from bdsg.runs.cache import Store

PATIENCE_MS = 120_000
"""How long a visitor waits for anything before it counts as an error."""

AGAIN_MS = 5_000
"""After which a visitor presses keys again."""

CLOSE = 0.01
"""B(z) on the screen may differ from the stored one by this share of the window: it is drawn from 16 bits."""

WATCH = """([selector, words]) => {
  const says = (one) => words.some((word) => one.innerText.trim().endsWith(word));
  const answer = () => [...document.querySelectorAll(selector)].some(says);
  window.bdsgAnswered = undefined;
  document.addEventListener("click", () => {
    const begun = performance.now();
    const watcher = new MutationObserver(() => {
      if (!answer()) return;
      window.bdsgAnswered = performance.now() - begun;
      watcher.disconnect();
    });
    watcher.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  }, { once: true, capture: true });
}"""
"""Measures inside the page, from a click to the moment when an element ends with one of these words."""

PLACE = re.compile(r"number (\d+) in the queue")


@dataclass
class Diary:
    """What one visitor saw.

    Attributes:
        opened: seconds until a freshly opened page could be used.
        answers: by the kind of click, seconds until the page showed its answer.
        trained: seconds from the click on Train to the scores.
        places: the places in the queue that were shown, a list for each run that waited.
        rounds: runs trained to their end.
        errors: what went wrong, in words.
        strays: runs whose B(z) on the screen was not that of the visitor's own config.
    """

    opened: list[float] = field(default_factory=list)
    answers: dict[str, list[float]] = field(default_factory=dict)
    trained: list[float] = field(default_factory=list)
    places: list[list[int]] = field(default_factory=list)
    rounds: int = 0
    errors: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)


class Visitor:
    """One person; whatever goes wrong is noted, and the page opened again."""

    def __init__(self, number: int, browser: Browser, address: str, cache: Path) -> None:
        self.number, self.diary = number, Diary()
        self._browser, self._address, self._store = browser, address, Store(cache)
        self._random = random.Random(number)
        self._kind = "iresnet" if number % 4 == 3 else "closed_form"
        self._opened = 0

    async def stay(self, until: float) -> None:
        """Come, and work until some moment of the monotonic clock."""
        context = await self._context()
        page = await context.new_page()
        page.on("pageerror", lambda error: self.diary.errors.append(f"in the page: {error}"))
        try:
            await self._noted(self._open(page))
            while time.monotonic() < until:
                if not await self._noted(self._round(page)):
                    await self._noted(self._open(page))
        finally:
            await context.close()

    async def visit_once(self) -> None:
        """Come, train, and leave."""
        context = await self._context()
        page = await context.new_page()
        if await self._noted(self._open(page)):
            await self._noted(self._train(page))
        await context.close()

    async def _context(self) -> BrowserContext:
        context = await self._browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
        context.set_default_timeout(PATIENCE_MS)
        return context

    async def _noted(self, work: Awaitable[None]) -> bool:
        try:
            await work
        except (BrowserError, AssertionError) as error:
            self.diary.errors.append(str(error).splitlines()[0])
            return False
        return True

    async def _open(self, page: Page) -> None:
        """The boundary page, with a seed that nobody else has."""
        self._opened += 1
        seed = 1000 * (self.number + 1) + self._opened
        link = f"data.preset=bimodal&boundary.objective=paper&density.kind={self._kind}&density.steps=500&seed={seed}"
        begun = time.monotonic()
        await page.goto(f"{self._address}/boundary?{link}")
        await page.get_by_role("button", name="Train", exact=True).wait_for()
        await page.locator(".bdsg.player[data-ready='1']").wait_for()
        self.diary.opened.append(time.monotonic() - begun)

    async def _round(self, page: Page) -> None:
        """Train, scrub, look at the scores, come back, change a setting."""
        await self._train(page)
        await self._scrub(page)
        await self._compare(page)
        await self._think()
        await self._turn_to(page, "Evaluate")
        await page.locator(".bdsg.evaluate[data-ready='1']").wait_for()
        await page.locator(".evaluate input[type=range]").focus()
        for _ in range(5):
            await page.keyboard.press("ArrowLeft")
        await self._think()
        await self._turn_to(page, "Boundary")
        await page.locator(".bdsg.player[data-ready='1']").wait_for()
        await self._think()
        if self._kind == "iresnet" and self.diary.rounds % 3 == 0:  # another density
            await self._open(page)
        else:
            await self._change(page)

    async def _train(self, page: Page) -> None:
        begun = time.monotonic()
        button = page.get_by_role("button", name="Train", exact=True)
        await self._click(page, button, "Train", ".st-key-train button", "Stop", "Trained")
        places: list[int] = []
        done = page.get_by_role("button", name="Trained")
        while not await done.is_visible():
            text = await page.locator(".st-key-state").inner_text()
            if found := PLACE.search(text):
                places.append(int(found[1]))
            assert time.monotonic() - begun < PATIENCE_MS / 1000, (
                f"not trained after {PATIENCE_MS / 1000:.0f} s: {text}"
            )
            await asyncio.sleep(0.25)
        self.diary.trained.append(time.monotonic() - begun)
        if places:
            self.diary.places.append(places)
        self.diary.rounds += 1

    async def _scrub(self, page: Page) -> None:
        """Once more if the last snapshots, or a new page, came meanwhile."""
        player = page.locator(".bdsg.player:not([data-frames='0'])")
        begun = time.monotonic()
        while time.monotonic() - begun < PATIENCE_MS / 1000:
            last = int(await player.get_attribute("data-frames") or 0) - 1
            await page.locator(".player .plane").focus()
            await page.keyboard.press("End")
            for _ in range(10):
                await page.keyboard.press("ArrowLeft")
            with contextlib.suppress(BrowserError):
                await page.locator(f".bdsg.player[data-frame='{last - 10}']").wait_for(timeout=AGAIN_MS)
                await page.keyboard.press("End")
                await page.locator(f".bdsg.player[data-frame='{last}']").wait_for(timeout=AGAIN_MS)
                return
        raise AssertionError("the player did not follow the keys")

    async def _compare(self, page: Page) -> None:
        """What is on the screen against the stored run of the config in the visitor's own address bar."""
        config = ExperimentConfig.from_dict(links.from_parameters(dict(parse_qsl(urlsplit(page.url).query))))
        own = 1000 * (self.number + 1) + self._opened
        if config.seed != own:
            self.diary.strays.append(f"seed {config.seed} instead of {own}")
        shown = await page.locator(".player .plane-canvas").evaluate("canvas => Array.from(canvas.bdsg.positions())")
        result = await asyncio.to_thread(self._store.get, config)
        assert result is not None, "the run that is shown is not in the store"
        wanted = result.arrays.snapshot_points[-1]
        apart = np.abs(np.array(shown).reshape(-1, 2) - wanted).max() / np.ptp(result.arrays.grid_x)
        if not apart < CLOSE:
            self.diary.strays.append(f"B(z) of seed {own} is off by {apart:.3f} of the window")

    async def _change(self, page: Page) -> None:
        """Another λ2 by the keyboard: the next run is a new one."""
        for _ in range(20):
            if await page.get_by_role("button", name="Train", exact=True).is_visible():
                return
            await page.get_by_role("slider", name="Dispersion weight λ2").focus()
            await page.keyboard.press("ArrowRight" if self.diary.rounds % 16 < 8 else "ArrowLeft")
            await asyncio.sleep(1.0)
        raise AssertionError("twenty other values of λ2 brought nothing new to train")

    async def _turn_to(self, page: Page, title: str) -> None:
        link = page.get_by_role("link", name=title, exact=True)
        await self._click(page, link, f"to {title}", "h1", title)

    async def _click(self, page: Page, target: Locator, kind: str, selector: str, *words: str) -> None:
        """Click, and note how long it took until the page answered with these words."""
        await page.evaluate(WATCH, [selector, words])
        await target.click()
        await page.wait_for_function("window.bdsgAnswered !== undefined")
        self.diary.answers.setdefault(kind, []).append(float(await page.evaluate("window.bdsgAnswered")) / 1000)

    async def _think(self) -> None:
        await asyncio.sleep(self._random.uniform(0.5, 2.5))
