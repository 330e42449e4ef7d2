"""What belongs to the browser: Back and Forward, a reload, titles, names for a screen reader, and a phone's touch."""

from __future__ import annotations

import contextlib
import re

import pytest
from playwright.sync_api import Browser, Locator, Page, TimeoutError, expect

from tests.browser.serving import settle

pytestmark = pytest.mark.browser
expect.set_options(timeout=30_000)

RUN = "data.preset=unimodal&boundary.steps=40"


def distance(page: Page) -> Locator:
    return page.get_by_role("slider", name="Distance weight λ1")


def test_each_press_of_back_undoes_one_change_and_a_reload_keeps_the_tour(page: Page, server: str) -> None:
    page.goto(f"{server}/boundary?{RUN}")
    page.wait_for_selector(".bdsg.player[data-ready='1']")
    settle(page)
    start = page.evaluate("history.length")
    expect(page).to_have_title("Boundary · BDSG")
    distance(page).focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**boundary.lambda1=40**")
    settle(page)
    page.get_by_role("link", name="Evaluate", exact=True).click()
    page.wait_for_url("**/evaluate?**boundary.lambda1=40**")
    expect(page).to_have_title("Evaluate · BDSG")
    settle(page)
    assert page.evaluate("history.length") == start + 2

    page.go_back()
    expect(distance(page)).to_have_attribute("aria-valuetext", "40")
    expect(page).to_have_title("Boundary · BDSG")
    settle(page)
    page.go_back()
    expect(distance(page)).to_have_attribute("aria-valuetext", "50")
    settle(page)
    assert page.url == f"{server}/boundary?{RUN}"
    page.go_forward()
    expect(distance(page)).to_have_attribute("aria-valuetext", "40")
    settle(page)

    page.get_by_role("link", name="Tour", exact=True).click()
    page.get_by_role("button", name="Start the tour").click()
    page.wait_for_url("**/boundary?**tour=1")
    settle(page)
    page.reload()
    expect(page.get_by_text("Tour, 1 of 7")).to_be_visible()
    settle(page)
    page.go_back()
    expect(page.get_by_role("button", name="Start the tour")).to_be_visible()
    page.wait_for_url("**/tour?**boundary.lambda1=40**")
    settle(page)
    assert "boundary.lambda1=40" in page.url


def test_the_list_of_runs_tells_when_one_has_ended(page: Page, server: str) -> None:
    page.goto(f"{server}/boundary?data.preset=ring&boundary.steps=15000&seed=31")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.get_by_role("link", name="History", exact=True).click()
    card = page.locator("[data-testid=stMarkdown]")
    expect(card.get_by_text("Training", exact=True)).to_be_visible()
    expect(card.get_by_text("Boundary recall").first).to_be_visible(timeout=120_000)  # nobody asked for it


def test_the_picture_says_in_words_what_it_shows_and_the_threshold_stays_in_its_place(page: Page, server: str) -> None:
    page.goto(f"{server}/boundary?{RUN}")
    page.wait_for_selector(".bdsg.player[data-ready='1']")
    settle(page)
    plane = page.locator(".player .plane-canvas").last  # a run that begins has a player of its own, beside the old one
    if page.get_by_role("button", name="Trained").count() == 0:
        expect(plane).to_have_attribute("aria-label", "No B(z) yet; 1,024 points of data")
        page.get_by_role("button", name="Train").click()
    words = (
        r"^1,500 points of B\(z\) over 1,024 points of data: .* in the band, .* of the border near one, . of 1 pieces"
    )
    expect(plane).to_have_attribute("aria-label", re.compile(words), timeout=120_000)

    page.get_by_role("link", name="Evaluate", exact=True).click()
    page.wait_for_selector(".bdsg.evaluate[data-ready='1']")
    settle(page)
    threshold = page.get_by_role("slider", name="Threshold ε, logarithmic")
    threshold.focus()
    places = []
    for key in ("Home", "End", "ArrowLeft"):  # the words beside it become longer and shorter
        page.keyboard.press(key)
        places.append(threshold.bounding_box())
    expect(page.get_by_role("button", name="Train B(z) at ε = ")).to_be_visible()
    places.append(threshold.bounding_box())
    assert all(place == places[0] for place in places), places


def test_a_swipe_scrolls_the_menu_closes_and_no_key_is_named_on_a_phone(chromium: Browser, server: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{server}/boundary?{RUN}")
    page.wait_for_selector(".bdsg.player[data-ready='1']")
    settle(page)
    where = page.locator("[data-testid=stSlider] [role=group]").first.bounding_box()
    assert where is not None
    before = page.url
    _swipe_up(page, where["x"] + where["width"] * 0.4, where["y"] + where["height"] / 2)
    moved = "top => document.querySelector('[data-testid=stSlider]').getBoundingClientRect().top < top"
    page.wait_for_function(moved, arg=where["y"] - 100)
    settle(page)
    expect(distance(page)).to_have_attribute("aria-valuetext", "50")
    assert page.url == before

    menu = page.locator("[data-testid=stSidebar][data-collapsed=false]")
    for _ in range(3):  # a tap is lost where it meets the end of the swipe
        page.locator("[data-testid=stExpandSidebarButton]").tap()
        with contextlib.suppress(TimeoutError):
            menu.wait_for(timeout=5_000)
            break
    expect(menu).to_be_visible()
    menu.get_by_role("link", name="Tour").tap()
    expect(page).to_have_title("Tour · BDSG")
    expect(menu).to_have_count(0)
    expect(page.get_by_text("answer,")).to_be_hidden()
    context.close()


def _swipe_up(page: Page, x: float, y: float) -> None:
    """With one finger, from here 300 pixels up."""
    touch = page.context.new_cdp_session(page)
    places = [[{"x": x, "y": y - 15 * k}] for k in range(21)]
    for kind, points in zip(["touchStart", *["touchMove"] * 20, "touchEnd"], [*places, []], strict=True):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
