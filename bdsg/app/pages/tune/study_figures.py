"""A study's charts: its history, what matters, and how settings and scores go together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

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
    axis = {"gridcolor": "rgba(128,128,128,0.25)", "zeroline": False}
    return (
        figure.update_layout(
            paper_bgcolor=CLEAR,
            plot_bgcolor=CLEAR,
            height=height,
            margin={"l": 60, "r": 20, "t": 40, "b": 50},
            legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0},
            title=None,
        )
        .update_xaxes(axis)
        .update_yaxes(axis)
    )


def _dots(x: Any, y: Any, words: Any, **look: Any) -> go.Scatter:
    """Dots that each say their own sentence."""
    return go.Scatter(x=x, y=y, customdata=words, mode="markers", hovertemplate=HOVER, **look)


def outliers_note(known: Known, goal: str) -> str:
    """What is said where outliers were moved to the axis' edge; empty where there are none."""
    scored = _scored(known, goal)
    moved = int((scored.kept != scored.values).sum())
    return f"{moved} of {len(scored.values)} trials lie beyond the axis and are drawn on its edge." if moved else ""


class _Scored(NamedTuple):
    """The trials that have a score, their scores, and these with outliers moved to the fences."""

    trials: list[Trial]
    values: np.ndarray
    kept: np.ndarray


def _scored(known: Known, goal: str) -> _Scored:
    trials = [trial for trial in known.trials if trial.scores.get(goal) is not None]
    values = _unit(goal) * np.array([trial.scores[goal] for trial in trials], float)
    return _Scored(trials, values, study_data.fenced(values)[0] if trials else values)


def _unit(goal: str) -> float:
    """What scores are drawn in: shares in per cent."""
    return 100.0 if goal in SHARES else 1.0


def _score_axes(figure: go.Figure, goal: str, values: np.ndarray, **titled: Any) -> None:
    """The vertical axes of a chart of scores; ``titled`` says which of them have its title."""
    figure.update_yaxes(title=GOALS[goal].title, **titled)
    figure.update_yaxes(ticksuffix=" %" if goal in SHARES else "")
    if GOALS[goal].log and (values > 0).all():
        figure.update_yaxes(type="log", exponentformat="power")


def _words(trial: Trial, goal: str, value: float | None = None) -> str:
    score = SCORES[goal].write(trial.scores[goal] if value is None else value)
    return f"trial {trial.number}: {GOALS[goal].title} {score}"


def history(known: Known, goal: str) -> go.Figure:
    """Each trial's score, and the best so far."""
    trials, values, kept = _scored(known, goal)
    numbers = np.array([trial.number for trial in trials])
    words = np.array([_words(trial, goal) for trial in trials])
    complete = np.array([trial.state == "complete" for trial in trials])
    figure = go.Figure()
    for state, name, colour, symbol in ((True, "Trial", BLUE, "circle"), (False, "Ended early", VERMILION, "x")):
        chosen = complete == state
        if chosen.any():
            marker = {"color": colour, "size": 6, "opacity": 0.65, "symbol": symbol}
            figure.add_trace(_dots(numbers[chosen], kept[chosen], words[chosen], name=name, marker=marker))
    worst, best_of = (-np.inf, np.maximum) if GOALS[goal].larger else (np.inf, np.minimum)
    best = best_of.accumulate(np.where(complete, values, worst)).clip(kept.min(), kept.max())
    line = {"color": GREEN, "width": 2, "shape": "hv"}
    figure.add_trace(go.Scatter(x=numbers, y=best, name="Best so far", mode="lines", line=line))
    figure.update_xaxes(title="Trial")
    _score_axes(figure, goal, kept)
    return _themed(figure)


def importance(known: Known, goal: str) -> go.Figure | None:
    """Share of each setting; None while too little is known."""
    from bdsg.tuning.study import SCORES as KEY
    from bdsg.tuning.study import importances_of

    found = importances_of(known.study, lambda trial: trial.user_attrs[KEY][goal], GOALS[goal].larger)
    if not found:
        return None
    shares = list(found.values())[::-1]
    figure = go.Figure(
        go.Bar(
            x=[100 * share for share in shares],
            y=[setting_label(name) for name in found][::-1],
            orientation="h",
            marker={"color": BLUE},
            text=[percent(share) for share in shares],
            textposition="auto",
            hoverinfo="text",
        )
    )
    figure.update_xaxes(title=f"Share of what moves {GOALS[goal].title}", ticksuffix=" %", rangemode="tozero")
    figure.update_yaxes(automargin=True)
    return _themed(figure, 120 + 44 * len(shares))


