"""The images page's tables and sentences."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bdsg.app.pages.images import images_component, images_words, prepared_images
from bdsg.app.pages.images.prepared_images import Row
from bdsg.errors import StoreError
from bdsg.runs.tensor_file import pack, unpack


def row(left_out: int, method: str, auroc: float | None, score: str = "", error: str = "") -> Row:
    return Row(left_out, method, score, auroc, auroc, 1.0, error)


ROWS = [
    row(3, "bdsg", 0.9, "l1"),
    row(8, "bdsg", 0.8, "l1"),
    row(3, "bdsg", 0.7, "neg_log_p"),
    row(8, "bdsg", 0.6, "neg_log_p"),
    row(3, "vae", 0.99),
    row(3, "neighbours", 0.88),
    row(8, "neighbours", 0.86),
    row(8, "wgan", None, error="It diverged."),
]


def test_methods_run_on_all_classes_come_first_by_their_mean() -> None:
    found = images_words.lines(ROWS, "auroc")
    titles = [line.title for line in found]
    assert titles[0] == "k nearest neighbours"
    assert titles[1] == "BDSG: L1"
    assert titles[-1] == "VAE"
    assert [line.mean for line in found] == pytest.approx([0.87, 0.85, 0.65, 0.99])


def test_the_table_stars_the_best_and_brackets_a_mean_of_fewer_classes() -> None:
    table = images_words.table(images_words.lines(ROWS, "auroc"), "digits", [3, 8])
    assert list(table[0]) == ["Method", "Mean", "3", "8"]
    assert [line["Mean"] for line in table] == ["0.8700 ★", "0.8500", "0.6500", "(0.9900)"]
    assert [line["3"] for line in table] == ["0.8800", "0.9000", "0.7000", "0.9900 ★"]
    assert [line["8"] for line in table] == ["0.8600 ★", "0.8000", "0.6000", "–"]


def test_the_winner_is_named_even_if_it_is_a_rival() -> None:
    text = images_words.winner(images_words.lines(ROWS, "auroc"), "AUROC")
    assert text.startswith("**k nearest neighbours** has the highest mean AUROC: 0.8700 over 2 left-out classes.")
    assert "BDSG's best, BDSG: L1, reaches" in text
    assert text.endswith("reaches 0.8500.")
    ours = images_words.winner(images_words.lines([*ROWS[:2], row(3, "neighbours", 0.1)], "auroc"), "AUROC")
    assert ours.startswith("**BDSG: L1**")
    assert "rival" not in ours  # none was run on as many classes
    assert images_words.winner([], "AUROC") == ""


def test_failures_are_said() -> None:
    assert images_words.failures(ROWS, "digits") == ["WGAN, 8 left out: It diverged."]


def test_classes_and_sets_have_names() -> None:
    assert images_words.class_title("cifar10", 3) == "cat"
    assert images_words.class_title("unheard of", 3) == "3"
    names = ("scores_normal", "scores_left_out", "scores", "scores_kmnist")
    assert [images_words.set_title(name, "digits", 4) for name in names] == [
        "normal test images", "left out: 4", "images of B(z)", "KMNIST",
    ]  # fmt: skip


def arrays(**more: np.ndarray) -> dict[str, np.ndarray]:
    scores = {name: np.arange(5.0) for name in ("scores_normal", "scores_left_out", "scores_kmnist", "scores")}
    images = {name: np.zeros((2, 8, 8, 1), np.uint8) for name in ("samples", "nearest")}
    return {**scores, **images, "l1": np.ones(2), **more}


def test_the_payload_lists_its_sets_in_order() -> None:
    titles = {"scores_kmnist": "KMNIST"}
    sent, meta = unpack(images_component.payload(arrays(unknown=np.zeros(1)), titles, "L1"))
    assert [entry["key"] for entry in meta["sets"]] == ["scores_normal", "scores", "scores_left_out", "scores_kmnist"]
    assert meta["sets"][-1]["title"] == "KMNIST"
    assert meta["score"] == "L1"
    assert "unknown" not in sent
    assert sent["scores_normal"].dtype == np.float32


def test_results_that_cannot_be_drawn_are_refused() -> None:
    with pytest.raises(StoreError, match="l1 are not all finite"):
        images_component.payload(arrays(l1=np.array([1.0, np.nan])), {})
    with pytest.raises(StoreError, match="lack scores_normal and scores_left_out and nearest"):
        images_component.payload({"samples": np.zeros((1, 8, 8, 1), np.uint8)}, {})
    with pytest.raises(StoreError, match="lack walk:"):
        images_component.payload(arrays(walk_scores=np.ones(3)), {})
    with pytest.raises(StoreError, match=r"tell of \[2, 3\] images"):
        images_component.payload(arrays(l1=np.ones(3)), {})


def entry(**more: Any) -> dict[str, Any]:
    return {"left_out": 0, "method": "vae", "score": "", "auroc": 0.5, "auprc": 0.5, "seconds": 1, **more}


def test_results_are_read_by_protocol_and_own_ones_come_before_those_shipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, shipped = tmp_path / "own", tmp_path / "shipped"
    for folder, protocol, name, seed in (
        (shipped, "digits", "results.json", 1),
        (shipped, "cifar10", "cifar10-results.json", 2),
        (own, "digits", "results.json", 3),
    ):
        folder.mkdir(exist_ok=True)
        held = {"format": 1, "protocol": protocol, "seed": seed, "rows": [entry()], "boundary": {"4": "b.safetensors"}}
        (folder / name).write_text(json.dumps(held))
    monkeypatch.setattr(prepared_images, "FOLDER", shipped)
    monkeypatch.delenv("BDSG_IMAGES", raising=False)
    assert {name: found.facts["seed"] for name, found in prepared_images.available().items()} == {
        "digits": 1,
        "cifar10": 2,
    }
    monkeypatch.setenv("BDSG_IMAGES", str(own))
    digits = prepared_images.available()["digits"]
    assert digits.facts["seed"] == 3
    assert digits.classes == (0, 4)
    assert digits.boundary[4] == own / "b.safetensors"


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "[]",
        '{"format": 2}',
        '{"format": 1}',
        json.dumps({"format": 1, "protocol": "digits", "rows": [entry(auroc=float("nan"))]}),
        json.dumps({"format": 1, "protocol": "digits", "rows": [entry(left_out="x")]}),
        json.dumps({"format": 1, "protocol": "digits", "rows": [{}]}),
    ],
)
def test_wrong_results_end_in_a_sentence(text: str, tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text(text)
    with pytest.raises(StoreError, match=r"results\.json .*make it again"):
        prepared_images.read(tmp_path / "results.json")


def test_a_file_outside_the_folder_is_not_read(tmp_path: Path) -> None:
    held = {"format": 1, "protocol": "digits", "rows": [], "boundary": {"0": "../../secret.safetensors"}}
    (tmp_path / "results.json").write_text(json.dumps(held))
    assert prepared_images.read(tmp_path / "results.json").boundary[0] == tmp_path / "secret.safetensors"


def test_arrays_that_are_missing_or_damaged_end_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"none\.safetensors cannot be read"):
        prepared_images.drawn(tmp_path / "none.safetensors")
    (tmp_path / "cut.safetensors").write_bytes(pack(arrays(), {})[:100])
    with pytest.raises(StoreError, match="cannot be read"):
        prepared_images.drawn(tmp_path / "cut.safetensors")
