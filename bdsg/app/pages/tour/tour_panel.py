"""The tour over the real pages: a question above the page, then the real run as the answer."""

from __future__ import annotations

import re

import streamlit as st

from bdsg import number_text
from bdsg.app.pages.tour import lessons
from bdsg.app.pages.tour.lessons import STEPS, Step
from bdsg.app.visit import history, session
from bdsg.app.visit.state import visit
from bdsg.app.widgets import page_header as page_heading
from bdsg.config import ExperimentConfig
from bdsg.serving.run_queue import Run

REFRESH_SECONDS = 0.5
OTHERWISE = "This run came out otherwise than such runs do"


def current() -> Step | None:
    """The present step, or None outside the tour."""
    number = _place()[0]
    return None if number is None else STEPS[number]


def _place() -> tuple[int | None, int | None]:
    """Step and answer by now."""
    return read(visit().tour or "")


def _guess() -> int | None:
    return _place()[1]


def _be_at(step: int | None, answer: int | None = None) -> None:
    visit().tour = None if step is None else f"{step + 1}" + ("" if answer is None else f"-{answer + 1}")


def begin() -> None:
    """Go to the first step; the visitor's own choices are kept for afterwards."""
    visit().before_tour = visit().choices
    _go(0)


def heading(title: str, words: str) -> None:
    """A page's title and first sentence; left out in the tour, so that question and stage fit on one screen."""
    if current() is None:
        page_heading.show(title, words)


def follow() -> None:
    """Go on where the address says, when a visit begins and when the browser went back or forward."""
    if "tour" not in visit().arrived:
        return
    _be_at(*_place())
    step = current()
    if step is not None and (_guess() is not None or not step.veiled):
        with session.guarded():
            session.submit(ExperimentConfig.from_dict(step.choices))


def read(text: str) -> tuple[int | None, int | None]:
    """Step and answer, from 0, of a parameter of the address; None where it names none."""
    found = re.fullmatch(r"([1-9])(?:-([1-9]))?", text)
    if found is None or int(found[1]) > len(STEPS):
        return None, None
    number, answer = int(found[1]) - 1, int(found[2] or 0) - 1
    return number, answer if 0 <= answer < len(STEPS[number].options) else None


def panel(page: str) -> None:
    """The present step above the page with this path, if the tour is on."""
    follow()
    number, guess = _place()
    if number is None:
        return
    step = STEPS[number]
    with st.container(border=True, key="tour"):
        words, answers = st.columns([2, 3], gap="medium")
        with words:
            st.markdown(f"**Tour, {number + 1} of {len(STEPS)}: {step.title}**  \n{step.setting}")
            st.markdown(f"**{step.question}**")
        # Two containers, so that the buttons keep their place in the page when the answer comes.
        with answers.container():
            if guess is None:
                _ask(number, step)
            else:
                _reveal(step)
        with answers.container():
            _buttons(number, step, away=page != step.page)


def _ask(number: int, step: Step) -> None:
    with st.container(horizontal=True):
        for index, option in enumerate(step.options):
            if st.button(option, key=f"guess:{number}:{index}", shortcut=str(index + 1)):
                _be_at(number, index)
                _stage(step)
                st.rerun()


def _reveal(step: Step) -> None:
    run = session.queue().find(ExperimentConfig.from_dict(step.choices))
    session.repeat(_verdict, run, step, runs=[run], least=REFRESH_SECONDS)


def _verdict(run: Run | None, step: Step) -> None:
    """What came true, by what the real run did, and what it scored at its own ε: BP1 never without recall."""
    said = step.options[_guess() or 0]
    if run is None or run.result is None:
        doing = "The run is under way: watch it." if run and run.active else "The run has not been trained."
        st.info(f"You said: {said}. {doing}", icon=":material/hourglass_top:")
        return
    finding = step.finding(run.result)
    if not finding.holds:
        st.warning(f"You said: {said}. {OTHERWISE}. {finding.words}", icon=":material/casino:")
    elif _guess() == step.answer:
        st.success(f"Right. {step.reveal}", icon=":material/check:")
    else:
        answer = step.options[step.answer]
        st.info(f"You said: {said}. It is: {answer}. {step.reveal}", icon=":material/lightbulb:")
    scores = run.result.summary["scores"]
    told = number_text.score_words(scores, ("bp1", "boundary_recall"))
    words = finding.words if finding.holds else ""
    st.caption(f"At the ε that it was trained for, {number_text.setting(run.config.epsilon)}: {told}. {words}")


def failure_line(run: Run) -> None:
    """What a finished run shows of the failure whose settings it has, outside the tour, which says it above."""
    failure = lessons.failure_of(run.config)
    if failure is None or run.result is None or current() is not None:
        return
    finding = failure.finding(run.result)
    if finding.holds:
        st.info(f"**{failure.title}.** {failure.reason} {finding.words}", icon=":material/lightbulb:")
    else:
        st.warning(f"*{failure.title}*: {OTHERWISE.lower()}. {finding.words}", icon=":material/casino:")


def _buttons(number: int, step: Step, *, away: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Back", key="tour_back", icon=":material/arrow_back:", disabled=number == 0):
            _go(number - 1)
        last = number == len(STEPS) - 1
        text = "Finish" if last else "Next"
        if st.button(text, key="tour_next", icon=":material/arrow_forward:", disabled=_guess() is None, shortcut="n"):
            if last:
                _end()
            _go(number + 1)
        if st.button("Leave the tour", key="tour_leave", type="tertiary"):
            _end()
        if away:
            st.page_link(f"pages/{step.page}.py", label="To the stage", icon=":material/visibility:")


def _go(number: int) -> None:
    """Open a step: its settings and its page."""
    _be_at(number)
    step = STEPS[number]
    session.adopt(dict(step.choices))
    if not step.veiled:
        session.submit(ExperimentConfig.from_dict(step.choices))
    st.switch_page(f"pages/{step.page}.py")


def _stage(step: Step) -> None:
    """Let the page show the answer, even where the visitor has changed its settings meanwhile."""
    session.adopt(dict(step.choices))
    session.submit(ExperimentConfig.from_dict(step.choices))
    history.note(dict(step.choices))


def _end() -> None:
    _be_at(None)
    if before := visit().before_tour:
        visit().before_tour = None
        session.adopt(before)
    st.switch_page("pages/tour.py")


def _step_of(config: ExperimentConfig) -> Step | None:
    """The present step, if this config is its own."""
    step = current()
    return step if step is not None and ExperimentConfig.from_dict(step.choices).key() == config.key() else None


def veils(config: ExperimentConfig) -> bool:
    """Whether a page must not show this config's run yet, because it would give the answer away."""
    step = _step_of(config)
    return step is not None and step.veiled and _guess() is None


def hides_line(config: ExperimentConfig) -> bool:
    """Whether the line of p_x = ε would give the answer away."""
    step = _step_of(config)
    return step is not None and not step.drawn and veils(config)


def cue() -> str:
    """Changes whenever the player is to start from the beginning."""
    step = current()
    return "" if step is None else f"tour {_place()[0]} {'asked' if _guess() is None else 'answered'}"


def epsilon(config: ExperimentConfig) -> float:
    """The threshold that the evaluate page starts from: the step's after its answer, else the config's."""
    step = _step_of(config)
    raised = step.epsilon if step is not None and _guess() is not None else None
    return config.epsilon if raised is None else raised
