"""One unit of a protocol: one method on one left-out class with one seed, in a JSON file of its own."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bdsg.baselines.on_images.image_baselines import make_image_baseline
from bdsg.baselines.on_images.image_settings import settings_for
from bdsg.baselines.registry import BASELINES
from bdsg.config.image_config import ImageConfig
from bdsg.data.images import DATA_SETS, ImageSet, load
from bdsg.density.image_flows.convolution import Shape
from bdsg.errors import BDSGError
from bdsg.image_experiments.boundary_files import boundary_arrays, boundary_facts, store, write_boundary
from bdsg.image_experiments.image_scores import TITLES, image_scores
from bdsg.image_experiments.model import ImageModel, Report, fit_image_model
from bdsg.image_experiments.protocols import Task, leave_one_out
from bdsg.metrics import auprc, auroc
from bdsg.numerics.threads import limited_threads

FORMAT = 2
"""Version of what a unit's file means: raising it retires those that are there."""

SCORES_VERSION = 2
"""The same for BDSG's units alone."""

METHODS = ("bdsg", *BASELINES)


@dataclass(frozen=True)
class Setting:
    """What is the same for all units of a command.

    Attributes:
        rival_steps: training steps of the neural rivals; None for their own settings.
        threads: of PyTorch and BLAS; scores may differ in the last bits.
    """

    protocol: str
    config: ImageConfig
    seed: int
    out: Path
    directory: Path | None = None
    download: bool = False
    device: str = "cpu"
    rival_steps: int | None = None
    threads: int = 1

    def load(self, name: str) -> ImageSet:
        """Test images of a data set; raises DataError where they are missing."""
        return load(name, "test", directory=self.directory, download=self.download)

    def task(self, left_out: int) -> Task:
        """The protocol without one class; raises what :func:`leave_one_out` does."""
        return leave_one_out(
            self.protocol, left_out, self.config, self.seed, directory=self.directory, download=self.download
        )

    def fitted(self, task: Task, report: Report) -> ImageModel:
        """BDSG fitted to a task; its density is kept, and taken up where a stopped command left it."""
        checkpoint = self.out / "checkpoints" / f"{self.protocol}-{task.left_out}-{self.seed}.safetensors"
        images, device = task.train.flatten(1), torch.device(self.device)
        return fit_image_model(
            images, task.shape, self.config, self.seed, device=device, checkpoint=checkpoint, report=report
        )


def ranking_row(task: Task, method: str, score: str, values: np.ndarray, seconds: float) -> dict[str, Any]:
    """One row of the results: areas with the anomalous class as the positive one, and with the normal one.

    Args:
        values: (n,), the higher the more anomalous.
    """
    found = {
        "auroc": auroc(task.normal, -values, "anomalous"),
        "auprc": auprc(task.normal, -values, "anomalous"),
        "auprc_normal": auprc(task.normal, -values, "normal"),
    }
    return {"left_out": task.left_out, "method": method, "score": score, **found, "seconds": round(seconds, 2)}


def run_unit(setting: Setting, left_out: int, method: str, report: Report) -> dict[str, Any]:
    """The unit's content: read if it is there for equal settings, else measured and written.

    Raises:
        BDSGError: BDSG's own training failed; a rival's failure is a row without scores.
    """
    with limited_threads(setting.threads):
        return _run_unit(setting, left_out, method, report)


def _run_unit(setting: Setting, left_out: int, method: str, report: Report) -> dict[str, Any]:
    path = setting.out / f"unit-{setting.protocol}-{left_out}-{method}-{setting.seed}.json"
    key = unit_key(setting, left_out, method)
    if (found := _read(path, key)) is not None:
        return found
    task = setting.task(left_out)
    content = bdsg_unit(setting, task, report) if method == "bdsg" else rival_unit(setting, task, method)
    store(path, json.dumps({"key": key, **content}, indent=1, allow_nan=False))
    return content


def unit_key(setting: Setting, left_out: int, method: str) -> str:
    """Content key of all that a unit depends on: BDSG's settings or the rival's own, and the data's sizes."""
    config = {**asdict(setting.config), "scores": SCORES_VERSION}
    if method != "bdsg":
        shape = DATA_SETS[setting.protocol].shape
        config = {name: config[name] for name in ("train", "test")}
        config["rival"] = repr(rival_settings(setting, method, (shape[2], *shape[:2])))
    parts = [FORMAT, setting.protocol, left_out, method, setting.seed, config]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]


def rival_settings(setting: Setting, method: str, shape: Shape) -> Any:
    """The settings of a rival on images of one shape, with the command's number of steps if it trains in steps."""
    settings = settings_for(method, shape)
    if setting.rival_steps is None or not hasattr(settings, "steps"):
        return settings
    return replace(settings, steps=setting.rival_steps)


def _read(path: Path, key: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return found if found.get("key") == key else None


def bdsg_unit(setting: Setting, task: Task, report: Report) -> dict[str, Any]:
    """Fit BDSG, score the test images by every score, and check and store images of the boundary."""
    began = time.process_time()
    model = setting.fitted(task, report)
    trained = time.process_time() - began
    scores = {name: value.numpy() for name, value in image_scores(model, task.test.flatten(1)).items()}
    rows = [ranking_row(task, "bdsg", name, scores[name], trained) for name in TITLES]
    random = torch.Generator().manual_seed(setting.seed + 1)
    facts = boundary_facts(model, random)
    arrays = boundary_arrays(model, task, scores, setting, random)
    name = write_boundary(setting.out, setting.protocol, task.left_out, arrays)
    density = {"bits_per_dimension": model.bits, "levels": setting.config.density.levels, "bound": max(model.bounds)}
    return {"rows": rows, "boundary": name, "checks": facts, "density": density}


def rival_unit(setting: Setting, task: Task, method: str) -> dict[str, Any]:
    """Fit a rival to the same images; one that fails gets a row with the sentence of its error."""
    random = torch.Generator().manual_seed(setting.seed)
    began = time.process_time()
    try:
        rival = make_image_baseline(method, task.shape, random, rival_settings(setting, method, task.shape))
        rival.fit(task.train.numpy())
        seconds = time.process_time() - began
        values = np.asarray(rival.score_samples(task.test.numpy()), dtype=float)
        return {"rows": [ranking_row(task, method, "score", values, seconds)]}
    except BDSGError as error:
        nothing = {"auroc": None, "auprc": None, "auprc_normal": None}
        row = {"left_out": task.left_out, "method": method, "score": "score", **nothing, "error": str(error)}
        return {"rows": [{**row, "seconds": round(time.process_time() - began, 2)}]}
