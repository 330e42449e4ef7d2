"""Files of points: limits before reading, sentences for what is wrong, and the mixture that stands in for them."""

from __future__ import annotations

import dataclasses
import io

import numpy as np
import pytest

from bdsg.app.visit.own_points import OwnPoints
from bdsg.app.widgets.uploading import fitting_epsilon, words
from bdsg.config import ExperimentConfig
from bdsg.data import GaussianMixture, uploads
from bdsg.data.mixture_fit import MOST_MODES, fit_mixture
from bdsg.errors import ConfigError
from tests.data.uploaded import read_points

TRUTH = GaussianMixture(
    [0.5, 0.3, 0.2],
    [[-3.0, 0.0], [3.0, 0.0], [0.0, 4.0]],
    [[[0.5, 0.2], [0.2, 0.5]], [[0.4, 0.0], [0.0, 0.4]], [[0.6, 0.0], [0.0, 0.2]]],
)


def lines(rows: int) -> bytes:
    return b"x,y\n" + b"".join(f"{k},{k * k % 7}\n".encode() for k in range(rows))


def test_a_table_is_read_and_its_limits_hold() -> None:
    assert read_points(lines(25), "p.csv").values.shape == (25, 2)
    assert read_points(lines(uploads.MOST_ROWS), "p.csv").values.shape == (uploads.MOST_ROWS, 2)
    for content, message in (
        (lines(uploads.LEAST_ROWS - 1), "must hold 20 points or more"),
        (lines(uploads.MOST_ROWS + 2), "50,000 rows at most"),
        (b"\n" * (uploads.MOST_ROWS + 2), "50,000 rows at most"),  # before it is parsed
        (b"1" * (uploads.MOST_BYTES + 1), "5 MB at most"),
        (lines(30).replace(b"\n3,", b"\nthree,"), "must be a finite number"),
    ):
        with pytest.raises(ConfigError, match=message):
            read_points(content, "p.csv")


def test_painted_points_are_checked() -> None:
    points = uploads.painted_points([0.5, -1] * uploads.LEAST_ROWS)
    np.testing.assert_array_equal(points, [[0.5, -1]] * uploads.LEAST_ROWS)
    for raw, message in (
        (None, "list of x and y"),
        ([1.0] * 41, "list of x and y"),
        ([1.0] * 38, "must be 20 to 4,000"),
        ([1.0] * 8002, "must be 20 to 4,000"),
        ([1.0, "two"] * 20, "painted points"),
        ([1.0, float("nan")] * 20, "painted points"),
        ([True, False] * 20, "painted points"),
    ):
        with pytest.raises(ConfigError, match=message):
            uploads.painted_points(raw)


def test_a_fit_in_the_points_own_units_has_their_moments() -> None:
    points = TRUTH.sample(2000, np.random.default_rng(5)) * [30, 2] + [500, -1]
    mixture = fit_mixture(points).in_points_units()
    mean = mixture.weights @ mixture.means
    spread = mixture.means - mean
    covariance = np.einsum("k,kij->ij", mixture.weights, mixture.covariances + spread[:, :, None] * spread[:, None])
    np.testing.assert_allclose(mean, points.mean(axis=0), rtol=1e-3)
    np.testing.assert_allclose(covariance, np.cov(points.T), rtol=5e-3, atol=0.1)


def test_parquet_is_read_where_it_can_be() -> None:
    import pyarrow
    from pyarrow import parquet

    def packed(**columns: object) -> bytes:
        target = io.BytesIO()
        parquet.write_table(pyarrow.table(columns), target)
        return target.getvalue()

    x = np.arange(40.0)
    points = read_points(packed(x=x, y=-x), "p.parquet").values
    np.testing.assert_array_equal(points, np.stack([x, -x], axis=1))
    assert uploads.preview(packed(long=x, wide=x), "p.parquet").names == ["long", "wide"]
    wider = packed(name=["a"] * 40, long=x, other=x + 1, wide=-x)
    assert uploads.preview(wider, "p.parquet").numeric == [1, 2, 3]
    np.testing.assert_array_equal(read_points(wider, "p.parquet", (3, 1)).values, np.stack([-x, x], axis=1))
    many = np.zeros(uploads.MOST_ROWS + 5)
    for content, message in (
        (packed(x=x), "columns of numbers in p.parquet is 1"),
        (packed(x=x, y=["a"] * 40), "columns of numbers in p.parquet is 1"),
        (packed(x=x, y=[*x[:-1], float("nan")]), "row 40, column y is nan, but must be a finite number"),
        (packed(x=many, y=many), "50,000 rows at most"),
        (b"PAR1 is not enough", "cannot be read"),
    ):
        with pytest.raises(ConfigError, match=message):
            read_points(content, "p.parquet")


