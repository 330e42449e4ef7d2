"""The protocols through their command: digits with every method, resumed, on two classes; Table 1 in little."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn import metrics

from bdsg.__main__ import main
from bdsg.config.image_config import image_config
from bdsg.data.images import load
from bdsg.image_experiments.image_scores import TITLES, loss_score, typicality
from bdsg.image_experiments.jobs import METHODS
from bdsg.image_experiments.protocols import leave_one_out, resized
from bdsg.image_experiments.table_one import separation
from bdsg.runs import tensor_file

OPTIONS = ["--quick", "--quiet", "--train", "400", "--test", "200"]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("digits")
    assert main(["images", "digits", "--left-out", "0", "3", *OPTIONS, "--out", str(folder)]) == 0
    return folder


def test_every_method_and_score_has_a_row_for_either_class(out: Path) -> None:
    results = json.loads((out / "results.json").read_text())
    found = {(row["left_out"], row["method"], row["score"]) for row in results["rows"]}
    rivals = {(c, method, "score") for c in (0, 3) for method in METHODS if method != "bdsg"}
    assert found == rivals | {(c, "bdsg", score) for c in (0, 3) for score in TITLES}
    for row in results["rows"]:
        assert 0 <= row["auroc"] <= 1, row
        assert 0 <= row["auprc"] <= 1, row
    assert {check["objective"] for check in results["checks"]} == {"ours", "paper"}
    table = (out / "table.md").read_text()
    assert all(title in table for title in TITLES.values())


def test_distances_tell_a_zero_from_other_digits_even_so(out: Path) -> None:
    rows = json.loads((out / "results.json").read_text())["rows"]
    found = {row["score"]: row["auroc"] for row in rows if row["left_out"] == 0 and row["method"] == "bdsg"}
    assert found["l1"] > 0.95
    assert found["l1_tangent"] > 0.95
    assert found["l1_room"] > 0.95


def test_the_boundary_file_holds_what_the_page_shows(out: Path) -> None:
    path = out / json.loads((out / "results.json").read_text())["boundary"]["3"]
    assert path.stat().st_size <= 60_000
    arrays, facts = tensor_file.unpack(path.read_bytes())
    assert facts["left_out"] == 3
    count = len(arrays["samples"])
    assert arrays["samples"].shape == arrays["nearest"].shape == (count, 8, 8, 1)
    assert arrays["samples"].dtype == np.uint8
    assert all(arrays[name].shape == (count,) for name in ("log_p", "l1", "loss", "scores"))
    assert bool((arrays["log_p"] < arrays["log_level"]).all())
    assert len(arrays["walk"]) == len(arrays["walk_log_p"]) == len(arrays["walk_scores"])
    assert len(arrays["scores_normal"]) + len(arrays["scores_left_out"]) == 200


def test_a_second_run_measures_nothing_again(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in out.glob("unit-*")}
    table = (out / "table.md").read_text()
    (out / "unit-digits-3-neighbours-0.json").unlink()
    assert main(["images", "digits", "--left-out", "0", "3", *OPTIONS, "--out", str(out)]) == 0
    after = {path: path.stat().st_mtime_ns for path in out.glob("unit-*")}
    assert after.keys() == before.keys()
    assert sum(before[path] != after[path] for path in before) == 1
    strip = [line.rsplit("|", 2)[0] for line in table.splitlines()]  # without the seconds
    assert [line.rsplit("|", 2)[0] for line in capsys.readouterr().out.splitlines()] == strip


def test_no_anomaly_is_trained_on_and_all_methods_get_the_same_images() -> None:
    config = image_config("digits", train=300, test=100)
    task, again = (leave_one_out("digits", 7, config, 5) for _ in range(2))
    assert torch.equal(task.train, again.train)
    assert task.train.shape == (300, 1, 8, 8)
    sevens = load("digits", "train")
    bytes_of_sevens = {image.tobytes() for image in sevens.images[sevens.labels == 7]}
    trained_on = (task.train * 16).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
    assert not bytes_of_sevens & {np.ascontiguousarray(image).tobytes() for image in trained_on}
    assert np.array_equal(task.normal, task.labels != 7)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["digits", "--left-out", "10"], "left-out class is 10"),
        (["digits", "--methods", "magic"], "methods is 'magic'"),
        (["digits", "--threads", "0"], "threads is 0"),
        (["mnist", "--data", "/nowhere"], "mnist"),
    ],
)
def test_what_cannot_be_done_is_said(
    arguments: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["images", *arguments, "--quiet", "--out", str(tmp_path / "out")]) == 2
    assert sentence in capsys.readouterr().err.lower()


def test_scores_follow_their_formulas() -> None:
    held_out = torch.tensor([1.0, 2.0, 3.0])
    log_density, l1 = torch.tensor([3.0, -800.0]), torch.tensor([2.0, 4.0])
    assert typicality(log_density, held_out).tolist() == [1.0, 802.0]
    assert loss_score(log_density, l1, held_out, 0.3, 0.1).tolist() == pytest.approx([1.0 + 0.6 + 0.1, 1.2 + 0.1])


def test_resized_images_keep_their_mean() -> None:
    digits = load("digits", "test")
    small = resized(digits, 4, 256)
    assert small.images.shape == (len(digits), 4, 4, 1)
    assert float(small.images.mean()) / 255 == pytest.approx(float(digits.images.mean()) / 16, rel=0.01)


def test_the_threshold_of_table_one_is_the_best_there_is() -> None:
    random = np.random.default_rng(0)
    normal, other = random.normal(size=80), random.normal(1.5, size=60)
    names = ("loss", "l1", "l1_room")
    found = separation(dict.fromkeys(names, normal), dict.fromkeys(names, other))
    balanced = [0.5 * ((normal < t).mean() + (other >= t).mean()) for t in np.r_[normal, other]]
    assert found["l1_balanced"] == pytest.approx(max(balanced))
    truth = np.r_[np.zeros(80), np.ones(60)]
    assert found["loss_auroc"] == pytest.approx(metrics.roc_auc_score(truth, np.r_[normal, other]))
    at = found["l1_room_threshold"]
    assert 0.5 * ((normal < at).mean() + (other >= at).mean()) == pytest.approx(max(balanced))
