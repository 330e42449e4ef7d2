"""The compiled training step against autograd: likelihood, gradients, whole descents; and the running average."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from bdsg.config.constants import MEMORY
from bdsg.density import ResidualFlow
from bdsg.density.flows.exact import Exact, ExactByAutograd
from bdsg.density.flows.likelihood_step import (
    AutogradGradient,
    CompiledGradient,
    Descent,
    FlatParameters,
    Gradient,
    compiles,
)
from bdsg.density.flows.truncated_series import TruncatedSeries
from bdsg.density.kernels.norms import power_iterate


def shaken_flow(hidden: tuple[int, ...], activation: str, dim: int = 2) -> ResidualFlow:
    """Some weights within the bound and some beyond it, every parameter away from its start."""
    random = torch.Generator().manual_seed(len(hidden))
    flow = ResidualFlow(dim, 3, hidden, 0.97, activation, random)
    with torch.no_grad():
        for parameter in flow.parameters():
            parameter.add_(0.3 * torch.randn(parameter.shape, generator=random))
        flow.layers[0].weight[1].mul_(0.1)  # type: ignore[union-attr, operator, index]
    return flow


def batch(count: int, dim: int = 2) -> Tensor:
    return 2 * torch.randn(count, dim, generator=torch.Generator().manual_seed(1))


def autograd(flow: ResidualFlow, flat: FlatParameters) -> Gradient:
    return AutogradGradient(flow, flat, Exact(), torch.Generator())


def compiled(threads: int) -> Callable[[ResidualFlow, FlatParameters], Gradient]:
    return lambda flow, flat: CompiledGradient(flow, flat, threads)


def evaluated(
    flow: ResidualFlow, make: Callable[[ResidualFlow, FlatParameters], Gradient], x: Tensor
) -> tuple[float, Tensor]:
    flat = FlatParameters(flow)
    likelihood = make(flow, flat)(x)
    return likelihood, flat.gradient.clone()


@pytest.mark.parametrize("activation", ["elu", "lipswish"])
@pytest.mark.parametrize("hidden", [(5,), (16, 16), (7, 4, 9)])
@pytest.mark.parametrize("count", [2, 65])
def test_compiled_and_autograd_agree(hidden: tuple[int, ...], activation: str, count: int) -> None:
    flow = shaken_flow(hidden, activation)
    likelihood, gradient = evaluated(flow, compiled(1), batch(count))
    truth, true_gradient = evaluated(flow, autograd, batch(count))
    assert likelihood == pytest.approx(truth, rel=1e-5)
    scale = float(true_gradient.abs().max())
    torch.testing.assert_close(gradient, true_gradient, rtol=1e-3, atol=2e-5 * scale)
    moving = gradient if activation == "lipswish" else gradient[3:]  # the ELU has no slopes
    assert (moving != 0).float().mean() > 0.99


def test_gradients_do_not_depend_on_the_number_of_threads() -> None:
    flow = shaken_flow((16, 16), "lipswish")
    alone, together = (evaluated(flow, compiled(threads), batch(257)) for threads in (1, 2))
    assert alone[0] == together[0]
    assert bool((alone[1] == together[1]).all())


def test_a_second_and_larger_batch_needs_no_new_start() -> None:
    flow = shaken_flow((8, 8), "elu")
    gradient = CompiledGradient(flow, FlatParameters(flow), 1)
    for count in (10, 100, 20):
        truth = evaluated(shaken_flow((8, 8), "elu"), autograd, batch(count))[0]
        assert gradient(batch(count)) == pytest.approx(truth, rel=1e-5)


def test_whole_descents_agree() -> None:
    descents, estimators = [], (Exact(), ExactByAutograd())
    for estimator in estimators:
        flow = shaken_flow((8, 8), "lipswish")
        flow.initialise(batch(500))
        descents.append((flow, Descent(flow, estimator, torch.Generator(), threads=1)))
    assert [compiles(flow, e) for (flow, _), e in zip(descents, estimators, strict=True)] == [True, False]
    for seed in range(30):
        x = torch.randn(64, 2, generator=torch.Generator().manual_seed(seed)) + torch.tensor([2.0, 0.0])
        found, truth = (descent.step(x, 0.003) for _, descent in descents)
        assert found == pytest.approx(truth, abs=2e-3)
    flows = [flow for flow, _ in descents]
    torch.testing.assert_close(flows[0].shift, flows[1].shift, rtol=0.02, atol=0.002)


def test_what_is_not_compiled() -> None:
    plane, space = shaken_flow((8, 8), "elu"), shaken_flow((8, 8), "elu", dim=3)
    assert compiles(plane, Exact())
    assert not compiles(plane, TruncatedSeries())
    assert not compiles(space, Exact())
    assert not compiles(shaken_flow((8, 8), "elu").double(), Exact())
    assert np.isfinite(Descent(space, Exact(), torch.Generator(), 1).step(batch(9, 3), 0.01))


@pytest.mark.parametrize("shape", [(16, 2), (2, 16), (9, 9), (1, 1)])
def test_power_iteration_finds_the_largest_singular_value(shape: tuple[int, int]) -> None:
    weight = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    left, right = np.empty(shape[0], np.float32), np.empty(shape[1], np.float32)
    norm = power_iterate(weight, 8, left, right)
    assert norm == pytest.approx(np.linalg.svd(weight.astype(float))[1][0], rel=1e-4)
    assert left @ weight @ right == pytest.approx(norm, rel=1e-5)


def test_parameters_live_in_one_vector() -> None:
    flow = shaken_flow((5,), "elu")
    before = [parameter.detach().clone() for parameter in flow.parameters()]
    flat = FlatParameters(flow)
    assert all(bool((a == b).all()) for a, b in zip(before, flow.parameters(), strict=True))
    flat.values.fill_(2.0)
    assert all(bool((parameter == 2.0).all()) for parameter in flow.parameters())
    assert [len(part) for part in flat.parts] == [parameter.numel() for parameter in flow.parameters()]


def test_the_average_is_of_all_steps_the_last_ones_most() -> None:
    flow = shaken_flow((5,), "elu")
    descent = Descent(flow, Exact(), torch.Generator(), threads=1)
    start = descent.flat.values.clone()
    path = []
    for seed in range(40):
        descent.step(torch.randn(16, 2, generator=torch.Generator().manual_seed(seed)), 0.01)
        path.append(descent.flat.values.clone())
    share, truth = 1.0, start
    for step, values in enumerate(path):
        share = (MEMORY + 1) / (step + MEMORY + 1)
        truth = truth + share * (values - truth)
    with descent.averaged():
        torch.testing.assert_close(descent.flat.values, truth)
        assert not bool((descent.flat.values == path[-1]).all())
    assert bool((descent.flat.values == path[-1]).all())
