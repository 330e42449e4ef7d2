"""The tour's steps, and failures worth seeing: settings, questions and answers, no screen.

All runs are short, so that nobody waits for an answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bdsg.ui.links import Choices


@dataclass(frozen=True)
class Failure:
    """Settings that go wrong in a way that teaches something.

    Attributes:
        title: what goes wrong, in a few words.
        reason: why, in a sentence.
        choices: the settings, as in a link.
    """

    title: str
    reason: str
    choices: Choices


PUBLISHED = {"objective": "paper", "lambda1": 0.3, "lambda2": 0.025, "learning_rate": 0.005}
"""Weights as in the paper's figures: with those that tuning found, fewer things go wrong."""


def _paper(preset: str, samples: int = 1024, **boundary: Any) -> Choices:
    return {
        "data": {"preset": preset, "samples": samples},
        "boundary": {**PUBLISHED, "steps": 600, **boundary},
    }


def _ours(preset: str) -> Choices:
    return {"data": {"preset": preset}, "boundary": {"steps": 300}}


FAILURES: dict[str, Failure] = {
    "no_dispersion": Failure(
        "No dispersion: B(z) collapses",
        "L2 is the only term that keeps points apart: without it all of them fall onto one place.",
        _paper("bimodal", learning_rate=0.1, lambda2=0.0),
    ),
    "few_samples": Failure(
        "Too few samples: B(z) sinks into the data",
        "L1 pulls every point to its nearest sample, and of 16 samples hardly one lies near the border.",
        _paper("unimodal", samples=16),
    ),
    "eight_modes": Failure(
        "Eight modes: one curve cannot wrap them",
        "The paper's B(z) is one closed curve, so it must bridge the gaps between separate modes.",
        _paper("ring"),
    ),
    "gamed_precision": Failure(
        "BP1 near 100 %, boundary recall near 0",
        "All points share one spot inside the band: BP1 counts each of them as a success, recall sees the bare rest.",
        _paper("ring", learning_rate=0.3, lambda2=0.0),
    ),
}


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
        epsilon=0.05,
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
        drawn=False,
    ),
    Step(
        "Without dispersion",
        "boundary",
        FAILURES["no_dispersion"].choices,
        "The paper's loss has three terms: density L0, distance L1, dispersion L2. Here the weight of L2 is 0.",
        "What happens to the points of B(z)?",
        ("Nothing that can be seen", "They fly apart", "They fall onto one place"),
        2,
        "They collapse: each point alone is content anywhere near the data with little density, and nothing tells two "
        "of them apart. Play it again, and step through it with the arrow keys.",
    ),
    Step(
        "Two modes apart",
        "boundary",
        _paper("bimodal_separate"),
        "The paper's loss, now with L2, on two separate modes. This B(z) reads only the angle of z, so its image is "
        "one closed curve.",
        "Will one closed curve wrap two separate modes?",
        ("Yes: it splits in two", "No: it bridges the gap", "No: it takes one mode and leaves the other"),
        1,
        "A continuous map of a circle stays connected. The bridges lie where nothing is normal, at the cost of BP1.",
    ),
    Step(
        "A perfect score",
        "evaluate",
        FAILURES["gamed_precision"].choices,
        "Eight modes. More than 99 % of this B(z)'s points lie in the band between δ and ε: BP1 is nearly perfect.",
        "Is this a good boundary?",
        ("Yes", "That cannot be told from BP1", "Nearly: one mode may be missing"),
        1,
        "All points sit on one spot of one mode. Point at *Boundary recall* to see the bare rest of the contour. So "
        "BP1 never stands alone here.",
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
    ),
)
