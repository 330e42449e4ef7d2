"""The layers of a residual branch of the plane, forward and backward, elementwise work in one pass over memory.

Rows are [h; T₁; T₂], Tᵢ = ∂h/∂xᵢ, stacked (3n, width).  With a = W h + b and an activation φ:

    forward:   h' = φ(a),   T'ᵢ = φ'(a) ∘ W Tᵢ
    backward:  ā = φ'(a) ∘ h̄' + φ''(a) ∘ Σᵢ T̄'ᵢ ∘ W Tᵢ,   the gradient of W Tᵢ is φ'(a) ∘ T̄'ᵢ

All arrays are single precision.
"""

from __future__ import annotations

import numpy as np

from bdsg.config.constants import SWISH_SLOPE
from bdsg.numerics.numba_cache import exponential_parts, kernel

ZERO, ONE, TWO = np.float32(0.0), np.float32(1.0), np.float32(2.0)
INVERSE_BOUND = np.float32(1.0 / SWISH_SLOPE)


@kernel
def activate(
    rows: np.ndarray, pre: np.ndarray, gate: np.ndarray, bias: np.ndarray, beta: np.float32, elu: bool
) -> None:
    """Add the bias to pre = [a; W T₁; W T₂] and write [φ(a); φ'(a) ∘ W T₁; φ'(a) ∘ W T₂] into ``rows``.

    ``gate`` (n, width) becomes σ(βa), or for the ELU its slope φ'(a).
    """
    count, width = gate.shape
    powers = np.empty(width, np.int32)
    scales = powers.view(np.float32)
    for i in range(count):
        second, third = count + i, 2 * count + i
        for j in range(width):
            a = pre[i, j] + bias[j]
            pre[i, j] = a
            gate[i, j], powers[j] = exponential_parts(min(a, ZERO) if elu else -beta * a)
        for j in range(width):
            a, g = pre[i, j], gate[i, j] * scales[j]
            if elu:
                slope = g
                rows[i, j] = max(a, ZERO) + g - ONE
            else:
                g = ONE / (ONE + g)
                slope = (g + beta * a * g * (ONE - g)) * INVERSE_BOUND
                rows[i, j] = a * g * INVERSE_BOUND
            gate[i, j] = g
            rows[second, j] = slope * pre[second, j]
            rows[third, j] = slope * pre[third, j]


@kernel
def through_activation(
    bar: np.ndarray,
    rows: np.ndarray,
    pre: np.ndarray,
    gate: np.ndarray,
    bias_bar: np.ndarray,
    beta: np.float32,
    elu: bool,
) -> float:
    """Turn the gradient of ``rows`` into that of ``pre``, in place, and write ``rows`` anew; returns that of β.

    LipSwish φ(a) = a σ(βa)/1.1 has φ'' = β s''/1.1, s'' = σ' (2 + βa (1 − 2σ)), σ' = σ (1 − σ);
    ∂φ/∂β = a² σ'/1.1 and ∂φ'/∂β = a s''/1.1.
    """
    count, width = gate.shape
    total = 0.0
    for i in range(count):
        second, third = count + i, 2 * count + i
        beta_bar = ZERO
        for j in range(width):
            a, g, first, other = pre[i, j], gate[i, j], pre[second, j], pre[third, j]
            h_bar = bar[i, j]
            slope_bar = bar[second, j] * first + bar[third, j] * other
            if elu:
                slope = g
                bend = g if a < ZERO else ZERO
                rows[i, j] = max(a, ZERO) + g - ONE
            else:
                spread = g * (ONE - g)
                u = beta * a
                slope = (g + u * spread) * INVERSE_BOUND
                curve = spread * (TWO + u * (ONE - TWO * g)) * INVERSE_BOUND
                bend = beta * curve
                beta_bar += a * (h_bar * a * spread * INVERSE_BOUND + slope_bar * curve)
                rows[i, j] = a * g * INVERSE_BOUND
            rows[second, j] = slope * first
            rows[third, j] = slope * other
            a_bar = slope * h_bar + bend * slope_bar
            bar[i, j] = a_bar
            bar[second, j] *= slope
            bar[third, j] *= slope
            bias_bar[j] += a_bar
        total += float(beta_bar)
    return total


