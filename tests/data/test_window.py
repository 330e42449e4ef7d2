"""Windows and grids, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bdsg.data.window import Grid, Window
from bdsg.errors import BDSGError


def test_window_by_hand() -> None:
    window = Window.around(np.array([[0.0, -1.0], [10.0, 1.0], [5.0, 0.0]]))
    assert window.low.tolist() == pytest.approx([-2.0, -1.4])
    assert window.high.tolist() == pytest.approx([12.0, 1.4])


@pytest.mark.parametrize(
    "points", [[[1.0, 0.0], [1.0, 2.0]], [[0.0, 0.0], [np.nan, 1.0]], np.empty((0, 2)), [1.0, 2.0]]
)
def test_window_refuses(points: object) -> None:
    with pytest.raises(BDSGError):
        Window.around(np.asarray(points))


def test_a_grid_has_its_nodes_row_by_row() -> None:
    grid = Window(np.array([0.0, 0.0]), np.array([2.0, 1.0])).grid(3, 2)
    assert grid.shape == (2, 3)
    assert grid.nodes.tolist() == [[0, 0], [1, 0], [2, 0], [0, 1], [1, 1], [2, 1]]
    assert Grid(grid.x, grid.x).shape == (3, 3)


def test_points_come_back_to_half_a_step_and_those_beyond_lie_on_the_edge() -> None:
    window = Window(np.array([-1.0, -2.0]), np.array([1.0, 2.0]))
    steps = window.quantised(np.array([[0.25, 0.5], [9.0, -9.0], [-1.0, 2.0]]))
    assert steps.dtype == np.int16
    assert steps[1:].tolist() == [[32_767, -32_767], [-32_767, 32_767]]
    np.testing.assert_allclose(window.points_of(steps), [[0.25, 0.5], [1, -2], [-1, 2]], atol=2 / 32_767)
