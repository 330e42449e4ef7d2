"""The picture of the evaluate page: ε in the browser, and the rarer scores below it."""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

from bdsg import figures
from bdsg.app.components import browser_components, run_payloads
from bdsg.app.labels import plain
from bdsg.app.pages.tour import tour_panel
from bdsg.app.visit import history, own_points, session
from bdsg.app.visit.own_points import OwnPoints
from bdsg.app.visit.state import visit
from bdsg.app.widgets import charts, controls, downloads, progress
from bdsg.errors import ConfigError
from bdsg.number_text import area, measured, percent, setting
from bdsg.runs.result import Result
from bdsg.serving.run_queue import Run

REFRESH_SECONDS = 0.5


def show(run: Run | None) -> None:
    """The evaluation component, and all that it does not hold."""
    if tour_panel.veils(session.config()):
        st.info("Answer the tour's question above, then the run is shown here.", icon=":material/visibility_off:")
        return
    if run is None or run.result is None:
        _missing(run)
        return
    result = run.result
    with st.container(horizontal=True, vertical_alignment="center", key="trained_for"):
        controls.run_caption(trained=True)
        retrain = st.empty()
    start = _start(result)
    payload = _payload(result, start, own_points.of(result.config))
    chosen = browser_components.evaluation(payload, key=f"evaluation:{result.config.key()}")
    with retrain:
        _retrain(result, chosen or start)
    st.fragment(_further)(result, chosen or start)
    downloads.show(run, chosen or start, with_charts=True)


def _missing(run: Run | None) -> None:
    """Which run is not there yet, a button that trains it, and how far it is."""
    controls.run_caption()
    if run is None:
        st.info("There is no trained B(z) for these settings yet: train it here.", icon=":material/info:")
    with st.container(width=130):
        progress.train_button(run)
    session.repeat(_waiting, run, runs=[run], least=REFRESH_SECONDS)
    st.page_link("pages/boundary.py", label="Watch it train, on the boundary page", icon=":material/arrow_forward:")


def _payload(result: Result, epsilon: float, own: OwnPoints | None) -> bytes:
    """The picture, made anew when another one is asked for; kept by the visit itself, for own points are in it."""
    asked = run_payloads.cache_name(result), epsilon, own
    points = own.points if own else None
    return visit().once("evaluation", asked, lambda: run_payloads.evaluation_payload(result, epsilon, points))


def _start(result: Result) -> float:
    """Where the slider starts: at the tour's ε, at that of a link for the run that it opened, or at the run's."""
    key, config = result.config.key(), result.config
    if (asked := tour_panel.epsilon(config)) != config.epsilon:
        return asked
    if visit().opened_at is None:
        visit().opened_at = (key, st.query_params.get("at"))
    of_run, text = visit().opened_at or (key, None)
    if text is None or of_run != key:
        return config.epsilon
    low, high = run_payloads.epsilon_range(config)
    try:
        return run_payloads.level_in(text, low, high)
    except ConfigError as error:
        st.warning(
            f"The link's ε was not understood, so the run's own is shown. {plain(error)}", icon=":material/info:"
        )
        return config.epsilon


def _waiting(run: Run | None) -> None:
    with session.guarded():
        progress.progress_line(run)


def _retrain(result: Result, epsilon: float) -> None:
    """A run for the threshold that was found: B(z) of another one stays where it was trained."""
    config = result.config
    moves = config.boundary.levels > 1
    if moves or math.isclose(epsilon, config.epsilon, rel_tol=1e-3) or session.teaching() or tour_panel.current():
        return
    if st.button(f"Train B(z) at ε = {setting(epsilon)}", key="retrain", icon=":material/play_arrow:"):
        kept = {key: value for key, value in visit().choices.items() if key != "delta"}
        ratio = config.delta / config.epsilon
        session.adopt({**kept, "epsilon": epsilon, **({} if math.isclose(ratio, 0.1) else {"delta": epsilon * ratio})})
        session.submit(session.config())
        history.note(visit().choices)
        st.switch_page("pages/boundary.py")


def _further(result: Result, epsilon: float) -> None:
    """Curves over all thresholds, and the paper's other figures, at the chosen ε; nothing is drawn while closed."""
    title = "Ranking, clustering, rarity: at the ε where the slider was let go"
    with session.guarded(), st.expander(title, key="further", on_change="rerun") as fold:
        if not fold.open:
            return
        st.caption(f"ε = {setting(epsilon)} per unit area")
        scores = run_payloads.scores_at(result, epsilon)
        left, right = st.columns(2)
        on_x, on_g = result.arrays.log_p_x, result.arrays.log_p_g
        with left:
            charts.show(figures.roc_figure(on_x, on_g, epsilon), key="roc", alt="ROC curve")
        with right:
            charts.show(figures.precision_recall_figure(on_x, on_g, epsilon), key="pr", alt="PR curve")
        st.table(_rows(scores))
        if rows := result.summary["levels"]:
            st.caption("B(z, ε) over the range of ε that it was trained for")
            figure = figures.scores_over_epsilon_figure([row["epsilon"] for row in rows], rows)
            charts.show(figure, key="levels", alt="BP1, boundary recall and BF1 over ε")


def _rows(scores: dict[str, Any]) -> dict[str, list[str]]:
    """Name, value and meaning of the scores that the component does not show."""
    rarity, groups = scores["rarity"], scores["clustering"]
    shares = ", ".join(percent(share) for share in groups["shares"])
    rows = [
        ("AUROC", area(scores["auroc"]), "How well p_g ranks normal above anomalous grid points; 1 is perfect."),
        ("AUPRC, normal", area(scores["auprc"]), "Area under precision over recall, normal points positive."),
        ("AUPRC, anomalous", area(scores["anomalous"]["auprc"]), "The same with anomalous points positive."),
        (
            "Strong anomalies",
            percent(scores["strong_anomalies"]),
            "Share of B(z) that the model calls anomalous.",
        ),
        (
            "Samples of G per hit",
            measured(rarity["samples_of_g_per_hit"]),
            "How many ordinary samples for one in the band.",
        ),
        (
            "Samples of B per hit",
            measured(rarity["samples_of_b_per_hit"]),
            "The same for B(z): near 1 is what it is for.",
        ),
        ("Points nearest to each mode", shares, "Eq. 7: modes that get no share were forgotten."),
        (
            "Mean distance to that mode",
            measured(groups["mean_distance"]),
            "In units of the plane that B is trained on.",
        ),
        ("Closest two modes' samples", measured(groups["mode_set_distance"]), "The distance to compare it with."),
    ]
    return {title: [row[index] for row in rows] for index, title in enumerate(("Score", "Value", "What it says"))}
