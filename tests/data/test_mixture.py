"""Gaussian mixtures against SciPy, numerical integration and brute force."""

from __future__ import annotations

import json
import math
import warnings
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from bdsg.config import DataConfig
from bdsg.config.presets import PRESETS
from bdsg.data import GaussianMixture, mixture_log_prob
from bdsg.errors import ConfigError


def make_mixture(dim: int, modes: int, seed: int = 0, spread: float = 2.0) -> GaussianMixture:
    """Unequal weights, full covariances."""
    random = np.random.default_rng(seed)
    roots = random.normal(size=(modes, dim, dim))
    covariances = roots @ np.swapaxes(roots, 1, 2) + 0.3 * np.eye(dim)
    return GaussianMixture(
        random.dirichlet(np.full(modes, 5.0)), spread * random.normal(size=(modes, dim)), covariances
    )


@pytest.mark.parametrize(("dim", "modes"), [(1, 3), (2, 1), (2, 4), (5, 3)])
def test_log_prob_is_scipys(dim: int, modes: int) -> None:
    mixture = make_mixture(dim, modes)
    x = 4 * np.random.default_rng(1).normal(size=(200, dim))
    expected = np.log(
        sum(
            w * multivariate_normal(m, c).pdf(x)
            for w, m, c in zip(mixture.weights, mixture.means, mixture.covariances, strict=True)
        )
    )
    np.testing.assert_allclose(mixture.log_prob(x), expected, rtol=1e-10, atol=1e-10)


def test_log_prob_far_out_is_the_nearest_modes_parabola() -> None:
    mixture = GaussianMixture([0.5, 0.5], [[-1.0], [1.0]], [[[1.0]], [[1.0]]])
    x = 1e6  # exp of it underflows: -(x - 1)^2 / 2 - log sqrt(2 pi) + log 1/2
    expected = -0.5 * (x - 1) ** 2 - 0.5 * math.log(2 * math.pi) + math.log(0.5)
    assert mixture.log_prob(np.array([[x]]))[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("dim", [1, 2])
def test_density_integrates_to_one(dim: int) -> None:
    mixture = make_mixture(dim, 3)
    low, high = mixture.box(1e-12)
    count = 4000 if dim == 1 else 600
    axes = [np.linspace(low[i], high[i], count) for i in range(dim)]
    nodes = np.stack(np.meshgrid(*axes), -1).reshape(-1, dim)
    cell = float(np.prod([axis[1] - axis[0] for axis in axes]))
    assert np.exp(mixture.log_prob(nodes)).sum() * cell == pytest.approx(1.0, abs=1e-6)


def test_numpy_and_torch_agree() -> None:
    mixture = make_mixture(3, 4)
    x = 5 * np.random.default_rng(2).normal(size=(100, 3))
    parts = (mixture.log_scales, mixture.means, mixture.whiteners)
    by_torch = mixture_log_prob(torch, *(torch.from_numpy(array) for array in (x, *parts)))
    np.testing.assert_allclose(by_torch.numpy(), mixture_log_prob(np, x, *parts), rtol=1e-13, atol=1e-13)


def test_torch_gradient_is_the_weighted_pull_of_the_modes() -> None:
    mixture = make_mixture(2, 3)
    x = torch.from_numpy(3 * np.random.default_rng(3).normal(size=(20, 2))).requires_grad_()
    parts = (torch.from_numpy(array) for array in (mixture.log_scales, mixture.means, mixture.whiteners))
    mixture_log_prob(torch, x, *parts).sum().backward()
    # ∇ log p = Σ_k r_k Σ_k⁻¹ (μ_k − x), r_k the share of mode k in p
    points = x.detach().numpy()
    singles = np.stack(
        [
            w * multivariate_normal(m, c).pdf(points)
            for w, m, c in zip(mixture.weights, mixture.means, mixture.covariances, strict=True)
        ]
    )
    pulls = np.stack([(m - points) @ np.linalg.inv(c) for m, c in zip(mixture.means, mixture.covariances, strict=True)])
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.numpy(), ((singles / singles.sum(0))[:, :, None] * pulls).sum(0), rtol=1e-9)


