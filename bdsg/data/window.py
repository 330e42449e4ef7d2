"""The part of space that a picture shows and a grid covers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bdsg.config.constants import WINDOW_MARGIN
from bdsg.data.checks import finite
from bdsg.errors import BDSGError

FULL_SCALE = 32_767
"""int16 that stands for a window's edge."""


@dataclass(frozen=True, eq=False)
class Grid:
    """A regular grid of the plane: ``x`` (nx,), the coordinates of its columns, and ``y`` (ny,), those of its rows."""

    x: np.ndarray
    y: np.ndarray

    @property
    def shape(self) -> tuple[int, int]:
        """(ny, nx), as of an array of values on the nodes."""
        return self.y.size, self.x.size

    @property
    def nodes(self) -> np.ndarray:
        """The nodes as points, (ny·nx, 2), row by row."""
        return np.stack(np.meshgrid(self.x, self.y), -1).reshape(-1, 2)


@dataclass(frozen=True, eq=False)
class Window:
    """A box: its corners ``low`` and ``high``, both (d,)."""

    low: np.ndarray
    high: np.ndarray

    @classmethod
    def around(cls, points: np.ndarray, margin: float = WINDOW_MARGIN) -> Window:
        """The bounding box of points (n, d), plus ``margin`` of its side on every side.

        Raises:
            BDSGError: a point is not finite, or all agree in a coordinate.
        """
        points = finite("The data", points, columns=np.shape(points)[-1])
        low, high = points.min(0), points.max(0)
        if not (high > low).all():
            extent = " by ".join(f"{side:g}" for side in high - low)
            raise BDSGError(
                f"The data's extent is {extent}, but must be above 0 each way: "
                "give points that differ in each coordinate."
            )
        return cls(low, high).widened(margin)

    def widened(self, share: float) -> Window:
        """The window with a share of each side added at both of its ends."""
        edge = share * (self.high - self.low)
        return Window(self.low - edge, self.high + edge)

    def quantised(self, points: np.ndarray) -> np.ndarray:
        """Finite points (..., d) as int16 of the same shape; those outside are put on the window's edge."""
        scaled = (points - (self.high + self.low) / 2) / ((self.high - self.low) / 2) * FULL_SCALE
        return np.asarray(np.clip(np.rint(scaled), -FULL_SCALE, FULL_SCALE), dtype=np.int16)

    def points_of(self, quantised: np.ndarray) -> np.ndarray:
        """Inverse of :meth:`quantised`, to half a step."""
        return np.asarray((self.high + self.low) / 2 + quantised / FULL_SCALE * (self.high - self.low) / 2)

    def grid(self, columns: int, rows: int | None = None) -> Grid:
        """A grid of the plane from corner to corner; as many rows as columns where they are not given."""
        x = np.linspace(self.low[0], self.high[0], columns)
        return Grid(x, np.linspace(self.low[1], self.high[1], columns if rows is None else rows))
