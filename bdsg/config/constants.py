"""Numbers that shape a result, are no settings of a run, and may be tuned: all of them are part of every key.

Whoever changes one retires the stored results by that alone; whoever changes another, such as a tolerance that stands
beside its code, raises ``experiment.FORMAT``.  Units are those of the data where none is named.
"""

from __future__ import annotations

from typing import Any

# Data and window

WINDOW_MARGIN = 0.2
"""What the data's window adds on every side, as a share of that side (METHOD: grid classification)."""

GRID = 200
"""Nodes a side of the grid that densities are classified on."""

LEVEL_SAMPLES = 4_096
"""Samples of G from which the level set is found."""

SHOWN_POINTS, BOUNDARY_POINTS = 1_500, 10_000
"""Points of B(z) in a snapshot, and points that are scored."""

# The density

DOUBLINGS = 6
"""Squarings a training step: 64 power iterations, after which the bound was never seen above 1 % too high."""

SWISH_SLOPE = 1.1
"""At or above every slope of Swish, x·σ(βx): LipSwish is Swish divided by it."""

FIRST_SLOPE = 5.0
"""LipSwish's β starts at softplus of it.  With the usual β = 1 the first branches are nearly linear, and a fit stays
at a single Gaussian for hundreds of steps; with sharper bends it is there in a tenth of the time."""

WARM_UP = 0.15
"""Share of a cycle of the learning rate in which it rises."""

GAIN = 0.0005
"""Nats by which the held-out likelihood must improve to count."""

COOL_DOWN = 0.3
"""Length of the last stretch as a share of the steps before it."""

MEMORY = 8.0
"""The average weighs step t's weights with (MEMORY + 1)/(t + MEMORY): the last 1/MEMORY of the way counts most."""

HELD_OUT, LEAST_HELD_OUT = 8192, 256
"""Samples that the held-out likelihood is the mean of: in the plane, and at least in any dimension."""

CHECK_EVERY = 100
"""Training steps from one look at the held-out likelihood to the next."""

TABLE_NODES = 192
"""Nodes a side of the table that B trains with: docs/tabulation.md has the errors of other choices."""

TABLE_MARGIN = 0.2
"""How far the table reaches beyond the scene's window, as a share of its sides: B may stray while it trains."""

RAYS = 96
"""Rays of latent space that are followed through the model of a plane."""

# B(z)

START_RADIUS = 3.0
"""Radius of the paper's generator's first circle, in standard deviations of the data."""

RIDGE = 1e-4
"""How much that fit minds large weights, as a share of the features' mean square: with them B(z) moves in jerks."""

START_OUTSIDE = 1.4
"""How far outside the support a curve's first ellipse lies, as a ratio of its size."""

SMALLEST_SHARE = 0.01
"""The smallest curve is drawn at least this often, or it would hardly be trained."""

SMALLEST_DISTANCE = 1e-9
"""Distances below this count as this, so that a collapsed B has a large but finite L2."""

LOG_RATIO_CAP = 3.0
"""Beyond this misfit in nats the level term grows linearly instead of quadratically."""

LEVEL_RANGE = (0.1, 5.0)
"""From where to where B(z, ε) is trained, in units of the config's ε ..."""

HIGHEST = 0.8
"""... or up to this share of the highest density among the samples."""

ENDS = 0.05
"""Share of the draws that each end of the range gets for itself: levels there have neighbours on one side only."""

PLACES = 512
"""Places tabulated along each curve; between them it is straight."""

BEND = 0.3
"""Share of the angle that goes to a curve's bends instead of its length: a sharp tip gets room to turn."""

# Scores

COVERED = 0.9
"""A component is covered when its own boundary recall is at least this."""

REACH = 2.0
"""A probe is covered by a point within this many local band thicknesses."""

PROBES = 1000
"""Probes along all lines of a contour, about."""

FEWEST_PROBES = 20
"""Probes along one line, at least."""


BLOCK: dict[str, Any] = {name: value for name, value in list(globals().items()) if name.isupper()}
"""All of the above by name."""
