"""Campaigns with a schedule, allies and rooms in the store, for tests of what clocks and lanes find there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.audience import NewRoom, RoomKind
from campaign_engine.domain.campaign import CampaignKind, CampaignStatus, PostContent
from campaign_engine.domain.contact import AddressStatus, AgeBand, ConsentKind, Scope, ScopeKind, Topic
from campaign_engine.domain.delivery import Decision, DeliveryStatus
from campaign_engine.domain.message import Destination
from campaign_engine.domain.planner import CANCEL_WINDOW
from campaign_engine.domain.precinct import TargetKind, TargetRule, borough_of
from campaign_engine.domain.schedule import Schedule, to_utc, to_wall
from campaign_engine.ports.people import ContactChanges, NewContact
from campaign_engine.ports.sending import Claimed, Frozen, NewOccurrence, Outcome
from campaign_engine.store import tables
from campaign_engine.store.freezing import RANGES
from campaign_engine.store.unit_of_work import SqlStore
from tests.support.clock import FakeClock

PRECINCT = 75
LANE = "telegram"
TEXTS = {"en": "Look out", "es": "Cuida"}


def wall(text: str) -> datetime:
    """New York wall-clock time."""
    return datetime.fromisoformat(text)


@dataclass(frozen=True)
class Planned:
    """Ids of a campaign and of its one post, which is approved in version 1."""

    campaign_id: int
    post_id: int
    content: PostContent


@dataclass
class House:
    """Everything goes through the store's own repositories or, where there is no service yet, into the tables."""

    store: SqlStore
    clock: FakeClock
    people: dict[str, int] = field(default_factory=dict)
    addresses: dict[str, int] = field(default_factory=dict)

    async def precincts(self, *numbers: int) -> None:
        rows = [
            {"number": number, "borough": borough_of(number), "name": "x", "population": 1}
            for number in (numbers or (PRECINCT,))
        ]
        async with self.store.database.write() as connection:
            await connection.execute(tables.precincts.insert(), rows)

    async def plan(
        self,
        first: datetime | None = None,
        weekdays: tuple[int, ...] = (),
        until: date | None = None,
        texts: Mapping[str, str] = TEXTS,
        **more: Any,
    ) -> Planned:
        """`first` is New York wall-clock time, now when it is None; `more`: kind, status, channels, targets,
        stale, fixed, automatic.
        """
        targets = more.get("targets", (PRECINCT,))
        content = PostContent(
            dict(texts),
            Schedule(first or to_wall(self.clock()), weekdays, until),
            more.get("channels", ("telegram",)),
            TargetRule(TargetKind.PRECINCTS, precincts=targets),
            stale_minutes=more.get("stale", 180),
            fixed=more.get("fixed", True),
            automatic=more.get("automatic", ""),
        )
        approved = self.clock() - CANCEL_WINDOW
        async with self.store.database.write() as connection:
            campaign = tables.campaigns.insert().values(
                title="Winter", kind=more.get("kind", CampaignKind.PLEDGE), goal=1, languages=sorted(texts),
                status=more.get("status", CampaignStatus.SCHEDULED), version=1, created_at=approved,
            )  # fmt: skip
            campaign_id = (await connection.execute(campaign.returning(tables.campaigns.c.id))).scalar_one()
            rows = [{"campaign_id": campaign_id, "precinct": number} for number in targets]
            await connection.execute(tables.campaign_targets.insert(), rows)
            post = tables.posts.insert().values(campaign_id=campaign_id, version=1, status="approved")
            post_id = (await connection.execute(post.returning(tables.posts.c.id))).scalar_one()
            version = tables.post_versions.insert().values(
                post_id=post_id, version=1, content=content.as_json(), content_hash=content.content_hash(),
                created_at=approved, approved_at=approved,
            )  # fmt: skip
            await connection.execute(version)
        return Planned(campaign_id, post_id, content)

    async def ally(
        self,
        name: str,
        channel: str = "telegram",
        topic: ConsentKind | None = Topic.AREA_UPDATES,
        language: str = "en",
        age_band: AgeBand = AgeBand.FROM_16,
        **changes: Any,
    ) -> int:
        """In precinct 75, with one topic granted; the name is the address. Its contact id."""
        async with self.store.write() as work:
            new = NewContact(Destination(channel, name), age_band, language, AddressStatus.ACTIVE, self.clock())
            contact_id, self.addresses[name] = await work.contacts.create(new)
            known: ContactChanges = {"precinct": PRECINCT, **changes}  # type: ignore[typeddict-item]
            await work.contacts.change(contact_id, known)
            if topic is not None:
                await work.contacts.answer_topic(contact_id, topic, True, self.clock())
        self.people[name] = contact_id
        return contact_id

    @property
    def range(self) -> int:
        """Ids that are frozen in the first transaction."""
        return RANGES[self.store.database.engine.dialect.name].first

    async def fill_range(self) -> None:
        """Somebody without an address gets the last id of the first range that is frozen."""
        filler = tables.contacts.insert().values(
            id=self.range, pseudonym="filler", age_band="16-17", language="en", precinct_declined=True, generation=0,
            created_at=self.clock(), last_seen_at=self.clock(), simulated=True,
        )  # fmt: skip
        async with self.store.database.write() as connection:
            await connection.execute(filler)
            if connection.dialect.name == "postgresql":
                sequence = sa.func.pg_get_serial_sequence("contacts", "id")
                await connection.execute(sa.select(sa.func.setval(sequence, self.range)))

    async def room(self, address: str, kind: ScopeKind = ScopeKind.PRECINCT, value: str = str(PRECINCT)) -> int:
        async with self.store.write() as work:
            room = NewRoom("telegram", address, RoomKind.GROUP, address, Scope(kind, value), members=40)
            return (await work.rooms.link(room, self.clock())).id

    async def open(self, plan: Planned, at: datetime | None = None) -> int:
        """An occurrence that is due now or at this wall-clock time."""
        due = to_utc(at) if at else self.clock()
        stale_at = due + timedelta(minutes=plan.content.stale_minutes)
        async with self.store.write() as work:
            new = NewOccurrence(plan.post_id, 1, at or to_wall(due), due, stale_at)
            occurrence_id = await work.occurrences.open(new)
        assert occurrence_id is not None
        return occurrence_id

    async def freeze(self) -> Frozen:
        """All that is unfrozen, added up."""
        people = rooms = 0
        async with self.store.write() as work:
            for one in await work.occurrences.unfrozen():
                frozen = await work.occurrences.freeze(one, self.clock())
                assert frozen.rest is None
                people, rooms = people + frozen.people, rooms + frozen.rooms
        return Frozen(people, rooms)

    async def queue(self, *names: str) -> Planned:
        """A running campaign whose deliveries to these new allies are queued."""
        plan = await self.plan(status=CampaignStatus.RUNNING)
        for name in names:
            await self.ally(name)
        await self.open(plan)
        await self.freeze()
        return plan

    async def set_campaign(self, plan: Planned, *steps: CampaignStatus) -> None:
        async with self.store.write() as work:
            campaign = await work.campaigns.get(plan.campaign_id)
            for status in steps:
                campaign = await work.campaigns.set_status(campaign, status, self.clock())

    async def rows(self, table: sa.Table) -> list[Any]:
        async with self.store.database.read() as connection:
            return list((await connection.execute(sa.select(table).order_by(*table.primary_key.columns))).all())

    async def frozen_names(self) -> set[str]:
        """Allies who have a delivery."""
        names = {contact_id: name for name, contact_id in self.people.items()}
        return {names[row.contact_id] for row in await self.rows(tables.deliveries) if row.contact_id is not None}

    async def statuses(self) -> list[tuple[str, str]]:
        """Status and reason of every delivery in order."""
        return [(row.status, row.reason) for row in await self.rows(tables.deliveries)]

    async def counts(self) -> dict[str, int]:
        """Those that are not 0."""
        async with self.store.read() as work:
            counts: dict[DeliveryStatus, int] = await work.deliveries.counts()
        return {str(status): count for status, count in counts.items() if count}


async def take(house: House, owner: str = "one") -> int:
    """The lane's next epoch, whoever had it."""
    async with house.store.write() as work:
        epoch = await work.lanes.take(LANE, owner, house.clock() + timedelta(days=1), house.clock())
    assert epoch is not None
    return epoch


async def claim(house: House, epoch: int, limit: int = 100) -> tuple[Claimed, ...]:
    async with house.store.write(durable=True) as work:
        return await work.deliveries.claim(LANE, epoch, limit, house.clock())


async def record(house: House, epoch: int, *outcomes: Outcome) -> int:
    async with house.store.write() as work:
        return await work.deliveries.record(LANE, epoch, outcomes, house.clock())


async def unconfirmed(house: House, epoch: int) -> int:
    async with house.store.write() as work:
        return await work.deliveries.unconfirmed(LANE, epoch, house.clock())


async def decide(house: House, post_id: int, decision: Decision) -> int:
    """About all unconfirmed deliveries of a post; what is sent again may leave at once."""
    now = house.clock()
    async with house.store.write() as work:
        return await work.unconfirmed.decide(post_id, decision, now, now)
