"""What sets runs apart, in words; their thumbnails; and scores that never mislead alone."""

from __future__ import annotations

import dataclasses
import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bdsg import number_text
from bdsg.app.labels import setting_label, setting_words
from bdsg.app.visit import browser_storage, history, links, own_points
from bdsg.app.visit.own_points import OwnPoints
from bdsg.app.visit.state import Visit
from bdsg.app.widgets import thumbnail
from bdsg.config import BoundaryConfig, DataConfig, DensityConfig, ExperimentConfig
from bdsg.config.presets import PRESETS
from bdsg.data import GaussianMixture
from bdsg.runs.result import Result
from tests.frontend.scripts import node
from tests.run_parts import run_arrays

MIXTURE = {"weights": [1.0], "means": [[0.0, 0.0]], "covariances": [[[1.0, 0.0], [0.0, 1.0]]]}


def config(**changes: Any) -> ExperimentConfig:
    return ExperimentConfig.from_dict({"data": {"preset": "bimodal"}, **changes})


def test_only_what_differs_is_named() -> None:
    assert history.differing([config(), config()]) == []
    assert history.differing([config()]) == []
    assert history.differing([config(), config(seed=1), config(boundary={"lambda2": 0.5})]) == [
        "boundary.lambda2",
        "seed",
    ]
    assert history.differing([config(), config(density={"blocks": 4})]) == []  # the closed form has no blocks
    other = history.differing([config(), config(density={"kind": "iresnet"})])
    assert {"density.kind", "density.blocks"} <= set(other)
    assert history.differing([config(), config(data={"mixture": MIXTURE})]) == ["data"]


def test_settings_in_words() -> None:
    assert history.shown(config(data={"mixture": MIXTURE}), "data") == "Your own mixture of 1"
    assert history.shown(config(), "data") == PRESETS["bimodal"].title
    assert history.shown(config(), "density.blocks") == "–"
    assert history.shown(config(boundary={"hidden": [8, 16]}), "boundary.hidden") == "8, 16"
    assert [setting_words(value) for value in (0.025, 12_000, "resflow")] == ["0.025", "12,000", "ResFlow"]


def test_every_setting_has_a_label() -> None:
    names = {"epsilon", "delta", "seed", "device", "data", "data.samples"}
    for section, kind in (("density", DensityConfig), ("boundary", BoundaryConfig)):
        names |= {f"{section}.{field.name}" for field in dataclasses.fields(kind)}
    labels = [setting_label(name) for name in names]
    assert len(set(labels)) == len(labels)
    assert setting_label("density.steps") == "Steps of p_g"
    assert "samples" in {field.name for field in dataclasses.fields(DataConfig)}


@pytest.mark.parametrize("recall", [None, 0.5])
def test_precision_is_shown_only_beside_recall(recall: float | None) -> None:
    scores = {"bp1": 1.0, "boundary_recall": recall, "components": 3, "components_covered": 2, "auroc": 0.98765}
    assert number_text.score(scores, "bp1") == ("–" if recall is None else "100 %")
    assert number_text.score(scores, "boundary_recall") == ("–" if recall is None else "50.0 %")
    assert number_text.covered(scores) == "2 of 3"
    assert number_text.score(scores, "auroc") == "0.9877"


def places(path: str) -> np.ndarray:
    return np.array([part.removesuffix("h0").split() for part in path.split("M")[1:]], dtype=float)


def test_a_thumbnail_draws_the_run_to_scale() -> None:
    x, y = np.linspace(-4, 4, 81), np.linspace(-2, 2, 41)
    mixture = GaussianMixture(**MIXTURE)
    nodes = np.stack([axis.ravel() for axis in np.meshgrid(x, y)], -1)
    radius = np.sqrt(-2 * np.log(2 * np.pi * 0.1))  # of the circle where the standard normal density is 0.1
    angle = np.linspace(0, 6, 50)
    arrays = {
        "grid_x": x,
        "grid_y": y,
        "log_p_x": mixture.log_prob(nodes).reshape(41, 81),
        "data": np.zeros((5, 2)),
        "boundary": radius * np.stack([np.cos(angle), np.sin(angle)], -1),
    }
    root = ElementTree.fromstring(thumbnail.svg(Result(config(epsilon=0.1), run_arrays(**arrays), {})))
    line, data, boundary = ((path.get("d") or "") for path in root)
    middle, scale = thumbnail.SIZE / 2, (thumbnail.SIZE / 2 - thumbnail.MARGIN) / radius
    circle = np.array([pair.split() for pair in line.removeprefix("M").split("L")], dtype=float) - middle
    np.testing.assert_allclose(np.hypot(*circle.T), radius * scale, atol=0.4)
    np.testing.assert_allclose(places(data), np.full((5, 2), middle), atol=0.3)
    np.testing.assert_allclose(places(boundary)[0], [middle + radius * scale, middle], atol=0.3)
    assert places(boundary)[10, 1] < middle  # up is up


def test_a_steered_run_is_told_from_the_one_it_was() -> None:
    steered = config(boundary={"changes": [{"step": 400, "lambda2": 0}, {"step": 700, "lambda1": 2.5}]})
    (name,) = history.differing([config(), steered])
    assert name == "boundary.changes"
    assert setting_label(name) == "Changes"
    assert history.shown(config(), name) == "–"
    assert history.shown(steered, name) == "from step 400 λ2 = 0; from step 700 λ1 = 2.5"


