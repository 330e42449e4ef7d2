"""Which rivals a visit looks at, what they are, and their scores in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from bdsg.baselines.contract import BaselineScores
from bdsg.baselines.registry import BASELINES, OURS
from bdsg.number_text import ABSENT, COVERED, SCORES, area

MEANINGS = {
    "bdsg": "An invertible network learns the density, which is the score; B(z) is then trained by our objective.",
    "bdsg_paper": "The same density and score; B(z) is trained by the paper's loss, eq. 4.",
    "fence_gan": "A GAN whose generator stops where its discriminator is in doubt; the discriminator is the score.",
    "minl_gan": "A GAN whose generator seeks the places where data are least likely; the discriminator is the score.",
    "ano_gan": "A GAN of the data; the score is how badly the nearest point that it can generate fits.",
    "egbad": "A GAN with an encoder learned beside it; the score is the error of the way there and back.",
    "ganomaly": "An encoder, a decoder and a second encoder; the score is how far the two codes lie apart.",
    "vae": "An encoder and a decoder trained by a bound on the likelihood; the score is minus that bound.",
    "wgan": "A GAN trained by the Wasserstein distance; the score is minus what its critic says.",
    "neighbours": "No network: the score is the distance to the k-th nearest sample.",
    "isolation_forest": "Random trees cut the plane; what a few cuts set apart is anomalous.",
    "one_class_svm": "A smooth surface around most samples, by kernels; the score is how far outside a point is.",
    "outlier_factor": "Compares the density around a point with that around its neighbours.",
    "mixture": "A few Gaussians fitted to the samples; the score is minus the log density.",
    "kernel_density": "A small bump on every sample; the score is minus the log of their sum.",
}
"""One sentence each."""

HEADS: dict[str, tuple[str, Callable[[float | None], str]]] = {
    "AUROC": ("auroc", area),
    "AUPRC": ("auprc_normal", area),
    "AUROC near ε": ("near_auroc", area),
    "AUPRC near ε": ("near_auprc_normal", area),
    **{SCORES[name].title: (name, SCORES[name].write) for name in ("bp1", "boundary_recall", "bf1")},
}
"""Columns of the table, and how they are written: BP1 never without boundary recall."""

SECONDS = SCORES["seconds"].title
GAP = "\N{NO-BREAK SPACE}"


def meaning(name: str) -> str:
    """A method in a sentence, with where it is from."""
    if name in OURS:
        return f"**{OURS[name]}**. {MEANINGS[name]}"
    return f"**{BASELINES[name].title}** ({BASELINES[name].citation}). {MEANINGS[name]}"


def table(rows: Sequence[BaselineScores], chosen: Iterable[str]) -> dict[str, list[str]]:
    """The scores by columns, in Markdown: the best of a column is bold and starred, the chosen rows are pointed at."""
    marked = set(chosen)
    columns = {"Method": [("▸ " if row.method in marked else "") + row.title for row in rows]}
    for head, (name, write) in HEADS.items():
        values = [_defined(row, name) for row in rows]
        columns[head] = _starred([_unbroken(write(value)) for value in values], values)
    covered = [None if row.covered is None else float(row.covered) for row in rows]
    words = [ABSENT if row.covered is None else f"{row.covered} of {len(row.components)}" for row in rows]
    columns[COVERED] = _starred([_unbroken(text) for text in words], covered)
    seconds = [None if row.error else -row.seconds for row in rows]
    columns[SECONDS] = _starred([_unbroken(SCORES["seconds"].write(row.seconds)) for row in rows], seconds)
    return columns


def _unbroken(text: str) -> str:
    """In a narrow column a number stays in one line."""
    return text.replace(" ", GAP)


def _defined(row: BaselineScores, name: str) -> float | None:
    """A score; BP1 only where there is a recall to read it with."""
    value: float | None = getattr(row, name)
    return None if name == "bp1" and row.boundary_recall is None else value


def _starred(texts: list[str], values: list[float | None]) -> list[str]:
    """Mark the highest value, and all that read the same."""
    there = [(value, text) for value, text in zip(values, texts, strict=True) if value is not None]
    best = max(there)[1] if there else None
    known = [value is not None for value in values]
    return [f"**{text}**{GAP}★" if there and text == best else text for text, there in zip(texts, known, strict=True)]
