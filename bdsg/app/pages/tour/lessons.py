"""The tour's steps, and failures worth seeing: settings, questions and answers, no screen.

All runs are short, so that nobody waits for an answer.  Each comes true by a margin, whatever the seed and the
processor: ``python -m tests.bench.lessons`` measures that.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bdsg.app.pages.tour import findings
from bdsg.app.pages.tour.findings import RAISED, Finding
from bdsg.app.visit.links import Choices
from bdsg.config import ExperimentConfig
from bdsg.runs.result import Result

Judge = Callable[[Result], Finding]


@dataclass(frozen=True)
class Failure:
    """Settings that go wrong in a way that teaches something.

    Attributes:
        title: what goes wrong, in a few words.
        reason: why, in a sentence.
        choices: the settings, as in a link.
        finding: what a run of them shows.
    """

    title: str
    reason: str
    choices: Choices
    finding: Judge


PUBLISHED: dict[str, Any] = {"objective": "paper", "lambda1": 0.3, "lambda2": 0.025, "learning_rate": 0.005}
"""Weights as in the paper's figures: with those that tuning found, fewer things go wrong."""


def _paper(preset: str, samples: int = 1024, **boundary: Any) -> Choices:
    return {"data": {"preset": preset, "samples": samples}, "boundary": {"objective": "paper", **boundary}}


def _published(preset: str) -> Choices:
    return _paper(preset, **PUBLISHED, steps=600)


def _ours(preset: str) -> Choices:
    return {"data": {"preset": preset}, "boundary": {"steps": 300}}


# A rate of 1 drives the network to its ends, where z no longer matters.  The density is steeper than λ1 up to the band,
# so the spot settles there and not on a sample; δ is small, so that hardly a sample lies outside and holds it there.
_GAMED: dict[str, Any] = {
    "lambda1": 0.02,
    "lambda2": 0.0,
    "learning_rate": 1.0,
    "steps": 600,
    "hidden": [8, 8, 8, 8, 8],
}

FAILURES: dict[str, Failure] = {
    "no_dispersion": Failure(
        "No dispersion: B(z) crowds onto a few spots",
        "L2 is the only term that keeps points apart: without it they gather on a few spots.",
        _paper("bimodal", lambda2=0.0),
        findings.crowded,
    ),
    "few_samples": Failure(
        "Too few samples: B(z) sinks into the data",
        "L1 pulls every point to its nearest sample, and of 16 samples hardly one lies near the border.",
        _paper("unimodal", samples=16, lambda1=0.1),
        findings.sunken,
    ),
    "eight_modes": Failure(
        "Eight modes: one curve cannot wrap them",
        "The paper's B(z) is one closed curve, so it must bridge the gaps between separate modes.",
        _published("ring"),
        findings.uncovered,
    ),
    "gamed_precision": Failure(
        "BP1 near 100 %, boundary recall near 0",
        "All points share a spot inside the band: BP1 counts each of them as a success, recall sees the bare rest.",
        {**_paper("ring", **_GAMED), "delta": 1e-4},
        findings.gamed,
    ),
}


@functools.cache
def _by_key() -> dict[str, Failure]:
    return {ExperimentConfig.from_dict(one.choices).key(): one for one in FAILURES.values()}


def failure_of(config: ExperimentConfig) -> Failure | None:
    """The failure that has this config, if one has."""
    return _by_key().get(config.key())


@dataclass(frozen=True)
class Step:
    """One stop of the tour.

    Attributes:
        title: its subject.
        page: where it happens, ``boundary`` or ``evaluate``.
        choices: the settings that the page takes on.
        setting: what there is to see before the answer.
        question, options, answer: what to predict, and the index of what comes true.
        reveal: what to look at afterwards, and why.
        finding: what the run shows; where it does not come true, neither answer nor reveal is told.
        epsilon: the evaluate page's threshold after the answer; by default the config's own.
        drawn: whether the line of p_x = ε is there before the answer.
        veiled: whether the run stays hidden until the answer.
    """

    title: str
    page: str
    choices: Choices
    setting: str
    question: str
    options: tuple[str, ...]
    answer: int
    reveal: str
    finding: Judge
    epsilon: float | None = None
    drawn: bool = True
    veiled: bool = True


STEPS: tuple[Step, ...] = (
    Step(
        "The level set",
        "boundary",
        _ours("unimodal"),
        "Red dots are data from one Gaussian. The line is where their density is exactly ε = 0.01: inside it a point "
        "counts as normal.",
        "B(z) is about to be trained. Where will its blue points settle?",
        ("In the middle of the data", "On the outermost samples", "On a circle, just outside the line"),
        2,
        "B(z) aims at the density √(δε) with δ = ε/10: a little less than ε, so a little outside the line. Every point "
        "there is barely an anomaly.",
        findings.traced,
    ),
    Step(
        "The threshold",
        "evaluate",
        _ours("unimodal"),
        "The same B(z), trained at ε = 0.01.",
        "We now raise ε to 0.05 without training again. Where will the level set lie?",
        ("Further in", "Further out", "Where it is"),
        0,
        "Further in: a higher threshold calls less of the plane normal. B(z) stays where it was trained, so BP1 and "
        "boundary recall both fall. Move ε yourself.",
        findings.left_behind,
        epsilon=RAISED,
        veiled=False,
    ),
    Step(
        "Two modes that overlap",
        "boundary",
        _ours("bimodal"),
        "Two Gaussians whose tails meet between them.",
        "How many closed curves will B(z) draw?",
        ("One, a circle", "One, with a waist", "Two"),
        1,
        "Between the modes the density is still above ε, so the support is one piece and its border is one curve. It "
        "follows the waist, since the support is not convex.",
        findings.traced,
        drawn=False,
    ),
    Step(
        "Without dispersion",
        "boundary",
        FAILURES["no_dispersion"].choices,
        "The paper's loss has three terms: density L0, distance L1, dispersion L2. Here the weight of L2 is 0.",
        "What happens to the points of B(z)?",
        ("Nothing that can be seen", "They fly apart", "They crowd onto a few spots"),
        2,
        "Each point alone is content with a place near the data that has little density, and nothing tells two of them "
        "apart. Play it again, and step through it.",
        findings.crowded,
    ),
    Step(
        "Two modes apart",
        "boundary",
        _published("bimodal_separate"),
        "The paper's loss, now with L2, on two separate modes. This B(z) reads only the angle of z, so its image is "
        "one closed curve.",
        "Will one closed curve wrap two separate modes?",
        ("Yes: it splits in two", "No: it bridges the gap", "No: it takes one mode and leaves the other"),
        1,
        "A continuous map of a circle stays connected. The bridges lie where nothing is normal, at the cost of BP1.",
        findings.bridged,
    ),
    Step(
        "A perfect score",
        "evaluate",
        FAILURES["gamed_precision"].choices,
        "Eight modes. Nearly all of this B(z)'s points lie in the band between δ = ε/100 and ε: BP1 is nearly perfect.",
        "Is this a good boundary?",
        ("Yes", "That cannot be told from BP1", "Nearly: one mode may be missing"),
        1,
        "The points share a spot or two. Point at *Boundary recall*, or tap it, to see the bare rest of the contour. "
        "So BP1 never stands alone here.",
        findings.gamed,
    ),
    Step(
        "A curve for each piece",
        "boundary",
        _ours("ring"),
        "The same eight modes with our objective: here |z| chooses a closed curve and the angle a place on it.",
        "How many of the eight modes will be covered?",
        ("One", "About half", "All eight"),
        2,
        "All eight. Press *colour B(z) by z* to see which part of the z plane became which curve.",
        findings.traced,
    ),
)
