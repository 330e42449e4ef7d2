"""Log-determinants of trained branches, against the full Jacobian by autograd."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from bdsg.density import ResidualFlow
from bdsg.density.flows.exact import Exact
from bdsg.density.flows.lipschitz import Branch, check_lipschitz
from bdsg.density.flows.log_determinant import LogDeterminant
from bdsg.density.flows.russian_roulette import RussianRoulette
from bdsg.density.flows.truncated_series import TruncatedSeries

DIMS = [2, 3, 5]


def points(dim: int, count: int, seed: int = 0) -> Tensor:
    return 1.2 * torch.randn(count, dim, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def jacobians(branch: Branch, x: Tensor) -> Tensor:
    """(n, d, d) by reverse mode, a row at a time: shares nothing with the forward tangents."""
    x = x.detach().requires_grad_()
    out = branch(x)
    rows = [torch.autograd.grad(out[:, i].sum(), x, create_graph=True)[0] for i in range(x.shape[1])]
    return torch.stack(rows, 1)


def true_log_determinant(branch: Branch, x: Tensor) -> Tensor:
    return torch.linalg.slogdet(jacobians(branch, x) + torch.eye(x.shape[1]).double()).logabsdet


def steep_point(branch: Branch) -> Tensor:
    """The point (1, 2) of many where the branch does most, so that an estimator's fault shows."""
    x = points(2, 200)
    return x[jacobians(branch, x).detach().flatten(1).norm(dim=1).argmax()][None]


def line_branch() -> Branch:
    """A steep branch on the line, where v² = 1, so that Hutchinson's trace has no variance."""
    side = torch.nn.functional.normalize(torch.linspace(0.5, 2, 8, dtype=torch.float64), dim=0)
    weights = (0.9 * side[:, None], (-0.9 * side[None, :]).requires_grad_())
    biases = (torch.linspace(-0.5, 1.5, 8, dtype=torch.float64), torch.zeros(1, dtype=torch.float64))
    return Branch(weights, biases, torch.tensor(1.0, dtype=torch.float64), "lipswish")


@pytest.mark.parametrize("dim", DIMS)
def test_training_moved_the_branches_away_from_zero(flows: dict[int, ResidualFlow], dim: int) -> None:
    values = torch.stack([true_log_determinant(branch, points(dim, 200)) for branch in flows[dim].branches()])
    assert values.abs().amax(1).min() > 0.05
    assert values.abs().max() > 0.5
    assert values.std(1).max() > 0.15


