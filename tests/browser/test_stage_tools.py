"""The probe and the map z -> B(z) on the real stage."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from bdsg.config import ExperimentConfig
from bdsg.experiments.score import plane_mixture
from tests.browser.test_main_job import dataset, points, settle

pytestmark = pytest.mark.browser
expect.set_options(timeout=30_000)

RUN = {"data": {"preset": "bimodal"}, "boundary": {"objective": "paper", "steps": 60}}
LINK = "data.preset=bimodal&boundary.objective=paper&boundary.steps=60"


def trained(page: Page, server: str) -> None:
    """The boundary page with a short run that has ended, at its last frame."""
    page.goto(f"{server}/boundary?{LINK}")
    page.wait_for_selector(".bdsg.player[data-ready='1']")
    settle(page)
    if page.get_by_role("button", name="Trained").count() == 0:
        page.get_by_role("button", name="Train").click()
    expect(page.get_by_role("button", name="Trained")).to_be_visible(timeout=120_000)
    expect(page.get_by_role("button", name="colour B(z) by z")).to_be_enabled()
    page.locator(".player .plane").focus()
    page.keyboard.press("End")


def test_the_probe_tells_density_verdict_and_neighbours(page: Page, server: str) -> None:
    trained(page, server)
    place = page.locator(".player .plane-canvas").evaluate("canvas => canvas.bdsg.pixel(1, 0.5)")
    page.locator(".player .plane-canvas").click(position={"x": round(place[0]), "y": round(place[1])})
    card = page.locator(".player .probe")
    expect(card).to_contain_text("normal")
    x, y = (float(word.replace("−", "-")) for word in re.findall(r"[−\d.]+", card.locator("strong").first.inner_text()))
    assert (x, y) == (pytest.approx(1, abs=0.05), pytest.approx(0.5, abs=0.05))
    config = ExperimentConfig.from_dict(RUN)
    exact = float(np.exp(plane_mixture(config).log_prob(np.array([[x, y]]))[0]))
    shown = [float(cell) for cell in card.locator("tbody td:nth-child(2)").all_inner_texts()]
    assert shown == [pytest.approx(exact, rel=0.03)] * 2
    away = re.search(r"B\(z\): ([\d.]+) away", card.inner_text())
    assert away
    nearest = np.linalg.norm(points(page) - [x, y], axis=1).min()
    assert float(away[1]) == pytest.approx(nearest, rel=0.02, abs=0.01)

    page.locator(".player .plane").focus()
    before, frame = card.inner_text(), dataset(page, ".player")["frame"]
    page.keyboard.press("p")
    page.keyboard.press("Shift+ArrowRight")
    assert card.inner_text() != before
    assert dataset(page, ".player")["frame"] == frame  # the keys moved the probe, not the playhead
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    page.keyboard.press("ArrowLeft")
    assert dataset(page, ".player")["frame"] == str(int(frame) - 1)


def test_latent_plane_and_stage_mark_the_same_samples(page: Page, server: str) -> None:
    trained(page, server)
    panel = page.locator(".player .latent-plane")
    panel.focus()
    page.keyboard.press("ArrowLeft")
    expect(panel).to_have_attribute("aria-valuenow", "0")
    # 8° of 360° of 1,500 samples are 33, with a standard error of 5.7.
    assert 15 <= int(dataset(page, ".player")["linked"]) <= 55
    page.keyboard.press("Tab")
    assert dataset(page, ".player")["linked"] == "0"
    x, y = page.locator(".player .plane-canvas").evaluate("c => c.bdsg.pixel(...c.bdsg.positions().slice(0, 2))")
    page.locator(".player .plane-canvas").hover(position={"x": x, "y": y})
    assert int(dataset(page, ".player")["linked"]) >= 1
    page.get_by_role("button", name="colour B(z) by z").click()
    expect(page.get_by_role("button", name="colour B(z) by z")).to_have_attribute("aria-pressed", "true")
