"""A post of which one message after another fails is stopped, its author hears of it, and lets it go on."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.contact import Role
from campaign_engine.domain.delivery import DeliveryStatus, Receipt, SendError
from campaign_engine.domain.errors import StoreUnavailable
from campaign_engine.domain.message import Destination, Message
from campaign_engine.domain.pacing import LIMITS
from campaign_engine.domain.schedule import to_utc
from campaign_engine.ports.sending import Outcome
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services.delivering import Lane, LaneParts
from campaign_engine.services.failure_watch import MOST_FAILURES, FailureWatch
from campaign_engine.services.lane_pace import LanePace
from campaign_engine.services.post_stopping import PostStopping
from campaign_engine.services.posting import Posting
from campaign_engine.services.turn import Notice
from campaign_engine.store.tables import deliveries
from tests.support.bots import running_post
from tests.support.channels import RecordingChannel
from tests.support.engine import House
from tests.support.sending import claim_window

PEOPLE = 25
FIRST = datetime.fromisoformat("2026-12-01T16:00")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough: its statements are plain, and test_deliveries_store claims around them on both."""
    return sqlite_url


@pytest.fixture
async def due(house: House) -> House:
    """A post of a running campaign is due to many allies on Telegram."""
    await running_post(house)
    for number in range(PEOPLE):
        phone = house.person(str(7000 + number), "telegram")
        await phone.join()
    house.clock.advance(to_utc(FIRST) - house.clock())
    assert (await Posting(house.store, house.clock, 0).tick()).frozen_people == PEOPLE
    house.notes.told.clear()
    return house


def lane_of(house: House, channel: RecordingChannel) -> Lane:
    pace = LanePace(LIMITS["telegram"], lambda: house.clock().timestamp(), house.clock.sleep)
    failing = PostStopping(house.clock, house.renderer, house.notes)
    parts = LaneParts(
        house.store, channel, house.renderer, pace, house.clock, lambda _: "East", house.accounts.page, failing=failing
    )
    return Lane(parts)


async def counts_of(house: House) -> dict[str, int]:
    async with house.store.read() as work:
        return {str(status): count for status, count in (await work.deliveries.counts()).items()}


class Refusing(RecordingChannel):
    """Says so to everybody while it `refuses`; some have blocked us."""

    def __init__(self, blocked: frozenset[str]) -> None:
        super().__init__()
        self.refuses, self.blocked = True, blocked

    async def send(self, message: Message, to: Destination, key: str = "") -> Receipt:
        answer = await super().send(message, to, key)
        if to.address in self.blocked:
            raise SendError("blocked", flags=frozenset({"opted_out"}))
        if self.refuses:
            raise SendError("refused")
        return answer


async def test_a_post_that_fails_stops_its_author_hears_of_it_and_lets_it_go_on(due: House) -> None:
    channel = Refusing(blocked=frozenset({"7000", "7001", "7002", "7003"}))
    lane = lane_of(due, channel)
    assert await lane.take()
    await lane.drain()
    counts = await counts_of(due)
    refused = counts["failed"] - len(channel.blocked)
    assert MOST_FAILURES <= refused <= MOST_FAILURES + claim_window("telegram"), "blocks count for nobody"
    assert counts["failed"] + counts["queued"] + counts["retrying"] == PEOPLE, "nothing is lost"
    (to, told), *more = due.notes.told
    assert not more, "once"
    assert "I stopped a post of “Winter pledge”" in told.text
    assert "the platform refused it" in told.text
    organizer = due.person(to.address, to.channel)
    assert "A post was stopped, because its messages failed" in await organizer.press("o:status")
    assert "⚠ A post was stopped after one failure after another: the platform refused it" in await organizer.press(
        "st:1"
    )
    due.clock.advance(timedelta(seconds=61))
    tried = len(channel.calls)
    await lane.drain()
    assert len(channel.calls) == tried, "until somebody lets it go on"
    channel.refuses = False
    assert "⚠" not in await organizer.tap("Try again")
    await organizer.press("mv:1:retry")
    assert await lane.drain() == 0, "until a clock has looked at what waited"
    await Posting(due.store, due.clock, 0).tick()
    await lane.drain()
    assert (await counts_of(due))["sent"] == PEOPLE - refused - len(channel.blocked)
    assert len(due.notes.told) == 1


