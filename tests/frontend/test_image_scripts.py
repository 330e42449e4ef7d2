"""The images page's scripts against NumPy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.frontend.scripts import node

SCORES = np.round(np.random.default_rng(0).normal(size=301), 2)


def run(code: str, folder: Path) -> Any:
    """The value of an expression, with ``scores`` sorted."""
    driver = f"const scores = Float32Array.from({SCORES.tolist()}).sort();\nprint({code});"
    return node(("math/bins",), driver, folder=folder)


def test_shares_beyond_a_threshold(tmp_path: Path) -> None:
    thresholds = [-9.0, float(SCORES[7]), 0.0, 0.123, float(SCORES.max()), 9.0]
    found = run(f"{thresholds}.map((t) => shareBeyond(scores, Math.fround(t)))", tmp_path)
    wanted = [(SCORES.astype(np.float32) > np.float32(t)).mean() for t in thresholds]
    np.testing.assert_allclose(found, wanted, atol=1e-12)


def test_quantiles(tmp_path: Path) -> None:
    found = run("[0, 0.05, 0.5, 0.95, 1].map((share) => quantile(scores, share))", tmp_path)
    np.testing.assert_allclose(found, np.quantile(SCORES, [0, 0.05, 0.5, 0.95, 1]), rtol=1e-5)


def test_bins_hold_all_scores_and_the_outliers_at_their_ends(tmp_path: Path) -> None:
    found = run("[scoreWindow([{ sorted: scores }]), [...binned(scores, [-1, 1])]]", tmp_path)
    low, high = found[0]
    assert low == pytest.approx(SCORES.min())
    assert np.quantile(SCORES, 0.985) <= high <= np.quantile(SCORES, 0.995)
    wanted, _ = np.histogram(np.clip(SCORES, -1, 1), bins=44, range=(-1, 1))
    np.testing.assert_allclose(found[1], wanted / len(SCORES), atol=1.5 / len(SCORES))  # a score on a bin's edge
    assert sum(found[1]) == pytest.approx(1)


def test_equal_scores_still_have_a_window(tmp_path: Path) -> None:
    assert run("scoreWindow([{ sorted: Float32Array.from([2, 2, 2]) }])", tmp_path) == [1.5, 2.5]


def test_where_a_walk_crosses(tmp_path: Path) -> None:
    walks = "[[0, 1, 3, 2], [5, 1, 9], [0, 0, 1], [0, 2, 2]]"
    assert run(f"{walks}.map((walk) => crossingOf(walk, 2))", tmp_path) == [1.5, 0, None, None]
