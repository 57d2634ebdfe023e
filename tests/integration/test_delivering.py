"""One lane at work over the real store, on both databases, with a channel that records."""

import asyncio
import logging
from datetime import timedelta
from typing import Any

import pytest

from campaign_engine.channels.web import WebChannel
from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.contact import AddressStatus, Scope, ScopeKind, Topic
from campaign_engine.domain.delivery import Receipt, SendError
from campaign_engine.domain.message import Destination
from campaign_engine.services.delivering import DEAD_AFTER
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.channels import RecordingChannel
from tests.support.sending import STALE, Stage, lane_of, opened, pace_of


def refusal(code: str, *flags: str, **more: Any) -> SendError:
    return SendError(code, flags=frozenset(flags), **more)


def texts(channel: RecordingChannel) -> dict[str, str]:
    return {call.to.address: call.message.text for call in channel.calls}


async def test_each_person_and_room_gets_it_once_in_their_words(stage: Stage, channel: RecordingChannel) -> None:
    await stage.people("1", "2")
    await stage.people("3", language="es")
    await stage.room("-100")
    await stage.room("-200", Scope(ScopeKind.BOROUGH, "Brooklyn"))
    await stage.room("-300", Scope())
    assert await stage.fire() == 6
    lane = await opened(stage, channel)
    assert await lane.drain() == 6
    assert await lane.drain() == 0
    assert texts(channel) == {
        "1": "News for Precinct 75",
        "2": "News for Precinct 75",
        "3": "ES News for Precinct 75",
        "-100": "News for Precinct 75",
        "-200": "News for Brooklyn",
        "-300": "News for New York City",
    }
    assert len(channel.calls) == 6
    assert len({call.key for call in channel.calls}) == 6
    assert all(0 < len(call.key) <= 25 for call in channel.calls)
    assert await stage.counts() == {"sent": 6}
    assert {row.platform_id for row in await stage.rows()} == {f"p{number}" for number in range(1, 7)}


async def test_P2_who_reads_another_language_gets_english_and_is_told_why(
    stage: Stage, channel: RecordingChannel
) -> None:
    await stage.people("1", language="ru")
    await stage.people("2", language="ar")
    await stage.people("3", language="es")
    await stage.fire()
    await (await opened(stage, channel)).drain()
    said = texts(channel)
    assert said["1"] == "News for Precinct 75\n\nЭто на английском, потому что никто ещё не перевёл."
    assert said["2"].splitlines()[-1] == "هذا بالإنجليزية لأن أحدًا لم يترجمه بعد."
    assert said["3"] == "ES News for Precinct 75"
    assert {call.to.address: call.message.spoken for call in channel.calls} == {"1": "en", "2": "en", "3": ""}


async def test_no_more_is_claimed_than_can_be_on_its_way(stage: Stage, channel: RecordingChannel) -> None:
    await stage.people(*map(str, range(30)))
    await stage.fire()
    channel.gate = asyncio.Event()
    lane = await opened(stage, channel)
    draining = asyncio.create_task(lane.drain())
    await channel.until_under_way(8)
    assert await stage.counts() == {"sending": 8, "queued": 22}
    channel.gate.set()
    assert await draining == 30
    assert channel.most_under_way == 8
    assert await stage.counts() == {"sent": 30}


async def test_S4_outside_the_window_nothing_is_claimed(stage: Stage, channel: RecordingChannel) -> None:
    await stage.people("1")
    await stage.fire()
    lane = await opened(stage, channel)
    stage.clock.advance(timedelta(hours=3, minutes=30))
    assert await lane.drain() == 0
    assert channel.calls == []
    assert await stage.counts() == {"queued": 1}


async def test_C6_C7_what_people_said_since_the_freeze_counts(stage: Stage, channel: RecordingChannel) -> None:
    await stage.people("stops", "withdraws", "pauses", "blocks", "stays")
    await stage.fire()
    now, ids = stage.clock(), stage.contacts
    async with stage.store.write() as work:
        await work.contacts.opt_out(Destination("telegram", "stops"), ids["stops"], now)
        await work.contacts.set_status(stage.addresses["stops"], AddressStatus.OPTED_OUT)
        await work.contacts.answer_topic(ids["withdraws"], Topic.AREA_UPDATES, False, now)
        await work.contacts.change(ids["pauses"], {"paused_until": now + timedelta(days=1)})
        await work.contacts.set_status(stage.addresses["blocks"], AddressStatus.UNREACHABLE)
    await (await opened(stage, channel)).drain()
    assert channel.reached == ["stays"]
    reasons = {row.reason for row in await stage.rows() if row.status == "suppressed"}
    assert reasons == {"opted_out", "no_consent", "paused", "unreachable"}
    assert stage.clock() == now, "what does not leave takes no turn from what does"
    assert await stage.counts() == {"suppressed": 4, "sent": 1}


