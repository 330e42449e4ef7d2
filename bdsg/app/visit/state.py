"""All that one visit remembers, in one typed record; what Streamlit keeps beside it are the values of its controls."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import streamlit as st

from bdsg.app.visit import links
from bdsg.app.visit.links import Choices
from bdsg.config import ExperimentConfig

if TYPE_CHECKING:
    from bdsg.app.pages.boundary_page import Sent
    from bdsg.app.visit.history import Entry
    from bdsg.app.visit.own_points import OwnPoints
    from bdsg.serving.job import Run

Made = TypeVar("Made")
FIRST_CHOICE: Choices = {"data": {"preset": "bimodal"}}


class Addressed(NamedTuple):
    """How a field of the visit stands in the address.

    Attributes:
        write: its parameters from its value, which is not None.
        read: its value from all parameters; None where they say nothing of it.
        page: the one page whose address has it; None for all pages.
        refused: the sentence for what cannot be read.
    """

    write: Callable[[Any], dict[str, str]]
    read: Callable[[Mapping[str, str]], Any]
    page: str | None = None
    refused: str = ""


def _settings(prefix: str, refused: str, page: str | None = None) -> dict[str, Addressed]:
    """Metadata of a field that stands in the address as the settings of a run, their names after ``prefix``."""
    write, read = partial(links.to_parameters, prefix=prefix), partial(links.from_parameters, prefix=prefix)
    return {"address": Addressed(write, read, page, refused)}


def _parameter(
    name: str,
    page: str | None = None,
    *,
    write: Callable[[Any], str] = str,
    read: Callable[[str], Any] = str,
    refused: str = "",
) -> Any:
    """A field that stands in the address as one parameter; an empty text leaves it out."""
    how = Addressed(
        lambda value: {name: text} if (text := write(value)) else {},
        lambda parameters: read(parameters[name]) if name in parameters else None,
        page,
        refused,
    )
    return field(default=None, metadata={"address": how})


@dataclass
class Visit:
    """One visit.

    What the address holds is declared here, and nowhere else: :mod:`bdsg.app.visit.address` writes and reads it.

    Attributes:
        name: for whoever is fair between visits.
        choices: what was chosen of a config; ``shown``: the run of this page instead, where it is another.
        second: the run beside it; ``linked``: that of the link; ``against``, ``against_at``: by what it is
            chosen, and when.
        teaching: whether a link hides the controls.
        watching: the token of a run of one's own while it is under way: a reloaded page finds it again.
        tour: step and answer, counted from 1: ``4``, ``4-3``; ``before_tour``: the choices before it.
        methods: the rivals that are shown; None for the first three.
        study: the key of the one that is shown; ``study_form_open``: whether a new one is being asked for.
        images, left_out: the protocol and the class whose images are shown; None for the first.
        arrived: names of the fields that were just read from the address; ``arrivals``: of all that ever were.
        addressed: whether a page was drawn already; ``unwritten``: the link that the browser is to write.
        adopted: how often choices came from elsewhere than from their own control: part of its key, so that it
            starts afresh.
        notice: what was refused, to be said once.
        own_run: the run that this visit watches or steers, and the key of its config when it began.
        pace, stops: seconds that the next run may take, and the places of each steering slider.
        going_on: runs that the page shows and that went on when it was drawn.
        remembered: whether the browser told of earlier visits.
        history, history_count, history_removed: the runs of this visit, the newest first, the highest number given to
            one, and the keys of those that were taken off the list.
        picked: keys of the runs chosen for comparison, at most two, in the order in which they were chosen.
        studies: keys of the studies of this visit.
        own_points, own_points_new, own_points_not_kept: points that were uploaded or painted, what the browser is to
            do with them, and names of mixtures whose points it has not.
        opened_at: the run that the evaluate page was opened with, and its link's ε.
        mixture_version: part of the keys of the controls that a new mixture starts afresh.
        canvas_edit: name, numbers and rows of the last edit on the canvas.
        painting, answered: whether the brush is taken up, and the name of the points sent last.
        chart_format: as what charts are saved.
        sent: what the boundary page's player holds.
        kept: pictures that were made, by their place, each with what it was made of.
    """

    name: str = field(default_factory=lambda: secrets.token_hex(8))
    choices: Choices = field(
        default_factory=FIRST_CHOICE.copy,
        metadata=_settings("", "The link was not understood, so its settings are not taken over."),
    )
    second: Choices | None = field(
        default=None,
        metadata=_settings("b.", "The link's second run was not understood, so another is shown.", "compare"),
    )
    against: str | None = _parameter("against", "compare", write=lambda way: way if way in links.NAMED else "")
    teaching: bool | None = _parameter("teach", write=lambda on: "1" if on else "", read=lambda _: True)
    watching: str | None = _parameter("watching")
    tour: str | None = _parameter("tour")
    methods: tuple[str, ...] | None = _parameter(
        "methods", "rivals", write=links.to_methods, read=links.from_methods,
        refused="The link's methods were not understood, so the first three are shown.",
    )  # fmt: skip
    study: str | None = _parameter("study", "tune")
    images: str | None = _parameter("images", "images")
    left_out: str | None = _parameter("left_out", "images")
    arrived: frozenset[str] = frozenset()
    arrivals: frozenset[str] = frozenset()
    addressed: bool = False
    unwritten: dict[str, str] | None = None
    shown: Choices | None = None
    linked: Choices | None = None
    against_at: tuple[tuple[str, ...], int] | None = None
    before_tour: Choices | None = None
    study_form_open: bool = False
    adopted: int = 0
    notice: str | None = None
    own_run: tuple[str, Run] | None = None
    pace: float = 0.0
    stops: dict[str, list[float]] = field(default_factory=dict)
    going_on: list[Run] = field(default_factory=list)
    remembered: bool = False
    history: list[Entry] = field(default_factory=list)
    history_count: int = 0
    history_removed: list[str] = field(default_factory=list)
    picked: tuple[str, ...] = ()
    studies: list[str] = field(default_factory=list)
    own_points: OwnPoints | None = None
    own_points_new: dict[str, Any] | None = None
    own_points_not_kept: set[str] = field(default_factory=set)
    opened_at: tuple[str, str | None] | None = None
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


def visit() -> Visit:
    """This visit."""
    if "visit" not in st.session_state:
        st.session_state.visit = Visit()
    present: Visit = st.session_state.visit
    return present
