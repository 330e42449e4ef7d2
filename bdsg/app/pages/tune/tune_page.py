"""The tune page: a new study, the one that is chosen as it fills, its trials, and what they say."""

from __future__ import annotations

from collections.abc import Callable

import plotly.graph_objects as go
import streamlit as st

from bdsg.app.labels import plain, setting_label
from bdsg.app.pages.tune import mosaic, study_data, study_figures, study_form, study_list, study_process
from bdsg.app.pages.tune.study_data import Known, Trial
from bdsg.app.pages.tune.tune_choices import choices_of
from bdsg.app.visit import budget, history, refresh, session, studies
from bdsg.app.visit.state import visit
from bdsg.app.widgets import charts
from bdsg.errors import BDSGError
from bdsg.number_text import SCORES, grouped
from bdsg.tuning.folder import StudyFolder
from bdsg.tuning.goals import GOALS
from bdsg.tuning.space import applied

REFRESH_SECONDS = 1.5
NONE = "No study of yours yet: choose what varies and press Start. 200 trials take a minute or two."
STATE_HEIGHT = 56
"""Pixels kept for the study's state, so that nothing below it moves."""

CHARTS = ("History", "Importance", "Seeds", "Parallel", "Slices", "Contours")


def show() -> None:
    """Everything below the title."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        folder = study_list.chosen()
        if folder and not session.teaching():
            st.button(
                "New study" if not visit().study_form_open else "Close",
                key="tune_new",
                icon=":material/add:" if not visit().study_form_open else ":material/close:",
                on_click=_open_or_close,
            )
    if not session.teaching() and (folder is None or visit().study_form_open):
        with st.container(border=True):
            study_form.form()
    if folder is None:
        st.info(NONE, icon=":material/info:")
        return
    refresh.repeat(_study, folder, every=lambda: REFRESH_SECONDS if study_process.active(folder) else None)


def _open_or_close() -> None:
    visit().study_form_open = not visit().study_form_open


def _study(folder: StudyFolder) -> None:
    with session.guarded():
        active = study_process.active(folder)
        known = study_data.read(folder)
        with st.container(height=STATE_HEIGHT, border=False, key="tune_state"):
            _state(folder, known, active)
        if complaint := study_process.complaint(folder):
            st.error(plain(complaint), icon=":material/error:")
        if known is not None and known.trials:
            _pictures(folder, known)


def _state(folder: StudyFolder, known: Known | None, active: bool) -> None:
    """How far it is, and the button that stops it or goes on."""
    plan = known.plan if known else folder.plan()
    done = sum(known.counts.get(state, 0) for state in ("complete", "pruned", "fail")) if known else 0
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch"):
            st.progress(min(1.0, done / plan.trials), _progress_words(known, plan.trials, done, active))
        if active:
            st.button("Stop", key="tune_stop", icon=":material/stop:", on_click=study_process.stop, args=(folder,))
        elif not session.teaching() and (done < plan.trials or _seeds_due(folder, known)):
            st.button("Resume", key="tune_resume", icon=":material/play_arrow:", on_click=_resume, args=(folder,))


def _progress_words(known: Known | None, target: int, done: int, active: bool) -> str:
    if known is None:
        return "Starting the workers…" if active else "Not started yet"
    words = [f"{grouped(done)} of {grouped(target)} trials"]
    if ended := known.counts.get("pruned", 0):
        words.append(f"{grouped(ended)} ended early")
    if best := known.best():
        goal = known.plan.goals[0]
        words.append(f"best {SCORES[goal].title} {SCORES[goal].write(best.scores[goal])} (trial {best.number})")
    if active and done >= target:
        words.append("the best five over other seeds…")
    elif not active and done < target:
        words.append("stopped")
    return " · ".join(words)


def _seeds_due(folder: StudyFolder, known: Known | None) -> bool:
    return known is not None and known.plan.seeds > 0 and not folder.bands()


def _resume(folder: StudyFolder) -> None:
    try:
        budget.check_study(folder.plan())
        study_process.start(folder)
    except BDSGError as error:
        visit().notice = str(error)


def _pictures(folder: StudyFolder, known: Known) -> None:
    """Small multiples, the chosen trial, and the charts."""
    names = [dimension.name for dimension in known.plan.dimensions]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        goal = _pick("Colour", _goals(known), lambda name: GOALS[name].title, f"tune_goal:{known.name}")
        across = _pick("Across", names, setting_label, f"tune_across:{known.name}")
        others = [name for name in names if name != across] or names
        up = _pick("Up", others, setting_label, f"tune_up:{known.name}:{across}")
    best = known.best()
    key = f"tune_trial:{known.name}"
    start = st.session_state.get(key, best.number if best else None)
    pressed = mosaic.show(folder, known, across, up, goal, start)
    if pressed is not None and st.session_state.get(f"{key}:pressed") != pressed:
        st.session_state[f"{key}:pressed"] = pressed
        st.session_state[key] = pressed
    _trial(known, key, best)
    _chart(folder, known, goal, across, up)


def _goals(known: Known) -> list[str]:
    """The study's own goals first, BF1 next, then all others that have values."""
    order = dict.fromkeys([*known.plan.goals, "bf1", *GOALS])
    return [name for name in order if any(trial.scores.get(name) is not None for trial in known.trials)]


