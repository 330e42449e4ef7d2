"""All that one visit remembers, in one typed record; what Streamlit keeps beside it are the values of its controls."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from bdsg.app.visit.links import Choices
from bdsg.config import ExperimentConfig

if TYPE_CHECKING:
    from bdsg.app.pages.boundary_page import Sent
    from bdsg.app.visit.history import Entry
    from bdsg.app.visit.own_points import OwnPoints
    from bdsg.serving.job import Run

Made = TypeVar("Made")


@dataclass
class Visit:
    """One visit.

    Attributes:
        name: for whoever is fair between visits.
        choices: what was chosen of a config; None until the link was read.
        adopted: how often choices came from elsewhere than from their own control: part of its key, so that it
            starts afresh.
        notice: what was refused, to be said once.
        teaching: whether a link hides the controls; None until such a link was opened.
        own_run: the run that this visit watches or steers, and the key of its config when it began.
        pace, stops: seconds that the next run may take, and the places of each steering slider.
        going_on: runs that the page shows and that went on when it was drawn.
        said: parameters of the address that the page has for itself.
        unwritten: the link that the browser is to write; ``addressed``: whether a page was drawn already.
        remembered: whether the browser told of earlier visits.
        history, history_count, history_removed: the runs of this visit, the highest number given to one, and the keys
            of those that were taken off the list.
        picked: keys of the runs chosen for comparison, at most two.
        studies: keys of the studies of this visit; ``study``: the one that is shown.
        own_points, own_points_new, own_points_not_kept: points that were uploaded or painted, what the browser is to
            do with them, and names of mixtures whose points it has not.
        tour_step, tour_answer: from 0, None outside the tour; ``tour_read``: whether the link's were read.
        before_tour: the choices before it.
        opened_at: the run that the evaluate page was opened with, and its link's ε.
        rivals: the methods that are shown.
        linked, linked_read: the comparison's second run by its link, and whether that was read.
        against, against_at: which other run is compared, and when that was chosen.
        mixture_version: part of the keys of the controls that a new mixture starts afresh.
        canvas_edit: name, numbers and rows of the last edit on the canvas.
        painting, answered: whether the brush is taken up, and the name of the points sent last.
        chart_format: as what charts are saved.
        sent: what the boundary page's player holds.
        kept: pictures that were made, by their place, each with what it was made of.
    """

    name: str = field(default_factory=lambda: secrets.token_hex(8))
    choices: Choices | None = None
    adopted: int = 0
    notice: str | None = None
    teaching: bool | None = None
    own_run: tuple[str, Run] | None = None
    pace: float = 0.0
    stops: dict[str, list[float]] = field(default_factory=dict)
    going_on: list[Run] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)
    addressed: bool = False
    unwritten: dict[str, str] | None = None
    remembered: bool = False
    history: list[Entry] = field(default_factory=list)
    history_count: int = 0
    history_removed: list[str] = field(default_factory=list)
    picked: tuple[str, ...] = ()
    studies: list[str] = field(default_factory=list)
    study: str | None = None
    study_form_open: bool = False
    own_points: OwnPoints | None = None
    own_points_new: dict[str, Any] | None = None
    own_points_not_kept: set[str] = field(default_factory=set)
    tour_step: int | None = None
    tour_answer: int | None = None
    tour_read: bool = False
    before_tour: Choices | None = None
    opened_at: tuple[str, str | None] | None = None
    rivals: tuple[str, ...] | None = None
    linked: Choices | None = None
    linked_read: bool = False
    against: str | None = None
    against_at: tuple[tuple[str, ...], int] | None = None
    mixture_version: int = 0
    canvas_edit: tuple[Any, Any, Any] = (None, None, None)
    painting: bool = False
    answered: str | None = None
    chart_format: str | None = None
    sent: Sent | None = None
    kept: dict[str, tuple[object, Any]] = field(default_factory=dict)
    _parsed: tuple[Choices, ExperimentConfig] | None = None

    def config_of(self, choices: Choices) -> ExperimentConfig:
        """The config of choices, parsed once for as long as they stay; raises ConfigError."""
        if self._parsed is None or self._parsed[0] is not choices:
            self._parsed = choices, ExperimentConfig.from_dict(choices)
        return self._parsed[1]

    def once(self, place: str, of: object, make: Callable[[], Made]) -> Made:
        """What was made for a place, made anew only where it is to be made of something else."""
        if place not in self.kept or self.kept[place][0] != of:
            self.kept[place] = of, make()
        made: Made = self.kept[place][1]
        return made

    def take_notice(self) -> str | None:
        """What was refused, said once."""
        notice, self.notice = self.notice, None
        return notice


def visit() -> Visit:
    """This visit."""
    if "visit" not in st.session_state:
        st.session_state.visit = Visit()
    present: Visit = st.session_state.visit
    return present
