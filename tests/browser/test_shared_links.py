"""A copied link shows the same page, run, frame and threshold; a teaching link hides the controls."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.serving import settle

pytestmark = pytest.mark.browser
RUN = "data.preset=unimodal&boundary.steps=80&boundary.snapshots=9"


def parameters(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query, keep_blank_values=True).items()}


def test_page_run_frame_and_threshold_travel(page: Page, server: str) -> None:
    page.goto(f"{server}/boundary?{RUN}&teach")
    expect(page.get_by_role("button", name="Show the controls")).to_be_visible()
    expect(page.get_by_text("Distribution", exact=True)).to_have_count(0)
    settle(page)
    page.get_by_role("button", name="Train").click()
    page.wait_for_selector(".bdsg.player[data-frames='9']:not([data-playing='1'])", timeout=120_000)
    page.locator(".player .plane").focus()
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_url("**frame=3**")
    link = page.url
    assert parameters(page)["teach"] == "1"
    assert parameters(page)["boundary.steps"] == "80"

    page.goto("about:blank")
    page.goto(link)
    page.wait_for_selector(".bdsg.player[data-ready='1'][data-frame='3']")
    expect(page.get_by_text("Distribution", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Show the controls").click()
    expect(page.get_by_text("Distribution", exact=True)).to_be_visible()
    page.wait_for_function("!location.search.includes('teach')")

    page.get_by_role("link", name="Evaluate", exact=True).click()
    page.wait_for_selector(".bdsg.evaluate[data-ready='1']")
    page.locator(".evaluate input[type=range]").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.wait_for_url("**at=**")
    level = page.locator(".bdsg.evaluate").get_attribute("data-epsilon")
    assert level == parameters(page)["at"]
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    page.wait_for_selector(f".bdsg.evaluate[data-epsilon='{level}']")
