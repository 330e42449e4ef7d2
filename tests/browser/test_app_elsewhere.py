"""The app away from the project's folder, under a path of the server: its bundles are found, and fetched once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.serving import running, settle
from tests.needs import ROOT

pytestmark = pytest.mark.browser
PLAYER = ".bdsg.player[data-ready='1']"


def note_bundles(page: Page) -> list[str]:
    """The addresses of the player's bundle that the page asks for from now on."""
    bundles: list[str] = []
    page.on("request", lambda asked: bundles.append(asked.url) if "/player-" in asked.url else None)
    return bundles


def test_the_first_visitor_of_an_installed_package_opens_a_page_by_its_own_address(page: Page, tmp_path: Path) -> None:
    package, app = tmp_path / "package", tmp_path / "app"
    shutil.copytree(ROOT / "bdsg", package / "bdsg", ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    for folder in ("pages", ".streamlit"):
        shutil.copytree(ROOT / folder, app / folder)
    shutil.copy(ROOT / "app.py", app)
    bundles = note_bundles(page)
    more = {"STREAMLIT_SERVER_BASE_URL_PATH": "some/where", "PYTHONPATH": str(package)}
    with running(str(app / "app.py"), tmp_path / "cache", tmp_path / "log", **more) as (address, _):
        page.goto(f"{address}/boundary?data.preset=unimodal")
        expect(page.locator(PLAYER)).to_be_visible(timeout=60_000)
        expect(page.get_by_role("link", name="Learn")).to_be_visible()
    assert len(bundles) == 1
    assert bundles[0].startswith(f"{address}/")


def test_updates_bring_data_alone(page: Page, server: str) -> None:
    bundles = note_bundles(page)
    page.goto(f"{server}/boundary?data.preset=unimodal&boundary.steps=60")
    expect(page.locator(PLAYER)).to_be_visible()
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("button", name="Trained")).to_be_visible(timeout=120_000)
    settle(page)
    assert len(bundles) == 1
