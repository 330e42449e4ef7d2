"""Confusion counts by hand, and BP2 against brute force."""

import math

import numpy as np
import pytest

from bdsg.metrics.band import Band
from bdsg.metrics.grid import Confusion, bp2, confusion


def test_counts_on_a_grid_of_four() -> None:
    log_p_x = np.log([[0.5, 0.5], [0.5, 0.001]])
    log_p_g = np.log([[0.5, 0.001], [0.01, 0.5]])  # found, missed, found (exactly ε), false alarm
    counts = confusion(log_p_x, log_p_g, 0.01)
    assert counts == Confusion(tp=2, fp=1, fn=1, tn=0)
    assert (counts.precision, counts.recall, counts.f1, counts.accuracy) == pytest.approx((2 / 3, 2 / 3, 2 / 3, 0.5))


def test_the_other_class_as_positive() -> None:
    counts = Confusion(tp=5, fp=3, fn=2, tn=10)
    other = counts.flipped()
    assert other == Confusion(tp=10, fp=2, fn=3, tn=5)
    assert (other.precision, other.recall) == pytest.approx((10 / 12, 10 / 13))
    assert other.f1 == pytest.approx(2 / (12 / 10 + 13 / 10))
    assert other.accuracy == counts.accuracy == 0.75


def test_zero_by_zero_is_none() -> None:
    nothing = confusion(np.log([0.001, 0.002]), np.log([0.001, 0.002]), 0.01)
    assert (nothing.precision, nothing.recall, nothing.f1) == (None, None, None)
    assert nothing.accuracy == 1.0
    missed = Confusion(tp=0, fp=0, fn=3, tn=1)
    assert (missed.precision, missed.recall, missed.f1) == (None, 0.0, 0.0)


def test_bp2_of_a_shifted_model_equals_brute_force() -> None:
    axis = np.linspace(-5, 5, 41)
    band = Band(0.01, 0.001)
    log_p_x, log_p_g = np.empty((41, 41)), np.empty((41, 41))
    model = both = 0
    for i, y in enumerate(axis):
        for j, x in enumerate(axis):
            p_x = math.exp(-0.5 * (x * x + y * y)) / (2 * math.pi)
            p_g = math.exp(-0.5 * ((x - 0.4) ** 2 + y * y)) / (2 * math.pi)
            log_p_x[i, j], log_p_g[i, j] = math.log(p_x), math.log(p_g)
            model += 0.001 <= p_g <= 0.01
            both += 0.001 <= p_g <= 0.01 and 0.001 <= p_x <= 0.01
    assert 0 < both < model
    assert bp2(log_p_x, log_p_g, band) == both / model


def test_bp2_is_none_without_a_model_band() -> None:
    assert bp2(np.log([0.005]), np.log([0.5]), Band(0.01, 0.001)) is None
