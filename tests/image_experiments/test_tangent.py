"""Tangent distances: against a direct minimisation, and on images that were moved."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import ndimage
from scipy.optimize import minimize
from sklearn.datasets import load_digits
from torch import Tensor

from bdsg.image_experiments import tangent

SHAPE = (1, 8, 8)


@pytest.fixture(scope="module")
def digits() -> Tensor:
    return torch.from_numpy(load_digits().data[:200].astype(np.float32) / 16)


def test_the_distance_is_the_minimum_over_deformations(digits: Tensor) -> None:
    x, y = digits[0].double(), digits[10].double()
    planes = torch.cat([tangent.tangents(y[None], SHAPE)[0], tangent.tangents(x[None], SHAPE)[0]]).numpy()
    offset = (x - y).numpy()

    def energy(moved: np.ndarray) -> float:
        return float(((offset - moved @ planes) ** 2).sum() + tangent.SPRING * (moved**2).sum())

    truth = np.sqrt(minimize(energy, np.zeros(len(planes))).fun)
    found = tangent.tangent_distances(x[None], y[None, None], SHAPE)
    assert float(found) == pytest.approx(truth, rel=1e-5)
    assert float(found) < float((x - y).norm())


@pytest.mark.parametrize("move", ["shift", "turn"])
def test_a_moved_image_is_nearer_than_in_pixels_but_another_digit_is_not(digits: Tensor, move: str) -> None:
    picture = digits[0].view(8, 8).numpy()
    moved = ndimage.shift(picture, (0, 0.5)) if move == "shift" else ndimage.rotate(picture, 8, reshape=False)
    x = tangent.smoothed(torch.from_numpy(moved).float().reshape(1, 64), SHAPE)
    others = tangent.smoothed(digits[[0, 1]], SHAPE)
    in_pixels = (x - others).norm(dim=1)
    found = tangent.tangent_distances(x, others[None], SHAPE)[0]
    assert float(found[0] / in_pixels[0]) < 0.75
    assert float(found[1] / in_pixels[1]) > float(found[0] / in_pixels[0])


def test_smoothing_keeps_what_is_flat_and_spreads_a_point() -> None:
    point = torch.zeros(1, 64)
    point[0, 27] = 1.0
    spread = tangent.smoothed(point, SHAPE, 0.1)
    assert float(spread.sum()) == pytest.approx(1.0, abs=1e-5)
    centre = ndimage.center_of_mass(spread.view(8, 8).numpy())
    assert centre == pytest.approx((3, 3), abs=1e-4)


def test_scores_find_the_class_that_was_left_out() -> None:
    bunch = load_digits()
    images = torch.from_numpy(bunch.data.astype(np.float32) / 16)
    known = images[:900][bunch.target[:900] != 4]
    test, odd = images[900:1300], bunch.target[900:1300] == 4
    scores = tangent.TangentNeighbours(known, SHAPE).score(test, known)
    for score in scores:
        ranks = np.argsort(np.argsort(score.numpy()))
        assert ranks[odd].mean() > 0.85 * len(test)
