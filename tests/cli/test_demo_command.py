"""``python -m bdsg demo``: the pages that it writes, and what it refuses."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from bdsg.__main__ import main
from bdsg.cli.demo import ROOM
from bdsg.config.presets import PRESETS
from bdsg.data import GaussianMixture
from bdsg.runs.tensor_file import unpack
from bdsg.standalone.page import bundle
from tests.cli.test_command_line import refused

EIGHT = {"data": {"preset": "ring"}, "boundary": {"objective": "paper", "lambda2": 0.5}, "epsilon": 0.02, "seed": 7}


def written(folder: Path, name: str, config: object) -> Path:
    path = folder / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(config))
    return path


def start(page: Path) -> dict[str, Any]:
    """What the instrument of a page opens with."""
    found = re.search(r'atob\("([^"]+)"\)', page.read_text(encoding="utf-8"))
    assert found is not None
    told: dict[str, Any] = unpack(b64decode(found[1]))[1]["start"]
    return told


def test_without_a_config_it_is_the_papers_loss_on_two_modes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "deep" / "out"
    assert main(["demo", "--out", str(out)]) == 0
    (page,) = out.iterdir()
    assert capsys.readouterr().out == f"{page}  {page.stat().st_size / 1000:.0f} kB\n"
    assert page.name == "index.html"
    assert (start(page)["preset"], start(page)["objective"]) == ("bimodal_separate", "paper")


def test_one_config_is_the_page_itself_and_writes_over_the_last_one(tmp_path: Path) -> None:
    main(["demo", "--out", str(tmp_path)])
    assert main(["demo", str(written(tmp_path / "in", "eight", EIGHT)), "--out", str(tmp_path)]) == 0
    page = tmp_path / "index.html"
    told, text = start(page), page.read_text(encoding="utf-8")
    assert (told["preset"], told["lambda2"], told["epsilon"], told["seed"]) == ("ring", 0.5, 0.02, 7)
    assert f"<title>BDSG: {PRESETS['ring'].title}</title>" in text
    assert page.stat().st_size <= ROOM
    script = re.search(r'from "data:text/javascript;base64,([^"]+)"', text)
    assert script is not None
    assert b64decode(script[1]).decode() == bundle("play")
    assert "default-src 'none'" in text
    assert not re.search(r"""<(script|link|img|iframe)[^>]+(src|href)="(?!data:)|@import|url\((?!data:|#)""", text)


def test_several_configs_are_a_list_that_leads_to_one_page_each(tmp_path: Path) -> None:
    mixture = {"weights": [1.0], "means": [[1.0, 2.0]], "covariances": [[[1.0, 0.0], [0.0, 2.0]]]}
    given = [
        written(tmp_path / "a", "index", EIGHT),
        written(tmp_path / "b", "Index", {"data": {"mixture": mixture}}),
        written(tmp_path / "b", "50 % <b>", {"data": {"mixture": mixture}, "boundary": {"lambda1": 3}}),
    ]
    assert main(["demo", *map(str, given), "--out", str(tmp_path / "out")]) == 0
    names = ["index-2.html", "Index-3.html", "50 % <b>.html"]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"index.html", *names}
    text = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'<a href="([^"]+)"', text) == ["index-2.html", "Index-3.html", "50%20%25%20%3Cb%3E.html"]
    assert "50 % &lt;b&gt;<small>ours · ε = 0.01 · λ1 = 3 · λ2 = 0.1 · seed 0" in text
    (mode,) = start(tmp_path / "out" / names[2])["modes"]
    assert (mode["x"], mode["y"], mode["long"], mode["angle"]) == (1, 2, 1.41421, 90)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"density": {"kind": "iresnet"}}, "density.kind is 'iresnet', but a demo has no server to fit it: set"),
        ({"density": {"kind": "resflow"}}, "set density.kind to closed_form."),
        ({"boundary": {"levels": 16}}, "boundary.levels is 16, but a demo trains for ε alone: set it to 1."),
        ({"boundary": {"changes": [{"step": 5, "lambda2": 0}]}}, "boundary.changes is 1, but"),
        ({"delta": 1e-5}, "delta is 1e-05, but must be epsilon / 10 in a demo, 0.001: leave it out."),
        ({"epsilon": 5.0}, "epsilon is 5.0, but the density is nowhere above"),
        ({"epsilon": -1}, "epsilon is -1"),
    ],
)
def test_what_a_browser_cannot_train_is_refused_in_a_sentence(
    config: dict[str, Any], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, "c", {"data": {"preset": "bimodal"}, **config})
    assert words in refused(capsys, "demo", written(tmp_path, "good", EIGHT), path, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("count", "dim"), [(30, 2), (2, 3)])
def test_more_than_the_plane_holds_is_refused(
    count: int, dim: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    identity = [[float(i == j) for j in range(dim)] for i in range(dim)]
    means = [[float(k)] * dim for k in range(count)]
    mixture = json.loads(GaussianMixture([1 / count] * count, means, [identity] * count).to_json())
    words = refused(capsys, "demo", written(tmp_path, "c", {"data": {"mixture": mixture}}), "--out", tmp_path / "out")
    assert f"{count} Gaussians in {dim} dimensions" in words
    assert "24 Gaussians at most, in 2 dimensions: leave some out." in words


def test_files_that_cannot_be_used_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, "c", EIGHT)
    assert "none.json cannot be read" in refused(capsys, "demo", tmp_path / "none.json", "--out", tmp_path / "out")
    assert f"{path} cannot be written (File exists)" in refused(capsys, "demo", path, "--out", path)
