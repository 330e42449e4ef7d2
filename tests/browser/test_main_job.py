"""The main job in a real browser: from landing to scores, and what the browser says against Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from bdsg.app.components import run_payloads
from bdsg.config import ExperimentConfig
from bdsg.data import GaussianMixture
from bdsg.experiments.score import score_result
from bdsg.runs.cache import Store
from bdsg.runs.result import Result
from tests.browser.serving import settle

pytestmark = pytest.mark.browser

SHORT = "density.steps=60&boundary.steps=150"
CLOSE: dict[str, float] = {
    "precision": 1e-4, "recall": 1e-4, "f1": 1e-4, "accuracy": 1e-4, "bp1": 1e-4, "bp2": 1e-4,
    "boundary_recall": 2e-3, "bf1": 2e-3, "distance_mean": 1e-3, "distance_p95": 2e-3,
    "curve_distance_mean": 1e-3, "curve_distance_p95": 2e-3,
}  # fmt: skip
"""Largest difference between a score in the browser, in single precision, and in Python."""


def points(page: Page) -> np.ndarray:
    """B(z) as the player draws it now, (n, 2)."""
    flat = page.locator(".player .plane-canvas").evaluate("canvas => Array.from(canvas.bdsg.positions())")
    return np.array(flat).reshape(-1, 2)


def dataset(page: Page, selector: str) -> dict[str, str]:
    """What a component tells of itself."""
    found: dict[str, str] = page.locator(f".bdsg{selector}").evaluate("host => ({...host.dataset})")
    return found


def scores(page: Page) -> dict[str, Any]:
    """The numbers that the evaluation shows."""
    found: dict[str, Any] = page.locator(".bdsg.evaluate").evaluate("host => host.bdsgScores")
    return found


def stored(page: Page, cache: Path, **changes: Any) -> Result:
    """The run that the page shows, from the server's own store."""
    raw = {"data": {"preset": "bimodal_separate"}, "density": {"kind": "iresnet", "steps": 60}}
    config = ExperimentConfig.from_dict({**raw, "boundary": {"objective": "ours", "steps": 150}, **changes})
    result = Store(cache).get(config)
    assert result is not None
    return result


def test_landing_page_moves_by_itself(page: Page, server: str) -> None:
    page.goto(server)
    page.wait_for_selector(".bdsg.player[data-ready='1']")
    before, frame = points(page), dataset(page, ".player")["frame"]
    page.wait_for_selector(f".bdsg.player:not([data-frame='{frame}'])")
    assert np.abs(points(page) - before).max() > 1e-3
    expect(page.get_by_text("Blue diamonds")).to_be_visible()


def test_from_landing_to_scores(page: Page, server: str, cache: Path) -> None:
    page.goto(f"{server}/?{SHORT}")
    page.get_by_role("link", name="Start: choose your data").click()
    _choose(page, "Two separate modes")
    page.get_by_role("radio", name="IResNet").click()
    _shorten(page)
    settle(page)
    page.get_by_role("button", name="Train").click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.get_by_role("link", name="Boundary").click()

    expect(page.get_by_role("button", name="Trained")).to_be_visible(timeout=120_000)
    page.wait_for_selector(".bdsg.player[data-ready='1']")
    assert page.url.split("?")[0].endswith("/boundary")
    _check_playback(page)

    page.get_by_role("link", name="See what each score counts").click()
    page.wait_for_selector(".bdsg.evaluate[data-ready='1']")
    result = stored(page, cache)
    first = scores(page)
    _compare(first, result, float(dataset(page, ".evaluate")["epsilon"]))
    page.locator(".evaluate input[type=range]").focus()
    for _ in range(12):
        page.keyboard.press("ArrowLeft")
    second, epsilon = scores(page), float(dataset(page, ".evaluate")["epsilon"])
    assert epsilon < result.config.epsilon
    assert second["tp"] > first["tp"]
    _compare(second, result, epsilon)


def _choose(page: Page, title: str) -> None:
    settle(page)
    page.get_by_role("combobox").first.click()
    page.get_by_role("option", name=title, exact=True).click()
    expect(page.get_by_text("Disjoint support")).to_be_visible()
    page.wait_for_url("**data.preset=bimodal_separate**")
    settle(page)


