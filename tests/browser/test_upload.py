"""Own points, uploaded in a real browser: a fitted mixture stands in for them, and the page says so."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.serving import settle

pytestmark = pytest.mark.browser


def test_points_become_a_mixture(page: Page, server: str) -> None:
    generator = np.random.default_rng(1)
    points = generator.normal(size=(300, 2)) * [50, 2] + generator.integers(2, size=(300, 1)) * [600, 20]
    table = "length (mm),weight (g)\n" + "".join(f"{x},{y}\n" for x, y in points)
    page.goto(f"{server}/density?data.preset=bimodal")
    settle(page)
    page.get_by_role("button", name="Use your own points").click()
    files = page.locator("input[type=file]")
    files.set_input_files({"name": "few.csv", "mimeType": "text/csv", "buffer": b"x,y\n1,2\n"})
    page.get_by_role("button", name="Fit a mixture").click()
    expect(page.get_by_text("must hold 20 points or more")).to_be_visible()
    files.set_input_files({"name": "points.csv", "mimeType": "text/csv", "buffer": table.encode()})
    expect(page.get_by_text("points.csv")).to_be_visible()
    page.get_by_role("button", name="Fit a mixture").click()
    expect(page.get_by_text("2 Gaussians, fitted to your 300 points")).to_be_visible()
    page.wait_for_selector(".bdsg.editor[data-ready='1'][data-modes='2']")
    settle(page)
    assert "length" in page.url  # the link knows the units
