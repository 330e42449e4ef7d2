"""The table of a contest, as text."""

from __future__ import annotations

from collections.abc import Iterable

from bdsg.baselines.contract import BaselineScores

COLUMNS = {
    "AUROC": "auroc",
    "AUPRC anomalous": "auprc_anomalous",
    "AUPRC normal": "auprc_normal",
    "near ε: AUROC": "near_auroc",
    "near ε: AUPRC anomalous": "near_auprc_anomalous",
    "near ε: AUPRC normal": "near_auprc_normal",
    "BP1": "bp1",
    "boundary recall": "boundary_recall",
    "BF1": "bf1",
}
"""Scores by the words over them: what is near ε lies within a factor 10 of it.  BP1 never without boundary recall."""

NOTHING = "–"


def cells(row: BaselineScores) -> dict[str, str]:
    """One row, with all that the table shows as text."""
    shown = {"method": row.title}
    for title, name in COLUMNS.items():
        value = getattr(row, name)
        shown[title] = NOTHING if value is None else f"{value:.4f}"
    shown["covered"] = NOTHING if row.covered is None else f"{row.covered} of {len(row.components)}"
    shown["training (CPU s)"] = f"{row.seconds:.1f}"
    return shown


def table(rows: Iterable[BaselineScores]) -> str:
    """A Markdown table whose columns line up, and below it a sentence for each method that has no scores."""
    rows = list(rows)
    lines = [cells(row) for row in rows]
    names = list(lines[0])
    widths = [max(len(name), *(len(line[name]) for line in lines)) for name in names]
    body = [names, ["-" * width for width in widths], *([line[name] for name in names] for line in lines)]
    text = [f"| {' | '.join(map(str.ljust, line, widths))} |" for line in body]
    return "\n".join([*text, *(f"{row.title}: {row.error}" for row in rows if row.error)]) + "\n"
