"""Files for elsewhere: tables that read back to the same bits, and a script that runs the same experiment."""

from __future__ import annotations

import csv
import dataclasses
import io
import math
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import numpy as np
import pytest

from bdsg.config import ExperimentConfig, UnitsConfig
from bdsg.experiments import export, run_experiment
from bdsg.runs.result import Result

ROOT = Path(__file__).parents[2]
CONFIG = {
    "data": {"preset": "bimodal", "samples": 64},
    "density": {"kind": "iresnet", "steps": 3, "blocks": 1, "hidden": [4]},
    "boundary": {"steps": 15, "snapshots": 3, "hidden": [8], "batch_size": 32},
    "seed": 5,
}


@pytest.fixture(scope="module")
def result() -> Result:
    *_, result = run_experiment.run(ExperimentConfig.from_dict(CONFIG))
    assert isinstance(result, Result)
    return result


def table(text: str) -> tuple[list[str], list[list[str]]]:
    header, *rows = csv.reader(io.StringIO(text))
    return header, rows


def executed(text: str, folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """The script, run by a Python that knows the installed packages and ``more``, but not bdsg unless it is there."""
    downloads = folder / "downloads"
    downloads.mkdir(exist_ok=True)
    (downloads / "again.py").write_text(text, encoding="utf-8")
    paths = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*more, *paths])}
    command = [
        sys.executable,
        "-S",
        str(downloads / "again.py"),
    ]  # without .pth files, so without a bdsg in development
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_script_run_in_the_projects_folder_makes_the_same_boundary_bit_for_bit(
    result: Result, tmp_path: Path
) -> None:
    (tmp_path / "bdsg").symlink_to(ROOT / "bdsg")
    done = executed(export.script(result), tmp_path)
    assert done.returncode == 0, done.stderr
    assert "the same, bit for bit" in done.stdout
    assert "boundary recall" in done.stdout
    _, rows = table((tmp_path / "boundary.csv").read_text())
    np.testing.assert_array_equal(np.array(rows, dtype=float), result.arrays.boundary)


def test_the_script_says_in_its_first_lines_how_to_run_it(result: Result) -> None:
    head = export.script(result).partition("import ")[0]
    assert "pip install ." in head
    assert "PYTHONPATH=" in head


def test_without_the_package_the_script_says_what_to_do(result: Result, tmp_path: Path) -> None:
    done = executed(export.script(result).replace("from bdsg import", "from bdsg_that_is_missing import"), tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "finds no package bdsg_that_is_missing. Go to BDSG's own folder, run pip install" in done.stderr


def test_the_script_tells_of_another_processor_by_its_scores(result: Result, tmp_path: Path) -> None:
    text = export.script(result)
    digest = text.split('SHA256 = "')[1][:64]
    recall = f"'boundary_recall': {result.summary['scores']['boundary_recall']}"
    assert recall in text
    found = []
    for scores in (recall, "'boundary_recall': 17.0"):
        other = text.replace(digest, "0" * 64).replace(recall, scores)
        done = executed(other, tmp_path, str(ROOT))
        assert done.returncode == 0, done.stderr
        found.append(done.stdout)
    assert "differs in its bits: another processor" in found[0]
    assert "scores are the first run's within 0.01" in found[0]
    assert "differs from the first run" in found[1]
    assert "more than the 0.01 to be expected" in found[1]


def test_the_script_promises_no_scores_for_the_paper(result: Result) -> None:
    boundary = dataclasses.replace(result.config.boundary, objective="paper")
    paper = dataclasses.replace(result, config=dataclasses.replace(result.config, boundary=boundary))
    assert "The paper's loss ends elsewhere when it is rounded otherwise" in export.script(paper)
    assert "to be expected" not in export.script(paper)


def test_tables_read_back_to_the_same_bits(result: Result) -> None:
    header, rows = table(export.boundary_table(result))
    assert header == ["x", "y", "log_p_x", "log_p_g"]
    numbers = np.array(rows, dtype=float)
    np.testing.assert_array_equal(numbers[:, :2], result.arrays.boundary)
    np.testing.assert_array_equal(numbers[:, 2], result.arrays.boundary_log_p_x)
    np.testing.assert_array_equal(numbers[:, 3], result.arrays.boundary_log_p_g)
    header, rows = table(export.data_table(result))
    assert header == ["x", "y", "mode"]
    np.testing.assert_array_equal(np.array(rows, dtype=float)[:, :2], result.arrays.data)
    np.testing.assert_array_equal([int(row[2]) for row in rows], result.arrays.data_modes)


def test_tables_are_in_the_units_of_the_config(result: Result) -> None:
    units = UnitsConfig(("cm", "kg"), (100.0, 30.0), (20.0, 8.0))
    data = dataclasses.replace(result.config.data, units=units)
    shown = dataclasses.replace(result, config=dataclasses.replace(result.config, data=data))
    header, rows = table(export.boundary_table(shown))
    assert header == ["cm", "kg", "log_p_x", "log_p_g"]
    numbers = np.array(rows, dtype=float)
    np.testing.assert_allclose(numbers[:, 0], 100 + 20 * result.arrays.boundary[:, 0])
    # A cm·kg is a 160th of the plane's unit of area, so the density in it is as much lower.
    np.testing.assert_allclose(np.exp(numbers[:, 2]), np.exp(result.arrays.boundary_log_p_x) / 160)
    header, rows = table(export.data_table(shown))
    assert header == ["cm", "kg", "mode"]
    np.testing.assert_allclose(np.array(rows, dtype=float)[:, 1], 30 + 8 * result.arrays.data[:, 1])


def test_loss_terms_are_one_row_a_snapshot(result: Result) -> None:
    header, rows = table(export.loss_table(result))
    assert header == ["step", "loss", "l0", "l1", "l2"]
    numbers = np.array(rows, dtype=float)
    np.testing.assert_array_equal(numbers[:, 0], result.arrays.snapshot_steps)
    np.testing.assert_array_equal(numbers[:, 1:].astype(np.float32), result.arrays.snapshot_terms.astype(np.float32))


def test_scores_are_one_a_row() -> None:
    scores = {"bp1": 0.5, "boundary_recall": None, "anomalous": {"f1": 0.25}, "clustering": {"shares": [0.75, 0.25]}}
    header, rows = table(export.score_table(scores))
    assert header == ["score", "value"]
    assert rows == [
        ["bp1", "0.5"],
        ["boundary_recall", ""],
        ["anomalous.f1", "0.25"],
        ["clustering.shares.0", "0.75"],
        ["clustering.shares.1", "0.25"],
    ]


def test_points_of_ones_own_come_with_verdicts_in_their_units() -> None:
    units = {"names": ["cm", "kg"], "shift": [10, 20], "scale": [2, 4]}
    mixture = {"weights": [1.0], "means": [[0, 0]], "covariances": [[[1, 0], [0, 1]]]}
    config = ExperimentConfig.from_dict({"data": {"mixture": mixture, "units": units}})
    lines = export.verdict_table(config, np.array([[0.0, 0.0], [9.0, 0.0]]), 0.01).splitlines()
    assert lines[0] == "row,cm,kg,log_p_x,normal"
    first, second = (line.split(",") for line in lines[1:])
    assert first[:3] == ["1", "10.0", "20.0"]
    assert float(first[3]) == pytest.approx(-math.log(2 * math.pi) - math.log(8))
    assert (first[4], second[4]) == ("1", "0")
    assert second[1] == "28.0"