def test_what_a_browser_kept_is_read_and_the_rest_left_out() -> None:
    kept = links.to_parameters({"data": {"preset": "ring"}, "seed": 3})
    sent = [
        {"key": "any", "name": "  My ring  ", "parameters": kept},
        {"key": "any", "name": "", "parameters": {**kept, "epsilon": "0.02"}},
        {"key": "any", "name": "of another version", "parameters": {"data.preset": "gone"}},
        {"key": "any", "name": "no run", "parameters": {}},
        {"key": "any", "parameters": ["ring"]},
        "ring",
    ]
    first, second = browser_storage.read(sent)
    assert (first.name, first.key) == ("My ring", config(data={"preset": "ring"}, seed=3).key())
    assert second.name == "Earlier run"
    assert second.key == config(data={"preset": "ring"}, seed=3, epsilon=0.02).key()
    assert browser_storage.read(None) == browser_storage.read({}) == browser_storage.read("runs") == []
    for wrong in (None, 5, "", "[", "[" * 10_000, "1" * (browser_storage.MOST_CHARACTERS + 1)):
        assert browser_storage._json(wrong) is None


def test_own_points_survive_in_the_browser_and_nonsense_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Visit()
    monkeypatch.setattr(own_points, "visit", lambda: here)
    mixture = config(data={"mixture": MIXTURE}).data.mixture
    assert mixture is not None
    points = np.random.default_rng(0).normal(size=(50, 2)).round(4)
    own_points.keep(OwnPoints(points, mixture, painted=False, modes=1))
    told = own_points.to_keep()
    assert told is not None
    assert own_points.to_keep() is None
    kept, mine = json.loads(told["text"]), config(data={"mixture": MIXTURE})
    units = {"names": ["length", "width"], "shift": [0, 0], "scale": [1, 2]}
    uploaded = config(data={"mixture": MIXTURE, "units": units})
    assert own_points.wanted(mine) is None  # they are here
    for wrong in (None, [], {}, {"points": [1, 2]}, {**kept, "mixture": {}}, {**kept, "modes": 99}):
        here = Visit()
        own_points.recall(told["key"], wrong, mine)
        assert here.own_points is None
        assert own_points.missing(mine)
        assert own_points.wanted(mine) is None  # it is asked once
    here = Visit()
    assert own_points.wanted(mine) == {"key": told["key"], "said": False}
    assert own_points.wanted(uploaded) == {"key": told["key"], "said": True}
    assert own_points.wanted(config()) is None
    own_points.recall("another", kept, mine)
    own_points.recall(told["key"], kept, config())  # another table was uploaded meanwhile
    assert here.own_points is None
    assert not own_points.missing(mine)
    own_points.recall(told["key"], kept, uploaded)
    again = own_points.of(mine)
    assert again is not None
    np.testing.assert_array_equal(again.points, points)
    assert (again.painted, again.modes) == (False, 1)
    assert own_points.of(config()) is None


def test_points_whose_mixture_is_edited_are_kept_once(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Visit()
    monkeypatch.setattr(own_points, "visit", lambda: here)
    before, after = (config(data={"mixture": {**MIXTURE, "means": [[x, 0.0]]}}) for x in (0.0, 1.0))
    assert before.data.mixture is not None
    own_points.keep(OwnPoints(np.zeros((20, 2)), before.data.mixture, painted=True))
    first = own_points.to_keep()
    own_points.follow(before, after)
    second = own_points.to_keep()
    assert first is not None
    assert second is not None
    assert second["instead"] == first["key"] != second["key"]
    assert first["instead"] is None


def test_a_browser_keeps_what_other_visits_listed_but_not_what_was_removed(tmp_path: Path) -> None:
    driver = """
    const run = (key) => ({ key, name: key });
    print([
      merged({ listed: [run("b")], removed: ["c"], most: 30 }, [run("a"), run("b"), run("c")]).map(({ key }) => key),
      merged({ listed: [run("b")], removed: [], most: 2 }, [run("a"), run("c")]).map(({ key }) => key),
      keptOf("runs"),
    ]);
    """
    assert node(("memory/kept",), driver, folder=tmp_path) == [["b", "a"], ["b", "a"], []]


def test_a_browser_keeps_the_points_of_several_tables(tmp_path: Path) -> None:
    driver = """
    const table = (key, instead = null) => ({ key, instead, text: key + "'s" });
    let tables = [];
    for (const key of ["a", "b", "c", "a"]) tables = withTable(tables, table(key), 3);
    const edited = withTable(tables, table("d", "c"), 3);
    globalThis.window = { localStorage: { room: 40, kept: {}, getItem(name) { return this.kept[name] ?? null; },
      setItem(name, text) { if (text.length > this.room) throw new Error("full"); this.kept[name] = text; } } };
    keep("points", edited);
    const lists = [tables, edited, withTable(tables, table("e"), 3)].map((list) => list.map(({ key }) => key));
    print([lists, keptOf("points")]);
    """
    lists, kept = node(("memory/kept",), driver, folder=tmp_path)
    assert lists == [["a", "c", "b"], ["d", "a", "b"], ["e", "a", "c"]]
    assert kept == [{"key": "d", "text": "d's"}]  # what there was room for
