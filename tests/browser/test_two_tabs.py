"""Two tabs of one browser, each with its own table; and what another browser sees of them."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.serving import settle

pytestmark = pytest.mark.browser


def upload(page: Page, server: str, name: str, seed: int) -> None:
    """A table of two columns, fitted; ``name`` is the first one's."""
    points = np.random.default_rng(seed).normal(size=(60, 2)) * [5, 1] + seed
    rows = "".join(f"{x},{y}\n" for x, y in points)
    page.goto(f"{server}/density?data.preset=bimodal")
    settle(page)
    page.get_by_role("button", name="Use your own points").click()
    file = {"name": f"{name}.csv", "mimeType": "text/csv", "buffer": f"{name},height\n{rows}".encode()}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Fit a mixture").click()
    expect(page.get_by_text("fitted to your 60 rows")).to_be_visible()
    settle(page)
    page.wait_for_url(f"**{name}**")


def test_each_tab_finds_its_own_points_again_and_another_browser_is_told(
    page: Page, server: str, chromium: Browser
) -> None:
    second = page.context.new_page()
    upload(page, server, "radius", 3)
    upload(second, server, "girth", 4)
    for tab in (page, second):
        tab.reload()
        expect(tab.get_by_text("fitted to your 60 rows")).to_be_visible()
        expect(tab.locator(".bdsg.player [data-layer=own]")).to_be_visible()
    stranger = chromium.new_context().new_page()
    stranger.goto(page.url)
    expect(stranger.get_by_text("a table whose points are not here")).to_be_visible()
    stranger.context.close()
