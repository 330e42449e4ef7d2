"""Level sets of a density: fields on a grid, contours and connected components."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from contourpy import LineType, contour_generator
from scipy import ndimage

from bdsg.data.checks import finite
from bdsg.data.mixture import GaussianMixture
from bdsg.data.window import Grid, Window
from bdsg.errors import BDSGError, ConfigError, EmptyBoundaryError

TRUTH_NODES = 401
TRUTH_MARGIN = 0.02
_CHUNK = 8192
"""Points evaluated at once: bounds the memory that a mixture of 100 modes takes."""


@dataclass(frozen=True, eq=False)
class Field:
    """A log density on a regular grid.

    Attributes:
        x: coordinates of the columns, (nx,), rising.
        y: coordinates of the rows, (ny,), rising.
        values: natural-log density, (ny, nx).

    Raises:
        BDSGError: the shapes do not fit, the coordinates do not rise, or a value is not finite.
    """

    x: np.ndarray
    y: np.ndarray
    values: np.ndarray

    def __post_init__(self) -> None:
        for name in ("x", "y", "values"):
            object.__setattr__(self, name, finite(f"The field's {name}", getattr(self, name)))
        if self.values.shape != (self.y.size, self.x.size) or min(self.values.shape) < 2:
            raise BDSGError(
                f"The field's values have the shape {self.values.shape}, but must have {self.y.size} rows and "
                f"{self.x.size} columns, at least 2 each: put rows along y."
            )
        if not ((np.diff(self.x) > 0).all() and (np.diff(self.y) > 0).all()):
            raise BDSGError("The field's coordinates do not rise from one to the next: sort them and drop duplicates.")

    @classmethod
    def over(cls, log_prob: Callable[[np.ndarray], np.ndarray], grid: Grid) -> Field:
        """Evaluate ``log_prob``, (n, 2) -> (n,), on the nodes of a grid."""
        nodes = grid.nodes
        parts = [log_prob(nodes[start : start + _CHUNK]) for start in range(0, len(nodes), _CHUNK)]
        return cls(grid.x, grid.y, np.concatenate(parts).reshape(grid.shape))

    @property
    def border(self) -> float:
        """The highest log density on the grid's outermost nodes."""
        v = self.values
        return float(max(v[0].max(), v[-1].max(), v[:, 0].max(), v[:, -1].max()))


def truth_field(mixture: GaussianMixture, lowest_level: float) -> Field:
    """The log density that contours are taken from: 401 x 401 nodes over all of {p >= lowest_level} plus 2% a side.

    A component narrower than a cell, 1/400 of the window, can fall between the nodes.

    Args:
        mixture: a density of the plane.
        lowest_level: the smallest δ that will be asked of this field, per unit area.

    Raises:
        EmptyBoundaryError: the density is nowhere as high as ``lowest_level``.
    """
    low, high = mixture.box(lowest_level)
    if low.shape != (2,):
        raise ConfigError(
            "data", f"{low.size}-dimensional", "contours exist in the plane only: give means with 2 coordinates."
        )
    if not (high > low).all():
        raise EmptyBoundaryError(lowest_level, math.exp(mixture.peak()))
    return Field.over(mixture.log_prob, Window(low, high).widened(TRUTH_MARGIN).grid(TRUTH_NODES))


def contour_lines(field: Field, level: float) -> list[np.ndarray]:
    """Polylines of {p = level} by linear interpolation of log p.

    Args:
        field: the log density.
        level: density per unit area (not its log).

    Returns:
        One (n, 2) array for each line; a closed line ends on its first point.  Empty if no cell is crossed.
    """
    generator = contour_generator(field.x, field.y, field.values, line_type=LineType.Separate)
    lines = [np.asarray(line, dtype=float) for line in generator.lines(math.log(level))]
    # A level that a node meets exactly can leave a line of no length: it bounds nothing.
    return [line for line in lines if np.ptp(line, axis=0).max() > 0]


def component_labels(field: Field, level: float) -> tuple[np.ndarray, int]:
    """Connected components of {p >= level}, neighbours up, down, left and right.

    Returns:
        Labels (ny, nx), 0 outside and 1, 2, ... inside, and how many components there are.
    """
    labels, count = ndimage.label(field.values >= math.log(level))
    return labels, int(count)


def components_at(field: Field, labels: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Label of the highest of the four nodes of the cell around each point; (n, 2) -> (n,)."""
    column = np.clip(np.searchsorted(field.x, points[:, 0], side="right") - 1, 0, field.x.size - 2)
    row = np.clip(np.searchsorted(field.y, points[:, 1], side="right") - 1, 0, field.y.size - 2)
    rows = row[:, None] + np.array([0, 0, 1, 1])  # (n, 4)
    columns = column[:, None] + np.array([0, 1, 0, 1])
    highest = field.values[rows, columns].argmax(1)[:, None]
    found: np.ndarray = np.take_along_axis(labels[rows, columns], highest, 1)[:, 0]
    return found
