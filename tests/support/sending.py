"""A running campaign with people and rooms in the store, ready to be frozen and sent."""

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from campaign_engine.domain.audience import NewRoom, RoomKind
from campaign_engine.domain.campaign import CampaignStatus, PostContent, PostStatus
from campaign_engine.domain.contact import AddressStatus, AgeBand, Scope, ScopeKind, Topic
from campaign_engine.domain.errors import StoreUnavailable
from campaign_engine.domain.message import Destination
from campaign_engine.domain.pacing import LIMITS, width
from campaign_engine.domain.planner import CANCEL_WINDOW
from campaign_engine.domain.precinct import TargetRule
from campaign_engine.domain.schedule import Schedule, to_wall
from campaign_engine.ports.channel import Channel
from campaign_engine.ports.people import NewContact
from campaign_engine.ports.sending import NewOccurrence
from campaign_engine.ports.unit_of_work import Store
from campaign_engine.rendering import Renderer
from campaign_engine.services.delivering import Lane, LaneParts
from campaign_engine.services.lane_pace import LanePace
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlStore, SqlUnitOfWork
from tests.support.clock import FakeClock

PRECINCT = 75
STALE = timedelta(hours=3)


@dataclass
class Stage:
    """`post_id`, `campaign_id` and ids of people are known once they are made."""

    store: SqlStore
    clock: FakeClock
    campaign_id: int = 0
    post_id: int = 0
    contacts: dict[str, int] = field(default_factory=dict)
    addresses: dict[str, int] = field(default_factory=dict)
    _minutes: "itertools.count[int]" = field(default_factory=itertools.count)

    async def campaign(
        self,
        channel: str = "telegram",
        text: str = "News for {{ area }}",
        pledge: str = "",
        approved_before: timedelta = CANCEL_WINDOW,
    ) -> None:
        """One approved post of a running campaign in precinct 75; its time is now."""
        content = PostContent.from_json(
            {
                "texts": {"en": text, "es": f"ES {text}"},
                "schedule": Schedule(first=to_wall(self.clock())).as_json(),
                "channels": [channel],
                "targets": TargetRule().as_json(),
                "pledge": pledge or None,
                "stale_minutes": STALE.seconds // 60,
                "fixed": True,  # a reviewed text needs no minimum of people (safety S2)
            }
        )
        now = self.clock()
        async with self.store.database.write() as connection:
            area = tables.precincts.insert().values(number=PRECINCT, borough="Brooklyn", name="East", population=1)
            await connection.execute(area)
            campaign = tables.campaigns.insert().values(
                title="Look out", kind="pledge", goal=1, languages=["en", "es"], status=CampaignStatus.RUNNING,
                version=1, created_at=now, launched_at=now,
            )  # fmt: skip
            self.campaign_id = int((await connection.execute(campaign.returning(tables.campaigns.c.id))).scalar_one())
            target = tables.campaign_targets.insert().values(campaign_id=self.campaign_id, precinct=PRECINCT)
            await connection.execute(target)
            post = tables.posts.insert().values(campaign_id=self.campaign_id, version=1, status=PostStatus.APPROVED)
            self.post_id = int((await connection.execute(post.returning(tables.posts.c.id))).scalar_one())
            version = tables.post_versions.insert().values(
                post_id=self.post_id, version=1, content=content.as_json(), content_hash=content.content_hash(),
                created_at=now, approved_at=now - approved_before,
            )  # fmt: skip
            await connection.execute(version)

    async def people(self, *names: str, channel: str = "telegram", language: str = "en") -> None:
        """Allies of precinct 75 who want its updates; the name is the address."""
        async with self.store.write() as work:
            for name in names:
                new = NewContact(
                    Destination(channel, name), AgeBand.FROM_16, language, AddressStatus.ACTIVE, self.clock()
                )
                self.contacts[name], self.addresses[name] = await work.contacts.create(new)
                await work.contacts.change(self.contacts[name], {"precinct": PRECINCT})
                await work.contacts.answer_topic(self.contacts[name], Topic.AREA_UPDATES, True, self.clock())

    async def room(self, address: str, scope: Scope | None = None, channel: str = "telegram") -> int:
        """A group of precinct 75 unless the scope says otherwise; its id."""
        scope = scope or Scope(ScopeKind.PRECINCT, str(PRECINCT))
        async with self.store.write() as work:
            room = NewRoom(channel, address, RoomKind.GROUP, "Group", scope, members=12)
            return (await work.rooms.link(room, self.clock())).id

    async def fire(self) -> int:
        """Open one more occurrence that is due now and freeze it; how many deliveries it has."""
        wall = to_wall(self.clock()) + timedelta(minutes=next(self._minutes))
        new = NewOccurrence(self.post_id, 1, wall, self.clock(), self.clock() + STALE)
        total = 0
        async with self.store.write() as work:
            assert await work.occurrences.open(new) is not None
            for unfrozen in await work.occurrences.unfrozen():
                frozen = await work.occurrences.freeze(unfrozen, self.clock())
                total += frozen.people + frozen.rooms
        return total

    async def set_campaign(self, status: CampaignStatus) -> None:
        async with self.store.write() as work:
            campaign = await work.campaigns.get(self.campaign_id)
            await work.campaigns.set_status(campaign, status, self.clock())

    async def counts(self) -> dict[str, int]:
        """Deliveries by status, those that there are."""
        async with self.store.read() as work:
            counts = await work.deliveries.counts()
        return {str(status): number for status, number in counts.items() if number}

    async def rows(self) -> Sequence[sa.Row[str, str, str, int]]:
        """Status, reason, platform id and attempts of every delivery, oldest first."""
        columns = tables.deliveries.c
        wanted = sa.select(columns.status, columns.reason, columns.platform_id, columns.attempts).order_by(columns.id)
        async with self.store.database.read() as connection:
            return (await connection.execute(wanted)).all()

    async def address_status(self, name: str) -> str:
        wanted = sa.select(tables.addresses.c.status).where(tables.addresses.c.id == self.addresses[name])
        async with self.store.database.read() as connection:
            return str((await connection.execute(wanted)).scalar_one())

    async def held_until(self, lane: str) -> datetime | None:
        async with self.store.read() as work:
            return next(state.hold_until for state in await work.lanes.states() if state.name == lane)


