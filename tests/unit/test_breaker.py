"""A platform that is away is left alone, asked by one message from time to time, and used again at once."""

from campaign_engine.domain.breaker import FIRST_PAUSE, LONGEST_PAUSE, OPENS_AFTER, Breaker


def fail(breaker: Breaker, now: float, times: int = 1) -> None:
    for _ in range(times):
        breaker.met(now, away=True)


def test_it_opens_after_failures_in_a_row_and_lets_one_through_after_each_pause() -> None:
    breaker = Breaker()
    fail(breaker, 0.0, OPENS_AFTER - 1)
    breaker.met(0.0, away=False)
    fail(breaker, 0.0, OPENS_AFTER - 1)
    assert breaker.room(0.0, 8) == 8, "an answer between them is a sign of life"
    fail(breaker, 0.0)
    assert breaker.is_open
    fail(breaker, 0.1, 50)  # what was under way when it opened
    now, pauses = 0.0, []
    for _ in range(6):
        begun = now
        while breaker.room(now, 8) == 0:
            now += 0.5
        pauses.append(now - begun)
        assert breaker.room(now, 8) == 1
        assert breaker.room(now, 0) == 0
        fail(breaker, now)
    assert pauses == [FIRST_PAUSE, 10, 20, 40, LONGEST_PAUSE, LONGEST_PAUSE]
    breaker.met(now, away=False)
    assert not breaker.is_open
    assert breaker.room(now, 8) == 8
    fail(breaker, now, OPENS_AFTER)
    assert breaker.room(now + FIRST_PAUSE - 0.1, 8) == 0
    assert breaker.room(now + FIRST_PAUSE, 8) == 1, "the next outage begins with the first pause again"
