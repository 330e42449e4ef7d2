"""Figures: what they draw, on which axes, and that nothing in them fixes a theme."""

import json
import math

import numpy as np
import plotly.graph_objects as go
import pytest

from bdsg import figures
from bdsg.data import GaussianMixture
from bdsg.data.window import Window
from bdsg.metrics import Field, auroc

EPSILON = 0.01
TRUTH = GaussianMixture([1.0], [[0.0, 0.0]], [np.eye(2)])
MODEL = GaussianMixture([1.0], [[0.7, 0.0]], [np.eye(2)])
LOW, HIGH = np.array([-4.0, -5.0]), np.array([4.0, 5.0])
GRID = Field.over(TRUTH.log_prob, Window(LOW, HIGH).grid(81, 101))
LOG_P_X, LOG_P_G = GRID.values, Field.over(MODEL.log_prob, Window(LOW, HIGH).grid(81, 101)).values
ROWS = [
    {"bp1": 0.5, "boundary_recall": 1.0, "bf1": 2 / 3},
    {"bp1": 1.0, "boundary_recall": 0.1, "bf1": 2 / 11},
    {"bp1": 0.9, "boundary_recall": None, "bf1": None},
]
STEPS = np.arange(0, 100, 10)


def every_figure() -> dict[str, go.Figure]:
    return {
        "roc": figures.roc_figure(LOG_P_X, LOG_P_G, EPSILON),
        "precision_recall": figures.precision_recall_figure(LOG_P_X, LOG_P_G, EPSILON),
        "curves": figures.curves_figure("roc", {"A": np.array([[0, 0, 1], [0, 1, 1]])}, 0.1),
        "held_out": figures.held_out_figure(STEPS, np.linspace(5, 4, 10), 3.9),
        "pair": figures.density_pair_figure(GRID.x, GRID.y, LOG_P_X, LOG_P_G, EPSILON),
        "scores": figures.scores_over_epsilon_figure([0.01, 0.02, 0.5], ROWS),
    }


@pytest.mark.parametrize("name", every_figure())
def test_every_figure_leaves_the_theme_to_the_page(name: str) -> None:
    figure = every_figure()[name]
    layout = json.loads(figure.to_json())["layout"]
    assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == "rgba(0,0,0,0)"
    assert "font" not in layout
    titles = [axis.title.text for axis in (*figure.select_xaxes(), *figure.select_yaxes())]
    assert titles[0]
    assert any(title for title in titles[1:])
    json.dumps(json.loads(figure.to_json()), allow_nan=False)


@pytest.mark.parametrize(("kind", "chance"), [("roc", [0, 1]), ("pr", [0.1, 0.1])])
def test_curves_of_methods_are_told_apart_by_dash_and_colour(kind: str, chance: list[float]) -> None:
    curves = {title: np.array([[0, 0.2, 1], [0, rate, 1]]) for title, rate in (("A", 0.3), ("B", 0.4), ("C", 0.5))}
    *methods, last = figures.curves_figure(kind, curves, 0.1).data
    assert [(trace.name, trace.y[1]) for trace in methods] == [("A", 0.3), ("B", 0.4), ("C", 0.5)]
    assert len({trace.line.dash for trace in methods}) == len({trace.line.color for trace in methods}) == 3
    assert list(last.y) == chance


def test_blocks_stand_under_the_limit() -> None:
    bars, limit = figures.blocks_figure([0.5, 0.97], [1e-9, 2e-9]).data
    assert list(bars.y) == [0.5, 0.97]
    assert list(limit.y) == [1, 1]
    assert "2 × 10⁻⁹" in bars.customdata[1]


@pytest.mark.parametrize("name", ["roc", "precision_recall", "held_out", "scores"])
def test_curves_differ_in_more_than_colour(name: str) -> None:
    looks = [(t.line.dash or "solid", t.marker.symbol) for t in every_figure()[name].data]
    assert len(set(looks)) == len(looks)


def test_roc_has_the_area_and_the_point_of_epsilon() -> None:
    figure = every_figure()["roc"]
    curve, _, point = figure.data
    area = auroc(np.exp(LOG_P_X) >= EPSILON, LOG_P_G)
    assert np.trapezoid(curve.y, curve.x) == pytest.approx(area, abs=1e-3)
    truth, found = np.exp(LOG_P_X) >= EPSILON, np.exp(LOG_P_G) >= EPSILON
    assert point.y[0] == (truth & found).sum() / truth.sum()
    assert point.x[0] == (~truth & found).sum() / (~truth).sum()
    assert np.interp(point.x[0], curve.x, curve.y) == pytest.approx(point.y[0], abs=0.02)


def test_the_other_class_swaps_the_rates() -> None:
    normal = figures.roc_figure(LOG_P_X, LOG_P_G, EPSILON).data[2]
    other = figures.roc_figure(LOG_P_X, LOG_P_G, EPSILON, "anomalous").data[2]
    assert (other.x[0], other.y[0]) == pytest.approx((1 - normal.y[0], 1 - normal.x[0]))