async def somebody(store: SqlStore, who: Destination, now: datetime) -> None:
    """A contact at this address."""
    async with store.write() as work:
        await work.contacts.create(NewContact(who, AgeBand.FROM_16, "en", AddressStatus.ACTIVE, now))


@dataclass
class FailingStore:
    """A store whose next writes fail: after their work, as when the commit is lost, or before anything.

    `fails` says so for each coming write; when it is used up, all is well.
    """

    store: SqlStore
    fails: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def write(self, **kind: bool) -> AsyncIterator[SqlUnitOfWork]:
        how = self.fails.pop(0) if self.fails else ""
        if how == "before":
            raise StoreUnavailable("The database is away.")
        async with self.store.write(**kind) as work:
            yield work
        if how == "after":
            raise StoreUnavailable("The database is away.")

    @asynccontextmanager
    async def read(self, *, shared: bool = False, in_transaction: bool = False) -> AsyncIterator[SqlUnitOfWork]:
        async with self.store.read(shared=shared, in_transaction=in_transaction) as work:
            yield work

    async def scrub(self) -> bool:
        return await self.store.scrub()


def pace_of(stage: Stage, channel: str = "telegram") -> LanePace:
    """On the stage's clock."""
    return LanePace(LIMITS[channel], lambda: stage.clock().timestamp(), stage.clock.sleep)


def lane_of(stage: Stage, channel: Channel, store: Store | None = None, pace: LanePace | None = None) -> Lane:
    """A process of its own, with its own pace unless one is given."""
    return Lane(
        LaneParts(
            store or stage.store,
            channel,
            Renderer(),
            pace or pace_of(stage, channel.name),
            stage.clock,
            lambda number: f"Precinct {number}",
            "https://ours.example",
        )
    )


async def opened(stage: Stage, channel: Channel) -> Lane:
    """A lane that has its lease."""
    lane = lane_of(stage, channel)
    assert await lane.take()
    return lane


def claim_window(*channels: str, seconds: float = 0.5) -> int:
    """The most that lanes on these channels have claimed at once, where a message is on its way for so long."""
    limits = [LIMITS[channel].broadcasts for channel in channels]
    return sum(width(1 / limit.interval if limit else None, seconds) for limit in limits)