async def test_S4_what_would_leave_after_the_window_while_it_waits_for_its_turn_is_given_back(
    stage: Stage, channel: RecordingChannel
) -> None:
    stage.clock.now = stage.clock.now.replace(hour=0, minute=29, second=59) + timedelta(days=1)
    await stage.people(*map(str, range(40)))
    await stage.fire()
    lane = await opened(stage, channel)
    claimed = await lane.drain()
    assert 0 < len(channel.reached) < claimed < 40, "the rest of the last batch came too late"
    assert {(row.status, row.reason, row.attempts) for row in await stage.rows()} == {
        ("sent", "", 1),
        ("retrying", "window", 0),
        ("queued", "", 0),
    }


async def test_S1_a_post_edited_after_the_freeze_does_not_leave(stage: Stage, channel: RecordingChannel) -> None:
    await stage.people("1")
    await stage.fire()
    async with stage.store.write() as work:
        await work.campaigns.reopen(stage.campaign_id, stage.contacts["1"], stage.clock())
    await (await opened(stage, channel)).drain()
    assert channel.calls == []
    assert await stage.counts() == {"cancelled": 1}


async def test_a_paused_campaign_waits_and_goes_on(stage: Stage, channel: RecordingChannel) -> None:
    await stage.people("1")
    await stage.fire()
    lane = await opened(stage, channel)
    await stage.set_campaign(CampaignStatus.PAUSED)
    assert await lane.drain() == 0
    await stage.set_campaign(CampaignStatus.RUNNING)
    assert await lane.drain() == 1
    assert await stage.counts() == {"sent": 1}


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (refusal("no_answer", "ambiguous"), "unconfirmed"),
        (refusal("blocked", "opted_out"), "failed"),
        (refusal("refused"), "failed"),
        (ValueError("text for 2: News"), "unconfirmed"),
    ],
)
async def test_an_error_that_is_final_is_recorded_and_never_sent_again(
    stage: Stage, channel: RecordingChannel, error: Exception, status: str, caplog: pytest.LogCaptureFixture
) -> None:
    await stage.people("1", "2", "3")
    await stage.fire()
    channel.answers["2"] = [error]
    lane = await opened(stage, channel)
    await lane.drain()
    stage.clock.advance(timedelta(minutes=30))
    await lane.drain()
    assert sorted(channel.reached) == ["1", "2", "3"]
    assert await stage.counts() == {"sent": 2, status: 1}
    assert "News" not in caplog.text
    gone = isinstance(error, SendError) and error.opted_out
    assert await stage.address_status("2") == ("unreachable" if gone else "active")


async def test_who_blocked_us_is_not_written_to_again(stage: Stage, channel: RecordingChannel) -> None:
    await stage.people("1", "2")
    await stage.room("-100")
    await stage.fire()
    gone = refusal("blocked", "opted_out")
    channel.answers = {"2": [gone], "-100": [gone]}
    lane = await opened(stage, channel)
    await lane.drain()
    stage.clock.advance(timedelta(days=1))
    assert await stage.fire() == 1
    await lane.take()
    await lane.drain()
    assert channel.reached.count("1") == 2
    assert channel.reached.count("2") == channel.reached.count("-100") == 1


async def test_a_chat_that_moved_is_written_to_at_its_new_address(stage: Stage, channel: RecordingChannel) -> None:
    await stage.room("-100")
    await stage.fire()
    channel.answers["-100"] = [Receipt("p1", new_address="-100200")]
    lane = await opened(stage, channel)
    await lane.drain()
    stage.clock.advance(timedelta(minutes=5))
    await stage.fire()
    await lane.drain()
    assert channel.reached == ["-100", "-100200"]
    assert await stage.counts() == {"sent": 2}


async def test_S7_after_a_429_the_whole_lane_waits_and_then_everybody_gets_it_once(
    stage: Stage, channel: RecordingChannel
) -> None:
    names = [str(number) for number in range(12)]
    await stage.people(*names)
    await stage.fire()
    channel.answers["3"] = [refusal("rate_limited", "holds_lane", retryable=True, retry_after=40)]
    pace = pace_of(stage)
    lane, rate = lane_of(stage, channel, pace=pace), pace.rate
    assert rate is not None
    assert await lane.take()
    await lane.drain()
    sent = len(channel.calls)
    assert sent < 12
    hold = await stage.held_until("telegram")
    assert hold is not None
    assert timedelta(seconds=35) < hold - stage.clock() <= timedelta(seconds=40)
    assert await lane.drain() == 0
    stage.clock.advance(timedelta(seconds=41))
    assert pace.rate == pytest.approx(rate / 2, rel=0.02), "and goes on slower"
    while await lane.drain():
        pass
    assert sorted(channel.reached) == sorted([*names, "3"])
    assert await stage.counts() == {"sent": 12}
    assert max(row.attempts for row in await stage.rows()) == 2


