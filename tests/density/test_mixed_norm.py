"""Flows whose branches contract in norms of learned orders: contraction by measurement, inverse, chain of orders."""

from __future__ import annotations

import math
from collections.abc import Generator

import pytest
import torch
from torch import Tensor

from bdsg.config import DensityConfig, ExperimentConfig
from bdsg.density import ResidualFlow
from bdsg.density.flows.lipschitz import LipschitzLinear, check_lipschitz
from bdsg.density.flows.mixed_norm import MixedNormLinear, NormOrders
from bdsg.errors import LipschitzError
from bdsg.experiments.fit_density import Fitted, fit, restore
from bdsg.experiments.problem import Problem
from bdsg.runs.result import Event
from tests.density.conftest import two_modes

MIXED = {
    "kind": "resflow",
    "norm": "mixed",
    "log_determinant": "exact",
    "blocks": 3,
    "steps": 200,
    "learning_rate": 0.02,
}


def steep_flow(dim: int, hidden: tuple[int, ...], seed: int = 0) -> ResidualFlow:
    """A flow with random orders far apart, whose bounds all bind."""
    random = torch.Generator().manual_seed(seed)
    flow = ResidualFlow(dim, 4, hidden, 0.9, "elu", random, norm="mixed").double()
    assert flow.orders is not None
    with torch.no_grad():
        flow.orders.logits.normal_(std=1.5, generator=random)
        for layer in flow.layers:
            layer.weight.mul_(20.0)  # type: ignore[union-attr, operator]
    flow.power_iterate(14)
    return flow.requires_grad_(False)


def p_norm(x: Tensor, order: float) -> Tensor:
    return torch.linalg.vector_norm(x, order, dim=-1)


def test_orders_start_at_two_and_return_to_the_first() -> None:
    orders = NormOrders(3, 4)
    assert torch.equal(orders.inverses(), torch.full((3, 5), 0.5))
    with torch.no_grad():
        orders.logits.copy_(torch.linspace(-30, 30, 12).reshape(3, 4))
    inverses = orders.inverses()
    assert torch.equal(inverses[:, 0], inverses[:, -1])
    assert (inverses[1, :-1].diff() > 0).all()
    assert inverses.min() >= 0.001 * (1 - 1e-6)
    assert inverses.max() <= 0.999 * (1 + 1e-6)


@pytest.mark.parametrize("hidden", [(16, 16), (8,)])
def test_at_order_two_it_is_the_spectral_norm(hidden: tuple[int, ...]) -> None:
    flows = [ResidualFlow(2, 3, hidden, 0.9, "elu", torch.Generator().manual_seed(0), n) for n in ("spectral", "mixed")]
    for flow in flows:
        for layer in flow.layers:
            layer.weight.data.mul_(5.0)  # type: ignore[union-attr, operator]
        flow.power_iterate(14)
    for spectral, mixed in zip(flows[0].branches(), flows[1].branches(), strict=True):
        for one, other in zip(spectral.weights, mixed.weights, strict=True):
            torch.testing.assert_close(other, one, rtol=1e-3, atol=0)


@pytest.mark.parametrize(("dim", "hidden"), [(2, (16, 16)), (2, (8,)), (5, (7, 6))])
def test_branches_contract_in_their_own_norm(dim: int, hidden: tuple[int, ...]) -> None:
    flow = steep_flow(dim, hidden)
    assert flow.orders is not None
    bounds = flow.settle()
    random = torch.Generator().manual_seed(1)
    at = torch.randn(500, dim, generator=random, dtype=torch.float64)
    apart = torch.randn(500, dim, generator=random, dtype=torch.float64)
    for scale in (1e-4, 1.0):
        for index, branch in enumerate(flow.branches()):
            order = 1.0 / float(flow.orders.inverses()[index, 0])
            ratios = p_norm(branch(at + scale * apart) - branch(at), order) / p_norm(scale * apart, order)
            assert ratios.max() <= bounds[index] <= 0.9 * (1 + 1e-6)


