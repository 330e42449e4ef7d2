"""Densities beyond the plane: a fit at d = 8, and every part of a flow at d = 64."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal
from torch import Tensor

from bdsg.config import DensityConfig
from bdsg.data import GaussianMixture
from bdsg.density import ClosedForm, ResidualFlow
from bdsg.density.diagnostics import affordable
from bdsg.density.flows.exact import Exact
from bdsg.density.flows.lipschitz import Branch
from bdsg.density.flows.log_determinant import LogDeterminant
from bdsg.density.flows.russian_roulette import RussianRoulette
from bdsg.density.flows.truncated_series import TruncatedSeries
from bdsg.experiments.train import train_density
from bdsg.runs.result import DensitySnapshot

LARGE = 64


def never() -> bool:
    return False


def correlated(dim: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and full covariance of a Gaussian whose coordinates depend on one another."""
    random = np.random.default_rng(dim)
    factor = random.normal(size=(dim, dim)) / math.sqrt(dim)
    return random.normal(size=dim), factor @ factor.T + 0.3 * np.eye(dim)


@pytest.fixture(scope="module")
def fitted() -> tuple[ResidualFlow, list[DensitySnapshot]]:
    """A small flow fitted to the Gaussian of 8 coordinates."""
    mean, covariance = correlated(8)
    truth, random = ClosedForm(GaussianMixture([1.0], [mean], [covariance])), torch.Generator().manual_seed(0)
    flow = ResidualFlow(8, 3, (32,), 0.97, "elu", random)
    config = DensityConfig(kind="iresnet", steps=300, batch_size=256, learning_rate=0.02)
    draw, preview = (lambda n: truth.sample(n, random).float()), torch.zeros(1, 8)
    events = list(train_density(flow, config, draw, preview, random, never))
    flow.settle()
    return flow.double(), [event for event in events if isinstance(event, DensitySnapshot)]


def held_out(count: int) -> np.ndarray:
    return np.random.default_rng(1).multivariate_normal(*correlated(8), size=count)


def test_a_fit_in_eight_dimensions_is_near_the_gaussian(
    fitted: tuple[ResidualFlow, list[DensitySnapshot]],
) -> None:
    flow, snapshots = fitted
    mean, covariance = correlated(8)
    x = held_out(5000)
    with torch.no_grad():
        gap = multivariate_normal(mean, covariance).logpdf(x) - flow.log_prob(torch.from_numpy(x)).numpy()
    error = gap.std() / math.sqrt(len(gap))
    independent = 0.5 * (np.log(np.diag(covariance)).sum() - np.linalg.slogdet(covariance)[1])
    assert independent > 1.0  # nats that a flow loses if it sees no correlation
    assert -4 * error < gap.mean() < 0.03
    assert snapshots[0].held_out - snapshots[-1].held_out > 0.5
    assert snapshots[-1].log_density.shape == (1, 1)


def test_determinant_of_the_fit_is_autograds(fitted: tuple[ResidualFlow, list[DensitySnapshot]]) -> None:
    flow, x = fitted[0], torch.from_numpy(held_out(20))
    jacobian = torch.stack([torch.autograd.functional.jacobian(lambda p: flow.to_latent(p[None])[0], row) for row in x])
    prior = torch.from_numpy(multivariate_normal(np.zeros(8)).logpdf(flow.to_latent(x).detach().numpy()))
    expected = prior + torch.linalg.slogdet(jacobian).logabsdet
    torch.testing.assert_close(flow.log_prob(x).detach(), expected, rtol=1e-9, atol=1e-9)
    assert torch.linalg.slogdet(jacobian).logabsdet.std() > 0.01  # it is no linear map


def test_samples_of_the_fit_have_the_gaussians_moments(fitted: tuple[ResidualFlow, list[DensitySnapshot]]) -> None:
    mean, covariance = correlated(8)
    samples = fitted[0].sample(20_000, torch.Generator().manual_seed(3)).numpy()
    scale = np.sqrt(np.diag(covariance))
    assert (np.abs(samples.mean(0) - mean) < 0.1 * scale).all()
    assert (np.abs(np.cov(samples.T) - covariance) < 0.15 * np.outer(scale, scale)).all()


@pytest.fixture(scope="module")
def wide() -> ResidualFlow:
    """A flow of 64 coordinates, as steep as it may be, whose branches contract: random ones have hardly a trace."""
    random = torch.Generator().manual_seed(LARGE)
    flow = ResidualFlow(LARGE, 2, (48, 48), 0.8, "lipswish", random)
    with torch.no_grad():
        first, middle, last = (layer.weight for layer in flow.layers)
        last.copy_(-first.mT)
        middle.copy_(torch.eye(48) + 0.3 * middle)
        for weight in (first, middle, last):
            weight.mul_(6.0)  # above the bound, so that it binds
        flow.shift.normal_(generator=random)
        flow.log_scale.normal_(std=0.2, generator=random)
    flow.power_iterate(14)
    return flow.double().requires_grad_(False)


