"""Where tensors live.  Random numbers come from CPU generators everywhere, so each device sees the same draws."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from bdsg.errors import ConfigError


def torch_device(name: str) -> torch.device:
    """The device that a config names.

    Raises:
        ConfigError: it is ``cuda``, and there is none.
    """
    if name == "cuda" and not torch.cuda.is_available():
        remedy = "PyTorch finds no CUDA device on this machine: choose cpu, or install a build of PyTorch for its GPU."
        raise ConfigError("device", name, remedy)
    return torch.device(name)


def device_of(model: nn.Module) -> torch.device:
    """Where a model's numbers are; one without any counts as on the CPU."""
    return next((tensor.device for tensor in model.state_dict().values()), torch.device("cpu"))


def to_numpy(tensor: Tensor) -> np.ndarray:
    """The numbers of a tensor on any device, without its graph."""
    array: np.ndarray = tensor.detach().cpu().numpy()
    return array
