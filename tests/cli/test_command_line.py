"""The command line as a shell sees it: exit codes, streams and files."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bdsg.__main__ import main
from bdsg.config import ExperimentConfig
from bdsg.config.presets import PRESETS
from bdsg.number_text import percent
from bdsg.runs.cache import read_run
from tests import needs

PATIENCE = 120.0
ROOT = Path(__file__).resolve().parents[2]
FILES = {"config.json", "result.json", "boundary.csv", "density.safetensors", "arrays.safetensors"}
BOUNDARY = {"steps": 20, "snapshots": 5, "hidden": [8], "batch_size": 32}
RAW: dict[str, Any] = {
    "data": {"preset": "bimodal", "samples": 32},
    "density": {"kind": "iresnet", "steps": 6, "blocks": 1, "hidden": [4], "batch_size": 16},
    "boundary": BOUNDARY,
    "epsilon": 0.02,
}


def shell(*arguments: object, **options: Any) -> subprocess.Popen[str]:
    """A real ``python -m bdsg``."""
    command = [sys.executable, "-m", "bdsg", *map(str, arguments)]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "cwd": ROOT}
    return subprocess.Popen(command, preexec_fn=_heed_interrupts, **{**streams, **options})  # noqa: PLW1509


def _heed_interrupts() -> None:
    """A process that is started in the background is told to ignore Ctrl-C, and so are its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The one sentence with which bad input ends."""
    try:
        code = main([str(argument) for argument in arguments])
    except SystemExit as ended:
        code = int(ended.code or 0)
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.count("\n") == 1, err
    assert err.endswith("\n")
    return err


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A finished run: its directory, and what was printed to stdout and stderr."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "config.json").write_text(json.dumps(RAW))
    process = shell("run", folder / "config.json", "--out", folder / "deep" / "out")
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, err
    return folder / "deep" / "out", out, err


def test_run_writes_its_files(done: tuple[Path, str, str]) -> None:
    folder = done[0]
    assert {path.name for path in folder.iterdir()} == FILES
    run = read_run(folder)
    assert run.config == ExperimentConfig.from_dict(RAW)
    assert json.loads((folder / "result.json").read_text()) == run.summary
    with (folder / "boundary.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["x", "y"]
    np.testing.assert_array_equal(np.array(rows[1:], float), run.arrays.boundary)


def test_run_prints_scores_with_boundary_recall_after_bp1(done: tuple[Path, str, str]) -> None:
    folder, out, _ = done
    scores = read_run(folder).summary["scores"]
    lines = out.splitlines()
    assert lines[0] == "Scores at ε = 0.02, δ = 0.002"
    assert lines[1].split() == ["BP1", *percent(scores["bp1"]).split()]
    assert lines[2].split() == ["Boundary", "recall", *percent(scores["boundary_recall"]).split()]


def test_run_shows_stage_and_loss_terms_on_stderr(done: tuple[Path, str, str]) -> None:
    err = done[2]
    for words in ("density: 100%", "6/6", "boundary: 100%", "20/20", "loss=", "l0=", "l1=", "l2=", "scores: 100%"):
        assert words in err


def test_quiet_is_quiet_and_equal_configs_give_equal_runs(done: tuple[Path, str, str], tmp_path: Path) -> None:
    process = shell("run", done[0] / "config.json", "--out", tmp_path, "--quiet")
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err) == (0, done[1], "")
    first, second = read_run(done[0]), read_run(tmp_path)
    for name, array in first.arrays.to_dict().items():
        np.testing.assert_array_equal(getattr(second.arrays, name), array, strict=True)


def test_score_gives_the_density_of_the_saved_run(
    done: tuple[Path, str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arrays = read_run(done[0]).arrays.to_dict()
    points, expected = arrays["boundary"][:50], arrays["boundary_log_p_g"][:50]
    text = "".join(f"{x!r};{y!r}\n" for x, y in points.tolist())
    (tmp_path / "points.csv").write_text(f"x;y\n{text}")
    assert main(["score", str(done[0]), str(tmp_path / "points.csv")]) == 0
    out, err = capsys.readouterr()
    assert err == "The first line is read as names: x, y.\n"
    rows = list(csv.reader(io.StringIO(out)))
    assert rows[0] == ["x", "y", "log_density", "normal"]
    found = np.array(rows[1:], float)
    np.testing.assert_array_equal(found[:, :2], points)
    np.testing.assert_allclose(found[:, 2], expected, rtol=1e-12)
    np.testing.assert_array_equal(found[:, 3], found[:, 2] >= math.log(0.02))


def test_score_says_normal_within_and_not_outside(
    done: tuple[Path, str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arrays = read_run(done[0]).arrays.to_dict()
    inside = np.unravel_index(arrays["log_p_g"].argmax(), arrays["log_p_g"].shape)
    x, y = float(arrays["grid_x"][inside[1]]), float(arrays["grid_y"][inside[0]])
    (tmp_path / "points.csv").write_text(f"{x!r},{y!r}\n90,-90\n")
    assert main(["score", str(done[0]), str(tmp_path / "points.csv")]) == 0
    assert [line.rpartition(",")[2] for line in capsys.readouterr().out.splitlines()] == ["normal", "1", "0"]


def test_score_names_a_bad_cell(
    done: tuple[Path, str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "points.csv"
    path.write_text("x,y\n1,2\n3,abc\n")
    assert f"{path} line 3, column y is 'abc', but must be a finite number" in refused(capsys, "score", done[0], path)
    path.write_bytes("x,y\n1,2\n".encode("utf-16"))
    assert "must be UTF-8 text" in refused(capsys, "score", done[0], path)
    assert "cannot be read (Is a directory)" in refused(capsys, "score", done[0], tmp_path)
    assert "cannot be read (No such file" in refused(capsys, "score", done[0], tmp_path / "none.csv")


def test_score_refuses_what_is_no_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points = tmp_path / "points.csv"
    points.write_text("1,2\n")
    assert "is missing: name a directory that" in refused(capsys, "score", tmp_path, points)
    assert "is missing: name a directory that" in refused(capsys, "score", points, points)
    assert "is missing: name a directory that" in refused(capsys, "score", tmp_path / "none", points)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "not valid JSON"),
        ("{'data': 1}", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("[]", "must be a JSON object"),
        ("{}", "every run needs data"),
        ('{"data": {"preset": "nope"}}', "data.preset is 'nope', but must be one of unimodal, bimodal"),
        ('{"data": {"preset": "bimodal"}, "sead": 1}', "config.sead is 1, but is not a known setting: choose from"),
        ('{"data": {"preset": "bimodal"}, "boundary": {"steps": 0}}', "boundary.steps is 0, but must lie between 1"),
        ('{"data": {"preset": "bimodal"}, "epsilon": NaN}', "epsilon is nan, but must be a finite number"),
        ('{"data": {"preset": "bimodal"}, "epsilon": 1, "delta": 2}', "delta is 2.0, but must be below epsilon"),
        ('{"data": {"preset": "bimodal"}, "seed": ' + "9" * 5000 + "}", "is not valid JSON"),
        (b"\xff\xfe{", "save it as JSON in UTF-8"),
    ],
)
def test_a_bad_config_is_one_sentence(
    content: str | bytes, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "c.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    assert words in refused(capsys, "run", tmp_path / "c.json", "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_config_that_fails_later_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "c.json").write_text(json.dumps({**RAW, "epsilon": 5.0}))
    words = refused(capsys, "run", tmp_path / "c.json", "--out", tmp_path / "out")
    assert words.startswith("epsilon is 5.0, but the density is nowhere above")
    assert not (tmp_path / "out").exists()


def test_files_that_cannot_be_used_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config, out = tmp_path / "c.json", tmp_path / "out"
    assert f"{config} cannot be read (No such file or directory)" in refused(capsys, "run", config, "--out", out)
    assert f"{tmp_path} cannot be read (Is a directory)" in refused(capsys, "run", tmp_path, "--out", out)
    config.write_text("\ufeff" + json.dumps(RAW), encoding="utf-8")  # some editors put a byte order mark first
    assert f"{config} cannot be written (File exists)" in refused(capsys, "run", config, "--out", config)
    assert "cannot be written (Not a directory)" in refused(capsys, "run", config, "--out", config / "below")
    assert "cannot be written" in refused(capsys, "run", config, "--out", "/proc/below")


@pytest.mark.parametrize("mode", [0o500, 0o300, 0o000])
def test_a_directory_without_permission_is_named(mode: int, capsys: pytest.CaptureFixture[str]) -> None:
    with needs.without_rights() as folder:
        config, closed = folder / "c.json", folder / "closed"
        config.write_text(json.dumps(RAW))
        closed.mkdir(mode=mode)
        for out in [closed] if mode == 0o300 else [closed, closed / "below" / "deeper"]:
            said = refused(capsys, "run", config, "--out", out)
            assert f"{out} cannot be written (Permission denied): give yourself the right" in said
            assert "free some space" not in said
        closed.chmod(0o700)
        assert list(closed.iterdir()) == []


def test_names_that_no_disk_takes_are_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "c.json").write_text(json.dumps(RAW))
    long = tmp_path / ("n" * 300)
    assert "(File name too long): choose a shorter name." in refused(capsys, "run", tmp_path / "c.json", "--out", long)
    assert "File name too long" in refused(capsys, "score", long, tmp_path / "c.json")
    assert "letters, digits" in refused(capsys, "tune", long, "--resume")


def test_a_command_that_fails_takes_all_its_folders_away(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "c.json").write_text(json.dumps({**RAW, "epsilon": 5.0}))
    refused(capsys, "run", tmp_path / "c.json", "--out", tmp_path / "a" / "b" / "c")
    refused(capsys, "images", "digits", "--left-out", "10", "--quiet", "--out", tmp_path / "d" / "e")
    assert [path.name for path in tmp_path.iterdir()] == ["c.json"]


def test_a_study_that_cannot_begin_leaves_none_in_the_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BDSG_CACHE", str(tmp_path / "cache"))
    (tmp_path / "c.json").write_text(json.dumps(RAW))
    tune = ("tune", tmp_path / "c.json", "--name", "s", "--trials", 2, "--batch", 2, "--seeds", 0, "--quiet")
    for wrong, sentence in (
        (("--scheduler", "WRONG"), "No scheduler answers at WRONG"),
        (("--storage", f"sqlite:///{tmp_path}/no/where.db"), "The storage cannot be opened"),
        (("--workers", 0), "workers is 0, but must be 1 or more."),
    ):
        assert main([str(one) for one in (*tune, "--workers", 1, *wrong)]) == 2
        assert sentence in capsys.readouterr().err
        assert not list((tmp_path / "cache" / "studies").glob("*"))


@pytest.mark.parametrize(
    "arguments",
    [[], ["fly"], ["run"], ["run", "c.json"], ["score", "a"], ["presets", "--wrong"], ["presets", "--show"]],
)
def test_wrong_usage_is_one_sentence(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, *arguments).endswith("see `python -m bdsg --help`.\n")


def test_presets_are_listed_with_what_they_teach(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["presets"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 * len(PRESETS)
    for (name, preset), first, second in zip(PRESETS.items(), lines[::2], lines[1::2], strict=True):
        assert first.split()[:4] == [name, "ε", "=", f"{preset.epsilon:g}"]
        assert first.endswith(preset.title)
        assert second.strip() == preset.teaches


@pytest.mark.parametrize("name", PRESETS)
def test_a_shown_preset_is_a_config_that_run_takes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["presets", "--show", name]) == 0
    shown = ExperimentConfig.from_json(capsys.readouterr().out)
    assert shown == ExperimentConfig.from_dict({"data": {"preset": name}})


def test_an_unknown_preset_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert "preset is 'nope', but must be one of unimodal" in refused(capsys, "presets", "--show", "nope")


def test_a_closed_pipe_is_silent() -> None:
    read, write = os.pipe()
    os.close(read)
    process = shell("presets", stdout=write)
    os.close(write)
    _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_behind_stdout_is_one_sentence() -> None:
    with open("/dev/full", "w") as full:
        process = shell("presets", stdout=full)
        _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (
        2,
        "The output cannot be written (No space left on device): free some space or choose another directory.\n",
    )


def test_a_terminal_without_greek_gets_a_substitute() -> None:
    process = shell("presets", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (0, "")
    assert "? = 0.01" in out


def test_listing_presets_needs_no_torch() -> None:
    code = "import sys; from bdsg.__main__ import main; main(['presets']); sys.exit('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0


def test_ctrl_c_ends_a_run_with_one_sentence(tmp_path: Path) -> None:
    long = {**BOUNDARY, "steps": 50_000, "batch_size": 512}
    (tmp_path / "c.json").write_text(json.dumps({**RAW, "boundary": long}))
    process = shell("run", tmp_path / "c.json", "--out", tmp_path / "out")
    watchdog = threading.Timer(PATIENCE, process.kill)
    watchdog.start()
    assert process.stderr is not None
    seen = ""
    while "boundary:" not in seen:
        character = process.stderr.read(1)
        assert character, seen
        seen += character
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    watchdog.cancel()
    assert (process.returncode, out) == (130, "")
    assert err.splitlines()[-1] == "Interrupted: nothing was written."
    assert "Traceback" not in err
    assert not (tmp_path / "out").exists()
