"""The brush's points, run by Node: where they fall, what erasing takes, and what undo brings back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import kstest

from tests.frontend.scripts import node

START = "const painting = new Painting({ least: 20, most: 200 }, randomNumbers(7)), counts = [];\n"


def run(driver: str, folder: Path) -> Any:
    return node(("editor/brush",), START + driver, folder=folder)


def test_strewn_points_are_normal_and_inside_the_brush(tmp_path: Path) -> None:
    driver = "const random = randomNumbers(3); print(Array.from({ length: 4000 }, () => strewn(random, [2, -1], 0.5)));"
    away = (np.array(run(driver, tmp_path)) - [2, -1]) / 0.5
    squares = (away**2).sum(axis=1)
    assert squares.max() <= 1
    # A normal of σ = 1/2, cut off at 1: P(r² ≤ t) = (1 - exp(-2t)) / (1 - exp(-2)).
    assert kstest(squares, lambda t: np.expm1(-2 * t) / np.expm1(-2)).pvalue > 1e-3
    assert kstest(np.arctan2(*away.T), "uniform", (-np.pi, 2 * np.pi)).pvalue > 1e-3


def test_random_numbers_are_even_and_follow_the_seed(tmp_path: Path) -> None:
    driver = "print([1, 1, 2].map((seed) => Array.from({ length: 3000 }, randomNumbers(seed))));"
    first, again, other = (np.array(row) for row in run(driver, tmp_path))
    np.testing.assert_array_equal(first, again)
    assert not np.isin(first, other).any()
    for numbers in (first, other):
        assert kstest(numbers, "uniform").pvalue > 1e-3
        assert abs(np.corrcoef(numbers[1:], numbers[:-1])[0, 1]) < 0.06  # 3.3 standard errors


def test_dabs_lie_evenly_along_the_stroke(tmp_path: Path) -> None:
    driver = "print([[3, 4], [0.3, 0], [0, 0]].map((to) => dabsBetween([0, 0], to, 1.5)));"
    dabs, none, still = run(driver, tmp_path)
    np.testing.assert_allclose(dabs, [[0.3 * k, 0.4 * k] for k in range(1, 11)], atol=1e-12)
    assert none == still == []


def test_strokes_are_undone_one_by_one_and_limits_hold(tmp_path: Path) -> None:
    driver = """
    const note = () => counts.push([painting.count, painting.enough, painting.past.length]);
    const stroke = (act) => { painting.begin(); painting.begin(); act(); painting.end(); note(); };
    stroke(() => { painting.strew([0, 0], 1, 10); painting.strew([0, 0], 1, 9); });
    stroke(() => painting.strew([5, 0], 1, 11));
    stroke(() => painting.erase([0, 0], 1.5));
    stroke(() => painting.erase([50, 0], 1.5)); // nothing there: no step of undo
    painting.undo(); note();
    stroke(() => painting.strew([0, 9], 1, 500));
    painting.clear(); note();
    for (let k = 0; k < 5; k += 1) { painting.undo(); note(); }
    print(counts);
    """
    assert run(driver, tmp_path) == [
        [19, False, 1], [30, True, 2], [11, False, 3], [11, False, 3],
        [30, True, 2], [200, True, 3], [0, False, 4],
        [200, True, 3], [30, True, 2], [19, False, 1], [0, False, 0], [0, False, 0],
    ]  # fmt: skip


def test_erasing_takes_what_the_brush_covers_and_nothing_else(tmp_path: Path) -> None:
    driver = """
    painting.strew([0, 0], 4, 200);
    const before = painting.points;
    painting.erase([1, 1], 1);
    print([before, painting.points]);
    """
    before, after = (np.array(flat).reshape(-1, 2) for flat in run(driver, tmp_path))
    kept = before[np.linalg.norm(before - [1, 1], axis=1) > 1]
    assert 0 < len(kept) < len(before)
    np.testing.assert_array_equal(after, kept)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "Paint where"),
        (1, "1 point. A fit needs 20 at least: paint 19 more."),
        (20, "20 points of 200"),
        (200, "the most"),
    ],
)
def test_limits_are_sentences(count: int, words: str, tmp_path: Path) -> None:
    assert words in run(f"painting.strew([0, 0], 1, {count}); print(painting.words);", tmp_path)
