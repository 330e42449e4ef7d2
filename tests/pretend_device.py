"""A second device without hardware: it computes on the CPU, but refuses what a GPU would refuse.

``python -m tests.pretend_device`` runs tiny experiments on the CPU and there, and prints as JSON the largest
difference of each array.  Its tensors say that they are on ``elsewhere:0``.  An operation of theirs with a CPU
tensor of one dimension or more, a draw from a CPU generator, or ``numpy()`` raises, as it does on a real one.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any
from unittest import mock

import numpy as np
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

from bdsg.config import ExperimentConfig
from bdsg.density import diagnostics
from bdsg.experiments import fit_density, problem, run_experiment
from bdsg.numerics import device

HERE, ELSEWHERE = torch.device("cpu"), "elsewhere"
CARRIERS = {"_to_copy.default", "copy_.default"}
INDEXING = {"index.Tensor", "index_put.default", "index_put_.default", "_index_put_impl_.default"}
"""They take CPU indices for a tensor that is elsewhere."""

FLOW = {"blocks": 2, "hidden": [8, 8], "steps": 3, "batch_size": 32}
DENSITIES: dict[str, dict[str, Any]] = {
    "closed form": {"kind": "closed_form"},
    "exact": {"kind": "iresnet", **FLOW},
    "truncated": {"kind": "iresnet", "log_determinant": "truncated", "activation": "elu", **FLOW},
    "roulette": {"kind": "resflow", **FLOW},
}
SMALL = {"GRID": 20, "BOUNDARY_POINTS": 200, "LEVEL_SAMPLES": 512, "SHOWN_POINTS": 50}


class Elsewhere(torch.Tensor):
    """A tensor on the pretended device, around one of the CPU."""

    inner: torch.Tensor
    __torch_function__ = torch._C._disabled_torch_function_impl

    @staticmethod
    def __new__(cls, inner: torch.Tensor) -> Elsewhere:
        layout = {"strides": inner.stride(), "storage_offset": inner.storage_offset(), "dtype": inner.dtype}
        made: Elsewhere = torch.Tensor._make_wrapper_subclass(cls, inner.shape, device=f"{ELSEWHERE}:0", **layout)
        made.inner = inner
        return made

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return carry_out(func, args, kwargs or {})

    @property
    def data(self) -> torch.Tensor:
        """Without a graph, in the same memory; what it is set to is shared."""
        return Elsewhere(self.inner.detach())

    @data.setter
    def data(self, other: Elsewhere) -> None:
        self.inner = other.inner

    def numpy(self, **_: Any) -> Any:
        """Refused: the numbers are not in the computer's own memory."""
        raise TypeError(f"a tensor on {self.device} cannot become a NumPy array: use Tensor.cpu() first")


class Pretend(TorchDispatchMode):
    """Sends to the pretended device what asks for it."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return carry_out(func, args, kwargs or {})


def carry_out(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """An operation, wherever its tensors are."""
    items = tree_flatten((args, kwargs))[0]
    tensors = [item for item in items if isinstance(item, torch.Tensor)]
    anywhere = any(isinstance(tensor, Elsewhere) for tensor in tensors)
    asked = kwargs.get("device")
    there = anywhere if asked is None else torch.device(asked).type == ELSEWHERE
    _refuse_strangers(func.__name__, tensors, kwargs, anywhere=anywhere, there=there)
    inner_args, inner_kwargs = tree_map(lambda x: x.inner if isinstance(x, Elsewhere) else x, (args, kwargs))
    if asked is not None:
        inner_kwargs["device"] = HERE
    found = func(*inner_args, **inner_kwargs)
    if found is not None and func.__name__.split(".")[0].endswith("_"):
        return args[0]
    if "out" in kwargs:
        return kwargs["out"]
    return tree_map(lambda x: Elsewhere(x) if isinstance(x, torch.Tensor) else x, found) if there else found


def _refuse_strangers(
    name: str, tensors: list[torch.Tensor], kwargs: dict[str, Any], *, anywhere: bool, there: bool
) -> None:
    strangers = [tensor for tensor in tensors if not isinstance(tensor, Elsewhere) and tensor.dim() > 0]
    if anywhere and strangers and name not in CARRIERS | INDEXING:
        raise RuntimeError(f"{name}: all tensors must be on one device, but some are on {ELSEWHERE} and some on cpu")
    if there and kwargs.get("generator") is not None:
        raise RuntimeError(f"{name}: a generator on the cpu cannot draw on {ELSEWHERE}")


def differences(objective: str, density: dict[str, Any]) -> dict[str, float]:
    """Largest difference of each array between a run there and one on the CPU."""
    boundary = {"objective": objective, "steps": 3, "batch_size": 32, "hidden": [8], "snapshots": 2}
    raw = {"data": {"preset": "bimodal", "samples": 100}, "density": density, "boundary": boundary}
    config = ExperimentConfig.from_dict(raw)
    *_, here = run_experiment.run(config)
    with (
        mock.patch.object(device, "torch_device", return_value=torch.device(ELSEWHERE)),
        mock.patch.object(fit_density, "torch_device", return_value=torch.device(ELSEWHERE)),
        Pretend(),
    ):
        *_, there = run_experiment.run(dataclasses.replace(config, device="cuda"))
    assert here.arrays.to_dict().keys() == there.arrays.to_dict().keys()
    return {
        name: _largest_difference(getattr(here.arrays, name), getattr(there.arrays, name))
        for name in here.arrays.to_dict()
    }


def _largest_difference(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one.astype(float) - other).max()) if one.size else 0.0


def main() -> None:
    """Run every kind of density, with both objectives in turn."""
    _setup_privateuseone_for_python_backend(ELSEWHERE)
    with (
        mock.patch.multiple(problem, **SMALL),
        mock.patch.multiple(fit_density, PREVIEW=4, TABLE_NODES=16),
        mock.patch.multiple(diagnostics, CHECK_POINTS=500, ROUND_TRIP_POINTS=100, INTEGRAL_NODES=20),
    ):
        found = {
            name: differences(objective, density)
            for (name, density), objective in zip(DENSITIES.items(), ("paper", "ours") * 2, strict=True)
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