def wide_points(count: int) -> Tensor:
    return torch.randn(count, LARGE, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def true_log_determinant(branch: Branch, x: Tensor) -> Tensor:
    """slogdet of I + J with J by reverse mode, (n,)."""
    jacobian = torch.stack([torch.autograd.functional.jacobian(lambda p: branch(p[None])[0], row) for row in x])
    return torch.linalg.slogdet(torch.eye(LARGE) + jacobian).logabsdet


def test_shapes_and_round_trip_at_64(wide: ResidualFlow) -> None:
    x = wide_points(40)
    assert wide.dim == LARGE
    assert wide.log_prob(x).shape == (40,)
    latent = wide.to_latent(x)
    assert latent.shape == (40, LARGE)
    assert (latent - wide._normalise(x, 0)).abs().max() > 0.1  # the branches do something
    torch.testing.assert_close(wide.to_data(latent), x, rtol=0, atol=1e-6)
    torch.testing.assert_close(wide.to_latent(wide.to_data(x)), x, rtol=0, atol=1e-6)
    samples = wide.sample(7, torch.Generator().manual_seed(2))
    assert samples.shape == (7, LARGE)
    assert torch.isfinite(wide.log_prob(samples)).all()
    assert wide.check_inverse(x).round_trip < 1e-6


def test_exact_determinant_at_64(wide: ResidualFlow) -> None:
    x = wide_points(4)
    for branch in wide.branches():
        truth = true_log_determinant(branch, x)
        torch.testing.assert_close(Exact()(branch, x, torch.Generator()).value, truth, rtol=1e-9, atol=1e-10)
        assert truth.abs().min() > 0.05


@pytest.mark.parametrize("estimator", [TruncatedSeries(40), RussianRoulette()], ids=["series", "roulette"])
def test_estimators_at_64_are_unbiased(wide: ResidualFlow, estimator: LogDeterminant[Branch]) -> None:
    branch, x, random = wide.branches()[0], wide_points(1), torch.Generator().manual_seed(4)
    truth = float(true_log_determinant(branch, x))
    with torch.no_grad():
        draws = torch.stack([estimator(branch, x.repeat(50, 1), random).value.mean() for _ in range(300)])
    error = float(draws.std()) / math.sqrt(len(draws))
    assert abs(float(draws.mean()) - truth) < 4 * error
    assert abs(truth) > 8 * error  # sharp enough to notice a sign or a term that is missing


def test_points_to_evaluate_are_fewer_where_each_costs_more() -> None:
    counts = [affordable(8192, tangents, 256) for tangents in (1, 2, 3, 8, 16, 64, 1000)]
    assert counts == [8192, 8192, 5461, 2048, 1024, 256, 256]
    assert affordable(100, 64, 256) == 100  # never more than were asked for


@pytest.mark.parametrize(("dim", "hidden", "expected"), [(2, 8, 8192), (64, 8, 2048), (64, 48, 341), (64, 512, 256)])
def test_held_out_points_of_a_fit(monkeypatch: pytest.MonkeyPatch, dim: int, hidden: int, expected: int) -> None:
    random = torch.Generator().manual_seed(0)
    flow = ResidualFlow(dim, 1, (hidden,), 0.9, "lipswish", random)
    evaluate, seen = flow.log_prob, []

    def count(x: Tensor) -> Tensor:
        seen.append(len(x))
        return evaluate(x)

    monkeypatch.setattr(flow, "log_prob", count)
    config = DensityConfig(kind="resflow", log_determinant="roulette", steps=3, batch_size=16)
    draw, preview = (lambda n: torch.randn(n, dim, generator=random)), torch.zeros(1, dim)
    assert all(math.isfinite(e.held_out) for e in train_density(flow, config, draw, preview, random, never)
               if isinstance(e, DensitySnapshot))  # fmt: skip
    assert set(seen) == {1, expected}  # 1: the preview


@pytest.mark.parametrize("hidden", [(6,), (6, 9), (9, 6, 7)])
@pytest.mark.parametrize("dim", [7, 10])
def test_fewer_tangents_than_coordinates_give_the_same_determinant_and_gradient(
    dim: int, hidden: tuple[int, ...]
) -> None:
    random = torch.Generator().manual_seed(1)
    flow = ResidualFlow(dim, 1, hidden, 0.9, "lipswish", random).double()
    with torch.no_grad():
        for layer in flow.layers:
            layer.weight.mul_(4.0)  # type: ignore[union-attr, operator]
    flow.power_iterate(14)
    x = torch.randn(5, dim, generator=random, dtype=torch.float64)
    (branch,) = flow.branches()
    output, value, _ = Exact()(branch, x, random)
    jacobian = torch.func.vmap(torch.func.jacrev(lambda p: branch(p[None])[0]))(x)
    truth = torch.linalg.slogdet(torch.eye(dim) + jacobian).logabsdet
    torch.testing.assert_close(output, branch(x))
    torch.testing.assert_close(value, truth, rtol=1e-10, atol=1e-12)
    parameters = [layer.weight for layer in flow.layers] + [layer.bias for layer in flow.layers][:-1]
    found = torch.autograd.grad(value.sum(), parameters, retain_graph=True)  # type: ignore[arg-type]
    expected = torch.autograd.grad(truth.sum(), parameters)  # type: ignore[arg-type]
    for mine, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-8, atol=1e-10)
    assert flow.tangents == min(dim, hidden[0])


def test_closed_form_at_64() -> None:
    mean, covariance = correlated(LARGE)
    other = np.diag(np.linspace(0.5, 2.0, LARGE))
    closed = ClosedForm(GaussianMixture([0.7, 0.3], [mean, -mean], [covariance, other]))
    x = closed.sample(50, torch.Generator().manual_seed(0))
    assert x.shape == (50, LARGE)
    parts = [multivariate_normal(mean, covariance), multivariate_normal(-mean, other)]
    expected = np.logaddexp(math.log(0.7) + parts[0].logpdf(x), math.log(0.3) + parts[1].logpdf(x))
    np.testing.assert_allclose(closed.log_prob(x).numpy(), expected, rtol=1e-10)
    torch.testing.assert_close(closed.to_data(closed.to_latent(x)), x, rtol=0, atol=1e-6)
