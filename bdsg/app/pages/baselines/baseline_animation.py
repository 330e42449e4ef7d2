"""What the rivals page shows of one trained method: its animation, its curves and its scores, in few bytes."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bdsg.app.components.canvas_encoding import quantise
from bdsg.baselines.contract import NEAR, BaselineRanks, BaselineScores, BaselineSnapshot
from bdsg.config import ExperimentConfig
from bdsg.data.window import Window
from bdsg.experiments.problem import Problem
from bdsg.metrics import Field, anomaly_ranks, contour_lines, pr_curve, roc_curve
from bdsg.metrics.ranking import Curve
from bdsg.runs.result import Scene
from bdsg.runs.tensor_file import Arrays

FRAMES, POINTS, MAPS, CORNERS = 16, 300, 9, 200
"""Most snapshots, points of each, rank maps among them, and corners of a curve."""

FITTING_FRAMES = 6
"""How many of the snapshots show a method before it has points: BDSG while it learns the density."""

MAP_NODES = 64
"""A rank map's nodes a side, as the snapshots of a contest have them."""

CURVES = ("roc", "pr", "near_roc", "near_pr")
"""ROC and precision over recall, normal nodes positive: of all nodes, and of those near the boundary."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """One method.

    Attributes:
        steps: of the snapshots, (S,), counted through all stages.
        frames: what it generates, (S, n, 2) int16 as in ``canvas_encoding.quantise``; n = 0 if it does not.
        appears: the first snapshot that has points.
        maps: the share of the nodes that are more anomalous, (H, ny, nx) bytes: 255 for the most normal.
        map_frames: which snapshots these belong to, (H,).
        lines: where as many nodes are inside as are normal, (k, 2) int16 each, without specks.
        normal_share: of all nodes, and of those near the boundary.
        curves: by their names in ``CURVES``, (2, k) each; those that have only one class are missing.
        row: its scores.
    """

    row: BaselineScores
    steps: np.ndarray = field(default_factory=lambda: np.empty(0, np.int32))
    frames: np.ndarray = field(default_factory=lambda: np.empty((0, 0, 2), np.int16))
    appears: int = 0
    maps: np.ndarray = field(default_factory=lambda: np.empty((0, MAP_NODES, MAP_NODES), np.uint8))
    map_frames: np.ndarray = field(default_factory=lambda: np.empty(0, np.int32))
    lines: Sequence[np.ndarray] = ()
    normal_share: tuple[float, float] = (0.0, 0.0)
    curves: dict[str, np.ndarray] = field(default_factory=dict)


def contest_config(config: ExperimentConfig) -> ExperimentConfig:
    """Data, threshold and seed of a config: in a contest every method has its defaults."""
    kept = {name: value for name, value in config.to_dict().items() if name in ("data", "epsilon", "delta", "seed")}
    return ExperimentConfig.from_dict(kept)


def make_outcome(
    config: ExperimentConfig, snapshots: Sequence[BaselineSnapshot], ranks: BaselineRanks | None, row: BaselineScores
) -> Outcome:
    """What is shown of a method when a contest on ``config`` has told all of it."""
    if ranks is None:  # its training ended with the row's sentence
        return Outcome(row)
    problem = Problem(config)
    scene = problem.scene
    normal, near = _truth(problem, ranks.ranks.shape)
    shares = float(normal.mean()), float(normal[near].mean()) if near.any() else 0.0
    chosen, appears = _chosen(snapshots)
    offset = max((snapshot.step for snapshot in chosen[:appears]), default=0)
    steps = [snapshot.step + (offset if k >= appears else 0) for k, snapshot in enumerate(chosen)]
    mapped = np.unique(np.linspace(0, len(chosen) - 1, MAPS).round()).astype(np.int32)
    return Outcome(
        row,
        np.array(steps, np.int32),
        _frames(chosen, appears, scene),
        appears,
        np.stack([rank_map(chosen[k].scores) for k in mapped]),
        mapped,
        [quantise(line, scene.low, scene.high) for line in _threshold(ranks.ranks, shares[0], scene)],
        shares,
        _curves(normal, near, ranks.ranks),
    )


def rank_map(scores: np.ndarray) -> np.ndarray:
    """Anomaly scores on a square grid, (n · n,), as bytes (n, n): 255 · the share of the nodes that are higher."""
    nodes = math.isqrt(scores.size)
    shares: np.ndarray = np.rint(255 * (1 - anomaly_ranks(scores))).astype(np.uint8).reshape(nodes, nodes)
    return shares


def _truth(problem: Problem, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Which nodes are normal, and which are near the boundary; (ny, nx) each."""
    log_p_x = Field.over(problem.mixture.log_prob, problem.window.grid(shape[1], shape[0])).values
    above = log_p_x - math.log(problem.config.epsilon)
    return above >= 0, np.abs(above) <= math.log(NEAR)


