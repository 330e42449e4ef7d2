"""The detector and the command line on bad tables: an answer of finite numbers, or one sentence and nothing written."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from bdsg import BDSGDetector
from bdsg.__main__ import main
from bdsg.config import ExperimentConfig
from bdsg.errors import BDSGError
from bdsg.runs.cache import write_run
from bdsg.runs.result import Result
from tests.fuzz.cases import altered, cases, contents, is_sentence, plain, watched
from tests.fuzz.test_fuzz_configs import BASE
from tests.fuzz.test_fuzz_tables import cells, tables

COLUMNS = {
    "normal": lambda n, random: random.normal(size=n),
    "constant": lambda n, random: np.full(n, 7.0),
    "zero": lambda n, random: np.zeros(n),
    "first again": lambda n, random: np.arange(n) * 0.5,
    "index": lambda n, random: np.arange(n) * 0.5,
    "two values": lambda n, random: np.arange(n) % 2 * 1.0,
    "one differs": lambda n, random: np.eye(1, n)[0],
    "an outlier": lambda n, random: np.append(random.normal(size=n - 1), 1e12),
    "tiny": lambda n, random: random.normal(size=n) * 1e-120,
    "large": lambda n, random: random.normal(size=n) * 1e120,
    "too tiny": lambda n, random: random.normal(size=n) * 1e-300,
    "too large": lambda n, random: random.normal(size=n) * 1e300,
    "far from 0": lambda n, random: random.normal(size=n) + 1e15,
    "NaN": lambda n, random: np.append(np.zeros(n - 1), np.nan),
    "infinite": lambda n, random: np.append(np.zeros(n - 1), -np.inf),
}


def fitted_or_refused(table: np.ndarray) -> BDSGDetector | None:
    try:
        return BDSGDetector(random_state=0).fit(table)
    except BDSGError as error:
        is_sentence(str(error))
    except ValueError:  # scikit-learn's own, which its users know
        return None
    return None


@cases(
    "tables of the detector",
    st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, max_size=4),
    st.sampled_from([1, 2, 3, 6, 9, 9, 9, 24]),
    st.sampled_from([1, 1, 1, 1, 40]),
)
def test_tables_of_the_detector(names: list[str], rows: int, times: int) -> None:
    """Constant, doubled, huge and tiny columns, few rows and many columns: a score is a finite number."""
    random = np.random.default_rng(0)
    table = np.stack([COLUMNS[name](rows, random) for name in names] * times, axis=1)
    detector = fitted_or_refused(table)
    if detector is None:
        return
    beyond = np.stack([np.full(table.shape[1], value) for value in (0.0, 1e300, -1.7e308, 5e-324)])
    for some in (table, beyond):
        scores = detector.decision_function(some)
        assert np.isfinite(scores).all()
        assert (detector.predict(some) == np.where(scores >= 0, 1, -1)).all()
    assert (detector.predict(beyond[1:3]) == -1).all()


@pytest.mark.parametrize("value", [7.0, 0.0])
def test_a_constant_column_tells_who_differs_there(value: float) -> None:
    table = np.column_stack([np.random.default_rng(0).normal(size=(40, 2)), np.full(40, value)])
    detector = BDSGDetector(random_state=0).fit(table)
    odd = table[:5].copy()
    odd[:, 2] += 1.0
    assert (detector.predict(odd) == -1).all()
    assert detector.score_samples(table).min() > detector.score_samples(odd).max()


def command(*arguments: str) -> tuple[int, str]:
    """The exit code of a command and what it printed; what it says of a refusal is one sentence."""
    out, said = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(said):
        code = main(list(arguments))
    assert code in (0, 2)
    if code:
        assert out.getvalue() == ""
        is_sentence(said.getvalue().removesuffix("\n"))
    return code, out.getvalue()


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("detector")
    (folder / "t.csv").write_text("x,y\n" + "".join(f"{k % 7},{k % 5}.5\n" for k in range(9)))
    assert main(["fit", str(folder / "t.csv"), "--out", str(folder / "d")]) == 0
    return folder / "d"


few = st.lists(st.lists(cells, min_size=2, max_size=3), min_size=0, max_size=9)
written = st.one_of(
    tables(), few.map(lambda rows: ("x,y\n" + "\n".join(",".join(row) for row in rows)).encode("utf-8", "replace"))
)


@cases(
    "commands on tables",
    written,
    st.sampled_from(
        [[], ["--columns", "x"], ["--epsilon", "0.1"], ["--contamination", "2"], ["--skip-rows", "--thousands", "none"]]
    ),
)
def test_commands_on_tables(detector: Path, tmp_path: Path, content: bytes, options: list[str]) -> None:
    """``fit`` and ``score`` on a file: exit code 0 with finite numbers, or 2 with one sentence and all as it was."""
    table, old, new = tmp_path / "t.csv", tmp_path / "old", tmp_path / "new"
    table.write_bytes(content)
    old.mkdir(exist_ok=True)
    (old / "notes.txt").write_text("kept")
    for target in (new, old):
        before = contents(tmp_path)
        code, _ = command("fit", str(table), "--out", str(target), *options)
        if code:
            assert contents(tmp_path) == before
        else:
            assert np.isfinite(BDSGDetector.load(target).offset_)
            (target / "detector.safetensors").unlink()
            if target == new:
                new.rmdir()
    before = contents(detector)
    code, printed = command("score", str(detector), str(table))
    assert contents(detector) == before
    for line in printed.splitlines()[1:]:
        row, score, decision, outlier = map(float, line.split(","))
        assert np.isfinite([row, score, decision]).all()
        assert outlier == (decision < 0)


def test_a_far_row_is_an_outlier_on_the_command_line(detector: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("x,y\n1e300,0\n-1.7e308,1e308\n0,0.5\n")
    code, printed = command("score", str(detector), str(tmp_path / "t.csv"))
    assert code == 0
    assert [line.rpartition(",")[2] for line in printed.splitlines()] == ["outlier", "1", "1", "0"]


def test_a_detector_without_names_refuses_another_width(tmp_path: Path) -> None:
    BDSGDetector(random_state=0).fit(np.random.default_rng(0).normal(size=(9, 3))).save(tmp_path / "d")
    (tmp_path / "t.csv").write_text("x,y\n1,2\n3,4\n")
    with watched():
        assert command("score", str(tmp_path / "d"), str(tmp_path / "t.csv"))[0] == 2


@cases("commands on points", written)
def test_commands_on_points(quick_result: Result, tmp_path: Path, content: bytes) -> None:
    """``score`` with a run: a log density for each point and the verdict that goes with it, or one sentence."""
    run, points = tmp_path / "run", tmp_path / "p.csv"
    if not run.exists():
        write_run(quick_result, run)
    points.write_bytes(content)
    _, printed = command("score", str(run), str(points))
    for line in printed.splitlines()[1:]:
        x, y, value, normal = map(float, line.split(","))
        assert np.isfinite([x, y]).all()
        assert value < np.inf
        assert normal == (value >= np.log(quick_result.config.epsilon))


@cases("commands on configs", st.lists(st.integers(0, 9), min_size=1, max_size=4), plain, st.floats(0, 1))
def test_commands_on_configs(tmp_path: Path, path: list[int], value: Any, share: float) -> None:
    """A config that is none: exit code 2 and no folder, from each command that takes one."""
    raw = altered(BASE, path, value)
    try:
        ExperimentConfig.from_dict(raw)
        raw = {**raw, "epsilonn": 1}  # it would have run
    except BDSGError:
        pass
    text = json.dumps(raw)
    config = tmp_path / "c.json"
    for content in (text.encode(), text[: int(share * len(text))].encode(), text.encode("utf-16")):
        config.write_bytes(content)
        before = contents(tmp_path)
        assert command("run", str(config), "--out", str(tmp_path / "run"), "--quiet")[0] == 2
        assert contents(tmp_path) == before
    for name in ("rivals", "tune"):
        assert command(name, str(config), "--quiet")[0] == 2
    assert contents(tmp_path) == before