@kernel
def into_plane(rows: np.ndarray, weight: np.ndarray, out: np.ndarray) -> None:
    """out (m, 2) = rows (m, w) Wᵀ."""
    for i in range(rows.shape[0]):
        x, y = ZERO, ZERO
        for j in range(rows.shape[1]):
            x += rows[i, j] * weight[0, j]
            y += rows[i, j] * weight[1, j]
        out[i, 0], out[i, 1] = x, y


@kernel
def from_plane(x: np.ndarray, weight: np.ndarray, pre: np.ndarray) -> None:
    """pre (3n, w) = [x Wᵀ; W e₁; W e₂] of a branch's first layer."""
    count, width = x.shape[0], weight.shape[0]
    columns = np.ascontiguousarray(weight.T)
    for i in range(count):
        for j in range(width):
            pre[i, j] = x[i, 0] * columns[0, j] + x[i, 1] * columns[1, j]
            pre[count + i, j] = columns[0, j]
            pre[2 * count + i, j] = columns[1, j]


@kernel
def last_layer_gradient(bar: np.ndarray, weight: np.ndarray, rows_bar: np.ndarray) -> None:
    """rows_bar (m, w) = bar (m, 2) W."""
    for i in range(bar.shape[0]):
        for j in range(weight.shape[1]):
            rows_bar[i, j] = bar[i, 0] * weight[0, j] + bar[i, 1] * weight[1, j]


@kernel
def last_weight_gradient(bar: np.ndarray, rows: np.ndarray, weight_bar: np.ndarray) -> None:
    """weight_bar (2, w) += barᵀ rows."""
    for i in range(bar.shape[0]):
        for j in range(rows.shape[1]):
            weight_bar[0, j] += bar[i, 0] * rows[i, j]
            weight_bar[1, j] += bar[i, 1] * rows[i, j]


@kernel
def first_layer_gradient(
    bar: np.ndarray, x: np.ndarray, weight: np.ndarray, weight_bar: np.ndarray, x_bar: np.ndarray
) -> None:
    """Gradients of a branch's first layer; adds to ``weight_bar`` (w, 2) and to ``x_bar`` (n, 2)."""
    count, width = x.shape[0], weight.shape[0]
    columns = np.ascontiguousarray(weight.T)
    sums = np.zeros((2, width), np.float32)
    for i in range(count):
        first, second = ZERO, ZERO
        for j in range(width):
            a_bar = bar[i, j]
            first += a_bar * columns[0, j]
            second += a_bar * columns[1, j]
            sums[0, j] += a_bar * x[i, 0] + bar[count + i, j]
            sums[1, j] += a_bar * x[i, 1] + bar[2 * count + i, j]
        x_bar[i, 0] += first
        x_bar[i, 1] += second
    for j in range(width):
        weight_bar[j, 0] += sums[0, j]
        weight_bar[j, 1] += sums[1, j]


@kernel
def normalise(y: np.ndarray, shift: np.ndarray, scale: np.ndarray, out: np.ndarray) -> None:
    """out = (y + shift) ∘ scale, (n, 2)."""
    for i in range(y.shape[0]):
        out[i, 0] = (y[i, 0] + shift[0]) * scale[0]
        out[i, 1] = (y[i, 1] + shift[1]) * scale[1]


@kernel
def through_normalisation(
    bar: np.ndarray, out: np.ndarray, scale: np.ndarray, shift_bar: np.ndarray, scale_bar: np.ndarray
) -> None:
    """From the gradient of ``out`` to that of y, in place, of the shift and of log scale, (2,) each."""
    for k in range(2):
        total, stretched = np.float32(0.0), np.float32(0.0)
        for i in range(bar.shape[0]):
            stretched += bar[i, k] * out[i, k]
            bar[i, k] *= scale[k]
            total += bar[i, k]
        shift_bar[k] += total
        scale_bar[k] += stretched
