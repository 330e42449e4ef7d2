"""The table of a comparison, as text."""

from __future__ import annotations

from bdsg.baselines.contract import BaselineScores
from bdsg.baselines.report import cells, table


def test_the_table_shows_what_there_is() -> None:
    row = BaselineScores(
        "vae", "VAE", 1.25, auroc=0.5, bp1=1.0, boundary_recall=0.25, components=(0.95, None), covered=1
    )
    shown = cells(row)
    assert (shown["AUROC"], shown["near ε: AUROC"], shown["covered"]) == ("0.5000", "–", "1 of 2")
    names = list(shown)
    assert names[names.index("BP1") + 1] == "boundary recall"
    assert len({len(line) for line in table([row]).splitlines()}) == 1
