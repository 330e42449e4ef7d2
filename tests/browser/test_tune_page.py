"""The tune page in a real browser: choose a cell by keys and by pointer, and watch its trial."""

from __future__ import annotations

import os
import re
from pathlib import Path
from unittest.mock import patch

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.serving import settle
from tests.tuning.studies import made_study

pytestmark = pytest.mark.browser


def test_a_cell_is_chosen_by_keys_its_trial_is_watched_and_the_study_is_seen_by_nobody_else(
    page: Page, server: str, cache: Path, chromium: Browser
) -> None:
    with patch.dict(os.environ, {"BDSG_CACHE": str(cache)}):
        folder = made_study(cache, "seen", trials=16, seeds=0)
    page.goto(f"{server}/tune?study={folder.identity()}")
    mosaic = page.locator(".bdsg.mosaic")
    expect(mosaic).to_have_attribute("data-trials", "16", timeout=90_000)  # loads Optuna
    words = mosaic.locator(".mosaic-words")
    expect(words).to_contain_text("Boundary recall")
    settle(page)
    before = words.text_content()
    canvas = mosaic.locator("canvas.cells")
    canvas.focus()
    for key in ("ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
        if words.text_content() != before:
            break
    pointed = words.text_content() or ""
    assert pointed != before
    page.keyboard.press("Enter")
    number = pointed.split()[1]
    expect(page.get_by_text(f"Trial {number} · BF1").first).to_be_visible()
    listed = page.get_by_role("combobox", name="Trial, the best first")
    expect(listed).to_have_count(1)  # the one before is gone
    expect(listed).to_have_value(re.compile(f"^Trial {number} · BF1"))
    page.set_viewport_size({"width": 400, "height": 800})
    expect(mosaic).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.get_by_role("button", name="Watch it").click()
    expect(page.get_by_role("heading", name="Boundary")).to_be_visible()
    expect(page.locator(".bdsg.player")).to_be_visible()
    settle(page)
    assert folder.identity() not in page.url  # a run's link does not give the study away

    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{server}/tune")  # a new visit of the same browser
    expect(page.get_by_role("combobox", name="Study, the newest first")).to_have_value(re.compile("16 trials"))
    page.wait_for_url(f"**study={folder.identity()}**")
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    settle(page)
    assert folder.identity() not in page.url
    other = chromium.new_context().new_page()
    other.goto(f"{server}/tune")
    expect(other.get_by_text("No study of yours yet")).to_be_visible()
    expect(other.get_by_role("button", name="Start")).to_be_visible()
    expect(other.get_by_text("16 trials")).to_have_count(0)
    other.context.close()
