"""The distributions and set-ups that come with the package: pure data, each with what it teaches.

A preset gives a mixture, a sensible epsilon, and settings that a config with this preset starts
from.  The paper gives neither the means and covariances of its Gaussians nor the optimiser, learning
rate, steps or initialisation: those in the ``paper_*`` presets are ours, and README.md says why.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Preset:
    """One named starting point.

    Attributes:
        title: what a person sees in a list.
        teaches: one sentence on what to look for.
        epsilon: density threshold (per unit area) that suits the mixture.
        mixture: ``weights`` (K), ``means`` (K x d), ``covariances`` (K x d x d).
        density, boundary: settings that differ from the defaults.
    """

    title: str
    teaches: str
    epsilon: float
    mixture: dict[str, Any]
    density: dict[str, Any] = field(default_factory=dict)
    boundary: dict[str, Any] = field(default_factory=dict)


def _round_modes(means: list[tuple[float, float]], sigma: float) -> dict[str, Any]:
    """Equal weights and the covariance sigma² I at each mean."""
    variance = sigma * sigma
    return {
        "weights": [1.0 / len(means)] * len(means),
        "means": [list(mean) for mean in means],
        "covariances": [[[variance, 0.0], [0.0, variance]] for _ in means],
    }


def _ellipse(long: float, short: float, degrees: float) -> list[list[float]]:
    """Covariance with standard deviations ``long`` and ``short``, the long axis at an angle."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    a, b = long * long, short * short
    xy = round((a - b) * c * s, 6)
    return [[round(a * c * c + b * s * s, 6), xy], [xy, round(a * s * s + b * c * c, 6)]]


_RING = [(round(5 * math.cos(k * math.pi / 4), 6), round(5 * math.sin(k * math.pi / 4), 6)) for k in range(8)]
_GRID = [(4.0 * column, 4.0 * row) for row in (-1, 0, 1) for column in (-1, 0, 1)]
_PUBLISHED = {"objective": "paper", "learning_rate": 0.005, "lambda1": 0.3, "lambda2": 0.025}
_PAPER_TWO_MODES = {**_PUBLISHED, "batch_size": 256, "hidden": [8, 8, 8], "steps": 6000}
_PAPER_DEEPER = {**_PAPER_TWO_MODES, "hidden": [8, 8, 8, 8, 8], "steps": 700, "learning_rate": 0.002}
"""Few small steps: without dispersion the points gather for as long as they are let."""

_ONE = _round_modes([(0.0, 0.0)], 1.0)
_PAPER_ONE = _round_modes([(0.0, 0.0)], 0.12)
_PAPER_TWO = _round_modes([(-0.25, 0.0), (0.25, 0.0)], 0.12)
_PAPER_TWO_LARGER = _round_modes([(-0.5, 0.0), (0.5, 0.0)], 0.28)

PRESETS: dict[str, Preset] = {
    "unimodal": Preset(
        "One mode",
        "The simplest boundary: B(z) should become one circle around the data.",
        0.01,
        _ONE,
    ),
    "bimodal": Preset(
        "Two overlapping modes",
        "The support is not convex: B(z) should follow the waist between the modes.",
        0.01,
        _round_modes([(-1.75, 0.0), (1.75, 0.0)], 1.0),
    ),
    "bimodal_separate": Preset(
        "Two separate modes",
        "Disjoint support: B(z) should become two closed curves and leave the gap empty.",
        0.01,
        _round_modes([(-4.0, 0.0), (4.0, 0.0)], 1.0),
    ),
    "three_modes": Preset(
        "Three unequal modes",
        "Light and narrow modes need boundary too: none may be forgotten for the heavy one.",
        0.01,
        {
            "weights": [0.5, 0.3, 0.2],
            "means": [[-3.0, -1.0], [3.0, -1.5], [0.5, 3.5]],
            "covariances": [_ellipse(1.4, 0.6, 30), _ellipse(1.1, 0.5, -50), _ellipse(0.9, 0.4, 0)],
        },
    ),
    "ring": Preset(
        "Ring of eight",
        "Many separate modes: the standard test for mode collapse.",
        0.01,
        _round_modes(_RING, 0.5),
    ),
    "grid": Preset(
        "Grid of nine",
        "One mode has neighbours on every side: the inner boundary is easily missed.",
        0.01,
        _round_modes(_GRID, 0.5),
    ),
    "paper_a": Preset(
        "Paper, Fig. 2a: closed form, one mode",
        "The first boundary of the paper's loss: B(z) rests where the slope of p_g balances the pull to the data, λ1.",
        0.01,
        _PAPER_ONE,
        {"kind": "closed_form"},
        {**_PUBLISHED, "hidden": [8, 8], "batch_size": 256},
    ),
    "paper_b": Preset(
        "Paper, Fig. 2b: closed form, two modes",
        "The boundary follows a waist, and the mean density at B(z), L0, falls below the paper's 0.007.",
        0.01,
        _PAPER_TWO,
        {"kind": "closed_form"},
        _PAPER_TWO_MODES,
    ),
    "paper_c": Preset(
        "Paper, Fig. 2c: IResNet, one mode",
        "The same loss when the density is learned by an invertible network.",
        0.01,
        _PAPER_ONE,
        {"kind": "iresnet"},
        {**_PUBLISHED, "hidden": [8, 8, 8], "batch_size": 128},
    ),
    "paper_d": Preset(
        "Paper, Fig. 2d: IResNet, two modes",
        "Ten times the dispersion weight pushes outward: it suits data about three times as large.",
        0.01,
        _PAPER_TWO_LARGER,
        {"kind": "iresnet"},
        {**_PAPER_DEEPER, "lambda2": 0.25},
    ),
    "paper_without_l2": Preset(
        "Paper, ablation: no dispersion",
        "The set-up of Fig. 2d with λ2 = 0: nothing keeps the points apart, and they gather on parts of the boundary.",
        0.01,
        _PAPER_TWO_LARGER,
        {"kind": "iresnet"},
        {**_PAPER_DEEPER, "lambda2": 0.0},
    ),
    "paper_separate": Preset(
        "Paper, eq. 7: two separate modes",
        "Eq. 7 tells which mode each point of B(z) belongs to; one closed curve must still cross the gap between them.",
        0.01,
        _round_modes([(-0.72, 0.0), (0.72, 0.0)], 0.12),
        {"kind": "closed_form"},
        {**_PAPER_TWO_MODES, "steps": 10_000},
    ),
    "paper_wide": Preset(
        "Paper, Fig. 2b on data eight times as large",
        "Here p_g is nowhere as steep as λ1: the pull to the data wins, and B(z) settles on the outermost samples.",
        0.01,
        _round_modes([(-2.0, 0.0), (2.0, 0.0)], 0.96),
        {"kind": "closed_form"},
        _PAPER_TWO_MODES,
    ),
}
