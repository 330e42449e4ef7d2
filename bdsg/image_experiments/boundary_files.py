"""Images of the boundary: checked to lie outside, and stored for the page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from bdsg.boundary.image_loss_terms import nearest_images
from bdsg.density.image_flows.convolution import Shape
from bdsg.density.image_flows.image_fit import log_prob_of_images
from bdsg.errors import DataError
from bdsg.image_experiments.image_scores import BEST, image_scores
from bdsg.image_experiments.model import ImageModel, TrainedGenerator
from bdsg.image_experiments.protocols import Task, floats, resized
from bdsg.runs import tensor_file
from bdsg.runs.directory import explained, write_atomically

if TYPE_CHECKING:
    from bdsg.image_experiments.jobs import Setting

CHECKED = 256
"""Images of B(z) that the checks look at, none rejected."""

SHOWN, STEPS, OTHERS = 48, 15, 300
"""Images of B(z) and steps of the walk for the page, and images of each other data set."""

MOST_DRAWS = 8

BESIDE = {"digits": ("fashion_mnist", "kmnist"), "mnist": ("fashion_mnist", "kmnist"), "cifar10": ()}
"""Other data sets whose scores stand beside: there where a data directory has them."""


def boundary_facts(model: ImageModel, random: torch.Generator) -> list[dict[str, Any]]:
    """For either B(z): how many images lie below the 1 % quantile of held-out p_g, L1, and how alike two are."""
    facts = []
    for name, trained in (("ours", model.ours), ("paper", model.paper)):
        images = trained.sample(CHECKED, random)
        log_density = log_prob_of_images(model.flow, images)
        l1 = nearest_images(images, model.data)[0][:, 0]
        apart = torch.pdist(images)
        found = {
            "outside": (log_density < model.log_level).double().mean(),
            "misfit_median": (log_density - model.log_level).median(),
            "l1_mean": l1.mean(),
            "l1_least": l1.min(),
            "apart_mean": apart.mean(),
            "apart_least": apart.min(),
        }
        facts.append({"objective": name, **{key: round(float(value), 4) for key, value in found.items()}})
    return facts


def outside_images(model: ImageModel, trained: TrainedGenerator, count: int, random: torch.Generator) -> Tensor:
    """Images of B(z) with p_g below ε, as the paper's strong anomalies (section 3.1): flat, at most (count, d).

    Where a B that was hardly trained has too few, the places that it learns from fill up: all of them lie outside.
    """
    kept: list[Tensor] = []
    for _ in range(MOST_DRAWS):
        images = trained.sample(count, random)
        kept.append(images[log_prob_of_images(model.flow, images) < model.log_level])
        if sum(map(len, kept)) >= count:
            break
    return torch.cat([*kept, model.places.points.cpu()])[:count]


def boundary_arrays(
    model: ImageModel, task: Task, scores: dict[str, np.ndarray], setting: Setting, random: torch.Generator
) -> tensor_file.Arrays:
    """What the page shows for one left-out class: see docs/images.md."""
    shape = model.shape
    samples = outside_images(model, model.ours, SHOWN, random)
    nearest = model.data[nearest_images(samples, model.data)[1][:, 0]]
    found = image_scores(model, samples)
    walk = walk_across(task, samples)
    along = image_scores(model, walk)
    arrays = {
        "samples": as_bytes(samples, shape),
        "nearest": as_bytes(nearest, shape),
        **{name: found[name].float().numpy() for name in ("log_p", "l1", "loss")},
        "scores": found[BEST].float().numpy(),
        "walk": as_bytes(walk, shape),
        "walk_log_p": along["log_p"].float().numpy(),
        "walk_scores": along[BEST].float().numpy(),
        "log_level": np.array([model.log_level], np.float32),
        "scores_normal": scores[BEST][task.normal].astype(np.float32),
        "scores_left_out": scores[BEST][~task.normal].astype(np.float32),
    }
    for name, images in other_sets(task, setting).items():
        arrays[f"scores_{name}"] = image_scores(model, images.flatten(1))[BEST].float().numpy()
    return arrays


def walk_across(task: Task, samples: Tensor) -> Tensor:
    """From a normal test image to the boundary image nearest to it and as far beyond, flat (STEPS, d)."""
    normal = task.test.flatten(1)[torch.from_numpy(task.normal)][:200]
    distances = torch.cdist(normal, samples)
    start, end = divmod(int(distances.argmin()), len(samples))
    share = torch.linspace(0.0, 2.0, STEPS)[:, None]
    return (normal[start] + share * (samples[end] - normal[start])).clamp(0.0, 1.0)


def other_sets(task: Task, setting: Setting) -> dict[str, Tensor]:
    """Images of other data sets at this one's size, (n, C, H, W), those that are there."""
    found = {}
    levels = 17 if task.name == "digits" else 256
    for name in BESIDE[task.name]:
        try:
            images = setting.load(name)
        except DataError:
            continue
        found[name] = floats(resized(images[:OTHERS], task.shape[1], levels))
    return found


def as_bytes(x: Tensor, shape: Shape) -> np.ndarray:
    """Flat images as uint8 (n, H, W, C), 0 to 255."""
    levels = (x.clamp(0.0, 1.0) * 255).round().to(torch.uint8)
    array: np.ndarray = levels.view(-1, *shape).permute(0, 2, 3, 1).contiguous().numpy()
    return array


def write_boundary(out: Path, protocol: str, left_out: int, arrays: tensor_file.Arrays) -> str:
    """Store the arrays; the file's name."""
    name = f"boundary-{left_out}.safetensors" if protocol == "digits" else f"boundary-{protocol}-{left_out}.safetensors"
    store(out / name, tensor_file.pack(arrays, {"protocol": protocol, "left_out": left_out, "score": BEST}))
    return name


def store(path: Path, content: bytes | str) -> None:
    """Write a file whole or not at all, and its folder where that is missing; raises StoreError."""
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content.encode() if isinstance(content, str) else content)
