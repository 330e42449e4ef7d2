"""The picture of the density page: the data, the fit as it goes, and how good it became."""

from __future__ import annotations

import numpy as np
import streamlit as st

from bdsg import figures
from bdsg.app.components import browser_components, run_payloads
from bdsg.app.components.payloads import Playback
from bdsg.app.visit import session
from bdsg.app.visit.state import visit
from bdsg.app.widgets import charts, controls, downloads, progress
from bdsg.config import ExperimentConfig
from bdsg.data import GaussianMixture
from bdsg.number_text import measured, nats, setting
from bdsg.runs.result import Result
from bdsg.serving.run_queue import Run

REFRESH_SECONDS = 0.6


def state(run: Run | None) -> None:
    """How far the run is, or what it belongs to and where to go from there."""
    with st.container(height=progress.STATE_HEIGHT, border=False, key="state"):
        session.repeat(_state, run, runs=[run], least=REFRESH_SECONDS)


def _state(run: Run | None) -> None:
    with session.guarded():
        if run is not None and run.state != "finished":
            progress.progress_line(run)
            return
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.container(width="stretch"):
                controls.run_caption()
            if run is not None:
                st.page_link("pages/boundary.py", label="Next: watch B(z)", icon=":material/arrow_forward:")


def show(run: Run | None, config: ExperimentConfig) -> None:
    """The plane with both densities, and for a learned one its likelihood and its checks."""
    visit().kept.pop("plane", None)  # the settings may be others: draw once
    session.repeat(_live, run, config, runs=[run], least=REFRESH_SECONDS)
    if run is not None and run.result is not None and config.density.kind != "closed_form":
        st.fragment(_side_by_side)(run.result)
    if run is not None:
        progress.kept_line(run)
        downloads.show(run, with_charts=config.density.kind != "closed_form")


def _side_by_side(result: Result) -> None:
    """Both densities and their difference; nothing is drawn while closed."""
    with (
        session.guarded(),
        st.expander("Side by side, with the difference", key="side_by_side", on_change="rerun") as fold,
    ):
        if not fold.open:
            return
        arrays = result.arrays
        x, y, log_p_x, log_p_g = arrays.grid_x, arrays.grid_y, arrays.log_p_x, arrays.log_p_g
        figure = figures.density_pair_figure(x, y, log_p_x, log_p_g, result.config.epsilon)
        charts.show(figure, key="pair", alt="True density, model density and their difference")


def _live(run: Run | None, config: ExperimentConfig) -> None:
    with session.guarded():
        learned = config.density.kind != "closed_form"
        plane, side = st.columns([3, 2]) if learned and run and run.density_snapshots else (st.container(), None)
        with plane, session.guarded(said=run.error if run else None):
            browser_components.player(_payload(run, config), key="plane")
        if run is not None and side is not None:
            with side:
                _checks(run)
                _held_out(run)
                _blocks(run)


def _payload(run: Run | None, config: ExperimentConfig) -> bytes:
    """The plane; made anew when more of the run is known."""
    known = run_payloads.known_of(run)
    return visit().once("plane", known, lambda: run_payloads.player_payload(config, run, Playback(), moving=False))


def _checks(run: Run) -> None:
    """How good the fit became, once it is known."""
    if run.fitted is None:
        return
    report = run.fitted.report
    row = st.container(horizontal=True)
    gap = f"{nats(report['kl'])} ± {nats(report['kl_standard_error'])}"
    row.metric("KL gap (nats)", gap, help="KL(p_x ‖ p_g) on 20,000 fresh samples: 0 is perfect.", width=220)
    row.metric("Integral", setting(report["integral"]), help="A density integrates to 1.", width=160)
    bound = max(report["lipschitz_bounds"])
    row.metric(
        "Lipschitz bound", measured(bound), help="Largest of all blocks. Below 1, so each is invertible.", width=160
    )
    row.metric(
        "Round trip error", measured(report["round_trip"]), help="Largest |G(G⁻¹(x)) − x| in data units.", width=160
    )


def _blocks(run: Run) -> None:
    """The Lipschitz gauge of every block, once the fit has ended."""
    if run.fitted is None:
        return
    report = run.fitted.report
    figure = figures.blocks_figure(report["lipschitz_bounds"], report["inverse_residuals"])
    alt = f"Lipschitz bound of each block, at most {measured(max(report['lipschitz_bounds']))}; the limit is 1"
    charts.show(figure, key="blocks", height=260, alt=alt)


def _held_out(run: Run) -> None:
    steps = np.array([snapshot.step for snapshot in run.density_snapshots])
    values = np.array([snapshot.held_out for snapshot in run.density_snapshots])
    best = entropy(GaussianMixture.from_config(run.config.data).to_json())
    figure = figures.held_out_figure(steps, values, best)
    alt = f"Held-out negative log-likelihood, now {nats(values[-1])} nats, over the true entropy, {nats(best)} nats"
    charts.show(figure, key="held_out", height=340, alt=alt)


@st.cache_data(max_entries=64, show_spinner=False)
def entropy(mixture_json: str) -> float:
    """Entropy of the true density in nats."""
    return GaussianMixture.from_json(mixture_json).entropy()
