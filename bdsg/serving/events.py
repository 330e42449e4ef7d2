"""What a worker process and its owner say to one another: frames of bytes over a pipe.

A frame is eight bytes of length (little-endian) and a block of :mod:`bdsg.runs.tensor_file`.  Commands go in
(``run``, ``contest``, ``stop``, ``steer``, ``pace``, ``exit``); events come out, each with the number of its run, and
the last one of every run is an :class:`Ended`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from bdsg.baselines.contract import BaselineRanks, BaselineScores, BaselineSnapshot
from bdsg.config import ExperimentConfig
from bdsg.config.schedule import Change
from bdsg.errors import StoreError
from bdsg.runs import tensor_file
from bdsg.runs.result import BoundarySnapshot, DensityFitted, DensitySnapshot, Event, Progress, Result, RunArrays, Scene

LONGEST_FRAME = 1 << 32
"""Bytes; a longer one can only be a stream that lost its step."""


@dataclass(frozen=True)
class Ended:
    """The last event of a run.

    Attributes:
        error: a sentence, or None when nothing went wrong.
        unkept: why the store refused the result, in a few words; None when it did not.
    """

    error: str | None = None
    unkept: str | None = None


BaselineEvent = BaselineSnapshot | BaselineRanks | BaselineScores
"""What a contest tells of a method, beside its progress."""

Item = Event | Result | BaselineEvent | Ended

KINDS: dict[str, Any] = {
    cls.__name__: cls
    for cls in (
        *(Scene, Progress, DensitySnapshot, DensityFitted, BoundarySnapshot, Change, Ended),
        *(BaselineSnapshot, BaselineRanks, BaselineScores),
    )
}
"""All that is made again from its fields alone: arrays, and what JSON knows."""


def write_frame(stream: BinaryIO, payload: bytes) -> None:
    """Send one frame at once."""
    stream.write(struct.pack("<Q", len(payload)) + payload)
    stream.flush()


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next frame, or None at the end of the stream.

    Raises:
        StoreError: the stream ends inside a frame, or is no stream of frames.
    """
    head = stream.read(8)
    if not head:
        return None
    length = struct.unpack("<Q", head)[0] if len(head) == 8 else 0
    if length > LONGEST_FRAME:
        raise StoreError(f"A frame claims {length:,} bytes, more than {LONGEST_FRAME:,}: start the process again.")
    payload = stream.read(length)
    if len(head) < 8 or len(payload) < length:
        raise StoreError(f"The stream ended {length - len(payload):,} bytes early: start the process again.")
    return payload


def encode_command(name: str, run: int = 0, **details: Any) -> bytes:
    """A command's payload; ``details`` is JSON-able."""
    return tensor_file.pack({}, {"command": name, "id": run, **details})


def decode_command(payload: bytes) -> dict[str, Any]:
    """Inverse of :func:`encode_command`: ``command``, ``id`` and the details."""
    return tensor_file.unpack(payload)[1]


def encode(run: int, event: Item) -> bytes:
    """An event's payload.

    Raises:
        ValueError: a number outside the arrays is not finite.
    """
    arrays, meta = _split(event)
    return tensor_file.pack(arrays, {"id": run, "kind": type(event).__name__, **meta})


def decode(payload: bytes) -> tuple[int, Item]:
    """Inverse of :func:`encode`: the run's number and the event."""
    arrays, meta = tensor_file.unpack(payload)
    run, kind = meta.pop("id"), meta.pop("kind")
    if kind == "Result":
        return run, _result(arrays, meta)
    if "components" in meta:
        meta["components"] = tuple(meta["components"])  # JSON knows lists alone
    event: Item = KINDS[kind](**arrays, **meta)
    return run, event


def _split(event: Item) -> tuple[tensor_file.Arrays, dict[str, Any]]:
    """Arrays, and all else."""
    if isinstance(event, Result):
        arrays = {f"arrays/{name}": array for name, array in event.arrays.to_dict().items()}
        arrays |= {f"parameters/{name}": array for name, array in event.parameters.items()}
        return arrays, {"config": event.config.to_dict(), "summary": event.summary}
    arrays = {name: part for name, part in vars(event).items() if isinstance(part, np.ndarray)}
    return arrays, {name: part for name, part in vars(event).items() if name not in arrays}


def _result(arrays: tensor_file.Arrays, meta: dict[str, Any]) -> Result:
    parts: dict[str, tensor_file.Arrays] = {"arrays": {}, "parameters": {}}
    for name, array in arrays.items():
        part, _, rest = name.partition("/")
        parts[part][rest] = array
    return Result(
        ExperimentConfig.from_dict(meta["config"]),
        RunArrays.from_dict(parts["arrays"]),
        meta["summary"],
        parts["parameters"],
    )
