"""Gaussians placed by mouse and keys in a real browser: the config and the picture below follow."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.serving import settle

pytestmark = pytest.mark.browser


def modes(page: Page) -> list[dict[str, float]]:
    found: list[dict[str, float]] = page.locator(".bdsg.editor").evaluate("host => host.bdsgModes")
    return found


def mixture(page: Page) -> dict[str, Any]:
    """What the address bar holds."""
    found: dict[str, Any] = json.loads(parse_qs(urlsplit(page.url).query)["data.mixture"][0])
    return found


def settled(page: Page, count: int, x: float) -> None:
    """Wait until the address bar tells of ``count`` modes, the last one at ``x``."""
    page.wait_for_function(
        """([count, x]) => {
          const text = new URLSearchParams(location.search).get("data.mixture");
          const means = text ? JSON.parse(text).means : [];
          return means.length === count && Math.abs(means[count - 1][0] - x) < 0.001 * Math.abs(x) + 1e-6;
        }""",
        arg=[count, x],
    )


def test_place_drag_and_weigh(page: Page, server: str) -> None:
    page.goto(f"{server}/density?data.preset=bimodal")
    settle(page)
    page.get_by_role("button", name="Edit these Gaussians").click()
    page.wait_for_selector(".bdsg.editor[data-ready='1']")
    first = modes(page)
    assert [(mode["x"], mode["long"]) for mode in first] == [(-1.75, 1), (1.75, 1)]

    page.get_by_role("button", name="+ Add").click()
    page.locator(".editor .plane").focus()
    for key in ("ArrowUp", "ArrowUp", "ArrowRight", "r", "w"):
        page.keyboard.press(key)
    third = modes(page)[2]
    assert third["y"] == pytest.approx(2 * third["x"])
    assert third["angle"] == 5
    assert third["weight"] == pytest.approx(1.1 / 3)
    settled(page, 3, third["x"])
    assert sum(mixture(page)["weights"]) == pytest.approx(1, abs=1e-5)

    _drag_the_first(page, 60, -40)
    moved = modes(page)[0]
    assert moved["x"] > first[0]["x"] + 0.2
    assert moved["y"] > first[0]["y"] + 0.2
    page.wait_for_function(
        "x => Math.abs(JSON.parse(new URLSearchParams(location.search).get('data.mixture')).means[0][0] - x) < 0.001",
        arg=moved["x"],
    )
    expect(page.get_by_text("3 Gaussians")).to_be_visible()
    page.keyboard.press("Delete")
    page.wait_for_selector(".bdsg.editor[data-modes='2']")
    page.get_by_role("button", name="Undo").click()
    assert modes(page)[0] == moved


def _drag_the_first(page: Page, right: float, down: float) -> None:
    box = page.locator(".editor .plane-canvas").bounding_box()
    assert box is not None
    x, y = page.locator(".bdsg.editor").evaluate("host => host.bdsgPlace(0)")
    x, y = box["x"] + x, box["y"] + y
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right, y + down, steps=4)
    page.mouse.up()
