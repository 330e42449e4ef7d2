"""Fixtures around a real server and a real headless Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.browser.serving import serve


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server under test keeps its runs."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def server(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app's address; no traceback may be in its log at the end."""
    log = tmp_path_factory.mktemp("log") / "server.log"
    with serve(cache, log) as address:
        yield address
    assert "Traceback" not in log.read_text(), log.read_text()


@pytest.fixture
def page(chromium: Browser, server: str) -> Iterator[Page]:
    """A fresh tab; errors on its console fail the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    tab.set_default_timeout(60_000)
    problems: list[str] = []
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.on("console", lambda message: note(message, problems))
    yield tab
    context.close()
    assert not problems, problems


def note(message: ConsoleMessage, problems: list[str]) -> None:
    """Keep errors, but not those of resources that are looked for elsewhere on the network."""
    if message.type == "error" and "Failed to load resource" not in message.text:
        problems.append(message.text)
