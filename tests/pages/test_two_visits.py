"""Two visitors whose tables differ in names and units alone share a run; neither sees the other's words or numbers."""

from __future__ import annotations

import base64
import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from bdsg.app.visit import session
from bdsg.app.visit.own_points import OwnPoints
from bdsg.app.widgets import downloads, mixture_editor, uploading
from bdsg.config import ExperimentConfig
from bdsg.data.mixture_fit import fit_mixture
from bdsg.experiments import run_experiment
from bdsg.runs.cache import Store
from bdsg.runs.result import Result
from bdsg.runs.tensor_file import unpack
from bdsg.serving.run_queue import RunQueue
from tests.pages.test_pages import ROOT, opened
from tests.visits import visit_of

SMALL = {"steps": 30, "batch_size": 64, "hidden": [16, 16], "snapshots": 6}
WORDS = ("radius_mm", "diameter_mm")


class Upload(NamedTuple):
    """What a visit holds after its table was fitted."""

    choices: dict[str, Any]
    own: OwnPoints

    @property
    def config(self) -> ExperimentConfig:
        return ExperimentConfig.from_dict(self.choices)


def table() -> np.ndarray:
    """120 plants: two kinds, (120, 2)."""
    random = np.random.default_rng(4)
    return random.normal(size=(120, 2)) * [1.5, 0.4] + np.where(random.random((120, 1)) < 0.5, [14, 3], [24, 6])


def upload(name: str, points: np.ndarray) -> Upload:
    """As the button *Fit a mixture* leaves it."""
    fitted = fit_mixture(points)
    units = {"names": [name, "height_mm"], "shift": fitted.offset.tolist(), "scale": fitted.scale.tolist()}
    mixture = mixture_editor.brief(fitted.mixture)
    data = {"mixture": dataclasses.asdict(mixture), "units": units, "samples": 200}
    own = OwnPoints((points - fitted.offset) / fitted.scale, mixture, painted=False)
    return Upload({"data": data, "epsilon": uploading.fitting_epsilon(fitted.mixture), "boundary": SMALL}, own)


@pytest.fixture(scope="module")
def uploads() -> tuple[Upload, Upload]:
    """The second table's first column is doubled, and called otherwise."""
    return upload(WORDS[0], table()), upload(WORDS[1], table() * [2, 1])


@pytest.fixture(scope="module")
def result(uploads: tuple[Upload, Upload]) -> Result:
    *_, result = run_experiment.run(uploads[0].config)
    assert isinstance(result, Result)
    return result


@pytest.fixture(autouse=True)
def trained(result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunQueue]:
    """The first visitor's run is in the store; the queue has no workers, for nothing is trained any more."""
    monkeypatch.setenv("BDSG_CACHE", str(tmp_path))
    monkeypatch.chdir(ROOT)
    store = Store(tmp_path)
    store.put(result)
    session.queue.clear()
    queue = RunQueue(0, store)
    session.queue._made.append(queue)
    yield queue
    session.queue.clear()
    queue.close()
    st.cache_data.clear()


def visit(upload: Upload) -> AppTest:
    app = AppTest.from_file(ROOT / "app.py", default_timeout=60)
    visit_of(app).choices, visit_of(app).own_points = upload.choices, upload.own
    return app.run()


def page(app: AppTest, name: str) -> AppTest:
    app.switch_page(f"pages/{name}.py").run()
    assert not app.exception
    assert not app.error
    return app


def sent(app: AppTest) -> bytes:
    """All that the page sent to the browser."""
    protos = [proto for node in app._tree if (proto := getattr(node, "proto", None)) is not None]
    return b"".join(proto.SerializeToString() for proto in protos)


def units(app: AppTest) -> dict[str, Any]:
    """Those of the page's picture; the editor of mixtures has none."""
    metas = [unpack(part.proto.bytes)[1] for part in app.get("bidi_component") if part.proto.bytes]
    (found,) = [meta["units"] for meta in metas if "units" in meta]
    return dict(found)


@pytest.mark.parametrize("name", ["density", "boundary", "evaluate", "rivals", "tune", "history", "compare"])
def test_each_page_shows_its_visitors_words_alone(name: str, uploads: tuple[Upload, Upload]) -> None:
    assert uploads[0].config.key() == uploads[1].config.key()
    visits = [visit(one) for one in uploads]
    for turn in (0, 1, 0):  # the first one comes back after the second
        app, mine, other = visits[turn], WORDS[turn], WORDS[1 - turn]
        page(app, "boundary")
        assert app.button(key="train").label == "Trained"
        shown = sent(page(app, name))
        assert other.encode() not in shown
        if name in ("density", "boundary", "evaluate"):
            assert mine.encode() in shown
            assert units(app) == uploads[turn].choices["data"]["units"]