class Tired(RecordingChannel):
    """Refuses so many messages, and is away then."""

    def __init__(self, refusals: int, name: str = "telegram") -> None:
        super().__init__()
        self.name, self.refusals = name, refusals

    async def send(self, message: Message, to: Destination, key: str = "") -> Receipt:
        await super().send(message, to, key)
        self.refusals -= 1
        raise SendError("refused") if self.refusals >= 0 else SendError("not_connected", retryable=True)


async def test_failures_are_counted_over_restarts_take_overs_and_lanes_and_its_author_hears_of_it_once(
    due: House,
) -> None:
    async with due.store.database.write() as connection:
        some = deliveries.c.id.in_(sa.select(deliveries.c.id).order_by(deliveries.c.id.desc()).limit(10))
        await connection.execute(deliveries.update().where(some).values(lane="console"))
    first = lane_of(due, Tired(2))
    assert await first.take()
    await first.drain()
    assert not due.notes.told
    due.clock.advance(timedelta(minutes=1))  # it died: another process takes over, and a lane of its own goes on
    second, other = lane_of(due, Tired(2)), lane_of(due, Tired(1, "console"))
    assert await second.take()
    await second.drain()
    assert not due.notes.told
    assert await other.take()
    await other.drain()
    assert len(due.notes.told) == 1
    assert (await counts_of(due))["failed"] == MOST_FAILURES
    third = lane_of(due, Tired(5))
    due.clock.advance(timedelta(minutes=1))
    assert await third.take()
    assert await third.drain() == 0
    assert len(due.notes.told) == 1


async def test_what_could_not_be_recorded_counts_later_and_in_its_order(due: House) -> None:
    stopped = list[tuple[int, int, str]]()

    class Stopping:
        async def stop(self, work: UnitOfWork, post_id: int, version: int, reason: str) -> None:
            assert work.deliveries
            stopped.append((post_id, version, reason))

        async def tell(self, notice: Notice) -> None:
            raise AssertionError(notice)

    now = due.clock()
    async with due.store.write(durable=True) as work:
        epoch = await work.lanes.take("telegram", "somebody", now, now)
        assert epoch is not None
        (claimed,) = await work.deliveries.claim("telegram", epoch, 1, now)
    watch = FailureWatch("telegram", Stopping())

    async def ended(*statuses: DeliveryStatus, away: bool = False) -> None:
        for status in statuses:
            watch.met(claimed, Outcome(claimed.id, status, "refused"))
        async with watch.batch() as batch, due.store.write() as work:
            await batch.count(work)
            if away:
                raise StoreUnavailable("The database is away.")

    failed, sent = DeliveryStatus.FAILED, DeliveryStatus.SENT
    with pytest.raises(StoreUnavailable):
        await ended(*[failed] * (MOST_FAILURES - 2), away=True)
    assert not stopped
    await ended(failed, failed, sent)
    assert stopped == [(1, 1, "refused")]
    await ended(sent, *[failed] * MOST_FAILURES, sent)
    assert len(stopped) == 2, "between two that left"


async def test_one_success_between_failures_stops_nothing(due: House) -> None:
    channel = RecordingChannel()
    for number in range(PEOPLE):
        channel.answers[str(7000 + number)] = [SendError("refused")] if number % MOST_FAILURES else []
    lane = lane_of(due, channel)
    await lane.take()
    await lane.drain()
    assert (await counts_of(due))["sent"] == PEOPLE // MOST_FAILURES
    assert not due.notes.told


async def test_an_edited_post_goes_on_and_somebody_elses_cannot_be_tried_again(due: House) -> None:
    async with due.store.write() as work:
        assert await work.stopped_posts.stop(1, 1, "refused", due.clock()) == 1
        assert await work.stopped_posts.stop(1, 1, "refused", due.clock()) is None, "once"
        assert await work.stopped_posts.reasons([1, 2]) == {1: ("refused",)}
    stranger = await due.staff("other1", Role.ORGANIZER, channel="web")
    await stranger.press("mv:1:retry")
    async with due.store.write() as work:
        assert await work.stopped_posts.reasons([1]) == {1: ("refused",)}
        await work.campaigns.reopen(1, 1, due.clock())
        assert await work.stopped_posts.reasons([1]) == {}
        assert await work.stopped_posts.stop(1, 2, "refused", due.clock()) == 1
        campaign = await work.campaigns.get(1)
        await work.campaigns.set_status(campaign, CampaignStatus.CANCELLED, due.clock())
        assert await work.stopped_posts.stop(1, 3, "refused", due.clock()) is None
        assert await work.stopped_posts.stop(99, 1, "refused", due.clock()) is None
