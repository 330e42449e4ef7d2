"""The images page in a real browser: the threshold is dragged, and the shares and the crossing follow."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
expect.set_options(timeout=30_000)


def shares(page: Page) -> list[str]:
    """What each row says of its images beyond the threshold."""
    return page.locator(".images .share b").all_text_contents()


def test_the_threshold_is_dragged_and_a_walk_is_stepped(page: Page, server: str) -> None:
    page.goto(f"{server}/images?left_out=3")
    expect(page.locator(".images .pairs li").first).to_be_visible()
    expect(page.locator(".images .row .name").nth(2)).to_have_text("left out: 3")  # the link chose the class
    assert shares(page)[0] == "5%"
    strip = page.locator(".images .row svg").first
    strip.scroll_into_view_if_needed()
    box = strip.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] - 40, box["y"] + 20, steps=3)
    page.mouse.up()
    assert all(share in ("100%", ">99%") for share in shares(page))
    assert page.locator(".images .threshold-slider").input_value() == "0"
    page.locator(".images .threshold-slider").press("End")
    assert shares(page)[0] in ("0%", "<1%", "1%")
    steps = page.locator(".images .step-slider")
    steps.press("Home")
    expect(page.locator(".images .here")).to_contain_text("Step 1 of")
    steps.press("ArrowRight")
    expect(page.locator(".images .here")).to_contain_text("Step 2 of")
    page.locator(".images .pair").nth(2).press("Enter")
    expect(page.locator(".images .grid-part .told")).to_contain_text("Image 3: distance to the nearest training image")
