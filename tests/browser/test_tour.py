"""The tour, walked by keyboard from start to end with its real runs."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from bdsg.app.pages.tour.lessons import STEPS
from tests.browser.test_main_job import dataset, settle

pytestmark = pytest.mark.browser
expect.set_options(timeout=30_000)


def test_the_tour_can_be_walked_by_keyboard(page: Page, server: str) -> None:
    page.goto(f"{server}/tour")
    settle(page)
    page.get_by_role("button", name="Start the tour").focus()
    page.keyboard.press("Enter")
    for number, step in enumerate(STEPS):
        _ask(page, number)
        page.keyboard.press(str(step.answer + 1))
        expect(page.get_by_text(re.compile(r"^Right\. "))).to_be_visible()
        expect(page.get_by_text("At the ε that it was trained for, 0.01: BP1")).to_be_visible(timeout=120_000)
        _stage(page, number)
        page.keyboard.press("n")
    expect(page.get_by_role("button", name="Start the tour")).to_be_visible()
    expect(page.get_by_text("Tour, ", exact=False)).to_have_count(0)


def _ask(page: Page, number: int) -> None:
    """The question stands over the page it is about, and a veiled run is not shown."""
    step = STEPS[number]
    expect(page.get_by_text(step.question)).to_be_visible()
    page.wait_for_url(f"**/{step.page}?**")
    settle(page)
    expect(page.get_by_role("button", name="Next" if number < len(STEPS) - 1 else "Finish")).to_be_disabled()
    if step.page == "boundary":
        page.wait_for_selector(".bdsg.player[data-ready='1'][data-frames='0']")
        expect(page.get_by_role("button", name="Train")).to_be_disabled()
        expect(page.locator(".player [data-layer=truth]")).to_have_count(1 if step.drawn else 0)
    elif step.veiled:
        expect(page.locator(".bdsg.evaluate")).to_have_count(0)


def _stage(page: Page, number: int) -> None:
    """The answer is on the real page."""
    step = STEPS[number]
    if step.page == "boundary":
        page.wait_for_selector(".bdsg.player[data-ready='1']:not([data-frames='0'])")
        assert int(dataset(page, ".player")["frames"]) > 1
        expect(page.locator(".player [data-layer=truth]")).to_have_count(1)
    elif step.epsilon is not None:
        page.wait_for_selector(f".bdsg.evaluate[data-epsilon='{step.epsilon}']")
    else:
        page.wait_for_selector(".bdsg.evaluate[data-ready='1']")


def test_a_failure_opens_as_the_present_choice(page: Page, server: str) -> None:
    page.goto(f"{server}/tour")
    settle(page)
    page.get_by_role("button", name="Open").first.click()
    page.wait_for_url("**/boundary?**boundary.lambda2=0.0**")
    expect(page.get_by_role("radio", name="Paper, eq. 4")).to_be_checked()
