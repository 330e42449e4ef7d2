"""Spectral normalisation against singular value decomposition, slopes against autograd."""

from __future__ import annotations

import math

import pytest
import torch

from bdsg.density import ResidualFlow
from bdsg.density.flows.lipschitz import SETTLED_DOUBLINGS, Branch, LipschitzLinear, check_lipschitz, lipswish
from bdsg.errors import LipschitzError


def random_layer(out: int, into: int, bound: float = 0.9, scale: float = 3.0, seed: int = 0) -> LipschitzLinear:
    layer = LipschitzLinear(4, out, into, bound, torch.Generator().manual_seed(seed)).double()
    with torch.no_grad():
        layer.weight.mul_(scale)
    return layer


def true_norms(weight: torch.Tensor) -> torch.Tensor:
    return torch.linalg.svdvals(weight.detach().double())[:, 0]


SHAPES = [(2, 2), (16, 2), (2, 16), (64, 64), (1, 5), (5, 1)]


@pytest.mark.parametrize(("out", "into"), SHAPES)
def test_settled_norms_are_the_largest_singular_values(out: int, into: int) -> None:
    layer = random_layer(out, into)
    truth = true_norms(layer.weight)
    assert (layer.spectral_norms() <= truth * (1 + 1e-6)).all()  # never above, settled or not
    layer.power_iterate(SETTLED_DOUBLINGS)
    torch.testing.assert_close(layer.spectral_norms().detach(), truth, rtol=1e-5, atol=0)


