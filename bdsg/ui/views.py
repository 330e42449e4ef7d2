"""A run as the components show it: payloads from its snapshots or its result."""

from __future__ import annotations

import dataclasses
import hashlib
import math
from collections.abc import Hashable
from typing import Any

import numpy as np
import streamlit as st

from bdsg import formats
from bdsg.config import ExperimentConfig
from bdsg.data import GaussianMixture
from bdsg.data.window import Window
from bdsg.errors import ConfigError
from bdsg.formats import percent
from bdsg.metrics import Field, contour_lines, truth_field
from bdsg.metrics.levels import component_labels
from bdsg.problem import Problem
from bdsg.result import TERMS, BoundarySnapshot, Result, Scene
from bdsg.scoring import plane_mixture, score_result
from bdsg.ui import own_points, payloads
from bdsg.ui.names import run_words
from bdsg.ui.runs import Run

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
    *,
    moving: bool = True,
    lines: bool = True,
    epsilon: float | None = None,
    **options: Any,
) -> bytes:
    """All that is known of a run by now, or before it the data alone.

    Args:
        moving: whether to show B(z).
        lines: whether to show the data's contour.
        epsilon: level of the contours; by default the config's.
        options: go to :func:`bdsg.ui.payloads.player_payload`.
    """
    mixture, epsilon = plane_mixture(config), config.epsilon if epsilon is None else epsilon
    scene = run.scene if run and run.scene else Problem(config).scene
    low, high, boundary = scene.low, scene.high, (run.config if run else config).boundary
    contour = true_contour(mixture.to_json(), min(config.delta, epsilon), epsilon) if lines else ()
    heat = heat_field(mixture.to_json(), tuple(low.tolist()), tuple(high.tolist()))
    return payloads.player_payload(
        still=not moving,
        run=run.name if run else config.key(),
        low=low,
        high=high,
        data=scene.data,
        log_p_x=heat.values,
        epsilon=epsilon,
        truth_lines=contour,
        total_steps=config.boundary.steps,
        lambda1=boundary.lambda1,
        lambda2=boundary.lambda2,
        changes=boundary.changes,
        units=units_of(config),
        about=run_words(config),
        stands_in=own_points.stand_in(config),
        own=own_points.thinned(own.points) if (own := own_points.of(config)) else None,
        live=run is not None and run.active,
        latent=run.result.arrays["latent"] if run and run.result and moving else None,
        ringed=config.boundary.objective == "ours",
        says=_in_words(run) if run and run.result and moving else "",
        **_model(run, scene, epsilon),
        **{
            "probed": run is None or not run.active,
            **snapshot_arrays(run.boundary_snapshots if run and moving else []),
            **options,
        },
    )


def _in_words(run: Run) -> str:
    """Where B(z) lies: ``100.0 % in the band, 2 of 2 pieces covered``."""
    assert run.result is not None
    scores = run.result.summary["scores"]
    pieces = f"{scores['components_covered']} of {scores['components']} pieces covered"
    return (
        f"{percent(scores['bp1'])} in the band, {percent(scores['boundary_recall'])} of the border near one, {pieces}"
    )


def _model(run: Run | None, scene: Scene, epsilon: float) -> dict[str, Any]:
    """The density model as it is by now: its heat map, its ε contour and its samples."""
    if run is None or not (run.fitted or run.density_snapshots):
        return {}
    log_p_g = run.fitted.log_p_g if run.fitted else run.density_snapshots[-1].log_density
    grid = Window(scene.low, scene.high).grid(log_p_g.shape[1], log_p_g.shape[0])
    lines = contour_lines(Field(grid.x, grid.y, log_p_g), epsilon)
    known = {"model_samples": run.fitted.samples, "warp": run.fitted.warp} if run.fitted else {}
    return {"log_p_g": log_p_g, "model_lines": lines, **known}


