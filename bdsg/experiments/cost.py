"""What a run costs: an estimate from its config alone, in seconds of one core and in bytes.

Each stage is a sum of counts (multiply-adds, points, pairs, steps) times what one of them takes.  The times were
measured on one core of an ordinary server by ``python -m tests.bench.cost``, which says how far off they are: a factor
of two is meant, not more.  A faster machine runs everything faster by about the same factor.
"""

from __future__ import annotations

import itertools

from bdsg.config import BoundaryConfig, DensityConfig, ExperimentConfig, constants

FIXED = 0.3
"""Seconds of any run: data, grid, 10,000 points of B(z), scores."""

A_MODE = 0.05
"""Seconds for each Gaussian: its entropy, its places on the level set, the truth's contours."""

A_WEIGHT, A_UNIT = 6.5e-10, 9e-9
"""A training point's value, its two tangents and their gradients, for each weight and each hidden unit of a flow."""

A_FORWARD = 1 / 3
"""Of that, a point that is only evaluated: held out, or of a snapshot."""
HELD_OUT, FRAMES = constants.HELD_OUT / constants.CHECK_EVERY, 30 * 64 * 64
"""Points evaluated for each step, and for the snapshots of a fit."""

A_SQUARE = 5e-11
"""A multiply-add of the repeated squaring that gives a spectral norm."""

AN_OPERATION = 4e-4
"""A product of a block's Jacobian with a batch by autograd, without what grows with the batch."""
AN_AUTOGRAD_WEIGHT, AN_AUTOGRAD_UNIT = 2e-10, 6e-9
ROULETTE_PRODUCTS = 5
"""Such products a block and step; a truncated series takes as many as it has terms."""

A_SETTLED_WEIGHT, A_SETTLED_UNIT = 5e-5, 3e-3
"""A fitted flow for each weight and unit: table, checks, inverses, rays, in double precision; 0.5 s besides."""

A_GENERATOR_WEIGHT, A_PAIR, A_POINT_AND_MODE = 1e-10, 4.3e-10, 8e-9
"""Of B's training: a weight for a point, a pair of the batch's points, and p_g at a point for each Gaussian."""
A_STEP = 2e-5
FEATURES = {"ours": 18, "paper": 2}
"""What B(z) is told of z, at most."""
A_LEVEL = 0.4
"""Seconds to find the places of one level, where there are several."""

A_TERM = 7
TRACED = {"exact": 4, "roulette": 10}
"""Numbers that a gradient keeps of each unit for a point, by log-determinant; a series seven a term."""


def seconds(config: ExperimentConfig) -> float:
    """Of one core, for the whole run, where neither result nor density is stored."""
    modes = len(config.data.mixture_numbers().weights)
    return FIXED + A_MODE * modes + density_seconds(config.density) + boundary_seconds(config.boundary, modes)


def density_seconds(config: DensityConfig) -> float:
    """Of fitting p_g: steps × points × weights, spectral norms, and what is made of the fitted flow."""
    if config.kind == "closed_form":
        return 0.0
    weights, units = _size(config)
    point = A_WEIGHT * weights + A_UNIT * units
    if config.log_determinant == "exact":
        step = config.batch_size * point + A_SQUARE * constants.DOUBLINGS * _squares(config)
    else:
        products = ROULETTE_PRODUCTS if config.log_determinant == "roulette" else config.series_terms
        step = products * (
            config.blocks * AN_OPERATION + config.batch_size * (AN_AUTOGRAD_WEIGHT * weights + AN_AUTOGRAD_UNIT * units)
        )
    evaluated = A_FORWARD * point * (config.steps * HELD_OUT + FRAMES)
    settled = 0.5 + A_SETTLED_WEIGHT * weights + A_SETTLED_UNIT * units
    return config.steps * step + evaluated + settled


def boundary_seconds(config: BoundaryConfig, modes: int) -> float:
    """Of training B(z): steps × (points × weights + pairs), p_g at each point, and the places of each level."""
    weights = _weights((FEATURES[config.objective], *config.hidden, 2))
    batch = config.batch_size
    step = A_STEP + batch * (A_GENERATOR_WEIGHT * weights + A_POINT_AND_MODE * modes) + A_PAIR * batch**2
    return config.steps * step + A_LEVEL * (config.levels if config.levels > 1 else 0)


def memory_bytes(config: ExperimentConfig) -> float:
    """Of the largest arrays of a run: what a gradient keeps of each block for a batch, and the pairs of B's batch."""
    density, pairs = config.density, 8.0 * 4 * config.boundary.batch_size * 128
    if density.kind == "closed_form":
        return pairs
    _, units = _size(density)
    kept = TRACED.get(density.log_determinant, A_TERM * density.series_terms)
    return pairs + 4.0 * kept * density.batch_size * units


def _size(config: DensityConfig) -> tuple[int, int]:
    """Weights and hidden units of a flow of the plane."""
    return config.blocks * _weights((2, *config.hidden, 2)), config.blocks * sum(config.hidden)


def _weights(widths: tuple[int, ...]) -> int:
    return sum(into * out for into, out in itertools.pairwise(widths))


def _squares(config: DensityConfig) -> int:
    """Multiply-adds of squaring each layer's smaller Gram matrix once."""
    widths = (2, *config.hidden, 2)
    return config.blocks * sum(min(pair) ** 3 for pair in itertools.pairwise(widths))