@pytest.mark.parametrize(("out", "into"), SHAPES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_training_steps_norms_are_close_whatever_the_weights_were_before(
    out: int, into: int, dtype: torch.dtype
) -> None:
    layer, random = random_layer(out, into).to(dtype), torch.Generator().manual_seed(1)
    for _ in range(25):
        with torch.no_grad():
            layer.weight.copy_(torch.randn(layer.weight.shape, generator=random))
        layer.power_iterate()
        norms = true_norms(layer.normalised_weight())
        assert (norms <= 0.9 * 1.01).all()
        assert (norms >= torch.minimum(true_norms(layer.weight), torch.tensor(0.9)) * (1 - 1e-5)).all()


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e12])
def test_norms_of_near_equal_singular_values_at_any_scale(scale: float) -> None:
    layer = random_layer(3, 3)
    rotation = torch.linalg.qr(layer.weight.detach())[0]
    values = scale * torch.tensor([1.0, 1 - 1e-9, 0.5], dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(rotation @ torch.diag(values) @ rotation.mT)
    layer.power_iterate()
    torch.testing.assert_close(layer.spectral_norms().detach(), torch.full((4,), scale).double(), rtol=1e-6, atol=0)


def test_weights_of_zero_stay_zero() -> None:
    layer = random_layer(4, 3, scale=0.0)
    layer.power_iterate()
    layer.normalised_weight().sum().backward()
    assert not layer.normalised_weight().any()
    assert layer.weight.grad is not None
    assert layer.weight.grad.isfinite().all()


@pytest.mark.parametrize(("out", "into"), [(16, 2), (64, 64)])
def test_normalised_weights_keep_the_bound(out: int, into: int) -> None:
    layer = random_layer(out, into)
    layer.power_iterate(SETTLED_DOUBLINGS)
    assert (true_norms(layer.weight) > 0.9).all()  # there was something to do
    torch.testing.assert_close(true_norms(layer.normalised_weight()), torch.full((4,), 0.9).double(), rtol=1e-5, atol=0)


def test_small_weights_are_left_as_they_are() -> None:
    layer = random_layer(8, 8, scale=0.1)
    layer.power_iterate()
    assert (true_norms(layer.weight) < 0.9).all()
    assert torch.equal(layer.normalised_weight(), layer.weight)


def test_gradient_of_the_norm_is_that_of_the_singular_value() -> None:
    layer = random_layer(6, 5)
    layer.power_iterate(SETTLED_DOUBLINGS)
    (mine,) = torch.autograd.grad(layer.spectral_norms().sum(), layer.weight)
    (truth,) = torch.autograd.grad(torch.linalg.matrix_norm(layer.weight, ord=2).sum(), layer.weight)
    torch.testing.assert_close(mine, truth, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("activation", ["lipswish", "elu"])
@pytest.mark.parametrize("slope", [0.1, 1.0, 5.0])
def test_activation_slopes(activation: str, slope: float) -> None:
    branch = Branch((), (), torch.tensor(slope).double(), activation)
    x = torch.linspace(-30, 30, 20_001).double().requires_grad_()
    value, derivative = branch.activate(x)
    (truth,) = torch.autograd.grad(value.sum(), x)
    torch.testing.assert_close(derivative, truth, rtol=1e-10, atol=1e-12)
    assert derivative.abs().max() <= 1.0  # 1-Lipschitz
    assert derivative.abs().max() > 0.99  # and no flatter than it must be


def test_activations_by_their_definitions() -> None:
    x = torch.tensor([-2.0, 0.0, 3.0]).double()
    sigmoid = [1 / (1 + math.exp(4)), 0.5, 1 / (1 + math.exp(-6))]  # of 2x
    expected = torch.tensor([a * s / 1.1 for a, s in zip([-2.0, 0.0, 3.0], sigmoid, strict=True)]).double()
    torch.testing.assert_close(lipswish(x, torch.tensor(2.0).double())[0], expected)
    elu = Branch((), (), torch.tensor(1.0), "elu").activate(x)[0]
    torch.testing.assert_close(elu, torch.tensor([math.exp(-2) - 1, 0.0, 3.0]).double())


def linear_branch(*weights: torch.Tensor) -> Branch:
    return Branch(weights, tuple(torch.zeros(len(w)) for w in weights), torch.tensor(1.0), "elu")


def test_bound_is_the_product_of_the_layers_norms() -> None:
    # ‖diag(0.5, 0.2)‖ · ‖3/5 of a rotation‖ = 0.5 · 0.6
    branch = linear_branch(torch.diag(torch.tensor([0.5, 0.2])), 0.6 * torch.tensor([[0.6, -0.8], [0.8, 0.6]]))
    assert check_lipschitz([branch]) == [pytest.approx(0.3, rel=1e-6)]


@pytest.mark.parametrize("norm", [1.0, 1.5])
def test_a_bound_of_one_or_more_is_refused(norm: float) -> None:
    good, bad = linear_branch(0.5 * torch.eye(2)), linear_branch(torch.diag(torch.tensor([norm, 0.1])))
    with pytest.raises(
        LipschitzError, match=r"branch 1 has the Lipschitz bound .* lower density.coefficient"
    ) as caught:
        check_lipschitz([good, bad])
    assert (caught.value.block, caught.value.bound) == (1, norm)


@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_refused(wrong: float) -> None:
    with pytest.raises(LipschitzError):
        check_lipschitz([linear_branch(torch.diag(torch.tensor([wrong, 0.1])))])


def test_a_flow_whose_bound_is_lifted_cannot_settle() -> None:
    flow = ResidualFlow(2, 2, (8,), 0.9, "elu", torch.Generator().manual_seed(0))
    bounds = flow.settle()
    assert len(bounds) == 2
    assert max(bounds) < 1
    layers = [layer for layer in flow.layers if isinstance(layer, LipschitzLinear)]
    for layer in layers:
        layer.bound = 5.0
        with torch.no_grad():
            layer.weight[1] *= 20
    with pytest.raises(LipschitzError) as caught:
        flow.settle()
    assert caught.value.block == 1


def test_trained_flows_are_contractions(flows: dict[int, ResidualFlow]) -> None:
    for flow in flows.values():
        bounds = check_lipschitz(flow.branches())
        expected = [math.prod(float(torch.linalg.svdvals(w.detach())[0]) for w in b.weights) for b in flow.branches()]
        assert bounds == pytest.approx(expected, rel=1e-9)
        assert max(bounds) <= 0.97 * (1 + 1e-5)
