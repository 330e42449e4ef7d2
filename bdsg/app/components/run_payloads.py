"""A run as the components show it: payloads from its snapshots or its result."""

from __future__ import annotations

import dataclasses
import hashlib
import math
from collections.abc import Hashable
from typing import Any

import numpy as np
import streamlit as st

from bdsg import number_text
from bdsg.app.components.canvas_encoding import Lines
from bdsg.app.components.payloads import DeltaPayload, EvaluationPayload, Plane, Playback, PlayerPayload
from bdsg.app.labels import run_words
from bdsg.app.visit import own_points
from bdsg.config import ExperimentConfig
from bdsg.data import GaussianMixture
from bdsg.data.window import Window
from bdsg.errors import ConfigError
from bdsg.experiments.problem import Problem
from bdsg.experiments.score import plane_mixture, score_result
from bdsg.metrics import Field, contour_lines, truth_field
from bdsg.metrics.levels import component_labels
from bdsg.number_text import percent
from bdsg.runs.result import Result, Scene, Snapshots
from bdsg.serving.run_queue import Run

HEAT_NODES = 160
DRAWS = 10_000
EPSILON_SPAN = (1e-3, 0.6)
"""The ε slider's ends as shares of the density's peak."""


@st.cache_resource(max_entries=64, show_spinner=False)
def true_field(mixture_json: str, lowest_level: float) -> Field:
    """log p_x on the fine grid that contours are drawn from."""
    return truth_field(GaussianMixture.from_json(mixture_json), lowest_level)


@st.cache_resource(max_entries=64, show_spinner=False)
def true_contour(mixture_json: str, lowest_level: float, level: float) -> list[np.ndarray]:
    """Polylines of {p_x = level}, on the fine grid that reaches down to ``lowest_level``."""
    return contour_lines(true_field(mixture_json, lowest_level), level)


@st.cache_resource(max_entries=64, show_spinner=False)
def heat_field(mixture_json: str, low: tuple[float, float], high: tuple[float, float]) -> Field:
    """log p_x over a window, coarse enough for a heat map."""
    mixture = GaussianMixture.from_json(mixture_json)
    return Field.over(mixture.log_prob, Window(np.array(low), np.array(high)).grid(HEAT_NODES))


Known = tuple[Hashable, ...]


def known_of(run: Run | None) -> Known:
    """What is known of a run by now, to be compared with what was known when a page was drawn last."""
    if run is None:
        return ()
    counts = run.attempts, len(run.density_snapshots), len(run.boundary_snapshots)
    return run.state == "finished", run.active, run.scene is not None, run.fitted is not None, *counts


def player_payload(
    config: ExperimentConfig,
    run: Run | None,
    playback: Playback,
    *,
    moving: bool = True,
    lines: bool = True,
    arrows: bool = True,
    probed: bool = True,
    epsilon: float | None = None,
) -> bytes:
    """All that is known of a run by now, or before it the data alone.

    Args:
        playback: how it is presented; what follows from the run is filled in.
        moving: whether to show B(z).
        lines: whether to show the data's contour.
        arrows: whether the terms' pulls go along.
        probed: whether both densities do, once the run does not change any more.
        epsilon: level of the contours; by default the config's.
    """
    epsilon = config.epsilon if epsilon is None else epsilon
    scene = run.scene if run and run.scene else Problem(config).scene
    boundary = (run.config if run else config).boundary
    told = Snapshots.of(run.boundary_snapshots if run and moving else [])
    own, trained = own_points.of(config), run.result if run and moving else None
    return PlayerPayload(
        _plane(config, run, scene, epsilon, lines=lines),
        heat_field(plane_mixture(config).to_json(), tuple(scene.low.tolist()), tuple(scene.high.tolist())).values,
        told if arrows else dataclasses.replace(told, forces=None),
        **_model(run),
        latent=trained.arrays.latent if trained else None,
        own=own_points.thinned(own.points) if own else None,
        probed=probed and (run is None or not run.active),
        weights={"lambda1": boundary.lambda1, "lambda2": boundary.lambda2},
        changes=boundary.changes,
        playback=dataclasses.replace(
            playback,
            still=not moving,
            total_steps=config.boundary.steps,
            about=run_words(config),
            stands_in=own_points.stand_in(config),
            live=run is not None and run.active,
            ringed=config.boundary.objective == "ours",
            says=_in_words(trained) if trained else "",
        ),
    ).pack()


