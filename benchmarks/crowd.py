"""A running campaign with a crowd that wants its posts, made by a few statements; on either database."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from campaign_engine.domain.campaign import CampaignStatus, PostContent, PostStatus
from campaign_engine.domain.contact import AddressStatus, AgeBand, Topic
from campaign_engine.domain.planner import CANCEL_WINDOW
from campaign_engine.domain.precinct import PRECINCT_NUMBERS, TargetRule, borough_of
from campaign_engine.domain.schedule import Schedule, to_wall
from campaign_engine.ports.sending import NewOccurrence, Unfrozen
from campaign_engine.services.posting import Posting
from campaign_engine.store import tables as t
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.unit_of_work import SqlStore

TEXT = "Three minutes today: what would you do if a friend is angry and you know it? One idea is on our page."
FIRST_CHAT = 1_000_000
KEY = AddressCipher((b"k" * 32,), b"l" * 32)
"""For a crowd that several processes open."""


@dataclass(frozen=True)
class Crowd:
    """Its post is due at `now`, nothing of it is frozen; whoever lives in one of `precincts` gets it."""

    store: SqlStore
    now: datetime
    post_id: int

    async def freeze(self) -> None:
        """Open an occurrence and make its deliveries."""
        await self.open()
        await Posting(self.store, lambda: self.now).tick()

    async def open(self) -> Unfrozen:
        """One occurrence, due at `now`."""
        async with self.store.write() as work:
            opened = await work.occurrences.open(
                NewOccurrence(self.post_id, 1, to_wall(self.now), self.now, self.now + timedelta(hours=12))
            )
            return next(one for one in await work.occurrences.unfrozen() if one.id == opened)


async def make_crowd(store: SqlStore, people: int, now: datetime, readable: int = 5_000) -> Crowd:
    """Everybody on Telegram, spread over all precincts, one in three in Spanish.

    Only the first `readable` have a chat of their own, numbered from FIRST_CHAT, because encrypting takes longer than
    all else; all others have that of number 0.
    """
    cipher = store.database.cipher
    async with store.database.write() as connection:
        known = (await connection.execute(sa.select(t.precincts.c.number))).scalars().all()
        rows = [
            {"number": number, "borough": borough_of(number), "name": "x", "population": 1}
            for number in PRECINCT_NUMBERS
            if number not in known
        ]
        if rows:
            await connection.execute(t.precincts.insert(), rows)
        for statement in _people(people, now, cipher.encrypt("telegram", str(FIRST_CHAT))):
            await connection.execute(statement)
        addresses = [(number, str(FIRST_CHAT + number)) for number in range(1, min(readable, people) + 1)]
        await connection.execute(
            t.addresses.update().where(t.addresses.c.id == sa.bindparam("number")),
            [
                {
                    "number": number,
                    "address_hash": cipher.lookup("telegram", chat),
                    "address_cipher": cipher.encrypt("telegram", chat),
                }
                for number, chat in addresses
            ],
        )
        post_id = await _post(connection, now)
    if not store.database.is_sqlite:
        async with store.database.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.exec_driver_sql("VACUUM ANALYZE")
    return Crowd(store, now, post_id)


def _people(people: int, now: datetime, chat: bytes) -> list[sa.Insert]:
    first = sa.select(sa.literal(1).label("i")).cte("n", recursive=True)
    numbers = first.union_all(sa.select(first.c.i + 1).where(first.c.i < people))
    i, name = numbers.c.i, sa.cast(numbers.c.i, sa.String)
    language = sa.case((i % 3 == 0, "es"), else_="en")
    precinct = sa.case(dict(enumerate(PRECINCT_NUMBERS)), value=i % len(PRECINCT_NUMBERS))
    contacts = sa.select(
        i, "p" + name, sa.literal(AgeBand.FROM_16.value), language, precinct, sa.false(), sa.literal(1),
        sa.literal(now, t.contacts.c.created_at.type), sa.literal(now, t.contacts.c.created_at.type), sa.false(),
    )  # fmt: skip
    addresses = sa.select(i, i, sa.literal("telegram"), name, sa.literal(chat), sa.literal(AddressStatus.ACTIVE.value))
    granted = sa.select(
        i, sa.literal(Topic.AREA_UPDATES.value), sa.true(), sa.literal(now, t.consents.c.changed_at.type)
    )
    columns = (
        "id", "pseudonym", "age_band", "language", "precinct", "precinct_declined", "generation", "created_at",
        "last_seen_at", "simulated",
    )  # fmt: skip
    return [
        t.contacts.insert().from_select(columns, contacts, include_defaults=False),
        t.addresses.insert().from_select(
            ("id", "contact_id", "channel", "address_hash", "address_cipher", "status"), addresses
        ),
        t.consents.insert().from_select(("contact_id", "topic", "granted", "changed_at"), granted),
    ]


async def _post(connection: AsyncConnection, now: datetime) -> int:
    content = PostContent.from_json(
        {
            "texts": {"en": TEXT, "es": f"ES {TEXT}"},
            "schedule": Schedule(first=to_wall(now)).as_json(),
            "channels": ["telegram"],
            "targets": TargetRule().as_json(),
            "pledge": None,
            "stale_minutes": 720,
        }
    )
    campaign = t.campaigns.insert().values(
        title="Look out", kind="pledge", goal=1, languages=["en", "es"], status=CampaignStatus.RUNNING, version=1,
        created_at=now, launched_at=now,
    )  # fmt: skip
    campaign_id = (await connection.execute(campaign.returning(t.campaigns.c.id))).scalar_one()
    targets = [{"campaign_id": campaign_id, "precinct": number} for number in PRECINCT_NUMBERS]
    await connection.execute(t.campaign_targets.insert(), targets)
    post = t.posts.insert().values(campaign_id=campaign_id, version=1, status=PostStatus.APPROVED)
    post_id = int((await connection.execute(post.returning(t.posts.c.id))).scalar_one())
    version = t.post_versions.insert().values(
        post_id=post_id, version=1, content=content.as_json(), content_hash=content.content_hash(), created_at=now,
        approved_at=now - CANCEL_WINDOW,
    )  # fmt: skip
    await connection.execute(version)
    return post_id
