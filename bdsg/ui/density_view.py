"""The picture of the density page: the truth, the fit as it goes, and how good it became."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from bdsg import plots
from bdsg.config import ExperimentConfig
from bdsg.data import GaussianMixture
from bdsg.metrics import Field
from bdsg.ui import progress, session, views
from bdsg.ui.runs import Run

REFRESH_SECONDS = 0.7
PREVIEW_SAMPLES = 500
CHART: dict[str, Any] = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d"]}


def show(run: Run | None, config: ExperimentConfig) -> None:
    """Before a fit the truth; during it the model as it is; after it both, and the checks."""
    if run is None or config.density.kind == "closed_form" or not (run.active or run.density_snapshots):
        if run is not None:
            st.fragment(_progress, run_every=REFRESH_SECONDS if run.active else None)(run)
        _truth(config)
        return
    st.fragment(_fit, run_every=REFRESH_SECONDS if run.active else None)(run)


def _progress(run: Run) -> None:
    with session.guarded():
        progress.progress_line(run)
        _rerun_at_end(run)


def _rerun_at_end(run: Run) -> None:
    """Draw the whole page once more when a run that was watched here has ended."""
    if not run.active and st.session_state.get("watched") == run.number:
        st.session_state.watched = None
        st.rerun()
    st.session_state.watched = run.number if run.active else None


def _truth(config: ExperimentConfig) -> None:
    """The closed form itself, with fresh samples of it."""
    mixture = GaussianMixture.from_config(config.data)
    low, high = mixture.box(config.delta)
    margin = 0.1 * (high - low)
    field = Field.over(mixture.log_prob, low - margin, high + margin, views.HEAT_SHAPE)
    samples = mixture.sample(PREVIEW_SAMPLES, np.random.default_rng(config.seed))
    figure = plots.density_figure(field.x, field.y, field.values, samples, config.epsilon)
    st.plotly_chart(figure, key="truth", config=CHART, height=560, alt="Heat map of the true density with samples")


def _fit(run: Run) -> None:
    with session.guarded():
        progress.progress_line(run)
        if run.result is not None:
            _finished(run)
        elif run.density_snapshots:
            _underway(run)
        _rerun_at_end(run)


def _underway(run: Run) -> None:
    """The latest snapshot beside the truth at the same places, and the likelihood so far."""
    assert run.scene is not None
    latest = run.density_snapshots[-1]
    x, y = (np.linspace(run.scene.low[i], run.scene.high[i], latest.log_density.shape[0]) for i in (0, 1))
    mixture = GaussianMixture.from_config(run.config.data)
    truth = Field.over(mixture.log_prob, run.scene.low, run.scene.high, latest.log_density.shape)
    _pair(run, x, y, truth.values, latest.log_density)
    _held_out(run)


def _finished(run: Run) -> None:
    assert run.result is not None
    arrays, report = run.result.arrays, run.result.summary["density"]
    _pair(run, arrays["grid_x"], arrays["grid_y"], arrays["log_p_x"], arrays["log_p_g"])
    row = st.container(horizontal=True)
    gap = f"{report['kl']:.4f} ± {report['kl_standard_error']:.4f}"
    row.metric("KL gap (nats)", gap, help="KL(p_x ‖ p_g) on fresh samples: 0 is perfect.", width=190)
    row.metric("Integral of p_g", f"{report['integral']:.4f}", help="A density integrates to 1.", width=150)
    bound = max(report["lipschitz_bounds"])
    row.metric("Largest Lipschitz bound", f"{bound:.3f}", help="Below 1, so every block is invertible.", width=190)
    row.metric("Round trip error", f"{report['round_trip']:.1e}", help="Largest |G(G⁻¹(x)) − x|.", width=160)
    _held_out(run)


def _pair(run: Run, x: np.ndarray, y: np.ndarray, log_p_x: np.ndarray, log_p_g: np.ndarray) -> None:
    figure = plots.density_pair_figure(x, y, log_p_x, log_p_g, run.config.epsilon)
    st.plotly_chart(figure, key="pair", config=CHART, alt="True density, model density and their difference")


def _held_out(run: Run) -> None:
    steps = np.array([snapshot.step for snapshot in run.density_snapshots])
    values = np.array([snapshot.held_out for snapshot in run.density_snapshots])
    figure = plots.held_out_figure(steps, values, entropy(GaussianMixture.from_config(run.config.data).to_json()))
    st.plotly_chart(figure, key="held_out", config=CHART, height=320, alt="Held-out negative log-likelihood over steps")


@st.cache_data(max_entries=64, show_spinner=False)
def entropy(mixture_json: str) -> float:
    """Entropy of the true density in nats, by a mean over 100,000 samples: right to about 0.003."""
    mixture = GaussianMixture.from_json(mixture_json)
    return -float(mixture.log_prob(mixture.sample(100_000, np.random.default_rng(0))).mean())
