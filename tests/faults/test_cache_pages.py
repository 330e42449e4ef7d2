"""The pages, when the folder of the store cannot be written or is removed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bdsg.app.visit import session
from tests.faults.doing import PATIENCE
from tests.pages.test_pages import fresh, opened
from tests.tuning.studies import made_study
from tests.visits import visit_of

__all__ = ["fresh"]  # a fixture

SHORT = {"data.preset": "unimodal", "boundary.steps": "40"}


def test_pages_go_on_when_the_folder_is_removed(tmp_path: Path) -> None:
    app = opened("boundary", **SHORT)
    app.button(key="train").click().run()
    run = session.current_run_of(visit_of(app).choices)
    assert run is not None
    assert session.queue().wait(run, PATIENCE)
    app.run()
    made_study(tmp_path, trials=4, seeds=0)
    app.switch_page("pages/tune.py").run()
    shutil.rmtree(tmp_path)
    for page in ("tune", "history", "boundary", "evaluate", "density", "compare"):
        app.switch_page(f"pages/{page}.py").run()
        assert not app.exception, page
        assert not app.error, page
        if page == "history":
            assert any("boundary" in one.value.lower() and "%" in one.value for one in app.markdown)  # its scores
        if page == "tune":
            assert "No study of yours yet" in app.info[0].value
    assert visit_of(app).history
    app.switch_page("pages/boundary.py").run()
    assert "finished" in run.state
    assert app.button(key="train").label == "Trained"


def test_a_run_that_cannot_be_kept_says_so_on_its_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("BDSG_CACHE", str(tmp_path / "file" / "cache"))
    app = opened("boundary", **SHORT)
    app.button(key="train").click().run()
    run = session.current_run_of(visit_of(app).choices)
    assert run is not None
    assert session.queue().wait(run, PATIENCE)
    for page in ("boundary", "density"):
        app.switch_page(f"pages/{page}.py").run()
        assert not app.error
        (said,) = [one.value for one in app.caption if "Not kept on disk" in one.value]
        assert "(Not a directory): it stays here while the app runs" in said
    app.switch_page("pages/history.py").run()
    assert any("not kept on disk" in one.value for one in app.markdown)
    app.switch_page("pages/tune.py").run()
    app.button(key="tune_start").click().run()
    assert "cannot be written (Not a directory)" in app.warning[0].value
    assert not app.exception