def _pick(title: str, options: list[str], words: Callable[[str], str], key: str) -> str:
    with st.container(width=170):
        return str(st.selectbox(title, options, format_func=words, key=key))


def _trial(known: Known, key: str, best: Trial | None) -> None:
    """One trial: chosen in the picture or from the list; open it, or use its settings."""
    order = sorted(known.trials, key=lambda trial: (*known.rank(trial), trial.number))[:100]
    numbers = [trial.number for trial in order]
    chosen = st.session_state.get(key, best.number if best else numbers[0])
    if known.trial(chosen) is None:
        chosen = numbers[0]
    if chosen not in numbers:
        numbers.append(chosen)
    by_number = {trial.number: trial for trial in known.trials}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width="stretch"):
            listed = f"{key}:list:{chosen}"
            st.selectbox(
                "Trial, the best first",
                numbers,
                numbers.index(chosen),
                format_func=lambda number: mosaic.words(by_number[number]),
                key=listed,
                on_change=lambda: st.session_state.update({key: st.session_state[listed]}),
            )
        trial = by_number[chosen]
        if st.button("Watch it", key="tune_open", type="primary", icon=":material/play_arrow:", help=WATCH):
            _adopt(known, trial)
            session.submit(session.config())
            history.note(visit().choices)
            st.switch_page("pages/boundary.py")
        st.button("Use these settings", key="tune_use", on_click=_use, args=(known, trial), help=USE)


WATCH = "Trains this very config again on the boundary page, and plays it: the same numbers, bit for bit."
USE = "Takes them over to all pages; nothing is trained."


def _adopt(known: Known, trial: Trial) -> None:
    session.adopt(choices_of(applied(known.plan.config, trial.settings)))


def _use(known: Known, trial: Trial) -> None:
    _adopt(known, trial)
    visit().notice = f"The settings of trial {trial.number} are now those of all pages."


def _chart(folder: StudyFolder, known: Known, goal: str, across: str, up: str) -> None:
    """One chart at a time: each takes a moment to draw."""
    options = CHARTS if len(known.plan.dimensions) > 1 else CHARTS[:-1]
    kind = st.segmented_control(
        "Chart", options, default=CHARTS[0], required=True, key="tune_chart", label_visibility="collapsed"
    )
    figure, note = _figure(folder, known, str(kind), goal, across, up)
    if figure is None:
        st.caption(note)
        return
    charts.show(figure, key=f"tune:{kind}", alt=f"{kind} of the study {studies.title(folder)}")
    st.caption(note)
    if known.failed:
        st.caption(f"{len(known.failed)} failed and are left out. {plain(known.failed[-1])}")


def _figure(
    folder: StudyFolder, known: Known, kind: str, goal: str, across: str, up: str
) -> tuple[go.Figure | None, str]:
    outliers = study_figures.outliers_note(known, goal)
    if kind == "History":
        return study_figures.history(known, goal), f"Each dot is a trial; the line is the best so far. {outliers}"
    if kind == "Seeds":
        figure = study_figures.seeds(known, folder.bands(), goal)
        note = "The best five settings, each run over other seeds: a short column of dots is luck-proof."
        return figure, note if figure else "At the study's end its best five settings are run over other seeds."
    if len(known.study.get_trials(deepcopy=False)) < 4:  # of complete ones
        return None, "A few more trials, then there is something to show."
    if kind == "Importance":
        figure = study_figures.importance(known, goal)
        note = "How differently the best trials are set from all trials (PED-ANOVA). Shares sum to 1."
        return figure, note if figure else "The trials are all alike by this score: choose another colour above."
    if kind == "Parallel":
        return study_figures.parallel(known, goal), f"A line a trial. Drag along an axis to pick lines. {outliers}"
    if kind == "Slices":
        return study_figures.slices(known, goal), f"The brighter, the later the trial. {outliers}"
    return study_figures.contour(known, goal, across, up), f"Blue is good, orange poor; dots are trials. {outliers}"
