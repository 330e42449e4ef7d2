"""A study's charts: its history, what matters, and how settings and scores go together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from bdsg.app.labels import setting_label
from bdsg.app.pages.tune import study_data
from bdsg.app.pages.tune.mosaic import value_words
from bdsg.app.pages.tune.study_data import Known, Trial
from bdsg.figures import BLUE, GREEN, NEUTRAL, VERMILION
from bdsg.number_text import SCORES, SHARES, percent, rounded, setting
from bdsg.tuning.goals import GOALS
from bdsg.tuning.space import Dimension

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

CLEAR = "rgba(0,0,0,0)"
HOVER = "%{customdata}<extra></extra>"
"""Where one points at a dot: its own sentence."""
SCALE = [[0.0, VERMILION], [0.5, "#969BA5"], [1.0, BLUE]]
"""Poor to good, as in the small multiples."""


def _themed(figure: go.Figure, height: int = 420) -> go.Figure:
    grid = "rgba(128,128,128,0.25)"
    figure.update_layout(
        paper_bgcolor=CLEAR, plot_bgcolor=CLEAR, height=height, margin={"l": 60, "r": 20, "t": 40, "b": 50}
    )
    figure.update_layout(legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0}, title=None)
    figure.update_xaxes(gridcolor=grid, zeroline=False)
    figure.update_yaxes(gridcolor=grid, zeroline=False)
    return figure


def outliers_note(known: Known, goal: str) -> str:
    """What is said where outliers were moved to the axis' edge; empty where there are none."""
    values = _values(known, goal)
    moved = study_data.fenced(values)[1] if len(values) else 0
    return f"{moved} of {len(values)} trials lie beyond the axis and are drawn on its edge." if moved else ""


def _values(known: Known, goal: str) -> np.ndarray:
    found = [trial.scores[goal] for trial in known.trials if trial.scores.get(goal) is not None]
    return _unit(goal) * np.array(found, float)


def _unit(goal: str) -> float:
    """What scores are drawn in: shares in per cent."""
    return 100.0 if goal in SHARES else 1.0


def _scored(figure: go.Figure, goal: str, positive: bool) -> None:
    """The vertical axes of a chart of scores."""
    figure.update_yaxes(ticksuffix=" %" if goal in SHARES else "")
    if GOALS[goal].log and positive:
        figure.update_yaxes(type="log", exponentformat="power")


def _target(known: Known, goal: str) -> Callable[[FrozenTrial], float]:
    """A trial's score, outliers moved to the fences."""
    from bdsg.tuning.study import SCORES as KEY

    kept, _ = study_data.fenced(_values(known, goal))
    low, high = float(kept.min()), float(kept.max())
    return lambda trial: float(np.clip(_unit(goal) * trial.user_attrs[KEY][goal], low, high))


def _words(trial: Trial, goal: str) -> str:
    return f"trial {trial.number}: {GOALS[goal].title} {SCORES[goal].write(trial.scores[goal])}"


def history(known: Known, goal: str) -> go.Figure:
    """Each trial's score, and the best so far."""
    trials = [trial for trial in known.trials if trial.scores.get(goal) is not None]
    numbers = [trial.number for trial in trials]
    values = _values(known, goal)
    kept, _ = study_data.fenced(values)
    words = np.array([_words(trial, goal) for trial in trials])
    complete = np.array([trial.state == "complete" for trial in trials])
    larger = GOALS[goal].larger
    counted = np.where(complete, values, -np.inf if larger else np.inf)
    running = np.maximum.accumulate(counted) if larger else np.minimum.accumulate(counted)
    figure = go.Figure()
    for state, name, colour, symbol in ((True, "Trial", BLUE, "circle"), (False, "Ended early", VERMILION, "x")):
        chosen = complete == state
        if chosen.any():
            marker = {"color": colour, "size": 6, "opacity": 0.65, "symbol": symbol}
            points = {"x": np.array(numbers)[chosen], "y": kept[chosen], "customdata": words[chosen]}
            figure.add_trace(go.Scatter(**points, name=name, mode="markers", marker=marker, hovertemplate=HOVER))
    best = np.clip(running, kept.min(), kept.max())
    line = {"color": GREEN, "width": 2, "shape": "hv"}
    figure.add_trace(go.Scatter(x=numbers, y=best, name="Best so far", mode="lines", line=line))
    figure.update_layout(xaxis_title="Trial", yaxis_title=GOALS[goal].title)
    _scored(figure, goal, bool((kept > 0).all()))
    return _themed(figure)