def test_precision_recall_point_and_chance() -> None:
    _, chance, point = every_figure()["precision_recall"].data
    truth, found = np.exp(LOG_P_X) >= EPSILON, np.exp(LOG_P_G) >= EPSILON
    assert (point.x[0], point.y[0]) == ((truth & found).sum() / truth.sum(), (truth & found).sum() / found.sum())
    assert chance.y[0] == truth.mean()


@pytest.mark.parametrize("build", [figures.roc_figure, figures.precision_recall_figure])
def test_one_class_says_so_instead_of_a_curve(build: object) -> None:
    figure = build(LOG_P_X, LOG_P_G, 5.0)  # type: ignore[operator]
    assert len(figure.data) == 0
    assert "one class" in figure.layout.annotations[0].text


def test_long_curves_are_thinned_but_keep_their_ends() -> None:
    rng = np.random.default_rng(0)
    log_p_x = rng.normal(size=20_000)
    curve = figures.roc_figure(log_p_x, log_p_x + rng.normal(size=20_000), 1.0).data[0]
    assert len(curve.x) <= 1000
    assert (curve.x[0], curve.y[0], curve.x[-1], curve.y[-1]) == (0, 0, 1, 1)


def test_held_out_is_shown_against_the_entropy() -> None:
    model, entropy = every_figure()["held_out"].data
    assert model.x.tolist() == STEPS.tolist()
    assert list(entropy.y) == [3.9, 3.9]
    assert "nats" in every_figure()["held_out"].layout.yaxis.title.text


def test_pair_shares_one_scale_and_centres_the_difference() -> None:
    figure = every_figure()["pair"]
    truth, model, difference = (t for t in figure.data if t.type == "heatmap")
    assert truth.coloraxis == model.coloraxis == "coloraxis"
    assert difference.coloraxis == "coloraxis2"
    np.testing.assert_allclose(difference.z, np.exp(LOG_P_G) - np.exp(LOG_P_X), atol=1e-7)
    assert figure.layout.coloraxis2.cmin == -figure.layout.coloraxis2.cmax < 0
    assert figure.layout.coloraxis2.cmax == pytest.approx(np.abs(difference.z).max())
    lines = [t for t in figure.data if t.type == "scatter"]
    assert {(t.line.color, t.line.dash) for t in lines} == {(figures.ORANGE, "solid"), (figures.SKY, "dash")}
    assert sum(t.showlegend for t in lines) == 2


def test_pair_has_equal_aspect_in_linked_panels() -> None:
    layout = every_figure()["pair"].layout
    assert [layout[f"yaxis{k}"].scaleanchor for k in ("", 2, 3)] == ["x", "x2", "x3"]
    assert [layout[f"xaxis{k}"].matches for k in (2, 3)] == ["x", "x"]
    assert [layout[f"yaxis{k}"].matches for k in (2, 3)] == ["y", "y"]


def test_a_spike_of_the_model_does_not_flatten_the_truth() -> None:
    spiked = LOG_P_G.copy()
    spiked[50, 40] = 5.0
    layout = figures.density_pair_figure(GRID.x, GRID.y, LOG_P_X, spiked, EPSILON).layout
    assert layout.coloraxis.cmax == pytest.approx(1.5 / (2 * math.pi), rel=1e-3)
    assert layout.coloraxis2.cmax <= layout.coloraxis.cmax


def test_equal_densities_still_have_a_scale() -> None:
    layout = figures.density_pair_figure(GRID.x, GRID.y, LOG_P_X, LOG_P_X, EPSILON).layout
    assert layout.coloraxis2.cmin < 0 < layout.coloraxis2.cmax


def test_contours_above_the_peak_are_empty_traces() -> None:
    figure = figures.density_pair_figure(GRID.x, GRID.y, LOG_P_X, LOG_P_G, 5.0)
    assert [len(t.x) for t in figure.data if t.type == "scatter"] == [0] * 4


def test_separate_contours_are_parted_by_a_gap() -> None:
    two = GaussianMixture([0.5, 0.5], [[-2.0, 0.0], [2.0, 0.0]], [0.1 * np.eye(2)] * 2)
    field = Field.over(two.log_prob, Window(LOW, HIGH).grid(81, 101))
    figure = figures.density_pair_figure(field.x, field.y, field.values, field.values, 0.1)
    assert [np.isnan(t.x).sum() for t in figure.data if t.type == "scatter"] == [1] * 4


def test_bp1_is_never_shown_without_recall() -> None:
    figure = every_figure()["scores"]
    shown = {t.name: list(t.y) for t in figure.data}
    assert shown["BP1"] == [50.0, 100.0, None]
    assert shown["Boundary recall"] == [100.0, 10.0, None]
    assert shown["BF1"] == [pytest.approx(200 / 3), pytest.approx(200 / 11), None]
    assert figure.layout.xaxis.type == "log"
