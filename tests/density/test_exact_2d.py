"""The fast exact log-determinant of the plane against the plain one: values and gradients by autograd."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from bdsg.density import ResidualFlow
from bdsg.density.flows.exact_2d import PlanarExact
from bdsg.density.flows.log_determinant import Exact, LogDeterminant


def shaken_flow(hidden: tuple[int, ...], activation: str, dim: int = 2) -> ResidualFlow:
    """A flow whose every parameter is away from its start, the slopes β unlike one another."""
    random = torch.Generator().manual_seed(len(hidden))
    flow = ResidualFlow(dim, 3, hidden, 0.97, activation, random).double()
    with torch.no_grad():
        for parameter in flow.parameters():
            parameter.add_(0.5 * torch.randn(parameter.shape, generator=random, dtype=torch.float64))
    flow.power_iterate()
    return flow


def found(flow: ResidualFlow, estimator: LogDeterminant, points: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    """Output and log-determinant of a block, and the gradients of a mixture of both."""
    x = points.clone().requires_grad_()
    block = estimator(flow.branches()[1], x, torch.Generator())
    random = torch.Generator().manual_seed(5)
    of_output, of_value = (torch.randn(t.shape, generator=random).double() for t in (block.output, block.value))
    total = (of_output * block.output).sum() + (of_value * block.surrogate).sum()
    parameters = [x, flow.slopes, *flow.layers.parameters()]
    gradients = torch.autograd.grad(total, parameters, allow_unused=True)  # ELU has no slope
    zeros = [torch.zeros_like(p) if g is None else g for g, p in zip(gradients, parameters, strict=True)]
    return [block.output.detach(), block.value.detach()], zeros


@pytest.mark.parametrize("activation", ["elu", "lipswish"])
@pytest.mark.parametrize("hidden", [(5,), (16, 16), (7, 4, 9)])
@pytest.mark.parametrize("count", [1, 64])
def test_fast_and_plain_agree(hidden: tuple[int, ...], activation: str, count: int) -> None:
    flow = shaken_flow(hidden, activation)
    x = 2 * torch.randn(count, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    (values, gradients), (true_values, true_gradients) = (found(flow, one, x) for one in (PlanarExact(), Exact()))
    for mine, truth in zip(values, true_values, strict=True):
        torch.testing.assert_close(mine, truth, rtol=1e-6, atol=1e-9)
    for mine, truth in zip(gradients, true_gradients, strict=True):
        torch.testing.assert_close(mine, truth, rtol=1e-5, atol=1e-9)
    moving = gradients if activation == "lipswish" else gradients[:1] + gradients[2:]
    assert all(bool(gradient.any()) for gradient in moving)  # else equality would say nothing


@pytest.mark.parametrize("activation", ["elu", "lipswish"])
def test_gradients_are_finite_differences(activation: str) -> None:
    flow, x = shaken_flow((6, 5), activation), torch.tensor([[0.3, -1.2], [2.0, 0.4]], dtype=torch.float64)
    branch = flow.branches()[0]
    inputs = [t.detach().clone().requires_grad_() for t in (x, branch.slope, *branch.weights, *branch.biases)]

    def block(x: Tensor, slope: Tensor, *parameters: Tensor) -> tuple[Tensor, Tensor]:
        weights, biases = parameters[:3], parameters[3:]
        result = PlanarExact()(branch._replace(weights=weights, biases=biases, slope=slope), x, torch.Generator())
        return result.output, result.value

    assert torch.autograd.gradcheck(block, inputs)


def test_whole_flow_and_points_get_the_same_gradients() -> None:
    flow = shaken_flow((16, 16), "lipswish")
    gradients = []
    for estimator in (PlanarExact(), Exact()):
        x = torch.linspace(-3, 3, 40, dtype=torch.float64).reshape(20, 2).requires_grad_()
        log_prob = flow.estimate_log_prob(x, estimator, torch.Generator())
        gradients.append(torch.autograd.grad(log_prob.surrogate.sum(), [x, *flow.parameters()]))
        assert log_prob.value.shape == (20,)
    for mine, truth in zip(*gradients, strict=True):
        torch.testing.assert_close(mine, truth, rtol=1e-5, atol=1e-9)


def test_in_single_precision_it_is_as_close_as_single_precision_is() -> None:
    flow = shaken_flow((16, 16), "lipswish")
    x = 2 * torch.randn(200, 2, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    with torch.no_grad():
        truth = flow.log_prob(x)
        torch.testing.assert_close(flow.float().log_prob(x.float()).double(), truth, rtol=1e-4, atol=1e-4)


def test_extreme_points_stay_finite() -> None:
    for activation in ("elu", "lipswish"):
        flow = shaken_flow((8, 8), activation).float()
        x = torch.tensor([[1e4, -1e4], [0.0, 0.0], [-1e4, 300.0]], requires_grad=True)
        block = PlanarExact()(flow.branches()[0], x, torch.Generator())
        (gradient,) = torch.autograd.grad(block.output.sum() + block.value.sum(), x)
        assert bool(block.value.isfinite().all())
        assert bool(gradient.isfinite().all())


def test_a_slope_of_zero_makes_a_line() -> None:
    flow, x = shaken_flow((8, 8), "lipswish"), torch.ones(3, 2, dtype=torch.float64)
    branch = flow.branches()[0]._replace(slope=torch.zeros((), dtype=torch.float64))
    mine, truth = (estimator(branch, x, torch.Generator()) for estimator in (PlanarExact(), Exact()))
    torch.testing.assert_close(mine.output, truth.output, rtol=1e-6, atol=1e-9)
    torch.testing.assert_close(mine.value, truth.value, rtol=1e-6, atol=1e-9)


def test_outside_the_plane_it_is_the_plain_one() -> None:
    flow = shaken_flow((8, 8), "elu", dim=3)
    x = torch.randn(10, 3, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    branch = flow.branches()[0]
    one, other = (estimator(branch, x, torch.Generator()) for estimator in (PlanarExact(), Exact()))
    assert torch.equal(one.value, other.value)


def test_second_derivatives_are_refused_not_wrong() -> None:
    flow, x = shaken_flow((8,), "lipswish"), torch.ones(3, 2, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(flow.log_prob(x).sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        gradient.sum().backward()
