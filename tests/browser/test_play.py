"""Play in a real browser: B(z) trains there, every control acts, and a run goes to the server when it is recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import needs
from tests.browser.proxy import proxied

pytestmark = pytest.mark.browser


def opened(page: Page, server: str, query: str = "") -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{server}/play{query}")
    page.wait_for_selector(".bdsg.play[data-ready='1']")


def told(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.locator(".bdsg.play").evaluate(
        "host => ({step: Number(host.dataset.step), bf1: Number(host.dataset.bf1), running: host.dataset.running,"
        " points: [...host.bdsgPlay.points], modes: host.bdsgPlay.state.modes, seed: host.bdsgPlay.state.seed})"
    )
    return found


def until(page: Page, condition: str) -> None:
    """Wait for a condition on ``host``, Play's root."""
    page.wait_for_function(
        "() => { const inside = [...document.querySelectorAll('*')].map((one) => one.shadowRoot);"
        " const found = [document, ...inside].map((one) => one?.querySelector('.bdsg.play'));"
        " const host = found.find(Boolean); return Boolean(host && (" + condition + ")) }"
    )


def slide(page: Page, name: str, place: int) -> None:
    page.locator(f"[data-dial={name}]").evaluate(
        "(input, place) => { input.value = place; input.dispatchEvent(new Event('input', {bubbles: true})) }", place
    )


def sentence(page: Page) -> str:
    return page.locator(".play .sentence").inner_text()


def test_trains_at_once_scores_and_collapses_without_l2(page: Page, server: str) -> None:
    opened(page, server)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    sent: list[object] = []
    page.on("websocket", lambda line: line.on("framesent", sent.append))
    first = told(page)
    until(page, "host.dataset.running === '0'")  # settled
    ended = told(page)
    assert ended["step"] == 4000
    assert ended["points"] != first["points"]
    assert ended["bf1"] > max(0.75, first["bf1"])
    expect(page.locator(".play .sentence")).to_contain_text("boundary recall")

    slide(page, "lambda2", 0)
    until(page, f"host.dataset.running === '0' && Number(host.dataset.step) > {ended['step']}")
    collapsed = told(page)
    assert collapsed["bf1"] < ended["bf1"] - 0.2
    assert "λ2 is 0" in sentence(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-dial=lambda2]")).to_have_attribute("aria-valuetext", "0.1")
    assert not asked
    assert not sent


def test_whole_in_sight_and_a_dragged_gaussian_is_followed(page: Page, server: str) -> None:
    opened(page, server)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight") <= 720
    for part in (".plane-canvas", ".playbar", ".sentence", ".meters", ".what-ifs", ".record-button"):
        box = page.locator(f".play {part}").bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 720, part
    box = page.locator(".play .plane-canvas").bounding_box()
    assert box is not None
    x, y = page.locator(".bdsg.play").evaluate(
        "host => { const {camera, state} = host.bdsgPlay, {x, y} = state.modes[1]; return [camera.x(x), camera.y(y)] }"
    )
    page.mouse.move(box["x"] + x, box["y"] + y)
    page.mouse.down()
    page.mouse.move(box["x"] + x - 60, box["y"] + y - 120, steps=6)
    page.mouse.up()
    moved = told(page)["modes"][1]
    assert moved["x"] < 3
    assert moved["y"] > 2
    near = f"(p => p.some((_, i) => i % 2 === 0 && Math.hypot(p[i] - {moved['x']}, p[i + 1] - {moved['y'] + 2.4}) < 1))"
    until(page, f"{near}(host.bdsgPlay.points)")  # B(z) has come to the far side of where the Gaussian is now
    page.wait_for_function(
        "x => Math.abs(JSON.parse(new URLSearchParams(location.search).get('play') ?? '{}').g?.[1][1] - x) < 0.001",
        arg=moved["x"],
    )
    page.reload()
    page.wait_for_selector(".bdsg.play[data-ready='1']")
    assert told(page)["modes"][1]["x"] == pytest.approx(moved["x"], rel=1e-3)


