"""Files from a finished run, saved and opened in a real browser."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence
from playwright.sync_api import Browser, Page, expect

from bdsg.config import ExperimentConfig
from tests.browser.serving import settle

pytestmark = pytest.mark.browser


def saved(page: Page, name: str, folder: Path) -> Path:
    """Press a button and wait for its file."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name).first.click()  # the plane comes before the loss chart
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def trained(page: Page, server: str) -> None:
    """The boundary page with a short run that has ended."""
    page.goto(f"{server}/boundary?data.preset=unimodal&boundary.steps=60")
    page.wait_for_selector(".bdsg.player[data-ready='1']")
    settle(page)
    if page.get_by_role("button", name="Trained").count() == 0:
        page.get_by_role("button", name="Train").click()
    expect(page.get_by_role("button", name="Trained")).to_be_visible(timeout=120_000)
    page.wait_for_selector(".bdsg.player[data-ready='1']:not([data-frames='0'])")
    settle(page)


def test_pictures_animation_and_config(page: Page, server: str, chromium: Browser, tmp_path: Path) -> None:
    trained(page, server)

    assert saved(page, "PNG", tmp_path).read_bytes().startswith(b"\x89PNG")
    root = ElementTree.parse(saved(page, "SVG", tmp_path)).getroot()
    marks = max(len(element.get("d") or "") for element in root.iter("{http://www.w3.org/2000/svg}path"))
    assert marks > 10_000  # every point is there
    words = [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"data", "B(z)", "p", "x", " = ε"} <= set(words)  # its legend, with subscripts
    assert any(word.startswith("One mode · Closed form · Ours · ε = 0.01 · seed 0") for word in words)

    _check_gif(saved(page, "GIF", tmp_path), page)

    page.get_by_role("button", name="Take away").click()
    config = ExperimentConfig.from_json(saved(page, "Config, JSON", tmp_path).read_text())
    assert (config.data.preset, config.boundary.steps) == ("unimodal", 60)
    assert saved(page, "Scores at ε = 0.01, CSV", tmp_path).read_text().startswith("score,value\n")
    assert saved(page, "Loss terms, CSV", tmp_path).read_text().startswith("step,loss,")
    _check_animation(chromium, saved(page, "Animation", tmp_path))


def _check_gif(path: Path, page: Page) -> None:
    """Every snapshot is a frame of the plane's size, they differ, and the last one stays for two seconds."""
    with Image.open(path) as image:
        shown = page.locator(".player .plane-canvas").bounding_box()
        assert shown is not None
        assert image.size == (pytest.approx(shown["width"], abs=1), pytest.approx(shown["height"], abs=1))
        frames = [frame.convert("RGB") for frame in ImageSequence.Iterator(image)]
        times = [frame.info["duration"] for frame in ImageSequence.Iterator(image)]
    assert len(frames) == int(page.locator(".bdsg.player").get_attribute("data-frames") or 0)
    assert times[-1] == 2000
    assert set(times[:-1]) <= {50, 60, 70, 80}
    pixels = [np.asarray(frame, int) for frame in frames]
    moved = [np.abs(a - b).max(axis=-1) > 40 for a, b in itertools.pairwise(pixels)]
    assert all(change.any() for change in moved)  # the step's number at least
    assert (np.abs(pixels[0] - pixels[-1]).max(axis=-1) > 40).sum() > 1000  # B(z) has moved


def test_making_a_gif_can_be_cancelled(page: Page, server: str) -> None:
    trained(page, server)
    page.locator(".player [data-save=GIF]").evaluate(
        "button => { button.click(); setTimeout(() => button.click(), 30); }"
    )
    expect(page.get_by_text("GIF cancelled")).to_be_visible()
    expect(page.get_by_role("button", name="GIF")).to_be_visible()


def _paths(path: Path) -> int:
    """The longest path of an SVG, in characters."""
    root = ElementTree.parse(path).getroot()
    return max(len(element.get("d") or "") for element in root.iter("{http://www.w3.org/2000/svg}path"))


def test_every_figure_is_a_picture(page: Page, server: str, tmp_path: Path) -> None:
    trained(page, server)
    page.goto(f"{server}/evaluate?data.preset=unimodal&boundary.steps=60")
    page.wait_for_selector(".bdsg.evaluate[data-ready='1']")
    settle(page)
    assert saved(page, "PNG", tmp_path).read_bytes().startswith(b"\x89PNG")
    assert _paths(saved(page, "SVG", tmp_path)) > 10_000
    page.locator(".evaluate .card").nth(5).click()  # what a score counts is drawn as well
    assert _paths(saved(page, "SVG", tmp_path)) > 1_000

    page.goto(f"{server}/compare?data.preset=unimodal&boundary.steps=60")
    settle(page)
    page.get_by_role("button", name=re.compile("^Train")).click()
    page.wait_for_selector(".bdsg.beside[data-ready='1']", timeout=120_000)
    settle(page)
    with Image.open(saved(page, "PNG", tmp_path)) as image:
        width, height = image.size
    assert width > 1.5 * height  # both
    assert _paths(saved(page, "SVG", tmp_path)) > 10_000
    with Image.open(saved(page, "GIF", tmp_path)) as image:
        assert image.size[0] == 720
        assert image.n_frames > 5


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
