"""From a flow's parameters to the numbers that its likelihood uses, and back with the gradient.

W = V · min(1, bound / σ(V)), β = softplus, scale = exp: what ``LipschitzLinear`` and ``ResidualFlow`` do in
PyTorch, for the flat vectors of ``likelihood``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bdsg.density.kernels.likelihood import offsets_of
from bdsg.numerics.numba_cache import kernel

TINY = np.float32(1e-30)


class Singular(NamedTuple):
    """The largest singular value of each weight, (layers, K), and its vectors, (layers, K, widest) each."""

    norms: np.ndarray
    left: np.ndarray
    right: np.ndarray


@kernel
def unit_image(matrix: np.ndarray, vector: np.ndarray, out: np.ndarray) -> float:
    """M v scaled to length 1 into ``out``; returns ‖M v‖."""
    total = np.float32(0.0)
    for i in range(matrix.shape[0]):
        value = np.float32(0.0)
        for j in range(matrix.shape[1]):
            value += matrix[i, j] * vector[j]
        out[i] = value
        total += value * value
    length = np.sqrt(total)
    for i in range(matrix.shape[0]):
        out[i] /= max(length, TINY)
    return float(length)


@kernel
def power_iterate(weight: np.ndarray, doublings: int, left: np.ndarray, right: np.ndarray) -> float:
    """σ(V) of (out, in) by 2^doublings power iterations, with its singular vectors.

    By squaring the Gram matrix of the smaller side, as ``LipschitzLinear.power_iterate`` does.  Every product is of
    whole arrays in one layout: each further kind would take a second to compile.
    """
    turned = weight.T.copy()
    tall = weight.shape[0] >= weight.shape[1]
    gram = np.dot(turned, weight) if tall else np.dot(weight, turned)
    for _ in range(doublings):
        trace = np.float32(0.0)
        for i in range(gram.shape[0]):
            trace += gram[i, i]
        gram *= np.float32(1.0) / max(trace, TINY)
        gram = np.dot(gram, gram)
    column = 0
    for i in range(gram.shape[0]):
        if gram[i, i] > gram[column, column]:
            column = i
    if tall:
        unit_image(weight, gram[column], left)
    else:
        left[:] = gram[column]
    unit_image(turned, left, right)
    return float(unit_image(weight, right, left))


@kernel
def effective_values(
    values: np.ndarray,
    effective: np.ndarray,
    widths: np.ndarray,
    blocks: int,
    bound: float,
    doublings: int,
    found: Singular,
) -> None:
    """Normalise every weight and apply softplus and exp: ``values`` to ``effective``, flat.

    ``found`` keeps σ and the singular vectors.
    """
    offsets = offsets_of(widths, blocks)
    effective[:] = values
    for block in range(blocks):
        effective[block] = np.log1p(np.exp(-abs(values[block]))) + max(values[block], np.float32(0.0))
    for i in range(offsets[1], offsets[2]):
        effective[i] = np.exp(values[i])
    for layer in range(len(widths) - 1):
        into, out = widths[layer], widths[layer + 1]
        for block in range(blocks):
            at = offsets[2 * layer + 2] + block * out * into
            weight = values[at : at + out * into].reshape(out, into)
            norm = power_iterate(weight, doublings, found.left[layer, block, :out], found.right[layer, block, :into])
            found.norms[layer, block] = norm
            if norm > bound:
                effective[at : at + out * into] *= np.float32(bound / norm)


@kernel
def through_effective(
    gradient: np.ndarray,
    values: np.ndarray,
    widths: np.ndarray,
    blocks: int,
    bound: float,
    found: Singular,
) -> None:
    """Turn the gradient of ``effective`` into that of ``values``, in place.

    With W = s V, s = bound/σ and ∂σ/∂V = u vᵀ: V̄ = s W̄ − (s/σ) ⟨W̄, V⟩ u vᵀ.  The likelihood's kernel gives the
    scales' gradient in terms of their logarithms already; their own log-determinant is added here.
    """
    offsets = offsets_of(widths, blocks)
    for block in range(blocks):
        gradient[block] *= np.float32(1.0) / (np.float32(1.0) + np.exp(-values[block]))
    for i in range(offsets[1], offsets[2]):
        gradient[i] -= np.float32(1.0)
    for layer in range(len(widths) - 1):
        into, out = widths[layer], widths[layer + 1]
        for block in range(blocks):
            norm = found.norms[layer, block]
            if norm <= bound:
                continue
            at = offsets[2 * layer + 2] + block * out * into
            bar = gradient[at : at + out * into].reshape(out, into)
            along = np.float32(0.0)
            for i in range(at, at + out * into):
                along += gradient[i] * values[i]
            scale = np.float32(bound / norm)
            along *= scale / np.float32(norm)
            for i in range(out):
                pull = along * found.left[layer, block, i]
                for j in range(into):
                    bar[i, j] = scale * bar[i, j] - pull * found.right[layer, block, j]