@pytest.mark.parametrize("dim", [1, 2, 5])
def test_samples_have_the_mixtures_moments(dim: int) -> None:
    mixture, count = make_mixture(dim, 3), 40_000
    points, modes = mixture.sample_with_modes(count, np.random.default_rng(4))
    mean = mixture.weights @ mixture.means
    offsets = mixture.means - mean
    outer = np.einsum("ki,kj->kij", offsets, offsets)
    covariance = np.einsum("k,kij->ij", mixture.weights, mixture.covariances + outer)
    assert (np.abs(points.mean(0) - mean) < 4 * np.sqrt(np.diag(covariance) / count)).all()
    products = np.einsum("ni,nj->nij", points - mean, points - mean)
    assert (np.abs(products.mean(0) - covariance) < 4.5 * products.std(0) / math.sqrt(count)).all()
    shares = np.bincount(modes, minlength=3) / count
    assert (np.abs(shares - mixture.weights) < 4 * np.sqrt(mixture.weights * (1 - mixture.weights) / count)).all()
    for k in range(3):  # each point comes from the mode that is named
        mine = points[modes == k]
        error = np.sqrt(np.diag(mixture.covariances[k]) / len(mine))
        assert (np.abs(mine.mean(0) - mixture.means[k]) < 4 * error).all()


def test_samples_depend_on_the_generator_alone() -> None:
    mixture = make_mixture(2, 3)
    first = mixture.sample(50, np.random.default_rng(7))
    np.random.default_rng().normal(size=3)
    np.testing.assert_array_equal(mixture.sample(50, np.random.default_rng(7)), first)
    assert not np.array_equal(mixture.sample(50, np.random.default_rng(8)), first)


@given(st.integers(1, 30), st.integers(1, 4), st.integers(0, 10_000))
@settings(max_examples=60)
def test_json_both_ways_is_exact(modes: int, dim: int, seed: int) -> None:
    mixture = make_mixture(dim, modes, seed)
    back = GaussianMixture.from_json(mixture.to_json())
    for name in ("weights", "means", "covariances", "factors", "log_scales"):
        assert getattr(back, name).tobytes() == getattr(mixture, name).tobytes(), name
    assert GaussianMixture.from_config(DataConfig(mixture=mixture.to_config())).to_json() == mixture.to_json()


def test_weights_off_by_rounding_are_normalised() -> None:
    mixture = GaussianMixture([0.3333, 0.3333, 0.3333], np.zeros((3, 1)), np.ones((3, 1, 1)))
    np.testing.assert_allclose(mixture.weights, 1 / 3, rtol=1e-12)


@pytest.mark.parametrize("level", [1e-6, 1e-3, 0.02])
@pytest.mark.parametrize("seed", range(6))
def test_box_holds_the_level_set(level: float, seed: int) -> None:
    mixture = make_mixture(2, 4, seed)
    low, high = mixture.box(level)
    side = np.linspace(-25, 25, 501)
    nodes = np.stack(np.meshgrid(side, side), -1).reshape(-1, 2)
    inside = nodes[mixture.log_prob(nodes) >= math.log(level)]
    assert len(inside) > 0 or level > math.exp(mixture.peak()) / 2
    assert ((inside >= low) & (inside <= high)).all()


