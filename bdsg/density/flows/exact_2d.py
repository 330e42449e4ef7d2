"""The exact log-determinant in the plane with gradients written out: the fast form of ``Exact``.

A training step of a small flow is bound by the number of tensor operations more than by arithmetic.
Here the value and both tangents of a layer share one buffer and one matrix product, activations work
in place, and each derivative is its closed form: a fraction of the operations that autograd records.

With rows [h; T₁; T₂], Tᵢ = ∂h/∂xᵢ, of the layer before, a = W h + b and an activation φ:

    forward:   h' = φ(a),   T'ᵢ = φ'(a) ∘ W Tᵢ
    backward:  ā = φ'(a) ∘ h̄' + φ''(a) ∘ Σᵢ T̄'ᵢ ∘ W Tᵢ,   the gradient of W Tᵢ is φ'(a) ∘ T̄'ᵢ
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

from bdsg.density.flows.lipschitz import Branch
from bdsg.density.flows.log_determinant import BlockLogDeterminant, Exact

aten = torch.ops.aten

BOUND = 1.1
"""LipSwish is Swish divided by this bound of Swish's slope."""

LEAST_SLOPE = 1e-20
"""β below it counts as it: the limit β → 0 is a line, but its formula divides by β."""


@dataclass(frozen=True)
class PlanarExact:
    """``Exact`` with hand-written first derivatives where d = 2; elsewhere it is ``Exact`` itself.

    Its gradient cannot be differentiated again: take ``Exact`` for second derivatives.
    """

    def __call__(self, branch: Branch, x: Tensor, generator: torch.Generator) -> BlockLogDeterminant:
        """Evaluate; ``generator`` is not used."""
        if x.shape[1] != 2 or len(branch.weights) < 2:
            return Exact()(branch, x, generator)
        arguments = (x, branch.slope, branch.activation, *branch.weights, *branch.biases)
        output, value = _PlanarBlock.apply(*arguments)  # type: ignore[no-untyped-call]
        return BlockLogDeterminant(output, value, value)


class Hidden(NamedTuple):
    """What a hidden layer leaves for its gradient."""

    pre: Tensor  # a, or βa for LipSwish, (n, width)
    first: Tensor  # W T₁, (n or 1, width)
    second: Tensor  # W T₂, (n or 1, width)
    slope: Tensor  # φ'(a), (n, width)
    rows: Tensor  # [h'; T'₁; T'₂], (3, n, width)


