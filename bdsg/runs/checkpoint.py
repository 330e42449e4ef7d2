"""A training's state on disk: written whole or not at all, without pickle, and told from any other training's."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from bdsg.errors import StoreError
from bdsg.numerics.device import to_numpy
from bdsg.runs import tensor_file
from bdsg.runs.directory import explained, write_atomically


class Checkpoint:
    """One file of tensors and facts.

    Args:
        path: of the file.
        identity: what the training depends on, made of dataclasses, lists and plain values.
    """

    def __init__(self, path: Path, identity: list[Any]) -> None:
        plain = [asdict(part) if is_dataclass(part) and not isinstance(part, type) else part for part in identity]
        self.path, self.identity = path, hashlib.sha256(repr(plain).encode()).hexdigest()

    def save(self, state: dict[str, Tensor], facts: dict[str, Any]) -> None:
        """Write over the file."""
        arrays = {name: to_numpy(tensor) for name, tensor in state.items()}
        with explained(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self.path, tensor_file.pack(arrays, {**facts, "identity": self.identity}))

    def load(self) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
        """What was saved, or None where there is no file.

        Raises:
            StoreError: it is damaged, or of a training with other settings.
        """
        if not self.path.exists():
            return None
        arrays, facts = tensor_file.unpack(self.path.read_bytes())
        if facts.pop("identity", None) != self.identity:
            raise StoreError(f"{self.path} belongs to a training with other settings: name another directory.")
        return {name: torch.from_numpy(array.copy()) for name, array in arrays.items()}, facts

    def remove(self) -> None:
        """Delete the file, if it is there."""
        self.path.unlink(missing_ok=True)


def digest_of(tensor: Tensor) -> str:
    """SHA-256 of a tensor's shape and bytes, hex digits."""
    array = to_numpy(tensor)
    return hashlib.sha256(repr(array.shape).encode() + array.tobytes()).hexdigest()