def _plane(config: ExperimentConfig, run: Run | None, scene: Scene, epsilon: float, *, lines: bool) -> Plane:
    """The data, and both contours as far as they are known."""
    mixture, window = plane_mixture(config), Window(scene.low, scene.high)
    truth = true_contour(mixture.to_json(), min(config.delta, epsilon), epsilon) if lines else ()
    name, log_p_g = run.name if run else config.key(), _model(run).get("log_p_g")
    model: Lines = ()
    if log_p_g is not None:
        grid = window.grid(log_p_g.shape[1], log_p_g.shape[0])
        model = contour_lines(Field(grid.x, grid.y, log_p_g), epsilon)
    return Plane(name, window, scene.data, epsilon, truth, model, units_of(config))


def _in_words(result: Result) -> str:
    """Where B(z) lies: ``100.0 % in the band, 2 of 2 pieces covered``."""
    scores = result.summary["scores"]
    pieces = f"{scores['components_covered']} of {scores['components']} pieces covered"
    return (
        f"{percent(scores['bp1'])} in the band, {percent(scores['boundary_recall'])} of the border near one, {pieces}"
    )


def _model(run: Run | None) -> dict[str, np.ndarray]:
    """The density model as it is by now: its heat map, its samples and its latent grid."""
    if run is None or not (run.fitted or run.density_snapshots):
        return {}
    if run.fitted is None:
        return {"log_p_g": run.density_snapshots[-1].log_density}
    return {"log_p_g": run.fitted.log_p_g, "model_samples": run.fitted.samples, "warp": run.fitted.warp}


def delta_payload(run: Run, first: int) -> bytes:
    """The snapshots of a running run from number ``first`` on."""
    assert run.scene is not None
    window, told = Window(run.scene.low, run.scene.high), Snapshots.of(run.boundary_snapshots[first:])
    return DeltaPayload(run.name, window, first, told, run.config.boundary.changes).pack()


@st.cache_resource(max_entries=64, show_spinner=False)
def draws_log_prob(mixture_json: str) -> np.ndarray:
    """log p_x of ``DRAWS`` draws of the mixture, the same ones always: the share below log ε is what ε leaves out."""
    mixture = GaussianMixture.from_json(mixture_json)
    return mixture.log_prob(mixture.sample(DRAWS, np.random.default_rng(0))).astype(np.float32)


@st.cache_data(max_entries=32, show_spinner=False)
def own_log_prob(mixture_json: str, points: np.ndarray) -> np.ndarray:
    """log p_x at a visitor's points (n, 2), of which there may be 50,000: not anew on every rerun."""
    return GaussianMixture.from_json(mixture_json).log_prob(points)


def threshold_words(config: ExperimentConfig) -> str:
    """What a threshold does to the data: the share that it leaves out, and into how many pieces it cuts the rest."""
    mixture = GaussianMixture.from_config(config.data)
    own = own_points.of(config)
    known = own_log_prob(mixture.to_json(), own.points) if own else draws_log_prob(mixture.to_json())
    count = int(np.count_nonzero(known < math.log(config.epsilon)))
    pieces = pieces_of(mixture.to_json(), config.delta, config.epsilon)
    share = number_text.left_out(count, len(known), own=own is not None)
    return f"{share}, {pieces} piece{'' if pieces == 1 else 's'}"


