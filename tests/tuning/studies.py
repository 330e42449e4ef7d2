"""Small studies for tests of what shows them."""

from __future__ import annotations

from pathlib import Path

from bdsg.config import ExperimentConfig
from bdsg.tuning.driver import drive
from bdsg.tuning.folder import StudyFolder
from bdsg.tuning.plan import Plan
from bdsg.tuning.space import parse_dimension
from tests.tuning.in_process import InProcess


def made_study(root: Path, name: str = "small", trials: int = 12, seeds: int = 2, **settings: object) -> StudyFolder:
    """A study of the paper's loss that has been run to its end; ``root`` is that of the store."""
    weights = {"lambda1": 0.3, "lambda2": 0.025, "learning_rate": 0.005}
    boundary = {"objective": "paper", "steps": 60, "hidden": [8, 8], **weights}
    raw = {"data": {"preset": "unimodal"}, "boundary": boundary}
    config = ExperimentConfig.from_dict(raw)
    dimensions = tuple(parse_dimension(config, text) for text in ("lambda1", "samples", "hidden=8-8|16-16"))
    folder = StudyFolder.named(name, root / "studies")
    plan = Plan(config, dimensions, trials=trials, batch=4, seeds=seeds, **{"sampler": "random", **settings})  # type: ignore[arg-type]
    folder.create(plan, None)
    list(drive(folder, InProcess))
    return folder
