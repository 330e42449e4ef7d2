"""``python -m bdsg fit`` and ``score`` on tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas
import pytest

from bdsg.__main__ import main


def table(rows: int = 120) -> pandas.DataFrame:
    x = np.random.default_rng(0).normal(size=(rows, 3)) * [1, 20, 0.1] + [5, 100, 2]
    return pandas.DataFrame(x, columns=["length", "mass", "density"])


def test_a_table_is_fitted_and_another_scored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table().assign(name="eel").to_csv(tmp_path / "normal.csv", index=False)
    fresh = table(20)
    fresh.loc[3] = [50, 100, 2]
    fresh[["density", "length", "mass"]].to_parquet(tmp_path / "fresh.parquet")
    assert main(["fit", str(tmp_path / "normal.csv"), "--out", str(tmp_path / "d"), "--contamination", "0.05"]) == 0
    said = capsys.readouterr()
    assert "120 rows of 3 columns" in said.out
    assert "Left out, as they hold no numbers: name." in said.err
    assert main(["score", str(tmp_path / "d"), str(tmp_path / "fresh.parquet")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "row,log_density,decision,outlier"
    assert len(lines) == 21
    assert lines[4].startswith("4,")
    assert lines[4].endswith(",1")
    assert sum(line.endswith(",1") for line in lines[1:]) < 6


@pytest.mark.parametrize(
    ("content", "arguments", "sentence"),
    [
        ("a,b\n1,2\n", [], "minimum of 2 is required"),
        ("a,b\n" + "1,2\n" * 9, [], "no column varies by more than 1e-12"),
        ("a,b\n1,2\n3,5\n4,4\n", ["--contamination", "0.9"], "must be above 0 and at most 0.5"),
        ("a,b\n1,2\n3,5\n4,4\n", ["--columns", "c"], "is not there"),
        ("a,b\nx,y\n", [], "no column of numbers"),
    ],
)
def test_bad_input_is_one_sentence(
    content: str, arguments: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.csv").write_text(content)
    assert main(["fit", str(tmp_path / "t.csv"), "--out", str(tmp_path / "d"), *arguments]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert "Traceback" not in said
    assert not (tmp_path / "d").exists()


def test_a_missing_table_and_a_missing_column(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fit", str(tmp_path / "no.csv"), "--out", str(tmp_path / "d")]) == 2
    assert "cannot be read" in capsys.readouterr().err
    table().to_csv(tmp_path / "t.csv", index=False)
    assert main(["fit", str(tmp_path / "t.csv"), "--out", str(tmp_path / "d")]) == 0
    table()[["length"]].to_csv(tmp_path / "less.csv", index=False)
    assert main(["score", str(tmp_path / "d"), str(tmp_path / "less.csv")]) == 2
    assert "'mass', but is not there: it has length" in capsys.readouterr().err