def importance(known: Known, goal: str) -> go.Figure | None:
    """Share of each setting; None while too little is known."""
    from bdsg.tuning.study import SCORES as KEY
    from bdsg.tuning.study import importances_of

    shares = importances_of(known.study, lambda trial: trial.user_attrs[KEY][goal], GOALS[goal].larger)
    if not shares:
        return None
    names = list(shares)[::-1]
    bars = go.Bar(
        x=[100 * shares[name] for name in names],
        y=[setting_label(name) for name in names],
        orientation="h",
        marker={"color": BLUE},
        text=[percent(shares[name]) for name in names],
        textposition="auto",
        hoverinfo="text",
    )
    figure = go.Figure(bars)
    figure.update_layout(xaxis_title=f"Share of what moves {GOALS[goal].title}")
    figure.update_xaxes(ticksuffix=" %", rangemode="tozero")
    figure.update_yaxes(automargin=True)
    return _themed(figure, 120 + 44 * len(names))


def parallel(known: Known, goal: str) -> go.Figure:
    """One line a trial through all of its settings; Optuna's own figure has a trace a trial, too slow for hundreds."""
    trials = [trial for trial in known.trials if trial.scores.get(goal) is not None]
    kept, _ = study_data.fenced(_values(known, goal))
    scores = np.log10(np.maximum(kept, 1e-12)) if GOALS[goal].log else kept
    axes = [_axis([trial.settings[one.name] for trial in trials], one) for one in known.plan.dimensions]
    last = {"label": GOALS[goal].title, "values": scores, **(_powers(scores) if GOALS[goal].log else {})}
    line = {"color": scores, "colorscale": SCALE, "reversescale": not GOALS[goal].larger}
    figure = go.Figure(go.Parcoords(dimensions=[*axes, last], line=line, labelangle=-12, labelside="top"))
    return _themed(figure).update_layout(margin={"l": 70, "r": 60, "t": 90, "b": 30})


def _axis(values: list[Any], dimension: Dimension) -> dict[str, Any]:
    """An axis of the parallel coordinates: a logarithmic one has its own ticks, and so have choices."""
    label = setting_label(dimension.name)
    if dimension.choices:
        places = list(range(len(dimension.choices)))
        found = [dimension.choices.index(value) for value in values]
        return {"label": label, "values": found, "tickvals": places, "ticktext": list(map(str, dimension.choices))}
    if not dimension.log:
        return {"label": label, "values": values, "range": [dimension.low, dimension.high]}
    logs = np.log10(np.array(values, float))
    ends = np.log10([dimension.low or 1.0, dimension.high or 1.0])
    return {"label": label, "values": logs, "range": ends.tolist(), **_powers(ends)}


def _powers(logs: np.ndarray) -> dict[str, Any]:
    """Ticks of a logarithmic axis in words."""
    ticks = np.linspace(logs.min(), logs.max(), 5)
    return {"tickvals": ticks.tolist(), "ticktext": [setting(rounded(10**tick, 2)) for tick in ticks]}


