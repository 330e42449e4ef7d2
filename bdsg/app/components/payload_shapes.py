"""What is in the blocks of bytes that the browser reads: the names and types of their arrays and of what goes along.

:mod:`bdsg.app.components.browser_types` writes the browser's types from these classes, from ``Playback`` and from the
config's own.  They are descriptions: nothing is made of them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np

from bdsg.app.components.payloads import Playback
from bdsg.config.schedule import Change
from bdsg.config.sections import UnitsConfig

Bytes = Annotated[np.ndarray, np.uint8]
Int16 = Annotated[np.ndarray, np.int16]
Int32 = Annotated[np.ndarray, np.int32]
Float32 = Annotated[np.ndarray, np.float32]
Float64 = Annotated[np.ndarray, np.float64]
Pair = tuple[float, float]


class Contour:
    """A level set: its lines, x and y in turn."""

    name: str
    lines: list[list[float]]


class ArrowScale:
    """An arrow for a pull F is log10(1 + F / least) factors of ten long, at most ``decades``."""

    least: float
    decades: float


class PlaneMeta(Playback):
    """What every whole picture of a run begins with, and how it is presented."""

    kind: Literal["full"]
    run: str
    first: int
    low: Pair
    high: Pair
    contours: list[Contour]
    epsilon: float
    units: UnitsConfig | None


class Marks:
    """What changed on the way, and what the arrows' lengths mean."""

    changes: list[Change]
    arrows: ArrowScale


class PlayerMeta(PlaneMeta, Marks):
    """Along with ``PlayerArrays``."""

    weights: dict[str, float]


class DeltaMeta(Marks):
    """Along with ``SnapshotArrays`` that follow others."""

    kind: Literal["delta"]
    run: str
    first: int
    live: bool


class SnapshotArrays:
    """Snapshots, (S, n, 2), (S,), (S, 4) and (S, 3, m, 2)."""

    frames: Int16
    steps: Int32
    terms: Float32
    forces: Int16 | None


class PlayerArrays(SnapshotArrays):
    """All of a run; what is not known is left out."""

    heat: Bytes
    model_heat: Bytes | None
    data: Float32
    model_samples: Float32 | None
    warp: Float32 | None
    latent: Float32 | None
    own: Float32 | None
    log_p_x: Float32 | None
    log_p_g: Float32 | None


class BaselineMeta(PlaneMeta):
    """Along with ``BaselineArrays``."""

    appears: int


class BaselineArrays(SnapshotArrays):
    """A method that trained, beside others."""

    data: Float32
    maps: Bytes
    map_frames: Int32


class Trained:
    """The run's own ε, and the grid on which its stored scores were counted."""

    epsilon: float
    low: Pair
    high: Pair
    nodes: int


class EvaluationMeta:
    """Along with ``EvaluationArrays``."""

    run: str
    epsilon: float
    epsilon_low: float
    epsilon_high: float
    delta_ratio: float
    low: Pair
    high: Pair
    units: UnitsConfig | None
    about: str
    stands_in: bool
    exact: bool
    trained: Trained


class EvaluationArrays:
    """What is scored; B(z, ε) adds arrays whose names begin with ``level_``."""

    log_p_x: Float32
    log_p_g: Float32
    boundary: Float32
    boundary_log_p_x: Float32
    data: Float32
    ray_points: Float32
    ray_log_p_g: Float32
    ray_index: Int32
    grid_x: Float64
    grid_y: Float64
    field_x: Float64
    field_y: Float64
    field: Float32
    known_log_p_x: Float32
    own: Float32 | None
    own_log_p_x: Float32 | None
    boundary_latent: Float32 | None
    mixture_log_scales: Float64 | None
    mixture_means: Float64 | None
    mixture_whiteners: Float64 | None


class Mode:
    """A Gaussian as a person places it; the angle in degrees."""

    weight: float
    x: float
    y: float
    long: float
    short: float
    angle: float


class PointLimits:
    """How many painted points there may be."""

    least: int
    most: int


class EditorLimits:
    """As ``EditorPayload`` says them."""

    modes: int
    weight: Pair
    finest: int
    widest: int
    points: PointLimits


class EditorMeta:
    """All that the editor is told."""

    modes: list[Mode]
    epsilon: float
    limits: EditorLimits
    edit: str | None
    painting: bool
    answered: str | None


class PlayObjective:
    """Settings that suit an objective, by the names of a config's."""

    hidden: list[int]
    steps: int
    batch_size: int
    learning_rate: float
    lambda1: float
    lambda2: float


class PlayPreset:
    """A mixture that comes with the package."""

    name: str
    title: str
    teaches: str
    epsilon: float
    modes: list[Mode]


class PlayStart(PlayObjective):
    """What Play opens with."""

    preset: str | None
    modes: list[Mode]
    objective: Literal["paper", "ours"]
    epsilon: float
    samples: int
    seed: int


class PlayMeta:
    """All that Play is told."""

    presets: list[PlayPreset]
    objectives: dict[str, PlayObjective]
    start: PlayStart
    units: UnitsConfig | None
    limits: EditorLimits


RECORDS: tuple[type[Any], ...] = (
    *(UnitsConfig, Change, Contour, ArrowScale, Playback, PlaneMeta, Marks, PlayerMeta, DeltaMeta, SnapshotArrays),
    *(PlayerArrays, BaselineMeta, BaselineArrays, Trained, EvaluationMeta, EvaluationArrays),
    *(Mode, PointLimits, EditorLimits, EditorMeta, PlayObjective, PlayPreset, PlayStart, PlayMeta),
)
"""In the order in which they are written."""