@pytest.mark.parametrize("dim", DIMS)
def test_exact_is_the_jacobians_determinant(flows: dict[int, ResidualFlow], dim: int) -> None:
    x = points(dim, 100)
    for branch in flows[dim].branches():
        block = Exact()(branch, x, torch.Generator())
        torch.testing.assert_close(block.value, true_log_determinant(branch, x), rtol=1e-9, atol=1e-10)
        torch.testing.assert_close(block.output, branch(x), rtol=1e-12, atol=1e-13)
        _, tangents = branch.with_jacobian(x)
        torch.testing.assert_close(tangents.permute(1, 2, 0), jacobians(branch, x), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("dim", DIMS)
def test_gradient_of_exact_is_autograds(flows: dict[int, ResidualFlow], dim: int) -> None:
    flow, x = flows[dim], points(dim, 50)
    parameters = list(flow.layers.parameters())
    branch = flow.branches()[1]
    mine = gradient(Exact()(branch, x, torch.Generator()).surrogate.mean(), parameters)
    truth = gradient(true_log_determinant(flow.branches()[1], x).mean(), parameters)
    torch.testing.assert_close(mine, truth, rtol=1e-8, atol=1e-10)


def gradient(value: Tensor, parameters: list[torch.nn.Parameter]) -> Tensor:
    parts = torch.autograd.grad(value, parameters, allow_unused=True)
    return torch.cat(
        [torch.zeros(p.numel()).double() if g is None else g.flatten() for g, p in zip(parts, parameters, strict=True)]
    )


@pytest.mark.parametrize("dim", DIMS)
@pytest.mark.parametrize("terms", [1, 2, 5])
def test_truncated_series_has_the_mean_and_the_bias_that_it_states(
    flows: dict[int, ResidualFlow], dim: int, terms: int
) -> None:
    branches, x = flows[dim].branches(), points(dim, 1)
    bounds, random = check_lipschitz(branches), torch.Generator().manual_seed(terms)
    for branch, bound in zip(branches, bounds, strict=True):
        with torch.no_grad():
            draws = TruncatedSeries(terms)(branch, x.repeat(20_000, 1), random).value
        jacobian = jacobians(branch, x)[0].detach()
        series = sum((-1) ** (k + 1) / k * torch.linalg.matrix_power(jacobian, k).trace() for k in range(1, terms + 1))
        error = float(draws.std()) / math.sqrt(len(draws)) + 1e-12
        assert abs(float(draws.mean() - series)) < 4.5 * error
        stated = dim * sum(bound**k / k for k in range(terms + 1, 2000))
        assert abs(float(series - true_log_determinant(branch, x).detach())) <= stated


def test_truncation_shortens_the_bias(flow: ResidualFlow) -> None:
    x = steep_point(flow.branches()[0])
    truth = float(true_log_determinant(flow.branches()[0], x).detach())
    random, gaps = torch.Generator().manual_seed(0), []
    for terms in (1, 30):
        with torch.no_grad():
            draws = TruncatedSeries(terms)(flow.branches()[0], x.repeat(50_000, 1), random).value
        gaps.append(abs(float(draws.mean()) - truth) / (float(draws.std()) / math.sqrt(50_000)))
    assert gaps[0] > 10  # one term is plainly biased
    assert gaps[1] < 4.5


def test_long_series_on_the_line_is_exact_with_its_gradient() -> None:
    branch, x = line_branch(), points(1, 30)
    truth = true_log_determinant(branch, x)
    assert truth.abs().max() > 0.1
    block = TruncatedSeries(100)(branch, x, torch.Generator().manual_seed(0))
    torch.testing.assert_close(block.value, truth, rtol=1e-6, atol=1e-7)
    mine = torch.autograd.grad(block.surrogate.sum(), branch.weights[1], retain_graph=True)
    expected = torch.autograd.grad(truth.sum(), branch.weights[1])
    torch.testing.assert_close(mine, expected, rtol=1e-5, atol=1e-6)


def assert_unbiased_gradient(flow: ResidualFlow, estimator: LogDeterminant[Branch], calls: int, rows: int) -> None:
    x, parameters, random = points(2, 4), list(flow.layers.parameters()), torch.Generator().manual_seed(1)
    truth = gradient(true_log_determinant(flow.branches()[0], x).mean(), parameters)
    draws = torch.stack(
        [
            gradient(estimator(flow.branches()[0], x.repeat(rows, 1), random).surrogate.mean(), parameters)
            for _ in range(calls)
        ]
    )
    error = draws.std(0) / math.sqrt(calls)
    moving = error > 0
    assert moving.sum() > 100
    score = (draws.mean(0) - truth)[moving] / error[moving]
    assert score.abs().max() < 5.0
    torch.testing.assert_close(draws.mean(0)[~moving], truth[~moving], rtol=1e-6, atol=1e-9)
    assert (truth.abs() > 5 * error).sum() > 20  # sharp enough to notice a wrong gradient


def test_gradient_of_a_long_truncated_series_is_the_exact_one(flow: ResidualFlow) -> None:
    assert_unbiased_gradient(flow, TruncatedSeries(25), calls=60, rows=100)


def test_gradient_of_the_neumann_surrogate_is_unbiased(flow: ResidualFlow) -> None:
    assert_unbiased_gradient(flow, RussianRoulette(), calls=500, rows=25)


def test_gradient_of_the_neumann_surrogate_on_the_line() -> None:
    # One certain term and no variance of the trace: a wrong weight on any term of the series would be seen.
    branch, x, random = line_branch(), points(1, 1), torch.Generator().manual_seed(6)
    assert jacobians(branch, x).abs().min() > 0.3
    draws = []
    for _ in range(4000):
        surrogate = RussianRoulette(1, 0.6)(branch, x, random).surrogate.sum()
        draws.append(torch.autograd.grad(surrogate, branch.weights[1], retain_graph=True)[0][0])
    found = torch.stack(draws)
    (truth,) = torch.autograd.grad(true_log_determinant(branch, x).sum(), branch.weights[1])
    error = found.std(0) / math.sqrt(len(found))
    assert ((found.mean(0) - truth[0]).abs() < 4.5 * error).all()
    assert (truth[0].abs() > 50 * error).any()


@pytest.mark.parametrize("dim", [2, 5])
def test_roulette_is_unbiased(flows: dict[int, ResidualFlow], dim: int) -> None:
    branch, random = flows[dim].branches()[0], torch.Generator().manual_seed(2)
    many = points(dim, 50)
    x = many[true_log_determinant(branch, many).abs().topk(2).indices]  # where a bias would show
    frozen = Branch(
        tuple(w.detach() for w in branch.weights),
        tuple(b.detach() for b in branch.biases),
        branch.slope.detach(),
        branch.activation,
    )
    with torch.no_grad():  # one certain term, so that the coin decides nearly all
        draws = [
            RussianRoulette(1, 0.6)(frozen, x.repeat(40, 1), random).value.reshape(40, 2).mean(0) for _ in range(2500)
        ]
    found = torch.stack(draws)
    truth = true_log_determinant(branch, x).detach()
    error = found.std(0) / math.sqrt(len(found))
    assert ((found.mean(0) - truth).abs() < 4 * error).all()
    assert (truth.abs() > 8 * error).any()
    first = jacobians(branch, x).detach().diagonal(dim1=1, dim2=2).sum(1)
    assert ((first - truth).abs() > 8 * error).any()  # the certain term alone would be noticed


def test_roulette_weights_make_each_term_count_once() -> None:
    roulette, random = RussianRoulette(certain=2, survival=0.7), torch.Generator().manual_seed(3)
    draws = [roulette._weights(random) for _ in range(20_000)]
    assert all(weights[:2] == [1.0, 1.0] for weights in draws)
    for k in range(3, 8):  # E[1/P(N >= k) · 1(N >= k)] = 1
        taken = torch.tensor([weights[k - 1] if len(weights) >= k else 0.0 for weights in draws]).double()
        assert abs(float(taken.mean()) - 1) < 4.5 * float(taken.std()) / math.sqrt(20_000)


def test_neumann_surrogate_is_no_log_determinant(flow: ResidualFlow) -> None:
    branch, random = flow.branches()[0], torch.Generator().manual_seed(4)
    x = steep_point(branch)
    blocks = [RussianRoulette()(branch, x.repeat(100, 1), random) for _ in range(300)]
    value = torch.stack([block.value.mean() for block in blocks])
    surrogate = torch.stack([block.surrogate.detach().mean() for block in blocks])
    error = float(surrogate.std()) / math.sqrt(300)
    jacobian = jacobians(branch, x)[0].detach()
    # Its own number estimates tr (I + J)⁻¹J.
    trace = torch.linalg.solve(torch.eye(2).double() + jacobian, jacobian).trace()
    assert abs(float(surrogate.mean() - trace)) < 4.5 * error
    assert abs(float(surrogate.mean() - true_log_determinant(branch, x).detach())) > 10 * error
    assert not value.requires_grad
    assert not torch.equal(value, surrogate)


@pytest.mark.parametrize("estimator", [TruncatedSeries(3), RussianRoulette(), Exact()])
def test_without_a_graph_the_surrogate_is_the_value(flow: ResidualFlow, estimator: LogDeterminant[Branch]) -> None:
    with torch.no_grad():
        block = estimator(flow.branches()[0], points(2, 5), torch.Generator().manual_seed(5))
    assert torch.equal(block.value, block.surrogate)
    assert not block.value.requires_grad
    torch.testing.assert_close(block.output, flow.branches()[0](points(2, 5)).detach())
