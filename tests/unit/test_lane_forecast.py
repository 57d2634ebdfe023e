"""When messages would leave through one account: its pace, its hours, and what goes before them."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from campaign_engine.domain.lane_forecast import HOUR, Arrival, forecast
from campaign_engine.domain.schedule import to_utc
from campaign_engine.domain.windows import DEFAULT_HOURS

FOUR = to_utc(datetime.fromisoformat("2026-11-25T16:00"))
"""Of a school day, whose window ends at 7:30 pm."""

LATE = FOUR + 3 * HOUR
moments = st.integers(-600, 6000).map(lambda minutes: FOUR + timedelta(minutes=minutes))
arrivals = st.lists(
    st.builds(
        lambda at, minutes, messages, whose: Arrival(at, at + timedelta(minutes=minutes), messages, whose),
        moments, st.integers(1, 600), st.integers(0, 300_000), st.sampled_from([None, 0, 1]),
    ),
    max_size=6,
)  # fmt: skip


def test_a_large_audience_takes_hours_and_what_does_not_fit_is_too_late() -> None:
    flow = forecast([Arrival(FOUR, LATE, 200_000, 0)], 0.05, DEFAULT_HOURS, FOUR)[0]
    assert flow.by_hour == {FOUR: 72_000, FOUR + HOUR: 72_000, FOUR + 2 * HOUR: 56_000}
    assert flow.last == FOUR + timedelta(seconds=200_000 * 0.05 - 0.05)
    flow = forecast([Arrival(FOUR + 2 * HOUR, FOUR + 5 * HOUR, 200_000, 0)], 0.05, DEFAULT_HOURS, FOUR)[0]
    assert flow.by_hour.total() == 90 * 60 * 20, "the window closes at 7:30 pm"
    assert flow.late == 200_000 - 90 * 60 * 20


def test_what_else_the_account_has_to_do_goes_first_and_so_does_a_hold() -> None:
    mine = Arrival(FOUR, LATE, 100, 0)
    alone = forecast([mine], 0.05, DEFAULT_HOURS, FOUR)[0]
    behind = forecast([mine, Arrival(FOUR, LATE, 72_000)], 0.05, DEFAULT_HOURS, FOUR)[0]
    held = forecast([mine], 0.05, DEFAULT_HOURS, FOUR + HOUR)[0]
    assert alone.last is not None
    assert behind.last == held.last == alone.last + HOUR
    assert behind.by_hour == held.by_hour == {FOUR + HOUR: 100}


@given(arrivals, st.sampled_from([0.0, 0.025, 0.05, 3.0]))
def test_S4_S6_every_message_leaves_in_its_hours_in_time_and_at_the_pace_or_is_too_late(
    given_arrivals: list[Arrival], interval: float
) -> None:
    flows = forecast(given_arrivals, interval, DEFAULT_HOURS, FOUR)
    for whose, flow in flows.items():
        mine = [one for one in given_arrivals if one.whose == whose]
        assert flow.by_hour.total() + flow.late == sum(one.messages for one in mine)
        assert flow.last is None or (DEFAULT_HOURS.is_allowed(flow.last) and flow.last < max(one.until for one in mine))
    for hour in {hour for flow in flows.values() for hour in flow.by_hour}:
        together = sum(flow.by_hour[hour] for flow in flows.values())
        assert not interval or together <= 3600 / interval + 1