def files(upload: Upload, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What *Take away* on the evaluate page gives, by the buttons' labels."""
    found: dict[str, str] = {}
    monkeypatch.setattr(downloads.st, "download_button", lambda label, make, *_, **__: found.update({label: make()}))
    page(visit(upload), "evaluate")
    return found


def column(text: str, name: str) -> np.ndarray:
    head, *rows = (line.split(",") for line in text.splitlines())
    return np.array([float(row[head.index(name)]) for row in rows])


def test_each_file_holds_its_visitors_words_and_numbers_alone(
    uploads: tuple[Upload, Upload], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (files(one, monkeypatch) for one in uploads)
    assert len(first) == len(second) == 8
    for mine, found in enumerate((first, second)):
        text = "\n".join(found.values())
        assert WORDS[mine] in text
        assert WORDS[1 - mine] not in text
        (packed,) = re.findall(r'"([A-Za-z0-9+/=]{1000,})"', found["Animation, one HTML file"])
        meta = unpack(base64.b64decode(packed))[1]
        assert meta["units"] == uploads[mine].choices["data"]["units"]
        assert WORDS[mine] in meta["about"]
        assert ExperimentConfig.from_json(found["Config, JSON"]) == uploads[mine].config
        assert f'"{WORDS[mine]}"' in found["Python script"]
    verdicts = next(label for label in first if label.startswith("Your points"))
    for label in ("B(z), CSV", "Data, CSV", verdicts):
        radius, diameter = column(first[label], WORDS[0]), column(second[label], WORDS[1])
        np.testing.assert_allclose(diameter, 2 * radius, rtol=1e-9)
        np.testing.assert_array_equal(column(first[label], "height_mm"), column(second[label], "height_mm"))
    np.testing.assert_allclose(column(first[verdicts], WORDS[0]), table()[:, 0], rtol=1e-9)


def test_one_visitors_two_tables_are_two_entries_of_the_list_and_are_compared_each_in_its_units(
    uploads: tuple[Upload, Upload],
) -> None:
    app = page(visit(uploads[0]), "boundary")
    visit_of(app).choices = uploads[1].choices
    app.run()
    page(app, "history")
    entries = visit_of(app).history
    assert [entry.choices for entry in entries] == [uploads[1].choices, uploads[0].choices]
    captions = [caption.value for caption in app.caption]
    for words in WORDS:
        assert [words in caption for caption in captions].count(True) == 1
    for _ in range(2):
        next(box for box in app.checkbox if not box.value).check().run()
    page(app, "compare")
    runs = unpack(app.get("bidi_component")[0].proto.bytes)[0]
    names = [unpack(runs[name].tobytes())[1]["units"]["names"][0] for name in ("run_0", "run_1")]
    assert sorted(names) == sorted(WORDS)
    page(app, "history")
    app.button(key=f"open:{entries[1].key}").click().run()
    assert units(app) == uploads[0].choices["data"]["units"]


def test_a_stopped_runs_picture_is_not_that_of_the_whole_run(uploads: tuple[Upload, Upload], trained: RunQueue) -> None:
    """Both have one key: no cache may take the one for the other."""
    run = trained.find(uploads[0].config)
    assert run is not None
    whole = run.result
    assert whole is not None
    page(visit(uploads[0]), "evaluate")
    moved = dataclasses.replace(whole.arrays, boundary=whole.arrays.boundary + 0.25)
    run.shared.result = dataclasses.replace(whole, arrays=moved)
    app = page(visit(uploads[0]), "evaluate")
    arrays = unpack(app.get("bidi_component")[0].proto.bytes)[0]
    np.testing.assert_array_equal(arrays["boundary"], moved.boundary.astype(np.float32))


def test_a_link_carries_the_words_to_whom_it_is_given(uploads: tuple[Upload, Upload]) -> None:
    from bdsg.app.visit import links

    page(visit(uploads[0]), "evaluate")
    app = opened("evaluate", **links.to_parameters(uploads[1].choices))
    assert units(app) == uploads[1].choices["data"]["units"]
    assert WORDS[0].encode() not in sent(app)
