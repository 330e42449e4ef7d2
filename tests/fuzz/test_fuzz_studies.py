"""Saved studies after anything may have happened to them: told of in one sentence, and the page goes on."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import streamlit as st_app
from hypothesis import strategies as st

from bdsg.__main__ import main
from bdsg.tuning import report
from bdsg.tuning.folder import BANDS, CLOUDS, DATABASE, DRIVER, PLAN, StudyFolder
from tests.fuzz.cases import Damage, altered, cases, damaged, damages, is_sentence, plain, taken_or_refused
from tests.pages.test_pages import fresh, opened
from tests.tuning.studies import made_study
from tests.visits import visit_of

__all__ = ["fresh"]  # a fixture


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished study in one file: without what its database wrote ahead."""
    folder = made_study(tmp_path_factory.mktemp("studies"), trials=4, seeds=1).path
    copy = tmp_path_factory.mktemp("copy") / folder.name
    shutil.copytree(folder, copy)
    with contextlib.closing(sqlite3.connect(copy / DATABASE)) as database:
        database.execute("PRAGMA journal_mode=DELETE")
    return copy


def copied(study: Path, root: Path) -> StudyFolder:
    folder = StudyFolder.named(study.name, root / "studies")
    shutil.rmtree(folder.path, ignore_errors=True)
    shutil.copytree(study, folder.path)
    return folder


@cases(
    "saved studies",
    st.sampled_from([PLAN, PLAN, BANDS, CLOUDS, DATABASE, DRIVER]),
    damages,
    st.lists(st.integers(0, 9), min_size=2, max_size=5),
    plain,
)
def test_saved_studies(study: Path, tmp_path: Path, name: str, damage: Damage, places: list[int], value: Any) -> None:
    folder = copied(study, tmp_path)
    path = folder.path / name
    if name == PLAN and places[0] % 2:  # JSON still, but of another version
        path.write_text(json.dumps(altered(json.loads(path.read_text()), places[1:], value), default=str))
    else:
        path.write_bytes(damaged(path.read_bytes() if path.exists() else b'{"pid": 1}', damage))
    assert_told(folder)


def assert_told(folder: StudyFolder) -> None:
    told = taken_or_refused(lambda: report.facts(folder))
    if told is not None:
        assert report.text(told).startswith(folder.name)
        json.dumps(told)


STATEMENTS = {
    "another version": "update alembic_version set version_num='v99.0.0'",
    "no study": "delete from studies",
    "no table": "drop table trials",
    "no values": "delete from trial_values",
    "no settings": "delete from trial_params",
    "no scores": "delete from trial_user_attributes",
    "no JSON": "update trial_user_attributes set value_json='x'",
    "other scores": "update trial_user_attributes set value_json='[1]' where key='scores'",
    "words for scores": "update trial_user_attributes set value_json='{\"bf1\":\"x\"}' where key='scores'",
}


@pytest.mark.parametrize("what", STATEMENTS)
def test_a_database_of_another_making(what: str, study: Path, tmp_path: Path) -> None:
    folder = copied(study, tmp_path)
    with contextlib.closing(sqlite3.connect(folder.path / DATABASE)) as database:
        database.execute(STATEMENTS[what])
        database.commit()
    assert_told(folder)


BREAK: dict[str, Callable[[Path], object]] = {
    "plan": lambda path: (path / PLAN).write_text("[]"),
    "database": lambda path: (path / DATABASE).write_bytes(b"no database" * 1000),
    "clouds": lambda path: (path / CLOUDS).write_bytes((path / CLOUDS).read_bytes()[:2000]),
    "bands": lambda path: (path / BANDS).write_bytes(b'\xff\n[]\n{"trial": 1}\n'),
}


@pytest.mark.parametrize("what", BREAK)
def test_the_page_goes_on(what: str, study: Path, tmp_path: Path) -> None:
    """The page says what is wrong with the one study, and shows the other one."""
    other = copied(study, tmp_path)
    sound = StudyFolder(other.path.with_name("sound"))
    shutil.copytree(other.path, sound.path)
    plan = json.loads((sound.path / PLAN).read_text())
    (sound.path / PLAN).write_text(json.dumps({**plan, "identity": "of the sound one"}))
    with contextlib.closing(sqlite3.connect(sound.path / DATABASE)) as database:
        database.execute("update studies set study_name = 'sound'")
        database.commit()
    broken = other.identity()
    app = opened("tune", study=sound.identity())
    app.query_params["study"] = broken
    visit_of(app).study = broken
    visit_of(app).arrivals = frozenset()  # a visit that begins with this link
    BREAK[what](other.path)
    app.run()
    assert not app.exception
    for error in app.error:
        is_sentence(error.value)
        assert "unexpected" not in error.value
    assert bool(app.error) == (what == "database")
    assert bool(app.warning) == (what == "plan")  # nobody can tell whose it is
    assert len(app.selectbox[0].options) == (1 if what == "plan" else 2)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(["tune", "show"]) == 0
    assert [line.split()[0] for line in sorted(out.getvalue().splitlines())] == ["small", "sound"]
    st_app.cache_resource.clear()
