"""Links, sentences and the table of the rivals page."""

from __future__ import annotations

import pytest

from bdsg.app.pages.baselines import baseline_words
from bdsg.app.pages.baselines.baseline_words import ABSENT, GAP, meaning, table
from bdsg.app.visit import links
from bdsg.baselines.contract import BaselineScores
from bdsg.baselines.registry import BASELINES, METHODS
from bdsg.errors import ConfigError

STAR = f"{GAP}★"


def test_a_link_names_two_or_three_methods() -> None:
    assert links.from_methods("vae, bdsg") == ("vae", "bdsg")
    assert links.from_methods("vae,bdsg,vae") == ("vae", "bdsg")
    for bad, words in (("vae", "must name 2 or 3"), ("vae,gan", "must be among bdsg"), ("", "must be among")):
        with pytest.raises(ConfigError, match=words):
            links.from_methods(bad)
    with pytest.raises(ConfigError, match="must name 2 or 3"):
        links.from_methods(",".join(METHODS))


def test_every_method_has_its_sentence_and_every_rival_its_source() -> None:
    assert tuple(baseline_words.MEANINGS) == METHODS
    for name in METHODS:
        assert meaning(name).endswith(".")
        assert name not in BASELINES or BASELINES[name].citation in meaning(name)


def test_the_best_of_a_column_is_marked_whoever_it_is() -> None:
    ours = BaselineScores(
        "bdsg", "BDSG (ours)", 8.0, auroc=0.9, bp1=0.8, boundary_recall=0.5, bf1=0.6, covered=1, components=(1.0, 0.0)
    )
    other = BaselineScores(
        "vae", "VAE", 2.0, auroc=0.95, bp1=0.7, boundary_recall=1.0, bf1=0.8, covered=2, components=(1.0, 1.0)
    )
    none = BaselineScores("wgan", "WGAN", 0.5, error="It diverged.")
    found = table([ours, other, none], ["vae"])
    assert found["Method"] == ["BDSG (ours)", "▸ VAE", "WGAN"]
    assert found["AUROC"] == ["0.9000", f"**0.9500**{STAR}", ABSENT]
    assert found["BP1"] == [f"**80.0{GAP}%**{STAR}", f"70.0{GAP}%", ABSENT]
    assert found["BF1"] == [f"60.0{GAP}%", f"**80.0{GAP}%**{STAR}", ABSENT]
    assert found["Components covered"] == [f"1{GAP}of{GAP}2", f"**2{GAP}of{GAP}2**{STAR}", ABSENT]
    assert found["Training (CPU s)"] == ["8", f"**2**{STAR}", "0.5"]  # what diverged was not the fastest
    names = list(found)
    assert names[names.index("BP1") + 1] == "Boundary recall"


def test_equal_to_the_reader_is_equally_good_and_nothing_rounds_up_to_one() -> None:
    rows = [
        BaselineScores(name, name, 1.0, auroc=value)
        for name, value in (("vae", 0.99999), ("wgan", 0.999992), ("egbad", 0.9))
    ]
    assert table(rows, ())["AUROC"] == [f"**>{GAP}0.9999**{STAR}"] * 2 + ["0.9000"]


def test_bp1_never_stands_without_recall() -> None:
    assert table([BaselineScores("vae", "VAE", 1.0, bp1=1.0)], ())["BP1"] == [ABSENT]


def test_times_have_a_least_one() -> None:
    rows = [BaselineScores("vae", "VAE", seconds) for seconds in (12.34, 0.034, 0.004)]
    assert table(rows, ())["Training (CPU s)"] == ["12.3", "0.034", f"**<{GAP}0.01**{STAR}"]
