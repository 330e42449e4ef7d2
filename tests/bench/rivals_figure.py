"""The fences of FenceGAN beside B(z), as one small SVG file."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from bdsg.baselines.contract import BaselineScores, BaselineSnapshot
from bdsg.config import ExperimentConfig
from bdsg.experiments.compare import contest
from bdsg.experiments.problem import Problem
from bdsg.metrics import contour_lines, truth_field

SHOWN = ("bimodal", "bimodal_separate", "ring")
SHOWN_METHODS = {"fence_gan": "FenceGAN", "bdsg": "BDSG"}
DRAWN = 500
SIDE, GAP, TOP = 220, 20, 46
DATA, POINTS, LINE = "#D55E00", "#0072B2", "#444"
"""Colours of the data, of generated points, and of the true contour {p_x = ε}; the first two differ in shape too."""


class Place(NamedTuple):
    """Where a point of the data lies in a panel."""

    low: np.ndarray
    scale: float

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """(n, 2) -> (n, 2), in pixels, y downwards."""
        put = (x - self.low) * self.scale
        return np.column_stack([put[:, 0], SIDE - put[:, 1]])


def draw_figure(path: Path) -> None:
    """A column for each preset, a row for each method."""
    parts = []
    for column, case in enumerate(SHOWN):
        config = ExperimentConfig.from_dict({"data": {"preset": case}})
        problem = Problem(config)
        last: dict[str, np.ndarray] = {}
        recalls: dict[str, BaselineScores] = {}
        for event in contest(config, list(SHOWN_METHODS), snapshots=2):
            if isinstance(event, BaselineSnapshot) and len(event.points):
                last[event.method] = event.points[:DRAWN].astype(float)
            elif isinstance(event, BaselineScores):
                recalls[event.method] = event
        low, high = problem.window.low, problem.window.high
        side = float((high - low).max())
        place = Place(0.5 * (low + high - side), SIDE / side)
        for row, name in enumerate(SHOWN_METHODS):
            x, y = GAP + column * (SIDE + GAP), TOP + row * (SIDE + TOP)
            heading = f"{SHOWN_METHODS[name]}, {case}"
            parts += [
                f'<g transform="translate({x} {y})">',
                _panel(heading, recalls[name], _recall(problem, last[name])),
            ]
            parts += [_crosses(place(problem.data[:250]))]
            parts += [
                _line(place(line)) for line in contour_lines(truth_field(problem.mixture, config.delta), config.epsilon)
            ]
            parts += [_dots(place(last[name])), "</g>"]
    width, height = GAP + len(SHOWN) * (SIDE + GAP), len(SHOWN_METHODS) * (SIDE + TOP) + GAP
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" role="img">'
        "<title>Points that FenceGAN and BDSG generate (blue dots) on three mixtures: data (orange crosses) and the "
        'true boundary (grey line)</title><rect width="100%" height="100%" fill="#fff"/>'
    )
    path.write_text(head + "\n".join(parts) + "\n</svg>\n", encoding="utf-8")


def _recall(problem: Problem, points: np.ndarray) -> float:
    """Boundary recall of the points that are drawn: of 10,000, a few strays cover an arc that looks empty."""
    return problem.boundary_scores(points).boundary_recall or 0.0


def _panel(words: str, row: BaselineScores, drawn: float) -> str:
    scores = f"BP1 {row.bp1:.2f}, boundary recall {row.boundary_recall:.2f} ({DRAWN} drawn: {drawn:.2f})"
    return (
        f'<text x="0" y="-22" font-size="13">{words}</text><text x="0" y="-7" font-size="10">{scores}</text>'
        f'<svg width="{SIDE}" height="{SIDE}"><rect width="100%" height="100%" fill="#f6f6f6"/></svg>'
    )


def _dots(points: np.ndarray) -> str:
    inside = points[((points > 0) & (points < SIDE)).all(1)]
    return f'<g fill="{POINTS}">' + "".join(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="1.6"/>' for x, y in inside) + "</g>"


def _crosses(points: np.ndarray) -> str:
    strokes = "".join(f"M{x - 1.5:.0f} {y:.0f}h3M{x:.0f} {y - 1.5:.0f}v3" for x, y in points)
    return f'<path d="{strokes}" stroke="{DATA}" stroke-width="0.7" opacity="0.6"/>'


def _line(points: np.ndarray) -> str:
    nodes = " ".join(f"{x:.1f},{y:.1f}" for x, y in points[::3])
    return f'<polygon points="{nodes}" fill="none" stroke="{LINE}" stroke-width="1"/>'
