"""Two runs side by side in a real browser."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_main_job import dataset, settle

pytestmark = pytest.mark.browser
expect.set_options(timeout=30_000)


def both(page: Page) -> list[np.ndarray]:
    """B(z) as each side draws it, (n, 2) each."""
    flat = page.locator(".beside .plane-canvas").evaluate_all("all => all.map((c) => Array.from(c.bdsg.positions()))")
    return [np.array(points).reshape(-1, 2) for points in flat]


def test_one_transport_drives_two_runs(page: Page, server: str) -> None:
    page.goto(f"{server}/compare?data.preset=unimodal&boundary.objective=paper&boundary.steps=40&seed=61")
    settle(page)
    page.get_by_role("button", name="Train both").click()
    page.wait_for_selector(".bdsg.beside[data-ready='1']", timeout=120_000)
    expect(page.get_by_role("cell", name="Objective")).to_be_visible()
    rows = page.locator("table").first.locator("tbody tr").all_inner_texts()
    assert rows[0].startswith("BP1")
    assert rows[1].startswith("Boundary recall")
    page.locator(".beside .plane").first.focus()
    page.keyboard.press("Home")
    assert (dataset(page, ".beside")["share"], dataset(page, ".beside")["frames"]) == ("0", "0,0")
    start = both(page)
    page.keyboard.press("End")
    end = both(page)
    assert dataset(page, ".beside")["share"] == "1"
    for before, after in zip(start, end, strict=True):
        assert np.linalg.norm(after - before, axis=1).mean() > 0.02
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    page.wait_for_selector(".bdsg.beside:not([data-share='0'])")
