"""Trained flows: a density that integrates to 1, an inverse that inverts, samples that follow the density."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.stats import norm
from torch import Tensor

from bdsg.data import GaussianMixture
from bdsg.density import ResidualFlow
from bdsg.density.flows.exact import Exact
from bdsg.density.flows.russian_roulette import RussianRoulette
from bdsg.density.flows.truncated_series import TruncatedSeries


def spread_points(dim: int, count: int, seed: int = 0) -> Tensor:
    return 2.0 * torch.randn(count, dim, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def grid_density(flow: ResidualFlow, side: int = 300, reach: float = 12.0) -> tuple[np.ndarray, np.ndarray]:
    """Nodes (side², 2) and p_g·area at each."""
    axis = np.linspace(-reach, reach, side)
    nodes = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)
    with torch.no_grad():
        density = flow.log_prob(torch.from_numpy(nodes)).exp().numpy()
    return nodes, density * (axis[1] - axis[0]) ** 2


def test_density_integrates_to_one(flow: ResidualFlow) -> None:
    assert grid_density(flow)[1].sum() == pytest.approx(1.0, abs=0.01)


def test_training_learned_the_two_modes(flow: ResidualFlow) -> None:
    mixture = GaussianMixture([0.6, 0.4], [[-1.5, 0.0], [1.5, 0.0]], [np.eye(2), 0.4 * np.eye(2) + 0.1])
    x = mixture.sample(4000, np.random.default_rng(0))
    with torch.no_grad():
        fitted = flow.log_prob(torch.from_numpy(x)).numpy()
    single = norm.logpdf((x - x.mean(0)) / x.std(0)).sum(1) - np.log(x.std(0)).sum()
    assert (mixture.log_prob(x) - fitted).mean() < 0.1
    assert (fitted - single).mean() > 0.05  # better than a Gaussian of the same moments


@pytest.mark.parametrize("dim", [2, 3, 5])
def test_log_prob_is_the_change_of_variables(flows: dict[int, ResidualFlow], dim: int) -> None:
    flow, x = flows[dim], spread_points(dim, 30)
    latent = flow.to_latent(x).detach()
    jacobians = torch.stack(
        [torch.autograd.functional.jacobian(lambda p: flow.to_latent(p[None])[0], row) for row in x]
    )
    expected = torch.from_numpy(norm.logpdf(latent.numpy()).sum(1)) + torch.linalg.slogdet(jacobians).logabsdet
    torch.testing.assert_close(flow.log_prob(x).detach(), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("dim", [2, 3, 5])
def test_round_trips(flows: dict[int, ResidualFlow], dim: int) -> None:
    flow, x = flows[dim], spread_points(dim, 500)
    latent = flow.to_latent(x).detach()
    torch.testing.assert_close(flow.to_data(latent), x, rtol=0, atol=1e-6)
    torch.testing.assert_close(flow.to_latent(flow.to_data(x)).detach(), x, rtol=0, atol=1e-6)
    report = flow.check_inverse(x)
    assert report.round_trip == float((flow.to_data(latent) - x).abs().max())
    assert min(report.iterations) > 3
    assert len(report.residuals) == len(flow.branches())


def test_round_trip_in_single_precision(flow: ResidualFlow) -> None:
    single = ResidualFlow(2, 3, (16, 16), 0.97, "lipswish", torch.Generator())
    single.load_state_dict({name: tensor.float() for name, tensor in flow.state_dict().items()})
    assert single.check_inverse(spread_points(2, 500).float()).round_trip < 1e-4


def test_samples_follow_the_density(flow: ResidualFlow) -> None:
    count = 20_000
    samples = flow.sample(count, torch.Generator().manual_seed(1)).numpy()
    nodes, mass = grid_density(flow)
    mass = mass / mass.sum()
    mean = mass @ nodes
    products = np.einsum("ni,nj->nij", nodes - mean, nodes - mean)
    covariance = np.einsum("n,nij->ij", mass, products)
    assert (np.abs(samples.mean(0) - mean) < 4 * np.sqrt(np.diag(covariance) / count)).all()
    mine = np.einsum("ni,nj->nij", samples - mean, samples - mean)
    assert (np.abs(mine.mean(0) - covariance) < 4.5 * mine.std(0) / math.sqrt(count)).all()
    for angle in np.linspace(0, np.pi, 5)[:-1]:  # the share on one side of a line, in several directions
        direction = np.array([math.cos(angle), math.sin(angle)])
        share = mass @ (nodes @ direction > 0.4)
        assert abs((samples @ direction > 0.4).mean() - share) < 4 * math.sqrt(share * (1 - share) / count) + 0.005


def test_samples_depend_on_the_generator_alone(flow: ResidualFlow) -> None:
    first = flow.sample(20, torch.Generator().manual_seed(5))
    torch.randn(3)
    assert torch.equal(flow.sample(20, torch.Generator().manual_seed(5)), first)


def test_gradient_of_log_prob_in_x(flow: ResidualFlow) -> None:
    x, step = spread_points(2, 20).requires_grad_(), 1e-5
    (gradient,) = torch.autograd.grad(flow.log_prob(x).sum(), x)
    for i in range(2):
        aside = torch.zeros(2).double()
        aside[i] = step
        slope = (flow.log_prob(x.detach() + aside) - flow.log_prob(x.detach() - aside)) / (2 * step)
        torch.testing.assert_close(gradient[:, i], slope.detach(), rtol=1e-5, atol=1e-6)


def test_estimators_are_handed_in(flow: ResidualFlow) -> None:
    x, random = spread_points(2, 1), torch.Generator().manual_seed(2)
    exact = flow.estimate_log_prob(x, Exact(), random)
    torch.testing.assert_close(exact.value, flow.log_prob(x))
    for estimator, calls in ((TruncatedSeries(30), 20), (RussianRoulette(), 400)):
        with torch.no_grad():
            draws = torch.stack(
                [flow.estimate_log_prob(x.repeat(100, 1), estimator, random).value.mean() for _ in range(calls)]
            )
        assert abs(float(draws.mean() - exact.value.detach())) < 4.5 * float(draws.std()) / math.sqrt(calls)


def test_initialisation_gives_each_latent_mean_0_and_deviation_1() -> None:
    flow = ResidualFlow(3, 4, (8,), 0.9, "elu", torch.Generator().manual_seed(0)).double()
    x = torch.tensor([100.0, -3.0, 0.0]) + torch.tensor([0.01, 5.0, 1.0]) * spread_points(3, 2000)
    flow.initialise(x)
    latent = flow.to_latent(x).detach()
    torch.testing.assert_close(latent.mean(0), torch.zeros(3).double(), rtol=0, atol=1e-8)
    torch.testing.assert_close(latent.std(0), torch.ones(3).double(), rtol=1e-3, atol=0)


def test_weights_come_from_the_generator_alone() -> None:
    before = torch.get_rng_state()
    first = ResidualFlow(2, 2, (8, 8), 0.9, "lipswish", torch.Generator().manual_seed(3))
    again = ResidualFlow(2, 2, (8, 8), 0.9, "lipswish", torch.Generator().manual_seed(3))
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(a, b) for a, b in zip(first.state_dict().values(), again.state_dict().values(), strict=True))
    assert first.dim == 2
