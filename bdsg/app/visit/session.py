"""What one visit remembers: the choices, and through them its run."""

from __future__ import annotations

import contextlib
import logging
import os
import runpy
import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any

import streamlit as st
import threadpoolctl

from bdsg.app.labels import plain
from bdsg.app.visit import budget, refresh
from bdsg.app.visit.links import Choices
from bdsg.app.visit.poll_rate import Pacing
from bdsg.app.visit.state import visit
from bdsg.compat.streamlit_runtime import main_script, pages_are_scripts
from bdsg.config import ExperimentConfig
from bdsg.config.presets import PRESETS
from bdsg.config.schedule import STEERED
from bdsg.errors import BDSGError, ConfigError
from bdsg.runs.cache import Store
from bdsg.serving.processes import OnePerProcess
from bdsg.serving.run_queue import BaselineRun, Run, RunQueue
from bdsg.serving.run_registry import asked_run

WAITING_SECONDS = 1.0
"""How often a page looks whether its run's turn has come, while no worker is free."""

log = logging.getLogger(__name__)


@OnePerProcess
def queue() -> RunQueue:
    """The queue of runs that all visitors share; it starts its worker processes ahead of the first run."""
    # Pages multiply matrices of 2 × 2: more threads of BLAS would only wait for one another, at full speed.  From a
    # thread of its own, because threadpoolctl remembers who asked: a visitor's would keep that visit in memory.
    asking = threading.Thread(target=threadpoolctl.threadpool_limits, args=(1,), kwargs={"user_api": "blas"})
    asking.start()
    asking.join()
    return RunQueue(workers=max(1, min(2, os.cpu_count() or 1)), store=Store())


@OnePerProcess
def pacing() -> Pacing:
    """How often each visit looks at runs."""
    return Pacing()


def repeat(
    draw: Callable[..., None],
    *arguments: object,
    runs: Iterable[Run | None],
    least: float,
    shows: Callable[[Run], Hashable] = lambda run: run.active,
) -> None:
    """Draw a part of the page, and draw it again while runs go on; the whole page when what it ``shows`` has changed.

    ``least``: seconds between two looks if few visits look.
    """
    known = [run for run in runs if run is not None]
    refresh.repeat(
        draw,
        *arguments,
        every=lambda: next((look_seconds(run, least) for run in known if run.active), None),
        shows=lambda: tuple(map(shows, known)),
    )


def look_seconds(run: Run, least: float) -> float | None:
    """How long a page waits until it looks at a run again; None when no more is to come."""
    if not run.active:
        return None
    seconds = pacing().seconds(visit().name, least)
    return max(seconds, WAITING_SECONDS) if run.state == "queued" and queue().busy else seconds


def submit(config: ExperimentConfig) -> Run:
    """The run of a config: one that is known, or else a new one.

    Raises:
        BDSGError: a new one would cost more than the server gives to one run, or too many wait.
    """
    if queue().find(config) is None:
        budget.check_run(config)
    return queue().submit(config, visit().name)


def watch(config: ExperimentConfig, seconds: float) -> Run:
    """A new run of this visit's own, to be watched; raises BDSGError as :func:`submit` does."""
    budget.check_run(config)
    return queue().watch(config, seconds, visit().name)


def contest(config: ExperimentConfig, methods: Sequence[str]) -> list[BaselineRun]:
    """The methods' runs on a config; raises BDSGError where they would cost too much together."""
    budget.check_contest(config, methods)
    return [queue().contest(config, method, visit().name) for method in methods]


@contextlib.contextmanager
def guarded(said: str | None = None) -> Iterator[None]:
    """Show what goes wrong as a sentence in the page, unless the page has ``said`` the same already."""
    try:
        yield
    except BDSGError as error:
        if str(error) != said:
            st.error(plain(error), icon=":material/error:")
    except Exception as error:
        log.exception("A page failed")
        st.error(
            f"This page ran into an unexpected {type(error).__name__}. Reload it; your finished runs are kept.",
            icon=":material/error:",
        )


