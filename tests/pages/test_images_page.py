"""The images page in Streamlit's own test harness, on small results made here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from bdsg.app.pages.images import prepared_images
from bdsg.runs.tensor_file import pack, unpack
from tests.pages.test_pages import fresh, opened

__all__ = ["fresh"]  # a fixture


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the page looks for results; empty at first."""
    made = tmp_path / "results"
    made.mkdir()
    monkeypatch.setattr(prepared_images, "FOLDER", made)
    monkeypatch.delenv("BDSG_IMAGES", raising=False)
    return made


def write(folder: Path, protocol: str = "digits", name: str = "results.json") -> None:
    """Results of two classes, the second of which has no pictures."""
    rows: list[dict[str, Any]] = []
    for left_out in (2, 7):
        for method, score, auroc in (("bdsg", "l1", 0.9), ("bdsg", "loss", 0.7), ("mixture", "score", 0.95)):
            told = {"left_out": left_out, "method": method, "score": score, "seconds": 1.0}
            rows.append({**told, "auroc": auroc + left_out / 1000, "auprc": 1 - auroc})
    rows.append({"left_out": 7, "method": "wgan", "score": "score", "auroc": None, "auprc": None, "error": "It broke."})
    numbers = np.random.default_rng(0)
    arrays = {name: numbers.integers(0, 256, (6, 8, 8, 1), dtype=np.uint8) for name in ("samples", "nearest", "walk")}
    values = ("log_p", "l1", "loss", "scores", "walk_log_p", "walk_scores", "scores_normal", "scores_left_out")
    arrays |= {name: numbers.normal(size=6).astype(np.float32) for name in values}
    (folder / f"{protocol}.safetensors").write_bytes(pack(arrays, {"score": "l1"}))
    boundary = {"2": f"{protocol}.safetensors"}
    held = {"format": 1, "protocol": protocol, "seed": 0, "train": 100, "rows": rows, "boundary": boundary}
    (folder / name).write_text(json.dumps(held))


def drawn(app: AppTest) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """What the component got."""
    return unpack(app.get("bidi_component")[0].proto.bytes)


def test_it_opens_on_prepared_results(folder: Path) -> None:
    write(folder)
    app = opened("images")
    assert not app.exception
    arrays, meta = drawn(app)
    assert arrays["samples"].shape == (6, 8, 8, 1)
    assert [entry["title"] for entry in meta["sets"]] == ["normal test images", "images of B(z)", "left out: 2"]
    assert meta["score"] == "L1"
    assert list(app.table[0].value["Method"]) == [
        "Gaussian mixture", "BDSG: L1", "BDSG: loss",
    ]  # fmt: skip
    assert any("**Gaussian mixture** has the highest mean AUROC" in block.value for block in app.markdown)
    assert [warning.value for warning in app.warning] == ["WGAN, 7 left out: It broke."]


def test_another_figure_sorts_the_table_anew(folder: Path) -> None:
    write(folder)
    app = opened("images")
    app.segmented_control[0].set_value("AUPRC").run()
    assert app.table[0].value["Method"].iloc[0] == "BDSG: loss"
    assert any("highest mean AUPRC" in block.value for block in app.markdown)


def test_a_class_without_pictures_has_its_figures(folder: Path) -> None:
    write(folder)
    app = opened("images")
    app.selectbox[0].select("7").run()
    assert not app.exception
    assert not [found for found in app.get("bidi_component") if found.key != "memory"]
    assert "no pictures" in app.info[0].value
    assert len(app.table) == 1


def test_a_link_chooses_and_follows(folder: Path) -> None:
    write(folder)
    write(folder, "cifar10", "cifar10-results.json")
    app = opened("images", images="cifar10", left_out="7")
    assert [box.value for box in app.selectbox] == ["cifar10", "7"]
    app.selectbox[1].select("2").run()
    assert "left_out" not in app.query_params
    assert "cifar10" in app.query_params["images"]
    app.selectbox[1].select("7").run()
    app.selectbox[0].select("digits").run()
    assert app.selectbox[1].value == "7"
    assert "images" not in app.query_params
    assert opened("images", images="faces", left_out="x").selectbox[1].value == "2"


def test_data_sets_are_chosen_where_there_are_several(folder: Path) -> None:
    write(folder)
    write(folder, "cifar10", "cifar10-results.json")
    app = opened("images")
    assert app.selectbox[0].value == "digits"
    app.selectbox[0].select("cifar10").run()
    assert not app.exception
    assert drawn(app)[1]["sets"][-1]["title"] == "left out: bird"
    assert "horse" in app.table[0].value.columns


def test_nothing_yet_and_damaged_results_are_sentences(folder: Path) -> None:
    app = opened("images")
    assert not app.exception
    assert "python -m bdsg images digits" in app.info[0].value
    write(folder)
    (folder / "digits.safetensors").write_bytes(b"cut")
    app.run()
    assert not app.exception
    assert "cannot be read" in app.error[0].value
    (folder / "results.json").write_text("{")
    app.run()
    assert "results.json cannot be read" in app.error[0].value
