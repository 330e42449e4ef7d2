"""What is asked for: the whole truth of a run as frozen records with defaults and limits."""

from bdsg.config.experiment import FORMAT, LEVELS_BOUNDARY, PAPER_BOUNDARY, ExperimentConfig
from bdsg.config.sections import (
    LONGEST_NAME,
    BoundaryConfig,
    DataConfig,
    DensityConfig,
    MixtureConfig,
    UnitsConfig,
)

__all__ = [
    "FORMAT",
    "LEVELS_BOUNDARY",
    "LONGEST_NAME",
    "PAPER_BOUNDARY",
    "BoundaryConfig",
    "DataConfig",
    "DensityConfig",
    "ExperimentConfig",
    "MixtureConfig",
    "UnitsConfig",
]
