"""Table 1: the loss and L1 of normal images and of other data sets, and a threshold between them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.metrics import roc_curve
from torch import Tensor

from bdsg.data.images import DATA_SETS
from bdsg.errors import DataError
from bdsg.image_experiments.boundary_files import store
from bdsg.image_experiments.image_scores import BEST, image_scores
from bdsg.image_experiments.jobs import Setting
from bdsg.image_experiments.model import Report
from bdsg.image_experiments.protocols import Task, chosen, floats, resized
from bdsg.image_experiments.result_tables import lines, shown
from bdsg.metrics import auroc
from bdsg.numerics.threads import limited_threads

ROWS = {
    "mnist": (
        ("Digits 1–9", 0.74, 0.93),
        ("Digit 0", 20.36, 66.32),
        ("fashion_mnist", 9.92, 31.44),
        ("kmnist", 9.28, 29.37),
    ),
    "cifar10": (("CIFAR-10", 3.16, 8.94), ("cifar100", 7.50, 23.43), ("svhn", 7.18, 22.36), ("stl10", 10.01, 31.75)),
}
"""What the paper's Table 1 compares, its loss and its L1; the first row of either is normal."""

LEFT_OUT = {"mnist": 0, "cifar10": -1}

MISSING = "not measured: data missing"

CAPTION = (
    "Table 1, ours beside the paper's. Ours: grey values in [0, 1], {train} training images for MNIST and CIFAR-10 "
    "each, at most {test} test images a row, λ1 = 0.3, λ2 = 0.025, L0 shifted by the highest held-out log p_g, L2 that "
    "of the paper's B(z). The paper does not say its units or its shift; its figures fit L = 0.3·L1 + 0.46. "
    "The threshold is the one with the best balanced accuracy against the normal row."
)


def measure(setting: Setting, report: Report) -> dict[str, Any]:
    """One half of the table, by a model of MNIST's digits 1–9 or of all of CIFAR-10.

    MNIST's density is that of ``images mnist --left-out 0`` with the same directory, if it is there.
    """
    path = setting.out / f"table1-{setting.protocol}-{setting.seed}.json"
    identity = [setting.config.train, setting.config.test, repr(setting.config)]
    if path.exists() and (found := json.loads(path.read_bytes()))["identity"] == identity:
        return dict(found)
    with limited_threads(setting.threads):
        rows = _measured_rows(setting, report)
    content = {"identity": identity, "protocol": setting.protocol, "rows": rows}
    store(path, json.dumps(content, indent=1, allow_nan=False))
    return content


def _measured_rows(setting: Setting, report: Report) -> list[dict[str, Any]]:
    task = setting.task(LEFT_OUT[setting.protocol])
    model = setting.fitted(task, report)
    normal: dict[str, np.ndarray] | None = None
    rows = []
    for (name, *paper), images in zip(ROWS[setting.protocol], row_images(setting, task), strict=True):
        row: dict[str, Any] = {"row": name, "paper_loss": paper[0], "paper_l1": paper[1]}
        if images is not None:
            scores = {key: value.numpy() for key, value in image_scores(model, images.flatten(1)).items()}
            row |= {"images": len(images), "loss": float(scores["loss"].mean()), "l1": float(scores["l1"].mean())}
            row |= {} if normal is None else separation(normal, scores)
            normal = normal or scores
        rows.append(row)
    return rows


def row_images(setting: Setting, task: Task) -> Iterator[Tensor | None]:
    """The images of each row, or None where the data are missing."""
    normal = torch.from_numpy(task.normal)
    yield task.test[normal]
    if setting.protocol == "mnist":
        yield task.test[~normal]
    for name, *_ in ROWS[setting.protocol][2 if setting.protocol == "mnist" else 1 :]:
        try:
            images = setting.load(name)
        except DataError:
            yield None
            continue
        random = np.random.default_rng(setting.seed)
        some = chosen(images, np.arange(len(images)), setting.config.test, random)
        yield floats(some if some.images.shape[1] == task.shape[1] else resized(some, task.shape[1], 256))


def separation(normal: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> dict[str, float]:
    """AUROC and best balanced accuracy of loss, L1 and the best score, and the thresholds of these."""
    found: dict[str, float] = {}
    for name in ("loss", "l1", BEST):
        truth = np.r_[np.ones(len(normal[name]), bool), np.zeros(len(other[name]), bool)]
        values = np.r_[normal[name], other[name]]
        false_rate, true_rate, thresholds = roc_curve(~truth, values)
        balanced = 0.5 * (true_rate + 1.0 - false_rate)
        at = int(balanced[1:].argmax()) + 1  # the first threshold is infinite
        found[f"{name}_auroc"] = float(auroc(truth, -values, "anomalous") or 0.0)
        found[f"{name}_balanced"], found[f"{name}_threshold"] = float(balanced[at]), float(thresholds[at])
    return found


def table_text(parts: list[dict[str, Any]], train: int, test: int) -> str:
    """The Markdown table with its caption."""
    head = ["images", "loss", "paper's", "L1", "paper's"]
    for score in ("loss", "L1", "best score"):
        head += [f"{score}: AUROC", "balanced accuracy", "threshold"]
    body = []
    for row in (row for part in parts for row in part["rows"]):
        name = DATA_SETS[row["row"]].title if row["row"] in DATA_SETS else row["row"]
        if "loss" not in row:
            body.append([name, MISSING, str(row["paper_loss"]), MISSING, str(row["paper_l1"]), *["–"] * 9])
            continue
        kinds = [f"{score}_{part}" for score in ("loss", "l1", BEST) for part in ("auroc", "balanced", "threshold")]
        separate = [shown(row.get(kind)) for kind in kinds]
        body.append(
            [name, shown(row["loss"]), str(row["paper_loss"]), shown(row["l1"]), str(row["paper_l1"]), *separate]
        )
    return f"{CAPTION.format(train=train, test=test)}\n\n{lines(head, body)}\n"


def write_table(out: Path, parts: list[dict[str, Any]], text: str) -> None:
    """``table1.json`` and ``table1.md``."""
    store(out / "table1.json", json.dumps(parts, indent=1, allow_nan=False) + "\n")
    store(out / "table1.md", text)
