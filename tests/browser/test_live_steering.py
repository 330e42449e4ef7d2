"""A run that is watched and steered in a real browser, and the arrows of the terms' pulls."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from bdsg.app.visit import links
from bdsg.config import ExperimentConfig
from bdsg.number_text import grouped
from bdsg.standalone.page import page as standalone_page
from tests.app.payload_parts import full_payload
from tests.browser.serving import settle
from tests.browser.test_main_job import dataset

pytestmark = pytest.mark.browser
expect.set_options(timeout=30_000)

LINK = "data.preset=bimodal&boundary.objective=paper&boundary.steps=500"
PLACES = [".plane", ".transport", ".losses"]
TOPS = """(root, places) => root.isConnected
  ? places.map((place) => Math.round(root.querySelector(place).getBoundingClientRect().top + scrollY)) : []"""


def tops(page: Page) -> list[float]:
    """Where the parts of the player stand on the page, in pixels; all of one, for another may take its place."""
    while not (found := page.locator(".bdsg.player").first.evaluate(TOPS, PLACES)):
        pass
    return list(found)


def arrows(page: Page) -> np.ndarray:
    """The arrows at the playhead, (3, m, 2)."""
    flat = page.locator(".player .plane-canvas").evaluate("canvas => canvas.bdsg.arrows()")
    return np.array(flat).reshape(3, -1, 2)


def pixels(page: Page) -> bytes:
    """What is on the stage."""
    picture: str = page.locator(".player .plane-canvas").evaluate("canvas => canvas.toDataURL()")
    return picture.encode()


def chosen(page: Page) -> ExperimentConfig:
    """The config that the address holds."""
    found: Any = links.from_parameters(dict(parse_qsl(urlsplit(page.url).query)))
    return ExperimentConfig.from_dict(found)


def test_a_run_is_steered_while_it_is_watched(page: Page, server: str) -> None:
    page.goto(f"{server}/boundary?{LINK}&seed=7")
    page.wait_for_selector(".bdsg.player[data-ready='1']")
    page.get_by_role("radio", name="In 60 s").click()
    settle(page)
    before = tops(page)
    page.get_by_role("button", name="Train").click()
    page.wait_for_selector(".bdsg.player:not([data-frames='0'])")
    assert tops(page) == before
    page.reload()  # the run goes on, and the page finds it again
    page.wait_for_selector(".bdsg.player:not([data-frames='0'])")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    settle(page)
    page.get_by_role("slider", name="Dispersion weight λ2").focus()
    page.keyboard.press("Home")
    page.wait_for_selector(".bdsg.player[data-changes='1']")
    frames = dataset(page, ".player")["frames"]
    page.wait_for_selector(f".bdsg.player:not([data-frames='{frames}'])")  # it goes on
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    assert "boundary.changes" not in page.url  # until it has ended
    settle(page)  # as before the first look: while a script runs, a row may still be on its way
    assert tops(page) == before

    page.get_by_role("button", name="Stop").click()
    page.wait_for_url("**boundary.changes=**")
    expect(page.get_by_role("button", name="Train")).to_be_enabled()
    assert tops(page) == before
    config = chosen(page)
    (change,) = config.boundary.changes
    assert change.lambda2 == 0.0
    assert f"from step {grouped(change.step)} λ2 = 0" in str(
        page.locator(".player .losses").get_attribute("aria-label")
    )


def test_each_pull_can_be_switched_on(page: Page, server: str) -> None:
    page.goto(f"{server}/boundary?{LINK}&boundary.snapshots=6")
    page.wait_for_selector(".bdsg.player[data-ready='1']")
    settle(page)
    page.get_by_role("button", name="Train").click()
    expect(page.get_by_role("button", name="Trained")).to_be_visible(timeout=120_000)
    page.locator(".player .plane").focus()
    page.keyboard.press("End")
    pulls = arrows(page)
    assert pulls.shape == (3, 128, 2)
    assert (np.abs(pulls).max((1, 2)) > 0).all()
    pictures = {pixels(page)}
    for name in ("L0", "λ1·L1", "λ2·L2"):
        switch = page.get_by_role("button", name=f"Pull of {name}")
        expect(switch).to_have_attribute("aria-pressed", "false")
        switch.click()
        expect(switch).to_have_attribute("aria-pressed", "true")
        pictures.add(pixels(page))
    assert len(pictures) == 4  # each adds something
    page.locator(".player .plane").focus()
    page.keyboard.press("Home")
    assert not np.array_equal(arrows(page), pulls)


def test_the_saved_animation_has_the_pulls_too(chromium: Browser, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    shown = {"points": random.uniform(-1, 1, (3, 9, 2)), "steps": np.arange(3), "terms": np.ones((3, 4))}
    data, forces = random.uniform(-1, 1, (20, 2)), random.normal(size=(3, 3, 5, 2))
    payload = full_payload(data=data, log_p_x=np.zeros((4, 4)), forces=forces, **shown)
    path = tmp_path / "animation.html"
    path.write_text(standalone_page("player", payload, "Pulls"), encoding="utf-8")
    context = chromium.new_context(offline=True)
    tab = context.new_page()
    tab.goto(path.as_uri())
    tab.wait_for_selector(".bdsg.player[data-ready='1']")
    before = pixels(tab)
    tab.get_by_role("button", name="Pull of λ1·L1").click()
    assert pixels(tab) != before
    context.close()
