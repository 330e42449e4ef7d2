"""Requests that cost too much, on the real pages: a sentence, and nothing is queued or written."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from bdsg.app.visit import session
from bdsg.baselines.registry import METHODS
from bdsg.config import ExperimentConfig
from bdsg.tuning.folder import found
from tests.pages.test_pages import ROOT, fresh, opened
from tests.visits import visit_of

__all__ = ["fresh"]  # a fixture

DEAR = {"density.kind": "iresnet", "density.hidden": "[512,512,512]", "density.steps": "50000"}


@pytest.mark.parametrize("page", ["boundary", "density"])
def test_a_link_to_a_run_of_hours_is_opened_but_not_trained(page: str) -> None:
    app = opened(page, **DEAR)
    assert not app.error
    app.button(key="train").click().run()
    assert "needs about" in app.error[0].value
    assert "10 minutes are allowed here" in app.error[0].value
    wanted = {"data": {"preset": "bimodal"}, "density": {"kind": "iresnet", "hidden": [512] * 3, "steps": 50_000}}
    assert session.queue().find(ExperimentConfig.from_dict(wanted)) is None
    visit_of(app).pace = 20.0  # to be watched
    app.run()
    app.button(key="train").click().run()
    assert "10 minutes are allowed here" in app.error[0].value


def test_a_contest_that_costs_too_much_is_not_queued(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BDSG_MOST_MINUTES", "0.05")
    app = opened("rivals")
    app.button(key="train_rivals").click().run()
    assert "choose fewer methods" in app.error[0].value
    config = ExperimentConfig.from_dict({"data": {"preset": "bimodal"}})
    assert all(session.queue().baseline(config, method) is None for method in METHODS)


def test_a_study_that_costs_too_much_leaves_no_folder() -> None:
    app = opened("tune")
    app.number_input(key="tune_trials").set_value(100_000).run()
    app.button(key="tune_start").click().run()
    assert "60 minutes are allowed here" in app.warning[0].value
    assert found() == []


def test_every_way_to_the_queue_asks_what_it_costs() -> None:
    """No page hands the queue a config but through the session, which asks."""
    for place in ("app.py", "bdsg/app/**/*.py", "pages/*.py"):
        for path in ROOT.glob(place):
            if path.relative_to(ROOT).as_posix() not in (
                "bdsg/app/visit/session.py",
                "bdsg/app/components/demo_run.py",
            ):
                assert direct(path) == [], path


def direct(path: Path) -> list[str]:
    """Calls such as ``queue().submit(...)`` in a source."""
    calls = [node.func for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    return [
        ast.unparse(call)
        for call in calls
        if isinstance(call, ast.Attribute)
        and call.attr in ("submit", "watch", "contest")
        and "queue" in ast.unparse(call.value)
    ]


def test_the_reader_sees_a_way_around(tmp_path: Path) -> None:
    source = tmp_path / "m.py"
    source.write_text(
        "session.queue().submit(config)\nqueue.watch(config, 2)\nsession.submit(config)\npool.submit(1)\n"
    )
    assert direct(source) == ["session.queue().submit", "queue.watch"]
