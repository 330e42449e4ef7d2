"""From modules of PyTorch to the arrays of the compiled kernels, without a copy of what is trained."""

from __future__ import annotations

import itertools
import math

import numpy as np
import torch
from torch import Tensor, nn

from bdsg.boundary.kernels.density import Density
from bdsg.boundary.kernels.network import LANES, SILU, TANH, TILE, Network
from bdsg.density import ClosedForm, DensityModel, TabulatedDensity

_LINE = 64
"""Bytes of a cache line."""

_ACTIVATIONS: dict[type[nn.Module], int] = {nn.Tanh: TANH, nn.SiLU: SILU}


def flat_density(model: DensityModel) -> Density | None:
    """The numbers of a mixture or of a table of the plane on the CPU; None for any other density."""
    if isinstance(model, ClosedForm) and model.dim == 2 and on_cpu(model.means.float()):
        empty = single(torch.empty(0, 0, 4, 4)), *(single(torch.zeros(2)) for _ in range(3))
        return Density(False, single(model.log_scales), single(model.means), single(model.whiteners), *empty)
    if isinstance(model, TabulatedDensity) and on_cpu(model.cells):
        empty = single(torch.empty(0)), single(torch.empty(0, 2)), single(torch.empty(0, 2, 2))
        window = (single(part) for part in (model.cells, model.low, model.high, model.steps))
        return Density(True, *empty, *window)
    return None


def flat_network(network: nn.Sequential, columns: int) -> Network:
    """Space for a batch of ``columns``; the parameters and their gradients become parts of the flat vectors."""
    dense = [module for module in network if isinstance(module, nn.Linear)]
    widths = [padded(width, TILE) for width in (dense[0].in_features, *(layer.out_features for layer in dense))]
    sizes = [out * (into + 1) for into, out in itertools.pairwise(widths)]
    flat = np.zeros((4, sum(sizes)), np.float32)
    place = 0
    for layer, into, out in zip(dense, widths, widths[1:], strict=False):
        end = place + out * into
        _move(layer.weight, flat[:2, place:end].reshape(2, out, into)[:, : layer.out_features, : layer.in_features])
        _move(layer.bias, flat[:2, end:][:, : layer.out_features])
        place = end + out
    activation = _ACTIVATIONS[type(network[1])] if len(network) > 1 else TANH
    return Network(np.array(widths), activation, *flat, *_workspace(sum(widths), columns))


def _workspace(rows: int, columns: int) -> np.ndarray:
    """(3, rows, columns), padded, from a cache line's begin on: elsewhere a step takes up to a sixth longer."""
    shape = 3, rows, padded(columns, LANES)
    space = np.zeros(math.prod(shape) + _LINE // 4, np.float32)
    begin = -space.ctypes.data % _LINE // 4
    return space[begin : begin + math.prod(shape)].reshape(shape)


def with_columns(network: Network, columns: int) -> Network:
    """The same weights with space for another number of points."""
    values, slopes, errors = _workspace(network.values.shape[0], columns)
    return network._replace(values=values, slopes=slopes, errors=errors)


def _move(parameter: Tensor, places: np.ndarray) -> None:
    places[0] = parameter.detach().numpy()
    parameter.data, parameter.grad = torch.from_numpy(places[0]), torch.from_numpy(places[1])


def padded(size: int, multiple: int) -> int:
    return -(-size // multiple) * multiple


def single(tensor: Tensor) -> np.ndarray:
    return np.ascontiguousarray(tensor.detach().numpy(), np.float32)


def on_cpu(tensor: Tensor) -> bool:
    return tensor.device.type == "cpu" and tensor.dtype == torch.float32