def slices(known: Known, goal: str) -> go.Figure:
    """The score over each setting by itself, two panels a row: Optuna's one row is unreadable on phones."""
    trials = [trial for trial in known.trials if trial.scores.get(goal) is not None]
    kept, _ = study_data.fenced(_values(known, goal))
    names = [one.name for one in known.plan.dimensions]
    rows = (len(names) + 1) // 2
    titles = [setting_label(name) for name in names]
    figure = make_subplots(rows, min(2, len(names)), subplot_titles=titles, shared_yaxes=True, horizontal_spacing=0.04)
    for k, dimension in enumerate(known.plan.dimensions):
        values = [trial.settings[dimension.name] for trial in trials]
        marker = {"color": [trial.number for trial in trials], "colorscale": "Cividis", "size": 6, "opacity": 0.8}
        words = [f"{titles[k]} {value_words(v)}<br>{_words(t, goal)}" for v, t in zip(values, trials, strict=True)]
        look = {"mode": "markers", "marker": marker, "customdata": words, "hovertemplate": HOVER}
        dots = go.Scatter(x=values, y=kept, showlegend=False, **look)
        figure.add_trace(dots, k // 2 + 1, k % 2 + 1)
        if dimension.log:
            figure.update_xaxes(type="log", row=k // 2 + 1, col=k % 2 + 1, nticks=5)
    figure.update_yaxes(title=GOALS[goal].title, col=1)
    _scored(figure, goal, bool((kept > 0).all()))
    return _themed(figure, 60 + 260 * rows)


def contour(known: Known, goal: str, across: str, up: str) -> go.Figure:
    """The score over two settings, in between the trials: Optuna's figure."""
    from optuna.visualization import plot_contour

    figure = plot_contour(known.study, params=[across, up], target=_target(known, goal), target_name=GOALS[goal].title)
    for trace in figure.data:
        if trace.type == "contour":
            trace.update(colorscale=SCALE, reversescale=not GOALS[goal].larger)
        else:
            trace.marker.update(size=5, color=NEUTRAL)
    _rename(figure)
    return _themed(figure, 480)


def _rename(figure: go.Figure) -> None:
    """The pages' names for settings instead of dotted ones."""
    for axis in [*figure.select_xaxes(), *figure.select_yaxes()]:
        if axis.title.text and "." in axis.title.text:
            axis.title.text = setting_label(axis.title.text)


def seeds(known: Known, rows: list[dict[str, Any]], goal: str) -> go.Figure | None:
    """The best settings over other seeds: every run as a dot, their mean as a bar; None before there are any."""
    trials = {trial.number: trial for trial in known.trials}
    groups: dict[int, list[float]] = {}
    for row in rows:
        if row["scores"].get(goal) is not None and row["trial"] in trials:
            groups.setdefault(row["trial"], []).append(_unit(goal) * row["scores"][goal])
    if not groups:
        return None
    everything = np.concatenate([np.array(values) for values in groups.values()])
    kept, _ = study_data.fenced(everything)
    sign = -1.0 if GOALS[goal].larger else 1.0
    order = sorted(groups, key=lambda number: sign * float(np.mean(groups[number])))
    figure = go.Figure()
    for place, number in enumerate(order):
        values = np.clip(groups[number], kept.min(), kept.max())
        spread = place + np.linspace(-0.22, 0.22, len(values))
        marker = {"color": BLUE, "size": 8, "opacity": 0.75}
        settings = ", ".join(f"{setting_label(k)} {value_words(v)}" for k, v in trials[number].settings.items())
        write = SCORES[goal].write
        words = [f"trial {number}: {GOALS[goal].title} {write(v / _unit(goal))}<br>{settings}" for v in groups[number]]
        look = {"mode": "markers", "marker": marker, "customdata": words, "hovertemplate": HOVER}
        figure.add_trace(go.Scatter(x=spread, y=values, name="A seed", **look))
        mean = float(np.mean(groups[number]))
        line = {"color": VERMILION, "width": 3}
        ends = [place - 0.32, place + 0.32]
        figure.add_trace(go.Scatter(x=ends, y=[mean, mean], mode="lines", line=line, hoverinfo="skip", name="Mean"))
    for k, trace in enumerate(figure.data):
        trace.showlegend = k < 2
    ticks = {"tickvals": list(range(len(order))), "ticktext": [f"trial {number}" for number in order]}
    figure.update_xaxes(**ticks)
    figure.update_yaxes(title=GOALS[goal].title)
    _scored(figure, goal, bool((everything > 0).all()))
    return _themed(figure, 380)
