"""A visitor closes the browser in the middle of a training: it goes on, and its link shows it again."""

from __future__ import annotations

import gc
import os
import signal
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bdsg.app.visit import session
from bdsg.config import ExperimentConfig
from bdsg.runs.cache import Store
from tests.bench.app_memory import descendants
from tests.browser.serving import running, settle
from tests.faults.doing import PATIENCE, ROOT, small, until, wait_until
from tests.pages.test_pages import opened
from tests.visits import visit_of

browser = pytest.mark.browser


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int, Path]]:
    """The app's address, its process and its cache; no traceback may be in its log at the end."""
    cache, log = tmp_path_factory.mktemp("cache"), tmp_path_factory.mktemp("log") / "server.log"
    with running("app.py", cache, log) as (address, pid):
        yield address, pid, cache
    assert "Traceback" not in log.read_text(), log.read_text()


def visit(chromium: Browser, address: str) -> Page:
    """A browser of its own, without memory of another one."""
    page = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(60_000)
    page.goto(address)
    page.wait_for_selector(".bdsg.player[data-ready='1']")
    settle(page)
    return page


@browser
def test_a_link_shows_the_run_under_way_and_then_its_result(chromium: Browser, app: tuple[str, int, Path]) -> None:
    address, server, cache = app
    page = visit(chromium, f"{address}/boundary?data.preset=unimodal&boundary.steps=8000")
    page.get_by_role("button", name="Train").click()
    page.wait_for_selector(".bdsg.player:not([data-frames='0'])")
    workers = descendants(server)
    for pid in workers:
        os.kill(pid, signal.SIGSTOP)  # so that it is still under way, however long a browser takes
    link = page.url
    page.context.close()

    page = visit(chromium, link)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.wait_for_selector(".bdsg.player:not([data-frames='0'])")
    for pid in workers:
        os.kill(pid, signal.SIGCONT)
    page.context.close()  # and once more

    config = ExperimentConfig.from_dict({"data": {"preset": "unimodal"}, "boundary": {"steps": 8_000}})
    until(lambda: Store(cache).get(config) is not None)
    page = visit(chromium, link)
    expect(page.get_by_role("button", name="Trained")).to_be_visible()
    expect(page.get_by_text("BP1", exact=True)).to_be_visible()
    page.context.close()


class Held:
    """Something that only the session holds."""


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A store and a queue of its own, and app.py in the current directory."""
    monkeypatch.setenv("BDSG_CACHE", str(tmp_path))
    monkeypatch.chdir(ROOT)
    session.queue.clear()
    yield
    session.queue().close()
    session.queue.clear()


@pytest.mark.usefixtures("alone")
def test_a_visit_is_forgotten_and_its_steered_run_found_by_the_link_of_before() -> None:
    visitor = opened("boundary", **{"data.preset": "unimodal", "boundary.steps": "500"})
    visit_of(visitor).pace = 60.0
    visitor.run()
    visitor.button(key="train").click().run()
    run, held = visit_of(visitor).own_run[1], Held()
    link = {name: visitor.query_params[name] for name in visitor.query_params}
    assert link["watching"] == run.token
    wait_until(session.queue(), lambda: bool(run.boundary_snapshots))
    session.queue().steer(run, lambda2=0.0)
    wait_until(session.queue(), lambda: run.reached > 0)
    visitor.session_state["held"] = held
    alive = weakref.ref(held)
    del held, visitor
    until(lambda: gc.collect() >= 0 and alive() is None)
    assert run.active

    for seed in range(3):  # two workers: nobody is there to watch, so its pace ends
        session.queue().submit(small(seed))
    assert session.queue().wait(run, PATIENCE)
    later = opened("boundary", **link)
    assert not later.error
    (change,) = visit_of(later).choices["boundary"]["changes"]
    assert change == {"step": run.reached, "lambda2": 0.0}
    assert [metric.label for metric in later.metric][:2] == ["BP1", "Boundary recall"]
