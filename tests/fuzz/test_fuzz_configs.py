"""Configs, links, mixtures and what a browser sends: taken, or refused in one sentence."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from bdsg.app.visit import browser_storage, history, links, own_points, studies
from bdsg.app.visit.state import visit
from bdsg.config import ExperimentConfig
from bdsg.data import GaussianMixture, uploads
from bdsg.data.mixture_rows import from_rows, read_modes
from tests.fuzz.cases import altered, cases, plain, taken_or_refused

KEYS = [
    *("data", "density", "boundary", "epsilon", "delta", "seed", "device", "preset", "mixture", "units", "samples"),
    *("kind", "hidden", "steps", "lambda1", "changes", "weights", "means", "covariances", "levels", "names", "scale"),
]
known = st.recursive(
    st.one_of(plain, st.sampled_from(["bimodal", "iresnet", "paper", "cpu", "nan", "1e999"])),
    lambda inner: st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=10,
)


def check_config(read: Callable[[], ExperimentConfig]) -> None:
    config = taken_or_refused(read)
    if config is not None:
        assert ExperimentConfig.from_json(config.to_json()) == config
        assert 0 < config.delta < config.epsilon < math.inf


@cases("configs", known)
def test_configs(raw: Any) -> None:
    check_config(lambda: ExperimentConfig.from_dict(raw))


BASE = {
    "data": {
        "mixture": {"weights": [0.5, 0.5], "means": [[0, 0], [3, 1]], "covariances": [[[1, 0], [0, 1]]] * 2},
        "units": {"names": ["a", "b"], "shift": [0, 1], "scale": [1, 2]},
        "samples": 64,
    },
    "density": {"kind": "iresnet", "steps": 100},
    "boundary": {"objective": "paper", "hidden": [8, 8], "changes": [{"step": 4, "lambda2": 0}]},
    "epsilon": 0.01,
    "seed": 3,
}


@cases("altered configs", st.lists(st.integers(0, 9), min_size=1, max_size=5), plain)
def test_altered_configs(path: list[int], value: Any) -> None:
    raw = altered(BASE, path, value)
    check_config(lambda: ExperimentConfig.from_dict(raw))
    text = json.dumps(raw)  # with NaN, as Python writes it
    check_config(lambda: ExperimentConfig.from_json(text))
    check_config(lambda: ExperimentConfig.from_json(text[: 40 * (path[0] + 1)]))


OLDER = [
    "data.kind",
    "data.name",
    "density.depth",
    "boundary.lambda3",
    "boundary.loss",
    "eps",
    "version",
    "teach",
    "watching",
]
"""Names that no present link has, or not with these values."""
names = st.one_of(
    st.sampled_from([*OLDER, "data.preset", "data.mixture", "boundary.steps", "boundary.changes", "epsilon", "seed"]),
    st.text(max_size=12),
)
parameters = st.dictionaries(
    names, st.one_of(st.text(max_size=20), plain.map(lambda value: json.dumps(value, default=str))), max_size=5
)


@cases("links", parameters)
def test_links(found: dict[str, str]) -> None:
    choices = taken_or_refused(lambda: links.from_parameters(found))
    if choices is not None:
        assert links.from_parameters(links.to_parameters(choices)) == choices
    browser_storage.read([{"name": "n", "parameters": found}])


@pytest.mark.parametrize(
    "found",
    [
        {"data.preset": "two_moons"},
        {"boundary.objective": "fence"},
        {"boundary.lambda3": "1"},
        {"density.kind": "glow", "epsilon": "0.01"},
        {"epsilon": "1e-400"},
        {"seed": "9" * 5000},
        {"data.mixture": "9" * 30_000},
    ],
)
def test_links_of_another_version_are_told_of(found: dict[str, str]) -> None:
    assert taken_or_refused(lambda: links.from_parameters(found)) is None


numbers = st.floats(width=64) | st.sampled_from([0.0, 1.0, -1.0, 1e-300, 1e300, 1e-9, 0.5, 5e-324, 1.7e308])


@cases("mixtures", st.integers(1, 3), st.lists(numbers, min_size=18, max_size=18), st.booleans())
def test_mixtures(count: int, drawn: list[float], even: bool) -> None:
    """Singular, huge, tiny and not normalised."""
    weights = [1 / count] * count if even else drawn[:count]
    means = np.array(drawn[3 : 3 + 2 * count]).reshape(count, 2)
    covariances = [[[p, q], [q, r]] for p, q, r in np.array(drawn[9 : 9 + 3 * count]).reshape(count, 3).tolist()]
    mixture = taken_or_refused(lambda: GaussianMixture(weights, means, covariances))
    if mixture is not None:
        sample = mixture.sample(20, np.random.default_rng(0))
        assert np.isfinite(mixture.log_prob(sample)).all()
        assert math.isclose(mixture.weights.sum(), 1.0, rel_tol=1e-6)


@cases("canvas", plain, st.lists(plain, max_size=60))
def test_what_a_canvas_sends(modes: Any, points: list[Any]) -> None:
    rows = taken_or_refused(lambda: read_modes(modes))
    if rows is not None:
        taken_or_refused(lambda: from_rows(rows))
    taken_or_refused(lambda: uploads.painted_points(points))


KEPT = {
    "runs": [{"key": "k", "name": "Run 1", "parameters": {"data.preset": "ring", "seed": "3"}}],
    "studies": [{"key": "0123456789abcdef"}],
    "wanted": None,
    "points": json.dumps(
        {
            "points": [0.5, 1.0] * 30,
            "mixture": {"weights": [1.0], "means": [[0, 0]], "covariances": [[[1, 0], [0, 1]]]},
            "painted": True,
            "modes": 2,
        }
    ),
}


@cases(
    "the browser's memory", st.lists(st.integers(0, 9), min_size=1, max_size=5), plain, st.floats(0, 1), st.booleans()
)
def test_what_a_browser_kept(path: list[int], value: Any, share: float, within: bool) -> None:
    """Altered, cut or of another make: what can be used is, the rest is left alone, and nothing is said of it."""
    raw = altered(KEPT, path, value)
    if within:  # one level further down
        raw = {**KEPT, "points": json.dumps(altered(json.loads(str(KEPT["points"])), path, value), default=str)}
    text = json.dumps(raw, default=str)
    state = browser_storage.st.session_state
    config = ExperimentConfig.from_dict({"data": {"mixture": json.loads(str(KEPT["points"]))["mixture"]}})
    for sent in (text, text[: int(share * len(text))], value):
        if "visit" in state:
            del state["visit"]
        kept = browser_storage._json(sent)
        if isinstance(kept, dict):
            for entry in browser_storage.read(kept.get("runs")):
                history.recall(entry)
            studies.recall(kept.get("studies"))
            asked = own_points.wanted(config)
            assert asked is not None
            own_points.recall(asked["key"], browser_storage._json(kept.get("points")), config)
            own_points.recall(kept.get("wanted"), browser_storage._json(kept.get("points")), config)
        assert len(visit().studies) <= studies.MOST_STUDIES
        for entry in visit().history:
            assert len(entry.name) <= history.LONGEST_NAME
            ExperimentConfig.from_dict(entry.choices)
        if (own := visit().own_points) is not None:
            assert np.isfinite(own.points).all()


@pytest.mark.parametrize("nested", [5_000, 200_000])
def test_json_nested_beyond_reason(nested: int) -> None:
    text = "[" * nested + "]" * nested
    for read in (ExperimentConfig.from_json, GaussianMixture.from_json):
        taken_or_refused(lambda read=read: read(text))
    taken_or_refused(lambda: links.from_parameters({"data.mixture": text}))
    assert browser_storage._json(text) is None or nested == 5_000
