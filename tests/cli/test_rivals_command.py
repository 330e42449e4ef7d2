"""``python -m bdsg rivals``: what it prints."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bdsg.__main__ import main
from bdsg.baselines.registry import METHODS
from bdsg.config import ExperimentConfig

ROOT = Path(__file__).resolve().parents[2]
OWN: dict[str, Any] = {
    "data": {
        "mixture": {"weights": [0.6, 0.4], "means": [[-2, 0], [2, 1]], "covariances": [[[1, 0.3], [0.3, 0.5]]] * 2},
        "samples": 128,
    },
    "seed": 3,
}


def shell(*arguments: object) -> subprocess.CompletedProcess[str]:
    """A real ``python -m bdsg rivals``."""
    command = [sys.executable, "-m", "bdsg", "rivals", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)


def test_the_command_line_scores_a_mixture_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "c.json").write_text(json.dumps(OWN))
    done = shell(tmp_path / "c.json", "--methods", "mixture", "neighbours")
    assert done.returncode == 0, done.stderr
    head, names, _, first, second = done.stdout.splitlines()
    assert head == "Scores at ε = 0.01, δ = 0.001"
    assert [cell.strip() for cell in names.split("|")][1:3] == ["method", "AUROC"]
    assert first.startswith("| Gaussian mixture")
    assert second.startswith("| k nearest neighbours")
    assert "neighbours: 100%" in done.stderr
    assert main(["rivals", str(tmp_path / "c.json"), "--methods", "mixture", "--json", "--quiet"]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    printed = json.loads(printed.out)
    assert ExperimentConfig.from_dict(printed["config"]) == ExperimentConfig.from_dict(OWN)
    (row,) = printed["rows"]
    assert f"{row['auroc']:.4f}" == first.split("|")[2].strip()


def test_an_unknown_method_is_one_sentence_with_the_names_there_are(tmp_path: Path) -> None:
    done = shell(tmp_path / "none.json", "--methods", "vae", "gan")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"methods is 'gan', but must be among {', '.join(METHODS)}.\n"