async def test_a_hold_that_another_process_met_holds_this_one_too(stage: Stage, channel: RecordingChannel) -> None:
    await stage.people("1")
    await stage.fire()
    async with stage.store.write() as work:
        await work.lanes.take("telegram", "other", stage.clock(), stage.clock())
        await work.lanes.hold("telegram", stage.clock() + timedelta(seconds=50))
    stage.clock.advance(DEAD_AFTER + timedelta(seconds=1))
    lane = await opened(stage, channel)
    assert await lane.drain() == 0
    assert lane._parts.pace.held_for == pytest.approx(24), "replies of this process wait too"
    stage.clock.advance(timedelta(seconds=25))
    assert await lane.drain() == 1


async def test_an_error_that_calls_for_a_person_pauses_the_lane_and_loses_nothing(
    stage: Stage, channel: RecordingChannel, caplog: pytest.LogCaptureFixture
) -> None:
    await stage.people("1")
    await stage.fire()
    channel.answers["1"] = [refusal("wrong_token", "alert", retryable=True)]
    lane = await opened(stage, channel)
    with caplog.at_level(logging.ERROR):
        await lane.drain()
    assert "a person must act (wrong_token)" in caplog.text
    assert await stage.counts() == {"retrying": 1}
    stage.clock.advance(timedelta(seconds=59))
    assert await lane.drain() == 0
    stage.clock.advance(timedelta(seconds=2))
    assert await lane.drain() == 1
    assert await stage.counts() == {"sent": 1}


@pytest.mark.parametrize(("failures", "status"), [(4, "sent"), (5, "failed")])
async def test_a_passing_error_is_tried_five_times(
    stage: Stage, channel: RecordingChannel, failures: int, status: str
) -> None:
    await stage.people("1")
    await stage.fire()
    channel.answers["1"] = [refusal("try_later", retryable=True) for _ in range(failures)]
    lane = await opened(stage, channel)
    for _ in range(7):
        await lane.drain()
        assert await lane.drain() == 0
        stage.clock.advance(timedelta(seconds=45))
    assert len(channel.calls) == 5
    assert await stage.counts() == {status: 1}


async def test_a_text_that_cannot_be_put_in_words_fails_and_the_rest_goes(
    store: SqlStore, clock: FakeClock, channel: RecordingChannel
) -> None:
    stage = Stage(store, clock)
    await stage.campaign(text="{% if precinct %}Hello{% else %}See https://elsewhere.example{% endif %}")
    await stage.people("1")
    await stage.room("-300", Scope())
    await stage.fire()
    await (await opened(stage, channel)).drain()
    assert channel.reached == ["1"]
    assert await stage.counts() == {"sent": 1, "failed": 1}
    assert {row.reason for row in await stage.rows()} == {"", "link_not_allowed"}


async def test_a_pledge_post_carries_its_buttons(store: SqlStore, clock: FakeClock, channel: RecordingChannel) -> None:
    stage = Stage(store, clock)
    await stage.campaign(pledge="A")
    await stage.people("1")
    await stage.room("-100")
    await stage.fire()
    await (await opened(stage, channel)).drain()
    data = {call.to.address: [one.data for row in call.message.choices for one in row] for call in channel.calls}
    assert data["1"] == [f"g:{stage.post_id}"]
    assert len(data["-100"]) == 5


async def test_what_is_late_expires(stage: Stage, channel: RecordingChannel) -> None:
    await stage.people("1")
    stage.clock.now = stage.clock.now.replace(hour=20)
    await stage.fire()
    lane = await opened(stage, channel)
    stage.clock.advance(STALE)
    assert await lane.drain() == 1
    assert channel.calls == []
    assert await stage.counts() == {"expired": 1}


async def test_the_page_s_lane_fills_every_inbox_once(store: SqlStore, clock: FakeClock) -> None:
    stage, names = Stage(store, clock), [f"visitor-{number}" for number in range(150)]
    await stage.campaign(channel="web", pledge="A")
    await stage.people(*names, channel="web")
    await stage.fire()
    lane = await opened(stage, WebChannel(store, clock))
    assert await lane.drain() == 150
    async with store.read() as work:
        inboxes = [await work.inbox.waiting(Destination("web", name)) for name in names]
    assert {tuple(post.text for post in posts) for posts in inboxes} == {("News for Precinct 75",)}
    assert inboxes[0][0].choices[0][0].data == f"g:{stage.post_id}"
    assert await stage.counts() == {"sent": 150}
