"""Files from a finished run, saved and opened in a real browser."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bdsg.config import ExperimentConfig
from tests.browser.serving import settle

pytestmark = pytest.mark.browser


def saved(page: Page, name: str, folder: Path) -> Path:
    """Press a button and wait for its file."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_pictures_animation_and_config(page: Page, server: str, chromium: Browser, tmp_path: Path) -> None:
    page.goto(f"{server}/boundary?data.preset=unimodal&boundary.steps=60")
    settle(page)
    page.get_by_role("button", name="Train").click()
    expect(page.get_by_role("button", name="Trained")).to_be_visible(timeout=120_000)
    page.wait_for_selector(".bdsg.player[data-ready='1']")

    assert saved(page, "PNG", tmp_path).read_bytes().startswith(b"\x89PNG")
    root = ElementTree.parse(saved(page, "SVG", tmp_path)).getroot()
    marks = max(len(element.get("d") or "") for element in root.iter("{http://www.w3.org/2000/svg}path"))
    assert marks > 10_000  # every point is there

    page.get_by_role("button", name="Take away").click()
    config = ExperimentConfig.from_json(saved(page, "Config, JSON", tmp_path).read_text())
    assert (config.data.preset, config.boundary.steps) == ("unimodal", 60)
    assert saved(page, "Scores, CSV", tmp_path).read_text().startswith("score,value\n")
    _check_animation(chromium, saved(page, "Animation", tmp_path))


def _check_animation(chromium: Browser, path: Path) -> None:
    """It plays from the disk, without a network."""
    context = chromium.new_context(offline=True)
    tab, asked = context.new_page(), list[str]()
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(path.as_uri())
    tab.wait_for_selector(".bdsg.player[data-ready='1'][data-playing='1']")
    tab.wait_for_selector(".bdsg.player:not([data-frame='0'])")
    assert all(url.startswith(("file:", "data:", "blob:")) for url in asked)
    context.close()
