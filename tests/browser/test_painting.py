"""A distribution painted with the mouse and with keys in a real browser, then trained."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.serving import settle

pytestmark = pytest.mark.browser


def stroke(page: Page, *places: tuple[float, float]) -> None:
    """Drag through places given as shares of the canvas."""
    box = page.locator(".editor .plane-canvas").bounding_box()
    assert box is not None
    for index, (x, y) in enumerate(places):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=6)
        if index == 0:
            page.mouse.down()
    page.mouse.up()


def painted(page: Page) -> int:
    return int(page.locator(".bdsg.editor").get_attribute("data-painted") or 0)


def test_two_blobs_become_a_mixture_and_train(page: Page, server: str) -> None:
    page.goto(f"{server}/density?data.preset=unimodal")
    settle(page)
    page.get_by_role("button", name="Paint points").click()
    page.wait_for_selector(".bdsg.editor.painting[data-ready='1'][data-painted='0']")
    settle(page)
    fit = page.get_by_role("button", name="Fit to these points")
    expect(fit).to_be_disabled()

    page.locator(".editor .plane").focus()
    page.keyboard.press("Space")
    assert painted(page) == 4
    expect(page.get_by_text("paint 16 more")).to_be_visible()
    page.keyboard.press("e")
    page.keyboard.press("Space")
    assert painted(page) == 0
    page.keyboard.press("e")

    page.locator(".editor .plane").scroll_into_view_if_needed()
    stroke(page, (0.25, 0.5), (0.28, 0.55), (0.25, 0.5))
    first = painted(page)
    stroke(page, (0.75, 0.5), (0.78, 0.55), (0.75, 0.5), (0.78, 0.55))
    both = painted(page)
    assert both > first >= 20
    page.keyboard.press("Control+z")
    assert painted(page) == first
    stroke(page, (0.75, 0.5), (0.78, 0.55), (0.75, 0.5), (0.78, 0.55))
    both = painted(page)

    fit.click()
    expect(page.get_by_text(f"fitted to your {both} painted points")).to_be_visible()
    page.wait_for_selector(".bdsg.editor:not(.painting)")
    page.wait_for_function(
        "() => JSON.parse(new URLSearchParams(location.search).get('data.mixture') ?? '{}').means?.length > 1"
    )
    means = np.array(json.loads(parse_qs(urlsplit(page.url).query)["data.mixture"][0])["means"])
    window = page.locator(".bdsg.editor").evaluate("host => host.bdsgModes.map(({ x }) => x)")
    np.testing.assert_allclose(window, means[:, 0], rtol=1e-3)
    assert means[:, 0].min() < 0 < means[:, 0].max()
    settle(page)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("button", name="Trained")).to_be_visible(timeout=120_000)
    expect(page.get_by_text(f"fitted to your {both} painted points")).to_be_visible()


def test_a_finger_paints_and_a_pen_presses(page: Page, server: str) -> None:
    page.goto(f"{server}/density?data.preset=unimodal")
    settle(page)
    page.get_by_role("button", name="Paint points").click()
    page.wait_for_selector(".bdsg.editor.painting[data-ready='1']")
    settle(page)
    page.locator(".editor .plane").scroll_into_view_if_needed()
    box = page.locator(".editor .plane-canvas").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    scrolled = page.evaluate("() => document.scrollingElement.scrollTop")
    devices = page.context.new_cdp_session(page)
    for kind, places in (("touchStart", [(x, y)]), ("touchMove", [(x + 80, y - 60)]), ("touchEnd", [])):
        points = [{"x": left, "y": top} for left, top in places]
        devices.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    finger = painted(page)
    assert finger >= 4 * 11  # 100 pixels, a dab of four points every 26/3 pixels
    assert page.evaluate("() => document.scrollingElement.scrollTop") == scrolled

    counts = []
    for force in (1.0, 0.125):
        pen = {"button": "left", "buttons": 1, "clickCount": 1, "pointerType": "pen", "force": force, "x": x, "y": y}
        before = painted(page)
        page.locator(".bdsg.editor").evaluate(
            """host => { window.firstDab = new Promise((go) => new MutationObserver((_, watch) => {
              watch.disconnect();
              go(Number(host.dataset.painted));
            }).observe(host, { attributeFilter: ["data-painted"] })); }"""
        )
        devices.send("Input.dispatchMouseEvent", {"type": "mousePressed", **pen})
        counts.append(page.evaluate("() => window.firstDab") - before)
        devices.send("Input.dispatchMouseEvent", {"type": "mouseReleased", **pen})
    assert counts == [8, 1]  # four at half pressure
