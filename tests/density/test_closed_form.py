"""The closed form and its Knothe-Rosenblatt map, against the change of variables by autograd."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.stats import kstest, norm

from bdsg.config.presets import PRESETS
from bdsg.data import GaussianMixture
from bdsg.density import ClosedForm


def make(dim: int, modes: int, seed: int = 0) -> ClosedForm:
    random = np.random.default_rng(seed)
    roots = random.normal(size=(modes, dim, dim))
    covariances = roots @ np.swapaxes(roots, 1, 2) + 0.2 * np.eye(dim)
    return ClosedForm(
        GaussianMixture(random.dirichlet(np.full(modes, 5.0)), 2 * random.normal(size=(modes, dim)), covariances)
    )


MODELS = [make(1, 3), make(2, 3), make(4, 2)] + [
    ClosedForm(GaussianMixture(**PRESETS[name].mixture)) for name in ("bimodal", "three_modes", "ring")
]


def jacobian_of(function: object, x: torch.Tensor) -> torch.Tensor:
    return torch.stack([torch.autograd.functional.jacobian(lambda p: function(p[None])[0], row) for row in x])  # type: ignore[operator]


@pytest.mark.parametrize("model", MODELS)
def test_round_trip(model: ClosedForm) -> None:
    x = model.sample(400, torch.Generator().manual_seed(1))
    torch.testing.assert_close(model.to_data(model.to_latent(x)), x, rtol=0, atol=1e-8)


@pytest.mark.parametrize("model", MODELS)
def test_latents_of_samples_are_standard_normal(model: ClosedForm) -> None:
    latent = model.to_latent(model.sample(20_000, torch.Generator().manual_seed(2))).numpy()
    for column in latent.T:
        assert kstest(column, "norm").pvalue > 0.001
    correlation = np.corrcoef(latent.T)
    off = correlation[~np.eye(model.dim, dtype=bool)] if model.dim > 1 else np.zeros(1)
    assert np.abs(off).max() < 4.5 / math.sqrt(20_000)
    squares = latent**2 - 1  # a dependence that correlation cannot see
    products = np.mean(squares[:, 0] * squares[:, -1]) if model.dim > 1 else 0.0
    assert abs(products) < 4.5 * 2 / math.sqrt(20_000)  # each square has the variance 2


@pytest.mark.parametrize("model", MODELS)
def test_images_of_normal_latents_have_the_density(model: ClosedForm) -> None:
    z = torch.randn(5_000, model.dim, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    x = model.to_data(z)
    mean = model.weights @ model.means
    spread = (
        (model.weights[:, None] * (model.means**2 + model.covariances.diagonal(dim1=1, dim2=2))).sum(0) - mean**2
    ).sqrt()
    assert ((x.mean(0) - mean).abs() < 4 * spread / math.sqrt(5_000)).all()


@pytest.mark.parametrize("model", MODELS)
def test_log_prob_is_the_change_of_variables(model: ClosedForm) -> None:
    x = model.sample(15, torch.Generator().manual_seed(4))
    x = torch.cat([x, 3 * x, torch.zeros(1, model.dim, dtype=x.dtype)])
    latent = model.to_latent(x)
    prior = torch.from_numpy(norm.logpdf(latent.numpy()).sum(1))
    expected = prior + torch.linalg.slogdet(jacobian_of(model.to_latent, x)).logabsdet
    torch.testing.assert_close(model.log_prob(x), expected, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("reach", [50.0, 1e4])
def test_the_tails_are_finite_and_right(model: ClosedForm, reach: float) -> None:
    x = reach * torch.randn(20, model.dim, generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    latent = model.to_latent(x)
    assert latent.isfinite().all()
    expected = torch.from_numpy(norm.logpdf(latent.numpy()).sum(1))
    expected = expected + torch.linalg.slogdet(jacobian_of(model.to_latent, x)).logabsdet
    known = expected.isfinite()  # in the gap between two far modes the Jacobian underflows to 0; log_prob does not
    assert known.sum() > 10
    torch.testing.assert_close(model.log_prob(x)[known], expected[known], rtol=1e-6, atol=1e-3)
    single = model.log_prob(x.float())
    assert single.isfinite().all()
    torch.testing.assert_close(single.double(), model.log_prob(x), rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("model", MODELS)
def test_far_latents_come_back(model: ClosedForm) -> None:
    # From z: in the wide gap between two far modes x -> z is flat to the last bit, so x itself cannot come back.
    z = 12 * torch.randn(100, model.dim, generator=torch.Generator().manual_seed(7), dtype=torch.float64)
    torch.testing.assert_close(model.to_latent(model.to_data(z)), z, rtol=1e-7, atol=1e-7)


def test_one_gaussian_maps_by_its_cholesky_factor() -> None:
    covariance = np.array([[2.0, 0.6], [0.6, 1.0]])
    model = ClosedForm(GaussianMixture([1.0], [[1.0, -2.0]], [covariance]))
    z = torch.randn(50, 2, generator=torch.Generator().manual_seed(6), dtype=torch.float64)
    expected = torch.tensor([1.0, -2.0]).double() + z @ torch.from_numpy(np.linalg.cholesky(covariance)).T
    torch.testing.assert_close(model.to_data(z), expected, rtol=0, atol=1e-10)


def test_first_latent_is_the_normal_score_of_the_marginal() -> None:
    model = ClosedForm(GaussianMixture([0.3, 0.7], [[-1.0, 0.0], [2.0, 1.0]], [np.eye(2), [[4.0, 1.0], [1.0, 1.0]]]))
    x = np.linspace(-4, 6, 21)
    marginal = 0.3 * norm.cdf(x, -1, 1) + 0.7 * norm.cdf(x, 2, 2)
    latent = model.to_latent(torch.from_numpy(np.column_stack([x, np.zeros(21)])))
    np.testing.assert_allclose(latent[:, 0].numpy(), norm.ppf(marginal), rtol=1e-9, atol=1e-12)


def test_the_weights_are_the_mixtures_numbers() -> None:
    state = MODELS[1].state_dict()
    assert set(state) == {"weights", "means", "covariances"}
    np.testing.assert_array_equal(state["means"].numpy(), MODELS[1].means.numpy())
