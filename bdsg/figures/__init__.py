"""Results in, Plotly figures out."""

# ruff: noqa: E402
from bdsg.extras import need

need("app", "plotly")

from bdsg.figures.density import density_pair_figure
from bdsg.figures.ranking import curves_figure, precision_recall_figure, roc_figure, scores_over_epsilon_figure
from bdsg.figures.style import BLUE, GREEN, NEUTRAL, ORANGE, PURPLE, SKY, VERMILION
from bdsg.figures.training import blocks_figure, held_out_figure

__all__ = [
    "BLUE",
    "GREEN",
    "NEUTRAL",
    "ORANGE",
    "PURPLE",
    "SKY",
    "VERMILION",
    "blocks_figure",
    "curves_figure",
    "density_pair_figure",
    "held_out_figure",
    "precision_recall_figure",
    "roc_figure",
    "scores_over_epsilon_figure",
]