def test_the_fit_finds_the_mixture_in_any_units() -> None:
    points = TRUTH.sample(3000, np.random.default_rng(0))
    moved = points * [1000.0, 0.01] + [5e4, -3.0]
    fitted = fit_mixture(moved)
    assert int(np.argmin(fitted.criterion)) + 1 == len(fitted.mixture.weights) == 3
    assert len(fitted.criterion) == MOST_MODES
    order = np.argsort(-fitted.mixture.weights)
    np.testing.assert_allclose(fitted.mixture.weights[order], TRUTH.weights, atol=0.03)
    means = fitted.mixture.means[order] * fitted.scale + fitted.offset
    np.testing.assert_allclose((means - [5e4, -3.0]) / [1000.0, 0.01], TRUTH.means, atol=0.1)
    again = fit_mixture(moved)
    np.testing.assert_array_equal(again.mixture.means, fitted.mixture.means)


def test_the_number_of_gaussians_can_be_given() -> None:
    points = TRUTH.sample(600, np.random.default_rng(1))
    for modes in (1, 2, 5):
        fitted = fit_mixture(points, modes=modes)
        assert len(fitted.mixture.weights) == modes
        assert len(fitted.criterion) == 1
    for modes in (0, MOST_MODES + 1):
        with pytest.raises(ConfigError, match=f"must be 1 to {MOST_MODES} for 600 points"):
            fit_mixture(points, modes=modes)
    with pytest.raises(ConfigError, match="must be 1 to 2 for 25 points"):
        fit_mixture(points[:25], modes=3)


def test_what_stands_in_for_own_points_is_said() -> None:
    fitted = fit_mixture(TRUTH.sample(600, np.random.default_rng(1)))
    units = {"names": ["a", "b"], "shift": fitted.offset.tolist(), "scale": fitted.scale.tolist()}
    raw = dataclasses.asdict(fitted.mixture.to_config())
    config = ExperimentConfig.from_dict({"data": {"mixture": raw, "units": units}})
    assert config.data.mixture is not None
    own = OwnPoints(np.zeros((600, 2)), config.data.mixture, painted=False)
    text = words(own, config)
    assert "**3 Gaussians**, fitted to your 600 rows, stand in for them" in text
    sizes = [f"{size:.4g}" for size in fitted.scale]
    assert f"1 unit is {sizes[0]} of a and {sizes[1]} of b" in text
    painted = ExperimentConfig.from_dict({"data": {"mixture": raw}})
    assert "600 painted points" in words(dataclasses.replace(own, painted=True), painted)


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (b"height (cm);weight\n1;2\n", ["height (cm)", "weight"]),
        (b'\n"a, b",c\n1,2\n', ["a, b", "c"]),
        (b"1,2\n3,4\n", ["x", "y"]),
        (b"v,v\n1,2\n3,4\n", ["v", "v (2)"]),
        (b",x,y\n0,1,2\n1,3,4\n", ["column 1", "x", "y"]),
        (b"x" * 60 + b",y\n1,2\n", ["x" * 40, "y"]),
        (b"x" * 60 + b"," + b"x" * 50 + b"\n1,2\n", ["x" * 40, "x" * 36 + " (2)"]),
    ],
)
def test_columns_keep_their_names(content: bytes, names: list[str]) -> None:
    assert uploads.preview(content, "p.csv").names == names


def test_two_columns_of_a_wider_table_are_read() -> None:
    table = b"name,height,weight,age\n" + b"".join(f"a{k},{k}.5,{2 * k},{k % 9}\n".encode() for k in range(30))
    found = uploads.preview(table, "p.csv")
    assert found.names == ["name", "height", "weight", "age"]
    assert found.first_rows()[1] == ["a1", "1.5", "2", "1"]
    assert found.numeric == [1, 2, 3]
    k = np.arange(30.0)
    np.testing.assert_array_equal(read_points(table, "p.csv", (2, 1)).values, np.stack([2 * k, k + 0.5], axis=1))
    for broken, message in (
        (table.replace(b"a7,7.5,14,7", b"a7,7.5,14"), "line 9.*must have 4 columns, as the first line has, not 3"),
        (table.replace(b"a7,7.5,", b"a7,seven,"), "line 9, column height.*must be a finite number"),
    ):
        with pytest.raises(ConfigError, match=message):
            read_points(broken, "p.csv", (2, 1))
    with pytest.raises(ConfigError, match=r"columns of numbers in p\.csv is 1"):
        uploads.preview(b"name,height\na,1\nb,2\n", "p.csv")


def test_copies_and_constants() -> None:
    with pytest.raises(ConfigError, match="must vary in both columns"):
        fit_mixture(np.stack([np.arange(30.0), np.full(30, 7.0)], axis=1))
    corners = np.repeat([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], 20, axis=0)
    mixture = fit_mixture(corners).mixture
    assert np.linalg.eigvalsh(mixture.covariances).min() > 5e-5
    assert 0 < fitting_epsilon(mixture) <= 0.01


def test_epsilon_lies_below_the_peak() -> None:
    wide = GaussianMixture([1.0], [[0.0, 0.0]], [[[100.0, 0.0], [0.0, 100.0]]])
    assert fitting_epsilon(wide) == pytest.approx(8e-5)  # 0.05 / (2π 100)