class _PlanarBlock(torch.autograd.Function):
    """(x, β, activation, weights, biases) -> g(x), (n, 2), and log det(I + J_g(x)), (n,)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, beta: Tensor, activation: str, *parameters: Tensor) -> tuple[Tensor, Tensor]:
        half, slope = len(parameters) // 2, max(float(beta), LEAST_SLOPE)
        weights, biases = parameters[:half], parameters[half:]
        first, second = weights[0].T.contiguous()[:, None].unbind()  # W e₁ and W e₂, the same at each x
        layers = [_hidden(torch.addmm(biases[0], x, weights[0].T), first, second, slope, activation)]
        for weight, bias in zip(weights[1:-1], biases[1:-1], strict=True):
            pre, first, second = _product(layers[-1].rows, weight.T).unbind()
            layers.append(_hidden(pre.add_(bias), first, second, slope, activation))
        output, *columns = _product(layers[-1].rows, weights[-1].T).unbind()
        (a, b), (c, d) = columns[0].unbind(1), columns[1].unbind(1)
        a, d = a + 1.0, d + 1.0
        determinant = torch.addcmul(a * d, b, c, value=-1.0)  # of I + J = [[a, c], [b, d]]
        ctx.save_for_backward(x, beta, a, b, c, d, determinant, *weights, *(t for layer in layers for t in layer))
        ctx.activation = activation
        return output.add_(biases[-1]), determinant.log()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, output_bar: Tensor, value_bar: Tensor) -> tuple[Tensor | None, ...]:
        x, beta, a, b, c, d, determinant, *saved = ctx.saved_tensors
        width = len(Hidden._fields)
        count = (len(saved) + width) // (width + 1)  # k weights, and the k − 1 hidden layers' tensors
        weights, layers = saved[:count], [Hidden(*saved[i : i + width]) for i in range(count, len(saved), width)]
        bar = _last_gradient(output_bar, value_bar / determinant, (a, b, c, d))
        weight_bars, bias_bars, beta_bar, slope = (
            [],
            [output_bar.sum(0)],
            torch.zeros_like(beta),
            max(float(beta), LEAST_SLOPE),
        )
        for weight, layer in zip(reversed(weights[1:]), reversed(layers), strict=True):
            weight_bars.append(bar.flatten(0, 1).T @ layer.rows.flatten(0, 1))
            bar = _product(bar, weight)
            beta_bar += _through_activation(bar, layer, slope, ctx.activation)
            bias_bars.append(bar[0].sum(0))
        weight_bars.append((x.T @ bar[0]).add_(bar[1:].sum(1)).T)
        gradients = (bar[0] @ weights[0], beta_bar, None, *reversed(weight_bars), *reversed(bias_bars))
        return gradients


def _product(rows: Tensor, matrix: Tensor) -> Tensor:
    """(3, n, j) times (j, k) as one matrix product, (3, n, k)."""
    return (rows.flatten(0, 1) @ matrix).view(3, rows.shape[1], matrix.shape[1])


def _hidden(pre: Tensor, first: Tensor, second: Tensor, beta: float, activation: str) -> Hidden:
    """[φ(a); φ'(a) ∘ W T₁; φ'(a) ∘ W T₂]; takes ``pre`` over."""
    rows = pre.new_empty(3, *pre.shape)
    value, *tangents = rows.unbind()
    if activation == "elu":
        aten.elu.out(pre, out=value)
        slope = value.clamp(max=0.0).add_(1.0)
    else:
        torch.mul(functional.silu(pre.mul_(beta)), 1.0 / (BOUND * beta), out=value)
        slope = aten.silu_backward(pre.new_full((), 1.0 / BOUND).expand_as(pre), pre)
    torch.mul(slope, first, out=tangents[0])
    torch.mul(slope, second, out=tangents[1])
    return Hidden(pre, first, second, slope, rows)


def _through_activation(bar: Tensor, layer: Hidden, beta: float, activation: str) -> Tensor | float:
    """Turn [h̄'; T̄'₁; T̄'₂] into the gradient of [a; W T₁; W T₂], in place; returns that of β."""
    slope_bar = torch.mul(bar[1], layer.first).addcmul_(bar[2], layer.second)
    if activation == "elu":
        bar *= layer.slope
        bend = functional.threshold(-layer.slope, -1.0, 0.0)  # −φ'': φ' where it is below 1, else 0
        bar[0].addcmul_(slope_bar, bend, value=-1.0)
        return 0.0
    return _through_lipswish(bar, slope_bar, layer, beta)


def _through_lipswish(bar: Tensor, slope_bar: Tensor, layer: Hidden, beta: float) -> Tensor:
    """The same for φ(a) = u σ(u) / (1.1 β) with u = βa.

    φ'' = β s''/1.1 with s'' = σ' (2 + u (1 − 2σ)) and σ' = σ (1 − σ); ∂φ/∂β = a² σ'/1.1; ∂φ'/∂β = a s''/1.1.
    """
    u, gate = layer.pre, layer.pre.sigmoid()
    spread = aten.sigmoid_backward(slope_bar, gate)
    turned = spread * u
    bent = torch.add(turned, spread, alpha=2.0).addcmul_(turned, gate, value=-2.0)  # s'' times the slope's gradient
    moved = aten.sigmoid_backward(bar[0], gate).mul_(u).mul_(1.0 / beta).add_(bent)
    bar *= layer.slope
    bar[0].add_(bent, alpha=beta / BOUND)
    return torch.dot(moved.flatten(), u.flatten()).div_(BOUND * beta)


def _last_gradient(output_bar: Tensor, scale: Tensor, entries: tuple[Tensor, ...]) -> Tensor:
    """Gradient of [g; ∂g/∂x₁; ∂g/∂x₂], (3, n, 2): that of det [[a, c], [b, d]] is [[d, −b], [−c, a]]."""
    a, b, c, d = entries
    bar = output_bar.new_empty(3, len(scale), 2)
    bar[0] = output_bar
    (a_bar, b_bar), (c_bar, d_bar) = bar[1].unbind(1), bar[2].unbind(1)
    negative = -scale
    torch.mul(scale, d, out=a_bar)
    torch.mul(negative, c, out=b_bar)
    torch.mul(negative, b, out=c_bar)
    torch.mul(scale, a, out=d_bar)
    return bar