def test_it_allows_what_is_no_contraction_in_the_euclidean_norm() -> None:
    flow = ResidualFlow(2, 1, (2,), 0.9, "elu", torch.Generator(), norm="mixed").double().requires_grad_(False)
    assert flow.orders is not None
    flow.orders.logits.fill_(30.0).neg_()  # all orders at their largest
    first, last = (layer.weight for layer in flow.layers)
    first[0], last[0] = torch.tensor([[10.0, 0.0], [10.0, 0.0]]), 10.0 * torch.eye(2)  # type: ignore[index, operator]
    assert flow.settle() == [pytest.approx(0.9, rel=1e-2)]  # the row sums of 0.9 [[1, 0], [1, 0]]
    with pytest.raises(LipschitzError) as caught:
        check_lipschitz(flow.branches())  # by singular values
    assert caught.value.bound == pytest.approx(0.9 * math.sqrt(2), rel=1e-2)
    x = torch.randn(200, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    assert flow.check_inverse(x).round_trip < 1e-6


@pytest.mark.parametrize(("dim", "hidden"), [(2, (16, 16)), (5, (7, 6))])
def test_blocks_have_an_inverse_and_a_positive_determinant(dim: int, hidden: tuple[int, ...]) -> None:
    flow = steep_flow(dim, hidden)
    x = 2.0 * torch.randn(300, dim, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    assert flow.check_inverse(x).round_trip < 1e-6
    for branch in flow.branches():
        jacobian = branch.with_jacobian(x)[1].transpose(0, 1)
        assert (torch.linalg.det(torch.eye(dim) + jacobian) > 0).all()
        assert torch.linalg.eigvals(jacobian).abs().max() < 0.9


def test_weights_that_are_no_numbers_or_a_lifted_bound_are_refused() -> None:
    flow = steep_flow(2, (8,))
    layer = flow.layers[0]
    assert isinstance(layer, MixedNormLinear)
    layer.bound = 10.0
    with pytest.raises(LipschitzError) as caught:
        flow.settle()
    assert caught.value.bound > 1
    layer.weight[2] = math.nan
    with pytest.raises(LipschitzError):
        flow.settle()


def test_orders_are_stored_once_and_trained() -> None:
    flow = ResidualFlow(2, 2, (8,), 0.9, "elu", torch.Generator().manual_seed(0), norm="mixed")
    names = [name for name in flow.state_dict() if "logits" in name]
    assert names == ["orders.logits"]
    for layer in flow.layers:
        assert isinstance(layer, LipschitzLinear)
        layer.weight.data.mul_(10.0)
    flow.power_iterate()
    flow.log_prob(torch.ones(3, 2)).sum().backward()
    assert flow.orders is not None
    assert flow.orders.logits.grad is not None
    assert flow.orders.logits.grad.abs().min() > 0


def test_a_fit_is_a_density_with_its_own_norms() -> None:
    mixture = two_modes(2)
    numbers = {name: getattr(mixture, name).tolist() for name in ("weights", "means", "covariances")}
    config = ExperimentConfig.from_dict({"data": {"mixture": numbers, "samples": 100}, "density": MIXED})
    fitted = last_word(fit(config, mixture, Problem(config).scene, torch.Generator(), lambda: False, None))
    flow = restore(config, fitted.parameters)
    assert isinstance(flow, ResidualFlow)
    assert flow.orders is not None
    assert flow.orders.logits.std() > 0.01  # they were learned
    assert max(fitted.report["lipschitz_bounds"]) <= 0.97 * (1 + 1e-5)
    assert flow.settle() == pytest.approx(fitted.report["lipschitz_bounds"], rel=1e-5)
    assert -4 * fitted.report["kl_standard_error"] < fitted.report["kl"] < 0.05
    assert fitted.report["integral"] == pytest.approx(1.0, abs=1e-3)
    assert fitted.report["round_trip"] < 1e-5


def last_word(stage: Generator[Event, None, Fitted | None]) -> Fitted:
    """What a stage returns at its end."""
    while True:
        try:
            next(stage)
        except StopIteration as end:
            found: Fitted = end.value
            return found


def test_the_norm_is_a_setting_with_a_key_of_its_own() -> None:
    keys = {ExperimentConfig.from_dict({"data": {"preset": "ring"}, "density": {**MIXED, "norm": norm}}).density_key()
            for norm in ("spectral", "mixed")}  # fmt: skip
    assert len(keys) == 2
    assert DensityConfig().norm == "spectral"