def delta_payload(run: Run, first: int) -> bytes:
    """The snapshots of a running run from number ``first`` on."""
    assert run.scene is not None
    arrays = snapshot_arrays(run.boundary_snapshots[first:])
    changes = run.config.boundary.changes
    low, high = run.scene.low, run.scene.high
    return payloads.delta_payload(run=run.name, first=first, low=low, high=high, changes=changes, **arrays)


def snapshot_arrays(snapshots: list[BoundarySnapshot]) -> dict[str, Any]:
    """``frames``, ``steps``, ``terms`` and ``forces`` as the player takes them."""
    snapshots = list(snapshots)  # those of a run under way grow meanwhile
    points = [snapshot.points for snapshot in snapshots]
    forces = [snapshot.forces for snapshot in snapshots if snapshot.forces is not None]
    return {
        "frames": np.stack(points) if points else np.empty((0, 0, 2)),
        "steps": np.array([snapshot.step for snapshot in snapshots], np.int32),
        "terms": np.array([[s.terms[name] for name in TERMS] for s in snapshots]).reshape(-1, len(TERMS)),
        "forces": np.stack(forces) if forces and len(forces) == len(points) else None,
    }


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
    share = formats.left_out(count, len(known), own=own is not None)
    return f"{share}, {pieces} piece{'' if pieces == 1 else 's'}"


@st.cache_data(max_entries=64, show_spinner=False)
def pieces_of(mixture_json: str, delta: float, epsilon: float) -> int:
    """How many connected pieces {p_x >= ε} has."""
    return component_labels(true_field(mixture_json, delta), epsilon)[1]


def epsilon_range(config: ExperimentConfig) -> tuple[float, float]:
    """Ends of the ε slider: from a thousandth of the peak density to well below it, as they are shown."""
    peak = math.exp(GaussianMixture.from_config(config.data).peak())
    low, high = (formats.rounded(share * peak, 3) for share in EPSILON_SPAN)
    return min(low, config.epsilon), max(high, config.epsilon)


def level_in(text: str, low: float, high: float) -> float:
    """The ε that a link's text names; raises ConfigError unless it lies between ``low`` and ``high``."""
    try:
        level = float(text)
    except ValueError:
        level = math.nan
    if not low <= level <= high:
        raise ConfigError("at", text, f"must be a number from {formats.setting(low)} to {formats.setting(high)}.")
    return level


def cache_name(result: Result) -> str:
    """What a cache that all visitors share may call a result: equal for equal numbers under equal words alone.

    The run's key is not enough: it leaves units out, and a run that was stopped has the key of the whole one.
    """
    return result.config.to_json() + hashlib.sha256(result.arrays["boundary"].tobytes()).hexdigest()


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
    config, arrays = result.config, result.arrays
    low, high = epsilon_range(config)
    ratio = config.delta / config.epsilon
    mixture = GaussianMixture.from_config(config.data)
    field, stored = (true_field(mixture.to_json(), level) for level in (low * ratio, config.delta))
    corners = {name: [float(stored.x[k]), float(stored.y[k])] for name, k in (("low", 0), ("high", -1))}
    return payloads.evaluation_payload(
        run=config.key(),
        arrays=arrays,
        field_x=field.x,
        field_y=field.y,
        field=field.values,
        epsilon=epsilon,
        delta=epsilon * ratio,
        epsilon_low=low,
        epsilon_high=high,
        low=np.array([arrays["grid_x"][0], arrays["grid_y"][0]]),
        high=np.array([arrays["grid_x"][-1], arrays["grid_y"][-1]]),
        units=units_of(config),
        about=run_words(config),
        stands_in=own_points.stand_in(config),
        exact=config.density.kind == "closed_form",
        trained={"epsilon": config.epsilon, "nodes": len(stored.x), **corners},
        known=draws_log_prob(mixture.to_json()) if own is None else own_log_prob(mixture.to_json(), own),
        own=None if own is None else (shown := own_points.thinned(own), mixture.log_prob(shown)),
        mixture={"log_scales": mixture.log_scales, "means": mixture.means, "whiteners": mixture.whiteners},
    )