def front_door() -> None:
    """Make a page that Streamlit ran by itself go through app.py.

    Until ``st.navigation`` was called once, Streamlit takes ``pages`` for a folder of independent
    scripts; the first visitor of a fresh server who opens a page's own address would miss app.py.
    """
    if pages_are_scripts():
        runpy.run_path(main_script(), run_name="__main__")
        st.stop()


def config() -> ExperimentConfig:
    """The config of the choices."""
    return visit().config_of(visit().choices)


def change(section: str, name: str, value: Any) -> None:
    """Choose one setting, of the config itself if no section is named; an impossible one is refused with a notice."""
    present = visit().choices
    if not section:
        _take({**present, name: value})
        return
    part = present.get(section, {})
    if name in STEERED and part.get("changes"):  # what the run was steered to is what the next one starts with
        part = {**part, **config().boundary.last_weights._asdict()}
        del part["changes"]
    _take({**present, section: {**part, name: value}})


def adopt(wanted: Choices) -> None:
    """Take over choices as a whole, if they make a valid config; the controls then show them."""
    _take(wanted)
    visit().adopted += 1


def _take(wanted: Choices) -> None:
    try:
        ExperimentConfig.from_dict(wanted)
    except ConfigError as error:
        visit().notice = str(error)
        return
    visit().choices = wanted


def choose_preset(name: str) -> None:
    """Another distribution: its own settings, and the model and objective chosen before where it has none."""
    before = config()
    wanted: Choices = {"data": {"preset": name}, "seed": before.seed}
    if not PRESETS[name].density:
        wanted["density"] = {"kind": before.density.kind}
        wanted["boundary"] = {"objective": before.boundary.objective}
    adopt(wanted)


def choose_variant(section: str, name: str, value: str) -> None:
    """Another model or objective: settings of the one before do not carry over."""
    adopt({**visit().choices, section: {name: value}})


def show_notice() -> None:
    """Say once what was refused."""
    notice, visit().notice = visit().notice, None
    if notice:
        st.warning(plain(notice), icon=":material/info:")


def teaching() -> bool:
    """Whether a link hides the controls: the pictures and the words are left."""
    return bool(visit().teaching)


def current_run() -> Run | None:
    """The run of the present config if it was started, by anyone, or is in the store; it starts nothing.

    One that this visit watches or steers comes first.
    """
    run = kept_run() or current_run_of(visit().choices)
    refresh.note([] if run is None else [run])
    return run


def find_own() -> None:
    """After a reload: the run that this visitor was watching, by its token in the address."""
    token = visit().watching
    run = queue().own_run(token, config()) if token else None
    if run is not None:
        keep(run)


def keep(run: Run) -> None:
    """Remember a run that is this visit's own: no one finds it by its config while it is under way."""
    visit().own_run = (config().key(), run)


def kept_run() -> Run | None:
    """The run that this visit watches or steers, if it is that of the present choices."""
    kept = visit().own_run
    return asked_run(kept[1], config()) if kept is not None and config().key() == kept[0] else None


def take_over_ending() -> None:
    """When a run of this visit has ended, the choices become what it was steered to; others made meanwhile stay."""
    run = kept_run()
    if run is None or run.active:
        return
    visit().own_run = None
    before, after = config().boundary, run.config.boundary
    boundary = {**visit().choices.get("boundary", {}), "changes": [change.to_dict() for change in after.changes]}
    boundary |= {name: getattr(after, name) for name in STEERED if getattr(after, name) != getattr(before, name)}
    if not after.changes:
        del boundary["changes"]
    adopt({**visit().choices, "boundary": boundary})


def current_run_of(chosen: Choices) -> Run | None:
    """The same for any choices."""
    return queue().find(ExperimentConfig.from_dict(chosen))
