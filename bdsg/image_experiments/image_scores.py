"""How anomalous images are, by BDSG: one function a score, the higher the more."""

from __future__ import annotations

from torch import Tensor

from bdsg.boundary.image_loss_terms import nearest_images, shifted_density
from bdsg.config.image_config import PAPER
from bdsg.density.image_flows.image_fit import log_prob_of_images
from bdsg.image_experiments.discriminator import edge_logits
from bdsg.image_experiments.model import ImageModel

TITLES = {
    "neg_log_p": "−log p_g",
    "typicality": "typicality of log p_g",
    "l1": "L1, distance to the nearest training image",
    "loss": "loss, eq. 4",
    "edge": "classifier of data against B(z)",
    "l1_tangent": "L1 between tangent planes",
    "l1_room": "L1 between tangent planes, over the room there",
}
"""Scores in the order of the tables."""

BEST = "l1_room"
"""The one that the page shows, and that is compared with the rivals'.  Chosen on digits' and MNIST's results."""


def typicality(log_density: Tensor, held_out: Tensor) -> Tensor:
    """|log p_g(x) − median over held-out images|, nats, (n,): images may also be too likely (Nalisnick et al., 2019).

    Args:
        log_density: (n,).
        held_out: log p_g of held-out normal images, (m,).
    """
    return (log_density - held_out.median()).abs()


def loss_score(log_density: Tensor, l1: Tensor, held_out: Tensor, lambda1: float, rest: float) -> Tensor:
    """Eq. 4 with the image in B(z)'s place: exp(log p_g − c) + λ1·L1 + λ2·L2, (n,).

    c is the highest log p_g of held-out images: L0 is then all but 0 for images, as the paper reports, and only what
    is likelier than every normal image has more.  L2 needs a batch of z: it is B(z)'s own, one number for all.

    Args:
        log_density, l1: (n,).
        rest: λ2·L2.
    """
    return shifted_density(log_density, float(held_out.max())) + lambda1 * l1 + rest


def image_scores(model: ImageModel, x: Tensor) -> dict[str, Tensor]:
    """Every score of flat images (n, d), and ``log_p``; float64 (n,) on the CPU."""
    log_density = log_prob_of_images(model.flow, x)
    l1 = nearest_images(x, model.data)[0][:, 0]
    tangent = model.neighbours.score(x, model.data)
    scores = {
        "log_p": log_density,
        "neg_log_p": -log_density,
        "typicality": typicality(log_density, model.held_out),
        "l1": l1,
        "loss": loss_score(log_density, l1, model.held_out, PAPER["lambda1"], PAPER["lambda2"] * model.paper.l2),
        "edge": edge_logits(model.edge, x),
        "l1_tangent": tangent.distance,
        "l1_room": tangent.relative,
    }
    return {name: score.double() for name, score in scores.items()}
