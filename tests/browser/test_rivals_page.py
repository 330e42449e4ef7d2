"""The rivals page in a real browser: three panes move without training, and one method is trained."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.serving import settle
from tests.browser.test_main_job import dataset

pytestmark = pytest.mark.browser
expect.set_options(timeout=30_000)

PIXELS = """all => all.map((canvas) => {
  const { width, height } = canvas, { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  let sum = 0;
  for (let i = 0; i < data.length; i += 4) sum = (31 * sum + data[i] + 3 * data[i + 1] + 7 * data[i + 2]) % 1000003;
  return sum;
})"""


def shown(page: Page) -> list[int]:
    """A number for each pane's picture."""
    found: list[int] = page.locator(".beside .plane-canvas").evaluate_all(PIXELS)
    return found


def test_three_panes_move_without_training_and_one_method_is_trained(page: Page, server: str) -> None:
    page.goto(f"{server}/rivals?data.preset=three_modes&methods=bdsg,fence_gan,vae")
    page.wait_for_selector(".bdsg.beside[data-ready='1']")
    expect(page.locator(".whose")).to_have_text(["BDSG (ours)", "FenceGAN", "VAE"])
    page.wait_for_selector(".bdsg.beside:not([data-share='0'])")  # it plays by itself
    settle(page)
    page.locator(".beside .plane").first.focus()
    page.keyboard.press("Home")
    before = shown(page)
    page.keyboard.press("End")
    assert dataset(page, ".beside")["share"] == "1"
    assert all(a != b for a, b in zip(before, shown(page), strict=True))
    flat = page.locator(".beside .plane-canvas").evaluate_all("all => all.map((c) => Array.from(c.bdsg.positions()))")
    assert [np.array(points).size for points in flat] == [600] * 3

    heat = page.locator(".beside [data-layer='heat']")
    expect(heat).to_contain_text("rank of the score")
    with_map = shown(page)
    heat.click()
    assert all(a != b for a, b in zip(with_map, shown(page), strict=True))
    expect(page.locator("table tbody tr")).to_have_count(15)

    page.goto(f"{server}/rivals?data.preset=three_modes&methods=neighbours,mixture&seed=5")
    page.get_by_role("button", name="Train them").click()
    expect(page.locator(".whose")).to_have_text(["k nearest neighbours", "Gaussian mixture"], timeout=120_000)
    expect(page.get_by_role("button", name="Trained here")).to_be_disabled()
    page.wait_for_selector(".bdsg.beside[data-ready='1']")
    expect(page.locator("table tbody tr")).to_have_count(2)
    assert "methods=neighbours%2Cmixture" in page.url or "methods=neighbours,mixture" in page.url