def test_box_of_one_mode_is_the_ellipse_itself() -> None:
    # N(0, diag(4, 1)) = c exp(-r²/2), c = 1/(2π·2); at level c·exp(-2) the half axes are 2·2 and 2·1.
    mixture = GaussianMixture([1.0], [[0.0, 0.0]], [[[4.0, 0.0], [0.0, 1.0]]])
    low, high = mixture.box(math.exp(-2) / (4 * math.pi))
    np.testing.assert_allclose([*low, *high], [-4, -2, 4, 2], rtol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_peak_is_the_highest_density_of_all(seed: int) -> None:
    mixture = make_mixture(2, 8, seed, spread=1.0)  # the modes overlap, so no mean need be a peak
    side = np.linspace(-8, 8, 321)
    nodes = np.stack(np.meshgrid(side, side), -1).reshape(-1, 2)
    assert mixture.peak() == pytest.approx(mixture.log_prob(nodes).max(), abs=1e-2)
    assert mixture.peak() >= mixture.log_prob(nodes).max() - 1e-9


def test_peak_between_two_overlapping_modes() -> None:
    # ½N(x; −0.9) + ½N(x; 0.9) is highest in the middle: exp(−0.405)/2π = 0.10615, against 0.0953 at the means.
    mixture = GaussianMixture([0.5, 0.5], [[-0.9, 0.0], [0.9, 0.0]], [np.eye(2)] * 2)
    assert math.exp(mixture.peak()) == pytest.approx(math.exp(-0.405) / (2 * math.pi), rel=1e-9)


GOOD: dict[str, Any] = {
    "weights": [0.5, 0.5],
    "means": [[0.0, 0.0], [1.0, 1.0]],
    "covariances": [[[1.0, 0.2], [0.2, 1.0]], [[1.0, 0.0], [0.0, 1.0]]],
}
WRONG: list[tuple[str, Any, str, str]] = [
    ("weights", [0.5, 0.6], "weights", "sum to 1.1 and must sum to 1: divide each by 1.1"),
    ("weights", [1.5, -0.5], "weights", "above 0: drop empty modes"),
    ("weights", [1.0, 0.0], "weights", "above 0"),
    ("weights", [1.0], "weights", "2 numbers, one for each mean"),
    ("weights", [[0.5, 0.5]], "weights", "nested 1 deep"),
    ("weights", [], "weights", "one for each mean"),
    ("weights", [0.5, float("nan")], "weights", "finite numbers"),
    ("weights", [0.5, 10**400], "weights", "rows of equal length"),
    ("weights", "heavy", "weights", "numbers"),
    ("weights", None, "weights", "nested 1 deep"),
    ("means", [[0.0, 0.0], [1.0]], "means", "rows of equal length"),
    ("means", [0.0, 1.0], "means", "nested 2 deep"),
    ("means", [[], []], "means", "coordinates each"),
    ("means", [[0.0, float("inf")], [1.0, 1.0]], "means", "finite numbers"),
    ("means", {"x": 1}, "means", "numbers"),
    ("means", [[0.0, 0.0]] * 101, "means", "1 to 100 modes"),
    ("covariances", [[[1.0, 0.0], [0.0, 1.0]]], "covariances", "shape (2, 2, 2): one matrix for each mean"),
    ("covariances", [[1.0, 0.0], [0.0, 1.0]], "covariances", "nested 3 deep"),
    ("covariances", [np.eye(2), [[1.0, 0.2], [0.1, 1.0]]], "covariances[1]", "symmetric"),
    ("covariances", [[[1e-14, 5e-15], [0.0, 1e-14]], np.eye(2)], "covariances[0]", "symmetric"),
    ("covariances", [np.eye(2), 1e-30 * np.eye(2)], "covariances", "must lie between 1e-20 and 1e+18"),
    ("means", [[1e200, 0.0], [0.0, 0.0]], "means", "must lie within"),
    ("covariances", [[[1.0, 2.0], [2.0, 1.0]], np.eye(2)], "covariances[0]", "smallest eigenvalue is -1: enlarge"),
    ("covariances", [np.eye(2), [[1.0, 1.0], [1.0, 1.0]]], "covariances[1]", "positive definite"),
    ("covariances", [np.zeros((2, 2)), np.eye(2)], "covariances[0]", "positive definite"),
    ("covariances", [-np.eye(2), np.eye(2)], "covariances[0]", "positive definite"),
]


@pytest.mark.parametrize(("name", "value", "key", "remedy"), WRONG)
def test_numbers_that_are_no_mixture_are_named(name: str, value: Any, key: str, remedy: str) -> None:
    with pytest.raises(ConfigError) as caught:
        GaussianMixture(**{**GOOD, name: value})
    assert caught.value.key == f"data.mixture.{key}"
    assert remedy in str(caught.value)


def test_good_numbers_are_a_mixture() -> None:
    assert GaussianMixture(**GOOD).dim == 2  # so that each refusal above is of the one thing that was changed


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just(10**400), st.just(1j)
)
JUNK = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=8,
)
NUMBERS = st.floats(allow_nan=True, allow_infinity=True)


@given(JUNK, JUNK, JUNK)
@settings(max_examples=150)
def test_junk_raises_nothing_but_config_error(weights: Any, means: Any, covariances: Any) -> None:
    for changed in ({"weights": weights}, {"means": means}, {"covariances": covariances}):
        with pytest.raises(ConfigError):
            GaussianMixture(**{**GOOD, **changed})


@given(st.lists(NUMBERS, min_size=8, max_size=8), st.lists(NUMBERS, min_size=4, max_size=4))
@settings(max_examples=150)
def test_any_floats_are_a_mixture_or_a_config_error(covariances: list[float], means: list[float]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # overflow on the way to the refusal
        try:
            mixture = GaussianMixture([0.5, 0.5], np.reshape(means, (2, 2)), np.reshape(covariances, (2, 2, 2)))
        except ConfigError:
            return
        assert np.isfinite(mixture.factors).all()


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"weights": [1]}', 'null, "preset": "bimodal"', "NaN"])
def test_text_that_is_no_mixture(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^data"):
        GaussianMixture.from_json(text)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_mixtures(name: str) -> None:
    numbers = PRESETS[name].mixture
    assert sum(numbers["weights"]) == pytest.approx(1.0, abs=1e-12)
    mixture = GaussianMixture.from_json(json.dumps(numbers))
    assert mixture.dim == 2
    np.testing.assert_array_equal(mixture.means, numbers["means"])
    assert PRESETS[name].epsilon < 0.9 * math.exp(mixture.peak())
