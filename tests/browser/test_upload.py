"""Own points, uploaded in a real browser: a fitted mixture stands in for them, drawn with them on every page."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.serving import settle

pytestmark = pytest.mark.browser


def table() -> str:
    """Two clusters far apart in two columns of four."""
    generator = np.random.default_rng(1)
    points = generator.normal(size=(300, 2)) * [50, 2] + generator.integers(2, size=(300, 1)) * [600, 20]
    rows = "".join(f"fish,{k},{x},{y}\n" for k, (x, y) in enumerate(points))
    return f"kind,number,length (mm),weight (g)\n{rows}"


def test_points_become_a_mixture_and_stay_in_sight(page: Page, server: str) -> None:
    page.goto(f"{server}/density?data.preset=bimodal")
    settle(page)
    page.get_by_role("button", name="Use your own points").click()
    files = page.locator("input[type=file]")
    files.set_input_files({"name": "few.csv", "mimeType": "text/csv", "buffer": b"x,y\n1,2\n"})
    expect(page.get_by_text("must hold 20 points or more")).to_be_visible()
    expect(page.get_by_role("button", name="Fit a mixture")).to_have_count(0)
    files.set_input_files({"name": "points.csv", "mimeType": "text/csv", "buffer": table().encode()})
    for axis, column in (("Across", "length (mm)"), ("Up", "weight (g)")):
        page.get_by_role("combobox", name=axis).click()
        page.get_by_role("option", name=column).click()
        settle(page)
    page.get_by_role("button", name="Fit a mixture").click()
    expect(page.get_by_text("2 Gaussians, fitted to your 300 rows")).to_be_visible()
    settle(page)
    assert "length" in page.url  # the link knows the units
    assert page.locator(".bdsg.player [data-layer=own]").get_attribute("aria-pressed") == "true"
    expect(page.locator(".bdsg.player [data-layer=data]")).to_have_text("samples of the fit")

    page.get_by_role("combobox", name="Gaussians").click()
    page.get_by_role("option", name="1", exact=True).click()
    expect(page.get_by_text("1 Gaussian, fitted to your 300 rows")).to_be_visible()

    page.get_by_role("button", name="Train").click()
    page.get_by_role("link", name="Next: watch B(z)").click(timeout=120_000)
    page.wait_for_selector(".bdsg.player [data-layer=own]")
    expect(page.get_by_role("button", name="Trained")).to_be_visible(timeout=120_000)
    page.get_by_role("link", name="Evaluate").first.click()
    page.wait_for_selector(".bdsg.evaluate[data-ready='1']")
    expect(page.locator(".evaluate .reading")).to_contain_text("of your 300 points")

    page.goto(f"{server}/history")  # a new visit of the same browser
    expect(page.get_by_text("BP1").first).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Nothing yet")).to_be_visible()
    settle(page)
    page.reload()
    settle(page)
    expect(page.get_by_text("Nothing yet")).to_be_visible()
