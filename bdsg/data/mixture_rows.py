"""Gaussians as a person places them: rows of a weight, a place, two widths and an angle in degrees."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bdsg.config.fields import known_keys, number
from bdsg.data import uploads
from bdsg.data.mixture import MAX_MODES, GaussianMixture
from bdsg.errors import ConfigError
from bdsg.number_text import rounded

MOST_MODES = 24
"""More Gaussians than this are for the table or JSON: their discs would hide one another."""
POINTS = {"least": uploads.LEAST_ROWS, "most": uploads.MOST_PAINTED}
LIMITS: dict[str, Any] = {
    "modes": MOST_MODES,
    "weight": (0.01, 0.99),
    "finest": 120,
    "widest": 3,
    "points": POINTS,
}
DIGITS = 6
"""Significant figures of a covariance made from widths and an angle: enough, and links stay short."""

COLUMNS = {
    "weight": ("Weight", "Share of the samples; weights are scaled to sum to 1."),
    "x": ("Mean x", "Horizontal place of the mode."),
    "y": ("Mean y", "Vertical place of the mode."),
    "long": ("σ long", "Standard deviation along the long axis."),
    "short": ("σ short", "Standard deviation across it."),
    "angle": ("Angle (°)", "Direction of the long axis, counter-clockwise from x."),
}

Rows = list[dict[str, float]]


def read_modes(raw: object) -> Rows:
    """Rows, checked: a browser may send anything.

    Raises:
        ConfigError: not a list of 1 to ``MOST_MODES`` modes with a finite number for each of ``COLUMNS``.
    """
    if not isinstance(raw, list) or not 1 <= len(raw) <= MOST_MODES:
        count = len(raw) if isinstance(raw, list) else raw
        raise ConfigError("data.mixture", count, f"must hold 1 to {MOST_MODES} Gaussians on the canvas.")
    modes = [known_keys(mode, "data.mixture", tuple(COLUMNS)) for mode in raw]
    return [
        {name: number(f"Gaussian {k}, {name}", mode.get(name)) for name in COLUMNS} for k, mode in enumerate(modes, 1)
    ]


def to_rows(mixture: GaussianMixture) -> Rows:
    """A mixture as rows with the keys of ``COLUMNS``."""
    rows = []
    for weight, mean, covariance in zip(mixture.weights, mixture.means, mixture.covariances, strict=True):
        variances, directions = np.linalg.eigh(covariance)
        angle = math.degrees(math.atan2(directions[1, 1], directions[0, 1])) % 180
        if math.isclose(variances[0], variances[1]):  # round: every direction is as good
            angle = 0.0
        numbers = (weight, *mean, math.sqrt(variances[1]), math.sqrt(variances[0]), angle)
        rows.append({name: rounded(value, DIGITS) for name, value in zip(COLUMNS, numbers, strict=True)})
    return rows


def from_rows(rows: Rows) -> GaussianMixture:
    """Inverse of :func:`to_rows`; weights need not sum to 1.

    Raises:
        ConfigError: a cell is empty or not a number, or the numbers make no mixture.
    """
    if not 1 <= len(rows) <= MAX_MODES:
        raise ConfigError("data.mixture", len(rows), f"must have 1 to {MAX_MODES} rows: add or remove modes.")
    for count, row in enumerate(rows, start=1):
        for name, (title, _) in COLUMNS.items():
            value = row.get(name)
            if value is None or not math.isfinite(value):
                raise ConfigError(f"row {count}, {title}", value, "must be a number: fill the cell or remove the row.")
    table = np.array([[row[name] for name in COLUMNS] for row in rows], dtype=float)
    weights, means, long, short, angle = table[:, 0], table[:, 1:3], table[:, 3], table[:, 4], np.radians(table[:, 5])
    if (weights <= 0).any() or (table[:, 3:5] <= 0).any():
        raise ConfigError("data.mixture", table[:, [0, 3, 4]].tolist(), "needs weights and σ above 0 in every row.")
    c, s = np.cos(angle), np.sin(angle)
    turn = np.stack([np.stack([c, -s], -1), np.stack([s, c], -1)], 1)  # (K, 2, 2)
    scale = np.stack([long, short], -1)[:, None, :] ** 2
    return GaussianMixture(weights / weights.sum(), means, (turn * scale) @ turn.transpose(0, 2, 1))