def _shorten(page: Page) -> None:
    """Few steps: the job is the same."""
    page.wait_for_url("**density.kind=iresnet**")
    page.goto(page.url.replace("density.kind=iresnet", f"density.kind=iresnet&{SHORT}"))
    page.wait_for_url("**boundary.steps=150**")
    expect(page.get_by_role("radio", name="IResNet")).to_be_checked()


def _check_playback(page: Page) -> None:
    """Rewinding gives the very same frames, and the last differs from the first."""
    page.locator(".player .plane").focus()
    page.keyboard.press("Home")
    start = points(page)
    page.keyboard.press("End")
    end = points(page)
    page.keyboard.press("Home")
    assert np.array_equal(points(page), start)
    assert np.linalg.norm(end - start, axis=1).mean() > 0.1
    page.keyboard.press("ArrowRight")
    assert dataset(page, ".player")["frame"] == "1"


def _compare(shown: dict[str, Any], result: Result, epsilon: float) -> None:
    low, _ = run_payloads.epsilon_range(result.config)
    ratio = result.config.delta / result.config.epsilon
    field = run_payloads.true_field.__wrapped__(GaussianMixture.from_config(result.config.data).to_json(), low * ratio)
    expected = score_result(result, epsilon, truth=field).to_dict()
    for name in ("tp", "fp", "fn", "tn"):
        assert abs(shown[name] - expected[name]) <= 2, name  # a cell at ε to seven digits may fall either way
    for name, tolerance in CLOSE.items():
        assert (shown[name] is None) == (expected[name] is None), name
        assert shown[name] is None or abs(shown[name] - expected[name]) <= tolerance, name
    assert shown["components"] == expected["components"]
    assert shown["components_covered"] == expected["components_covered"]


def test_own_mixture_as_json(page: Page, server: str) -> None:
    page.goto(f"{server}/density")
    _choose_own(page)
    page.get_by_text("As JSON").click()
    spread = [[0.4, 0.1], [0.1, 0.3]]
    means = [[-4, -3], [4, -3], [0, 0.5], [-4, 4], [4, 4]]
    text = f'{{"weights": [0.3, 0.25, 0.2, 0.15, 0.1], "means": {means}, "covariances": {[spread] * 5}}}'
    box = page.get_by_role("textbox", name="Mixture")
    box.fill("{}")
    box.press("Control+Enter")
    settle(page)  # the text is taken over first: a page that is being built loses the click
    page.get_by_role("button", name="Use this JSON").click()
    expect(page.get_by_text("data.mixture.weights is None")).to_be_visible()
    box.fill(text)
    box.press("Control+Enter")
    settle(page)
    page.get_by_role("button", name="Use this JSON").click()
    page.wait_for_url("**0.25**")
    page.goto(f"{page.url}&boundary.steps=120")
    page.wait_for_url("**boundary.steps=120**")
    settle(page)
    page.get_by_role("link", name="Boundary").click()
    settle(page)
    page.get_by_role("button", name="Train").click()
    expect(page.get_by_role("button", name="Trained")).to_be_visible(timeout=120_000)
    expect(page.get_by_text("of 5", exact=False).first).to_be_visible()


def _choose_own(page: Page) -> None:
    settle(page)
    page.get_by_role("combobox").first.click()
    page.get_by_role("option", name="Your own mixture").click()
    page.wait_for_selector(".bdsg.editor[data-ready='1']")
    settle(page)


def test_stop_and_start_again(page: Page, server: str) -> None:
    page.goto(f"{server}/boundary?data.preset=ring&boundary.steps=50000")
    page.get_by_role("button", name="Train").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped. Press Train")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Train")).to_be_enabled()


def test_a_bad_link_is_a_sentence(page: Page, server: str) -> None:
    page.goto(f"{server}/boundary?data.preset=nothing")
    expect(page.get_by_text("data.preset is 'nothing'")).to_be_visible()
    page.goto(f"{server}/boundary?data.preset=ring&epsilon=7")
    sentence = page.get_by_text("the density is nowhere above")
    expect(sentence).to_have_count(1)
    page.get_by_role("button", name="Train").click()
    expect(page.locator(".st-key-state").filter(has=sentence)).to_be_visible()
    expect(sentence).to_have_count(1)  # once, though neither run nor picture can be made
    expect(page.get_by_role("button", name="Train")).to_be_enabled()
    expect(page.get_by_text("Traceback")).to_have_count(0)