def parallel(known: Known, goal: str) -> go.Figure:
    """One line a trial through all of its settings; Optuna's own figure has a trace a trial, too slow for hundreds."""
    trials, _, kept = _scored(known, goal)
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
    trials, _, kept = _scored(known, goal)
    dimensions = known.plan.dimensions
    titles, rows = [setting_label(one.name) for one in dimensions], (len(dimensions) + 1) // 2
    columns = min(2, len(dimensions))
    figure = make_subplots(rows, columns, subplot_titles=titles, shared_yaxes=True, horizontal_spacing=0.04)
    marker = {"color": [trial.number for trial in trials], "colorscale": "Cividis", "size": 6, "opacity": 0.8}
    for k, dimension in enumerate(dimensions):
        values = [trial.settings[dimension.name] for trial in trials]
        words = [f"{titles[k]} {value_words(v)}<br>{_words(t, goal)}" for v, t in zip(values, trials, strict=True)]
        panel = {"row": k // 2 + 1, "col": k % 2 + 1}
        figure.add_trace(_dots(values, kept, words, showlegend=False, marker=marker), **panel)
        if dimension.log:
            figure.update_xaxes(type="log", nticks=5, **panel)
    _score_axes(figure, goal, kept, col=1)
    return _themed(figure, 60 + 260 * rows)


def contour(known: Known, goal: str, across: str, up: str) -> go.Figure:
    """The score over two settings, in between the trials: Optuna's figure."""
    from optuna.visualization import plot_contour

    from bdsg.tuning.study import SCORES as KEY

    kept = _scored(known, goal).kept

    def target(trial: FrozenTrial) -> float:
        return float(np.clip(_unit(goal) * trial.user_attrs[KEY][goal], kept.min(), kept.max()))

    figure = plot_contour(known.study, params=[across, up], target=target, target_name=GOALS[goal].title)
    for trace in figure.data:
        if trace.type == "contour":
            trace.update(colorscale=SCALE, reversescale=not GOALS[goal].larger)
        else:
            trace.marker.update(size=5, color=NEUTRAL)
    for axis in [*figure.select_xaxes(), *figure.select_yaxes()]:
        if axis.title.text and "." in axis.title.text:  # a dotted name
            axis.title.text = setting_label(axis.title.text)
    return _themed(figure, 480)


def seeds(known: Known, rows: list[dict[str, Any]], goal: str) -> go.Figure | None:
    """The best settings over other seeds: every run as a dot, their mean as a bar; None before there are any."""
    trials = {trial.number: trial for trial in known.trials}
    groups: dict[int, list[float]] = {}
    for row in rows:
        if row["scores"].get(goal) is not None and row["trial"] in trials:
            groups.setdefault(row["trial"], []).append(row["scores"][goal])
    if not groups:
        return None
    everything = _unit(goal) * np.concatenate([np.array(values) for values in groups.values()])
    kept, _ = study_data.fenced(everything)
    means = {number: _unit(goal) * float(np.mean(values)) for number, values in groups.items()}
    order = sorted(means, key=means.__getitem__, reverse=GOALS[goal].larger)
    figure = go.Figure()
    for place, number in enumerate(order):
        values, trial = groups[number], trials[number]
        y = (_unit(goal) * np.array(values)).clip(kept.min(), kept.max())
        settings = ", ".join(f"{setting_label(name)} {value_words(value)}" for name, value in trial.settings.items())
        words = [f"{_words(trial, goal, value)}<br>{settings}" for value in values]
        marker, shown = {"color": BLUE, "size": 8, "opacity": 0.75}, place == 0
        spread = place + np.linspace(-0.22, 0.22, len(values))
        figure.add_trace(_dots(spread, y, words, name="A seed", marker=marker, showlegend=shown))
        look = {"mode": "lines", "line": {"color": VERMILION, "width": 3}, "hoverinfo": "skip", "showlegend": shown}
        figure.add_trace(go.Scatter(x=[place - 0.32, place + 0.32], y=[means[number]] * 2, name="Mean", **look))
    figure.update_xaxes(tickvals=list(range(len(order))), ticktext=[f"trial {number}" for number in order])
    _score_axes(figure, goal, everything)
    return _themed(figure, 380)