def test_keys_pause_step_and_begin_anew(page: Page, server: str) -> None:
    opened(page, server)
    page.keyboard.press("Space")
    until(page, "host.dataset.running === '0'")
    page.wait_for_timeout(100)
    before = told(page)
    page.keyboard.press("ArrowRight")
    until(page, f"Number(host.dataset.step) === {before['step'] + 1}")
    page.keyboard.press("r")
    until(page, f"host.dataset.running === '1' && host.bdsgPlay.state.seed === {before['seed'] + 1}")


def test_what_if_and_back_and_ours(page: Page, server: str) -> None:
    opened(page, server)
    page.get_by_role("button", name="Eight modes").click()
    until(page, "host.bdsgPlay.state.modes.length === 8")
    page.get_by_role("button", name="Ours", exact=True).click()
    until(page, "Number(host.dataset.bf1) > 0.95")
    page.get_by_role("button", name="One mode").click()
    until(page, "host.bdsgPlay.state.modes.length === 1")


def test_what_was_set_is_there_after_another_page(page: Page, server: str) -> None:
    opened(page, server)
    slide(page, "lambda2", 0)
    expect(page.locator("[data-dial=lambda2]")).to_have_attribute("aria-valuetext", "0, off")
    page.get_by_role("link", name="Learn").click()
    page.wait_for_selector(".bdsg.player[data-ready='1']")
    page.get_by_role("link", name="Play", exact=True).click()
    expect(page.locator("[data-dial=lambda2]")).to_have_attribute("aria-valuetext", "0, off")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-dial=lambda2]")).to_have_attribute("aria-valuetext", "0.1")


def test_a_score_that_is_pointed_at_shows_what_it_counts(page: Page, server: str) -> None:
    opened(page, server)
    page.keyboard.press("Space")
    until(page, "host.dataset.running === '0'")
    page.wait_for_timeout(300)
    picture = "canvas => canvas.toDataURL()"
    canvas = page.locator(".play .plane-canvas")
    before = canvas.evaluate(picture)
    page.get_by_role("button", name="Boundary recall").hover()
    expect(page.locator(".play .sentence")).to_contain_text("counts the contour")
    assert canvas.evaluate(picture) != before
    page.locator(".play .playbar").hover()
    expect(page.locator(".play .sentence")).to_contain_text("B(z) covers")
    assert canvas.evaluate(picture) == before


def test_a_phone_has_plane_bar_and_sheet_on_one_screen(page: Page, server: str) -> None:
    opened(page, server)
    page.set_viewport_size({"width": 390, "height": 844})
    sheet = page.locator(".play .sheet")
    top = page.locator(".play .plane-canvas").bounding_box()
    sheet.evaluate("sheet => { sheet.scrollTop = 400 }")
    assert sheet.evaluate("sheet => sheet.scrollTop") > 300
    assert page.locator(".play .plane-canvas").bounding_box() == top
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("[data-dial=lambda1]").evaluate("input => getComputedStyle(input).touchAction") == "pan-y"


def test_record_trains_the_same_settings_on_the_server(page: Page, server: str) -> None:
    opened(page, server, '?play={"t":60,"b":0.3}')
    page.get_by_role("button", name="Record this run").click()
    page.wait_for_selector(".bdsg.player[data-ready='1']")
    page.wait_for_function("() => location.pathname === '/boundary' && location.search.includes('lambda2=0.3')")
    expect(page.get_by_text("Boundary precision").or_(page.get_by_text("BP1")).first).to_be_visible()


def test_trains_under_the_proxys_policy(chromium: Browser, server: str, tmp_path: Path) -> None:
    """A worker made of a text, and kernels that it compiles: a policy might allow neither."""
    with proxied(needs.program(["nginx"], "nginx-light"), server, tmp_path) as (secure, _):
        context = chromium.new_context(ignore_https_errors=True)
        page = context.new_page()
        refused: list[str] = []
        page.on("console", lambda told: refused.append(told.text) if "Content Security" in told.text else None)
        opened(page, secure)
        until(page, "Number(host.dataset.step) > 50")
        context.close()
    assert not refused
