"""``python -m bdsg tune``, with an embedded cluster of one worker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bdsg.__main__ import main
from bdsg.tuning import pool
from bdsg.tuning.folder import StudyFolder
from bdsg.tuning.study import Study

ROOT = Path(__file__).parents[2]
RAW = {"data": {"preset": "unimodal"}, "boundary": {"objective": "paper", "steps": 60}}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BDSG_CACHE", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))))
    (tmp_path / "config.json").write_text(json.dumps(RAW))
    return tmp_path


def test_an_interrupted_study_is_kept_resumed_and_shown(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = str(cache / "config.json")
    command = [sys.executable, "-m", "bdsg", "tune", config, "--name", "mine", "--trials", "100000", "--workers", "1"]
    process = subprocess.Popen([*command, "--batch", "4"], stderr=subprocess.PIPE, text=True)
    folder = StudyFolder(cache / "studies" / "mine")
    end = time.monotonic() + 60
    while not folder.clouds().size:
        assert time.monotonic() < end
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "python -m bdsg tune mine --resume" in said
    assert "Traceback" not in said
    done = Study(folder).finished()
    assert 0 < done < 100_000

    assert main(["tune", config, "--name", "mine"]) == 2
    assert "add --resume to go on" in capsys.readouterr().err
    size = ["--trials", str(done + 3), "--seeds", "1", "--workers", "1"]
    assert main(["tune", "mine", "--resume", *size]) == 0
    shown = capsys.readouterr().out
    assert f"mine: {max(done + 3, len(Study(folder).trials()))} complete" in shown
    assert "The best settings over other seeds" in shown
    assert main(["tune", "show", "mine", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["study"] == "mine"
    assert main(["tune", "show"]) == 0
    assert "mine" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nothing.json"], "cannot be read"),
        (["CONFIG", "--vary", "lambda9"], "is no setting that can vary"),
        (["CONFIG", "--goals", "bp1"], "add boundary_recall"),
        (["none", "--resume"], "There is no study 'none'"),
        (["show", "none"], "There is no study 'none'"),
        (["CONFIG", "--scheduler", "tcp://127.0.0.1:1"], "No scheduler answers at tcp://127.0.0.1:1"),
    ],
)
def test_bad_input_is_a_sentence(
    cache: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    sentence: str,
) -> None:
    monkeypatch.setattr(pool, "CONNECT_SECONDS", 0.5)
    arguments = [str(cache / "config.json") if word == "CONFIG" else word for word in arguments]
    assert main(["tune", *arguments]) == 2
    assert sentence in capsys.readouterr().err
