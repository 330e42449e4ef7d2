"""Play as one HTML file: from a disk, in frames that may do little, without a network, and made by the page itself."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from bdsg.cli.demo import ROOM
from bdsg.config import ExperimentConfig
from bdsg.standalone import instrument
from tests.browser.conftest import note
from tests.browser.test_play import opened, slide, told

pytestmark = pytest.mark.browser
READY = ".bdsg.play[data-ready='1']"
AT_ONCE = {**instrument.START, "boundary": {**instrument.START["boundary"], "steps": 1500}}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("disk") / "index.html"
    path.write_text(instrument.one_file(ExperimentConfig.from_dict(AT_ONCE), "BDSG"), encoding="utf-8")
    return path


@pytest.fixture
def offline(chromium: Browser) -> Iterator[Page]:
    """A tab without a network; what it asks for elsewhere, and errors on its console, fail the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, offline=True)
    tab, problems = context.new_page(), list[str]()
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.on("console", lambda message: note(message, problems))
    tab.on(
        "request", lambda asked: None if re.match("file:|data:|blob:|about:", asked.url) else problems.append(asked.url)
    )
    yield tab
    context.close()
    assert not problems, problems


def trains(frame: Frame | Page) -> None:
    """B(z) moves, and comes to the border."""
    frame.wait_for_selector(READY)
    first = told(frame)
    frame.get_by_role("button", name="max").click()
    frame.wait_for_selector(f"{READY}[data-running='0']")
    last = told(frame)
    assert last["step"] == 1500
    assert last["points"] != first["points"]
    assert last["bf1"] > max(0.75, first["bf1"])


def test_from_a_disk_it_fills_the_window_and_trains(offline: Page, file: Path) -> None:
    assert file.stat().st_size <= ROOM
    offline.goto(file.as_uri())
    trains(offline)
    expect(offline.get_by_role("heading", name="BDSG: where does normal end?")).to_be_visible()
    expect(offline.get_by_role("button", name="Record this run", include_hidden=True)).to_be_hidden()
    expect(offline.get_by_role("button", name="One file", include_hidden=True)).to_be_hidden()
    for part in (".plane-canvas", ".playbar", ".sentence", ".legend", ".what-ifs"):
        box = offline.locator(part).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 720, part
    assert offline.evaluate("document.documentElement.scrollHeight") == 720
    slide(offline, "lambda2", 0)
    expect(offline.locator(".sentence")).to_contain_text("λ2")


def test_follows_the_systems_colours(offline: Page, file: Path) -> None:
    offline.goto(file.as_uri())
    offline.wait_for_selector(READY)
    schemes = []
    for scheme in ("dark", "light"):
        offline.emulate_media(color_scheme=scheme)
        offline.wait_for_function("of => document.querySelector('.bdsg.play').style.colorScheme === of", arg=scheme)
        schemes.append(offline.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert schemes == ["rgb(17, 22, 29)", "rgb(255, 255, 255)"]


@pytest.mark.parametrize("held", ["src", "srcdoc"])
def test_in_a_frame_that_may_run_scripts_alone_it_trains(held: str, offline: Page, file: Path) -> None:
    held_as = html.escape(file.as_uri() if held == "src" else file.read_text(encoding="utf-8"))
    course = file.parent / f"course-{held}.html"
    frame = f'<iframe sandbox="allow-scripts" width="720" height="620" {held}="{held_as}"></iframe>'
    course.write_text(f"<!doctype html><title>A course</title>{frame}", encoding="utf-8")
    offline.goto(course.as_uri())
    inside = offline.frames[1]
    trains(inside)
    slide(inside, "epsilon", 200)
    inside.wait_for_timeout(500)  # the address would be written by then: such a frame may refuse it
    assert inside.evaluate("document.documentElement.scrollWidth") <= 720


def test_play_makes_the_file_as_it_stands(page: Page, server: str, offline: Page, tmp_path: Path) -> None:
    opened(page, server)
    slide(page, "lambda1", 300)
    page.get_by_role("button", name="Ring of eight").click()
    sent: list[object] = []
    page.on("websocket", lambda line: line.on("framesent", sent.append))
    with page.expect_download() as waiting:
        page.get_by_role("button", name="One file").click()
    assert waiting.value.suggested_filename == "bdsg-ring.html"
    path = tmp_path / "bdsg-ring.html"
    waiting.value.save_as(path)
    state = page.locator(".bdsg.play").evaluate("host => host.bdsgPlay.state")
    assert not sent

    made = path.read_text(encoding="utf-8")
    ours = instrument.one_file(ExperimentConfig.from_dict({"data": {"preset": "ring"}}), "BDSG: Ring of eight")
    payload = re.compile(r'atob\("[^"]+"\)')
    assert payload.sub("", made) == payload.sub("", ours)  # the same page, whoever makes it
    offline.goto(path.as_uri())
    offline.wait_for_selector(READY)
    assert offline.locator(".bdsg.play").evaluate("host => host.bdsgPlay.state") == state
