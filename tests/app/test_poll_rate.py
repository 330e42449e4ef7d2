"""How often visits look at runs, on a clock that the test moves."""

from __future__ import annotations

import pytest

from bdsg.app.visit.poll_rate import GONE_SECONDS, LOOKS_A_SECOND, Pacing


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_few_visits_look_as_often_as_they_like() -> None:
    pacing = Pacing(Clock())
    assert [pacing.seconds(who, 0.15) for who in "ab"] == [0.15, 0.15]


@pytest.mark.parametrize("visits", [5, 20, 200])
def test_all_visits_together_look_no_more_often_than_the_server_can_draw(visits: int) -> None:
    clock = Clock()
    pacing = Pacing(clock)
    due = {f"visit {k}": 100.0 + 0.01 * k for k in range(visits)}
    looks = []
    while clock.now < 200.0:
        who = min(due, key=due.__getitem__)
        clock.now = due[who]
        looks.append(clock.now)
        due[who] = clock.now + pacing.seconds(who, 0.15)
    late = [at for at in looks if at > 150.0]  # all have been noticed by then
    assert len(late) / 50.0 <= LOOKS_A_SECOND
    assert len(late) / 50.0 >= LOOKS_A_SECOND / 3, "the server could draw more"


def test_an_interval_stays_while_a_few_visits_come_and_go() -> None:
    clock = Clock()
    pacing = Pacing(clock)
    for k in range(20):
        pacing.seconds(str(k), 0.15)
    before = pacing.seconds("0", 0.15)
    for k in range(20, 24):
        pacing.seconds(str(k), 0.15)
    assert pacing.seconds("0", 0.15) == before
    clock.now += GONE_SECONDS + 10
    assert pacing.seconds("0", 0.15) == 0.15