@st.cache_data(max_entries=64, show_spinner=False)
def pieces_of(mixture_json: str, delta: float, epsilon: float) -> int:
    """How many connected pieces {p_x >= ε} has."""
    return component_labels(true_field(mixture_json, delta), epsilon)[1]


def epsilon_range(config: ExperimentConfig) -> tuple[float, float]:
    """Ends of the ε slider: from a thousandth of the peak density to well below it, as they are shown."""
    peak = math.exp(GaussianMixture.from_config(config.data).peak())
    low, high = (number_text.rounded(share * peak, 3) for share in EPSILON_SPAN)
    return min(low, config.epsilon), max(high, config.epsilon)


def level_in(text: str, low: float, high: float) -> float:
    """The ε that a link's text names; raises ConfigError unless it lies between ``low`` and ``high``."""
    try:
        level = float(text)
    except ValueError:
        level = math.nan
    if not low <= level <= high:
        raise ConfigError(
            "at", text, f"must be a number from {number_text.setting(low)} to {number_text.setting(high)}."
        )
    return level


def cache_name(result: Result) -> str:
    """What a cache that all visitors share may call a result: equal for equal numbers under equal words alone.

    The run's key is not enough: it leaves units out, and a run that was stopped has the key of the whole one.
    """
    return result.config.to_json() + hashlib.sha256(result.arrays.boundary.tobytes()).hexdigest()


def units_of(config: ExperimentConfig) -> dict[str, Any] | None:
    """What the axes are called and how they are numbered, where the config says so."""
    return dataclasses.asdict(config.data.units) if config.data.units else None


def scoring_field(config: ExperimentConfig, epsilon: float, delta: float) -> Field:
    """The field that a run is scored on at ε and δ, on every page and in every file: one run has one score at one ε.

    At the run's own ε it is that of the stored scores; else the wide one, which the evaluate page's slider needs.
    """
    low = delta if epsilon == config.epsilon else epsilon_range(config)[0] * config.delta / config.epsilon
    return true_field(GaussianMixture.from_config(config.data).to_json(), min(low, delta))


def scores_at(result: Result, epsilon: float, delta: float | None = None) -> dict[str, Any]:
    """A run's scores at ε, by default with its own ratio δ/ε, as every page shows them."""
    config = result.config
    if epsilon == config.epsilon and delta in (None, config.delta):
        scores: dict[str, Any] = result.summary["scores"]
        return scores
    ratio = config.delta / config.epsilon
    field = scoring_field(config, epsilon, epsilon * ratio if delta is None else delta)
    return score_result(result, epsilon, delta, truth=field).to_dict()


def evaluation_payload(result: Result, epsilon: float, own: np.ndarray | None) -> bytes:
    """What the evaluation component needs to score a run at every ε of its range.

    Args:
        own: points (n, 2) for which the data stand in.
    """
    config = result.config
    low, high = epsilon_range(config)
    ratio = config.delta / config.epsilon
    mixture = GaussianMixture.from_config(config.data)
    field, stored = (true_field(mixture.to_json(), level) for level in (low * ratio, config.delta))
    corners = {name: [float(stored.x[k]), float(stored.y[k])] for name, k in (("low", 0), ("high", -1))}
    return EvaluationPayload(
        run=config.key(),
        arrays=result.arrays,
        field=field,
        epsilon=epsilon,
        delta=epsilon * ratio,
        epsilon_range=(low, high),
        units=units_of(config),
        about=run_words(config),
        stands_in=own_points.stand_in(config),
        exact=config.density.kind == "closed_form",
        trained={"epsilon": config.epsilon, "nodes": len(stored.x), **corners},
        known=draws_log_prob(mixture.to_json()) if own is None else own_log_prob(mixture.to_json(), own),
        own=None if own is None else (shown := own_points.thinned(own), mixture.log_prob(shown)),
        mixture=mixture,
    ).pack()
