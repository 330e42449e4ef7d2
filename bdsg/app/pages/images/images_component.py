"""The component of the images page, and the payload that it reads."""

from __future__ import annotations

from typing import Any

import numpy as np

from bdsg.app.components import browser_components
from bdsg.errors import StoreError
from bdsg.runs.tensor_file import Arrays, pack

PICTURES = ("samples", "nearest", "walk")
NUMBERS = ("log_p", "l1", "loss", "walk_log_p", "walk_scores")
SETS = "scores_"
SHADES = {"scores_normal": "data", "scores": "boundary", "scores_left_out": "lost"}
"""Sets of scores in the page's order, and their shades in ``core/theme.ts``; those of other sets follow in another."""
NEEDED = ("scores_normal", "scores_left_out")
TOGETHER = (("samples", "nearest", "log_p", "l1", "loss"), ("walk", "walk_scores", "walk_log_p"))
"""What tells of the same images; the first two of each come both or not at all."""

_IMAGES = browser_components.component("images")


def show(payload: bytes, *, key: str) -> None:
    """Show a payload of :func:`payload`; the threshold is dragged in the browser, without the server."""
    _IMAGES(key=key, data=payload)


def payload(arrays: Arrays, titles: dict[str, str], score: str = "") -> bytes:
    """What the component draws of one left-out class.

    Args:
        arrays: as ``prepared_images.drawn`` gives them: images uint8 (n, H, W, C), one number an image,
            and sets of scores, (N,) each.
        titles: what each set of scores is called.
        score: what the score of these sets is called.

    Raises:
        StoreError: arrays are missing or do not fit each other, or a number is not finite.
    """
    _check(arrays)
    others = sorted(name for name in arrays if name.startswith(SETS) and name not in SHADES)
    sets = [(name, SHADES.get(name, "hit")) for name in (*SHADES, *others) if name in arrays]
    sent: Arrays = {name: arrays[name] for name in PICTURES if name in arrays}
    for name in (*NUMBERS, *(name for name, _ in sets)):
        if name in arrays:
            with np.errstate(over="ignore"):  # what is too large is told of below
                sent[name] = arrays[name].astype(np.float32)
            if not (sent[name].size and np.isfinite(sent[name]).all()):
                raise StoreError(f"The results' {name} are not all finite: make them again by `python -m bdsg images`.")
    told: list[dict[str, Any]] = [{"key": name, "title": titles.get(name, name), "kind": kind} for name, kind in sets]
    return pack(sent, {"sets": told, "score": score})


def _check(arrays: Arrays) -> None:
    """Raises StoreError where arrays are missing or do not fit each other."""
    missing = [name for name in NEEDED if name not in arrays]
    for first, second, *_ in TOGETHER:
        missing += [name for name in (first, second) if name not in arrays and {first, second} & arrays.keys()]
    if missing:
        raise StoreError(f"The results lack {' and '.join(missing)}: make them again by `python -m bdsg images`.")
    for name in PICTURES:
        if name in arrays and (arrays[name].dtype != np.uint8 or arrays[name].ndim != 4):
            raise StoreError(f"The results' {name} are no pictures: make them again by `python -m bdsg images`.")
    for names in TOGETHER:
        if len(counts := {len(arrays[name]) for name in names if name in arrays}) > 1:
            raise StoreError(f"The results' {', '.join(names)} tell of {sorted(counts)} images: make them again.")
