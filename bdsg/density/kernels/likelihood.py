"""The negative log-likelihood of a residual flow of the plane with its gradient, for a part of a batch in one call.

All numbers of a flow are one flat vector of single precision, in the order of its parameters: slopes β (K),
shifts (K+1, 2), scales (K+1, 2), then weights (K, out, in) and biases (K, out) of each layer.  ``widths`` are those
of a branch, (2, h₁, .., 2).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bdsg.density.kernels.layers import (
    ONE,
    ZERO,
    activate,
    first_layer_gradient,
    from_plane,
    into_plane,
    last_layer_gradient,
    last_weight_gradient,
    normalise,
    through_activation,
    through_normalisation,
)
from bdsg.numerics.numba_cache import kernel

HALF = np.float32(0.5)


class Branches(NamedTuple):
    """The flow's numbers, or a gradient like them, and where each layer's lie."""

    values: np.ndarray
    offsets: np.ndarray
    widths: np.ndarray
    elu: bool


@kernel
def offsets_of(widths: np.ndarray, blocks: int) -> np.ndarray:
    """Where each part of ``values`` begins: shifts, scales, then weights and biases in turn, and its length."""
    found = np.empty(2 * len(widths) + 1, np.int64)
    found[0] = blocks
    found[1] = found[0] + (blocks + 1) * widths[0]
    found[2] = found[1] + (blocks + 1) * widths[0]
    for layer in range(len(widths) - 1):
        weights = blocks * widths[layer + 1] * widths[layer]
        found[2 * layer + 3] = found[2 * layer + 2] + weights
        found[2 * layer + 4] = found[2 * layer + 3] + blocks * widths[layer + 1]
    return found


def memory_of(widths: np.ndarray, count: int) -> int:
    """How many numbers ``nll_gradient`` keeps of each block for ``count`` points."""
    return int(count * (4 * widths[1:-1].sum() + 8))


@kernel
def layer_of(net: Branches, block: int, layer: int) -> tuple[np.ndarray, np.ndarray]:
    """Weight (out, in) and bias (out,) of one layer of one block: views into ``values`` or a gradient."""
    values, into, out = net.values, net.widths[layer], net.widths[layer + 1]
    at, bias_at = net.offsets[2 * layer + 2] + block * out * into, net.offsets[2 * layer + 3] + block * out
    return values[at : at + out * into].reshape(out, into), values[bias_at : bias_at + out]


@kernel
def hidden_of(memory: np.ndarray, widths: np.ndarray, layer: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """What a hidden layer of a block keeps: pre = [a; W T₁; W T₂] (3n, out) and gate (n, out), views."""
    place, out = 8 * count, widths[layer + 1]
    for before in range(layer):
        place += 4 * count * widths[before + 1]
    middle = place + 3 * count * out
    return memory[place:middle].reshape(3 * count, out), memory[middle : middle + count * out].reshape(count, out)


@kernel
def block_forward(
    x: np.ndarray, net: Branches, block: int, memory: np.ndarray, scratch: np.ndarray, ends: np.ndarray
) -> None:
    """[g(x); ∂g/∂x₁; ∂g/∂x₂] of one branch into ``ends`` (3n, 2); keeps the hidden layers in ``memory``."""
    count, last = x.shape[0], len(net.widths) - 2
    rows = scratch[:0].reshape(0, 1)
    for layer in range(last):
        weight, bias = layer_of(net, block, layer)
        pre, gate = hidden_of(memory, net.widths, layer, count)
        if layer == 0:
            from_plane(x, weight, pre)
        else:
            np.dot(rows, weight.T, pre)
        rows = scratch[: pre.size].reshape(pre.shape)
        activate(rows, pre, gate, bias, net.values[block], net.elu)
    weight, bias = layer_of(net, block, last)
    into_plane(rows, weight, ends)
    for i in range(count):
        ends[i, 0] += bias[0]
        ends[i, 1] += bias[1]


@kernel
def block_backward(
    ends_bar: np.ndarray,
    x: np.ndarray,
    x_bar: np.ndarray,
    net: Branches,
    net_bar: Branches,
    block: int,
    memory: np.ndarray,
    scratch: np.ndarray,
) -> None:
    """From the gradient of [g; ∂g/∂x₁; ∂g/∂x₂] (3n, 2), add to ``x_bar`` (n, 2) and to ``net_bar``.

    ``scratch`` (3, 3n·w) holds the rows of the layer in hand, written anew, and two layers' gradients.
    """
    count, last = x.shape[0], len(net.widths) - 2
    _, bias_bar = layer_of(net_bar, block, last)
    for i in range(count):
        bias_bar[0] += ends_bar[i, 0]
        bias_bar[1] += ends_bar[i, 1]
    above = ends_bar
    for layer in range(last - 1, -1, -1):
        weight, _ = layer_of(net, block, layer + 1)
        weight_bar, _ = layer_of(net_bar, block, layer + 1)
        _, bias_bar = layer_of(net_bar, block, layer)
        pre, gate = hidden_of(memory, net.widths, layer, count)
        rows = scratch[0, : pre.size].reshape(pre.shape)
        bar = scratch[1 + layer % 2, : pre.size].reshape(pre.shape)
        if layer == last - 1:
            last_layer_gradient(above, weight, bar)
        else:
            np.dot(above, weight, bar)
        net_bar.values[block] += through_activation(bar, rows, pre, gate, bias_bar, net.values[block], net.elu)
        if layer == last - 1:
            last_weight_gradient(above, rows, weight_bar)
        else:
            np.dot(above.T, rows, weight_bar)
        above = bar
    weight, _ = layer_of(net, block, 0)
    weight_bar, _ = layer_of(net_bar, block, 0)
    first_layer_gradient(above, x, weight, weight_bar, x_bar)


@kernel
def determinants(ends: np.ndarray, share: np.float32, bar: np.ndarray) -> float:
    """−Σ log det(I + J) from [g; ∂g/∂x₁; ∂g/∂x₂] (3n, 2); ``share`` times its gradient into the rows of ``bar``.

    With I + J = [[a, c], [b, d]] the gradient of the determinant is [[d, −b], [−c, a]].
    """
    count, total = ends.shape[0] // 3, 0.0
    for i in range(count):
        a, b = ONE + ends[count + i, 0], ends[count + i, 1]
        c, d = ends[2 * count + i, 0], ONE + ends[2 * count + i, 1]
        determinant = a * d - b * c
        total -= np.log(determinant)
        factor = share / determinant
        bar[i, 0], bar[i, 1] = ZERO, ZERO
        bar[count + i, 0], bar[count + i, 1] = -factor * d, factor * c
        bar[2 * count + i, 0], bar[2 * count + i, 1] = factor * b, -factor * a
    return total


@kernel
def half_squares(y: np.ndarray, share: np.float32, bar: np.ndarray) -> float:
    """Σ ½|y|² over (n, 2); ``share`` times its gradient into ``bar``."""
    total = 0.0
    for i in range(y.shape[0]):
        total += HALF * (y[i, 0] * y[i, 0] + y[i, 1] * y[i, 1])
        bar[i, 0], bar[i, 1] = share * y[i, 0], share * y[i, 1]
    return total


@kernel
def nll_gradient(
    points: np.ndarray,
    values: np.ndarray,
    gradient: np.ndarray,
    widths: np.ndarray,
    blocks: int,
    elu: bool,
    share: float,
    memory: np.ndarray,
) -> float:
    """−Σ log p_g(x) over ``points`` (n, 2), without the scales' own log-determinant, and ``share`` times its gradient.

    Args:
        values: the flow's numbers, weights normalised (see the module's head).
        gradient: like ``values``, written.
        share: 1/N for a batch of N of which these points are a part.
        memory: scratch, (blocks, ``memory_of``).
    """
    count, last = points.shape[0], blocks
    offsets, part = offsets_of(widths, blocks), np.float32(share)
    net, net_bar = Branches(values, offsets, widths, elu), Branches(gradient, offsets, widths, elu)
    shifts = values[offsets[0] : offsets[1]].reshape(blocks + 1, 2)
    scales = values[offsets[1] : offsets[2]].reshape(blocks + 1, 2)
    shifts_bar = gradient[offsets[0] : offsets[1]].reshape(blocks + 1, 2)
    scales_bar = gradient[offsets[1] : offsets[2]].reshape(blocks + 1, 2)
    scratch = np.empty((3, 3 * count * widths.max()), np.float32)
    ends = np.empty((3 * count, 2), np.float32)
    gradient[:] = ZERO
    y, total = points.copy(), 0.0
    for block in range(blocks):
        x = memory[block, : 2 * count].reshape(count, 2)
        bar = memory[block, 2 * count : 8 * count].reshape(3 * count, 2)
        normalise(y, shifts[block], scales[block], x)
        block_forward(x, net, block, memory[block], scratch[0], ends)
        total += determinants(ends, part, bar)
        for i in range(count):
            y[i, 0] = x[i, 0] + ends[i, 0]
            y[i, 1] = x[i, 1] + ends[i, 1]
    normalise(y, shifts[last], scales[last], y)
    y_bar = np.empty((count, 2), np.float32)
    total += half_squares(y, part, y_bar)
    through_normalisation(y_bar, y, scales[last], shifts_bar[last], scales_bar[last])
    for block in range(blocks - 1, -1, -1):
        x = memory[block, : 2 * count].reshape(count, 2)
        bar = memory[block, 2 * count : 8 * count].reshape(3 * count, 2)
        bar[:count] = y_bar
        block_backward(bar, x, y_bar, net, net_bar, block, memory[block], scratch)
        through_normalisation(y_bar, x, scales[block], shifts_bar[block], scales_bar[block])
    return float(total + count * np.log(2.0 * np.pi))