def _chosen(snapshots: Sequence[BaselineSnapshot]) -> tuple[list[BaselineSnapshot], int]:
    """At most ``FRAMES`` of them, evenly, and how many of these come before the first that has points."""
    bare = [snapshot for snapshot in snapshots if not len(snapshot.points)]
    full = [snapshot for snapshot in snapshots if len(snapshot.points)]
    if not full:
        return _thinned(bare, FRAMES), 0
    before = _thinned(bare, FITTING_FRAMES)
    return [*before, *_thinned(full, FRAMES - len(before))], len(before)


def _thinned(items: Sequence[Any], most: int) -> list[Any]:
    """At most that many, evenly, the first and the last among them."""
    if len(items) <= most:
        return list(items)
    return [items[k] for k in np.linspace(0, len(items) - 1, most).round().astype(int)]


def _frames(chosen: Sequence[BaselineSnapshot], appears: int, scene: Scene) -> np.ndarray:
    """The points of each; before they appear, those of the first that has some."""
    points = [snapshot.points[:POINTS] for snapshot in chosen]
    points[:appears] = [points[appears]] * appears
    return quantise(np.stack(points), scene.low, scene.high)


def _threshold(ranks: np.ndarray, share: float, scene: Scene) -> list[np.ndarray]:
    """The method's own contour: the least anomalous ``share`` of the nodes lies inside.  A noisy score strews specks:
    those within a cell of the rank map are left out."""
    rows, columns = ranks.shape
    grid = Window(scene.low, scene.high).grid(columns, rows)
    lines = contour_lines(
        Field(grid.x, grid.y, 1.0 - ranks), math.exp(1.0 - share)
    )  # of a log density: e^level is its level
    cell = (scene.high - scene.low) / (MAP_NODES - 1)
    return [line for line in lines if (np.ptp(line, axis=0) > cell).any()]


def _curves(normal: np.ndarray, near: np.ndarray, ranks: np.ndarray) -> dict[str, np.ndarray]:
    found: dict[str, Curve | None] = {}
    for prefix, nodes in (("", np.ones_like(near)), ("near_", near)):
        for name, curve in (("roc", roc_curve), ("pr", pr_curve)):
            found[prefix + name] = curve(normal[nodes], -ranks[nodes]) if nodes.any() else None
    return {name: thin(np.stack(curve)) for name, curve in found.items() if curve is not None}


def thin(curve: np.ndarray, corners: int = CORNERS) -> np.ndarray:
    """At most so many corners of a curve, (2, n) -> (2, k) float32: those on both sides of places that are even along
    its length, so that long straight pieces keep both ends."""
    length = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(curve)).sum(0))])
    after = np.searchsorted(length, np.linspace(0, length[-1], corners // 2)).clip(1, curve.shape[1] - 1)
    return curve[:, np.union1d(after - 1, after)].astype(np.float32)


def to_arrays(outcome: Outcome) -> tuple[Arrays, dict[str, Any]]:
    """Arrays, and all else; inverse of :func:`from_arrays`.  Neighbouring bytes of a map differ by little, and
    differences take less room in a compressed file."""
    lines = [np.asarray(line, np.int16) for line in outcome.lines]
    arrays = {
        "steps": outcome.steps,
        "frames": outcome.frames,
        "maps": np.diff(outcome.maps, axis=-1, prepend=np.uint8(0)),
        "map_frames": outcome.map_frames,
        "lines": np.concatenate([np.empty((0, 2), np.int16), *lines]),
        **{f"curve_{name}": np.rint(65535 * curve).astype(np.uint16) for name, curve in outcome.curves.items()},
    }
    row = dataclasses.asdict(outcome.row)
    meta = {"appears": outcome.appears, "lines": [len(line) for line in lines], "normal_share": outcome.normal_share}
    return arrays, {**meta, "row": row}


def from_arrays(arrays: Arrays, meta: dict[str, Any]) -> Outcome:
    """Inverse of :func:`to_arrays`."""
    ends = np.cumsum(meta["lines"], dtype=int)[:-1]
    return Outcome(
        BaselineScores(**{**meta["row"], "components": tuple(meta["row"]["components"])}),
        arrays["steps"],
        arrays["frames"],
        meta["appears"],
        np.cumsum(arrays["maps"], axis=-1, dtype=np.uint8),
        arrays["map_frames"],
        np.split(arrays["lines"], ends) if meta["lines"] else (),
        tuple(meta["normal_share"]),
        {name: arrays[f"curve_{name}"] / np.float32(65535) for name in CURVES if f"curve_{name}" in arrays},
    )


def in_data_units(quantised: np.ndarray, scene: Scene) -> np.ndarray:
    """Inverse of :func:`bdsg.app.components.canvas_encoding.quantise`, to within a 65,534th of the window."""
    return Window(scene.low, scene.high).points_of(quantised)
