"""Payloads from loose parts, for the tests of what the browser reads."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from bdsg.app.components.payloads import DeltaPayload, Plane, Playback, PlayerPayload
from bdsg.data.window import Window
from bdsg.runs.result import Snapshots

WINDOW = Window(np.array([-2.0, -2.0]), np.array([2.0, 2.0]))


def full_payload(**parts: Any) -> bytes:
    """A player's payload; what is not given is the least that it takes."""
    parts = {
        "run": "a",
        "window": WINDOW,
        "data": np.zeros((2, 2)),
        "log_p_x": np.zeros((4, 3)),
        "epsilon": 0.01,
    } | parts
    plane, playback, told = _taken(Plane, parts), _taken(Playback, parts), _taken(Snapshots, parts)
    return PlayerPayload(Plane(**plane), snapshots=Snapshots(**told), playback=Playback(**playback), **parts).pack()


def delta_payload(first: int, **parts: Any) -> bytes:
    """Further snapshots of it."""
    parts = {"run": "a", "window": WINDOW} | parts
    told = Snapshots(**_taken(Snapshots, parts))
    return DeltaPayload(first=first, snapshots=told, **parts).pack()


def _taken(kind: Any, parts: dict[str, Any]) -> dict[str, Any]:
    """The parts that belong to a record, taken out of all."""
    return {part.name: parts.pop(part.name) for part in dataclasses.fields(kind) if part.name in parts}
