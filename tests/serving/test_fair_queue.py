"""Whose turn it is, against a plain simulation of visitors who wait."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bdsg.config import ExperimentConfig
from bdsg.errors import BDSGError
from bdsg.serving.fair_queue import MOST, MOST_OF_ONE, FairQueue
from bdsg.serving.job import Run
from bdsg.serving.run_queue import RunQueue

CONFIG = ExperimentConfig.from_dict({"data": {"preset": "bimodal"}})


def line(visitors: str) -> tuple[FairQueue, list[Run]]:
    """A run for each letter, which names its visitor, in the order of arrival."""
    turns, runs = FairQueue(), [Run(CONFIG, number, visitor=who) for number, who in enumerate(visitors)]
    for run in runs:
        turns.add(run)
    return turns, runs


def letters(runs: list[Run]) -> str:
    return "".join(run.visitor for run in runs)


def test_a_visitor_alone_is_served_in_the_order_of_asking() -> None:
    turns, runs = line("aaaa")
    assert turns.order() == runs


def test_many_runs_of_one_do_not_keep_another_waiting() -> None:
    assert letters(line("aaaaabc")[0].order()) == "abcaaaa"
    assert letters(line("aabbcc")[0].order()) == "abcabc"


def test_who_was_just_served_comes_last() -> None:
    turns, _ = line("aab")
    assert turns.take().visitor == "a"
    assert letters(turns.order()) == "ba"
    turns.add(Run(CONFIG, 50, visitor="c"))
    assert letters(turns.order()) == "bca"


@given(st.text("abc", max_size=MOST_OF_ONE))
def test_each_round_holds_each_visitor_once(visitors: str) -> None:
    turns, runs = line(visitors)
    order = turns.order()
    assert sorted(run.number for run in order) == list(range(len(runs)))
    for who in "abc":  # nobody overtakes oneself
        own = [run.number for run in order if run.visitor == who]
        assert own == sorted(own)
    place = {who: [k for k, run in enumerate(order) if run.visitor == who] for who in "abc"}
    for one in "abc":
        for other in "abc":  # an n-th run never comes before another's (n−1)-th
            assert all(mine > theirs for mine, theirs in zip(place[one][1:], place[other], strict=False))


@given(st.lists(st.sampled_from("abcd."), max_size=MOST_OF_ONE))
def test_nobody_waits_for_three_runs_of_another(happenings: list[str]) -> None:
    """A letter asks for a run, a point serves one; then the rest is served."""
    turns, waiting = FairQueue(), dict[str, int]()
    overtaken: dict[str, Counter[str]] = {}
    for number, one in enumerate([*happenings, *"." * len(happenings)]):
        if one != ".":
            turns.add(Run(CONFIG, number, visitor=one))
            waiting[one] = waiting.get(one, 0) + 1
            overtaken.setdefault(one, Counter())
        elif len(turns):
            served = turns.take().visitor
            waiting[served] -= 1
            overtaken[served].clear()
            for who, count in waiting.items():
                if count and who != served:
                    overtaken[who][served] += 1
                    assert overtaken[who][served] <= 2, "one of the round under way, one of the next"
    assert len(turns) == 0


def test_too_many_runs_are_refused_in_a_sentence() -> None:
    turns, _ = line("a" * MOST_OF_ONE)
    with pytest.raises(BDSGError, match=rf"{MOST_OF_ONE} runs of yours are waiting.*wait for one to end"):
        turns.add(Run(CONFIG, 100, visitor="a"))
    turns.add(Run(CONFIG, 101, visitor="b"))
    full, _ = line("".join(chr(1000 + k) for k in range(MOST)))
    with pytest.raises(BDSGError, match=f"{MOST} runs are waiting"):
        full.add(Run(CONFIG, 102, visitor="z"))


def test_a_refused_run_leaves_no_trace(idle: RunQueue) -> None:
    configs = [
        ExperimentConfig.from_dict({"data": {"preset": "bimodal"}, "seed": seed}) for seed in range(MOST_OF_ONE + 1)
    ]
    runs = [idle.submit(config, "one") for config in configs[:-1]]
    with pytest.raises(BDSGError, match="no more may"):
        idle.submit(configs[-1], "one")
    assert idle.find(configs[-1]) is None
    other = idle.submit(configs[-1], "other")
    assert (runs[0].place, other.place, runs[1].place) == (1, 2, 3)
    idle.stop(runs[0])
    assert (runs[1].place, other.place) == (1, 2)
