"""Whatever is written in whatever order, facts are what a recomputation gives, and what pandas counts from the rows."""

import asyncio
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics import frames, measures, metrics, rooms
from campaign_engine.services.retention import Retention
from campaign_engine.store import tables as t
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.unit_of_work import SqlStore
from tests.support.books import change, everything, read, recomputed, weeks
from tests.support.counted import LAUNCH, NOW, CountedCampaign

EXAMPLES = int(os.environ.get("SOAK_EXAMPLES", "12"))
PEOPLE = 4
_PERSON = st.integers(0, PEOPLE - 1)
_STATUSES = ("sent", "failed", "queued", "sending", "retrying", "held", "unconfirmed", "left", "cancelled", "bounced")
_STEPS = st.one_of(
    st.tuples(st.just("delivery"), _PERSON, st.integers(0, 2)),
    st.tuples(st.just("status"), _PERSON, st.sampled_from(_STATUSES)),
    st.tuples(st.just("act"), _PERSON, st.sampled_from(["tap", "answer", "join", "opt_out", "pause", "invite"])),
    st.tuples(st.just("pledge"), _PERSON, st.none()),
    st.tuples(st.just("asked"), _PERSON, st.sampled_from([None, "did", "did_not", "silent"])),
    st.tuples(st.just("alone"), st.none(), st.none()),
    st.tuples(st.just("move"), _PERSON, st.sampled_from([44, 75, 60])),
    st.tuples(st.just("channel"), _PERSON, st.sampled_from(["web", "telegram"])),
    st.tuples(st.just("staff"), _PERSON, st.booleans()),
    st.tuples(st.just("signup"), _PERSON, st.booleans()),
    st.tuples(st.just("lessons"), _PERSON, st.integers(6, 12)),
    st.tuples(st.just("forget"), _PERSON, st.none()),
)
SAME: dict[str, Any] = {
    "delivered_people": metrics.delivered_people, "reached": metrics.reached, "engaged": metrics.engaged,
    "pledged": metrics.pledged, "followed_through": metrics.followed_through,
    "not_followed": metrics.not_followed, "no_answer": metrics.no_answer,
    "opt_outs": metrics.opt_outs, "pauses": metrics.pauses, "blocks": metrics.blocks,
}  # fmt: skip


class Life:
    """Carries steps out; a step that makes no sense now does nothing."""

    def __init__(self, drive: CountedCampaign) -> None:
        self.drive = drive
        self.occurrences = [drive.occurrence(LAUNCH + timedelta(days=day)) for day in (0, 1, 7)]
        newcomer = drive.person(44)
        drive.action(newcomer, "join")
        before = [drive.person(precinct, days=-10) for precinct in (44, 75, None)]
        self.people: list[int | None] = [*before, newcomer]
        self.done: set[Any] = set()
        self.gone = False
        self.lessons: dict[int, int] = {}

    def step(self, name: str, who: int | None, what: Any) -> None:
        contact = None if who is None else self.people[who]
        if (who is not None and contact is None) or (name, contact, what) in self.done:
            return
        getattr(self, f"_{name}")(contact, what)

    def _once(self, *what: Any) -> None:
        self.done.add(what)

    def _delivery(self, contact: int, occurrence: int) -> None:
        self._once("delivery", contact, occurrence)
        self.drive.delivery(self.occurrences[occurrence], contact, "queued", precinct=44)

    def _status(self, contact: int, status: str) -> None:
        reason = "discord_50007" if status in ("failed", "bounced") else ""
        mine = t.deliveries.update().where(t.deliveries.c.contact_id == contact)
        if status == "bounced":
            mine = mine.where(t.deliveries.c.status == "sent")
        else:
            mine = mine.where(t.deliveries.c.status.not_in(("sent", "bounced", "failed")))
        change(self.drive, mine.values(status=status, reason=reason))

    def _act(self, contact: int, kind: str) -> None:
        self._once("act", contact, kind)
        ours = kind in ("tap", "answer", "join")
        self.drive.action(contact, kind, self.drive.id if ours else None, precinct=None if ours else 44)

    def _pledge(self, contact: int, _: None) -> None:
        self._once("pledge", contact, None)
        self.drive.pledge(contact, 44)

    def _asked(self, contact: int, outcome: str | None) -> None:
        """Who has a plan, once."""
        if ("pledge", contact, None) in self.done and ("asked", contact) not in self.done:
            self._once("asked", contact)
            self.drive.asked(contact, outcome)

    def _alone(self, _contact: None, _what: None) -> None:
        self.drive.pledge(None, 75, channel="kiosk")

    def _move(self, contact: int, precinct: int) -> None:
        change(self.drive, t.contacts.update().where(t.contacts.c.id == contact).values(precinct=precinct))

    def _channel(self, contact: int, channel: str) -> None:
        change(self.drive, t.addresses.update().where(t.addresses.c.contact_id == contact).values(channel=channel))

    def _staff(self, contact: int, comes: bool) -> None:
        change(self.drive, t.staff_members.delete().where(t.staff_members.c.contact_id == contact))
        if comes:
            change(self.drive, t.staff_members.insert().values(contact_id=contact, handle=f"river{contact}"))

    def _signup(self, contact: int, counts: bool) -> None:
        change(self.drive, t.recent_signups.delete().where(t.recent_signups.c.contact_id == contact))
        change(self.drive, t.recent_signups.insert().values(contact_id=contact, hour=LAUNCH, counts=counts))

    def _lessons(self, contact: int, lessons: int) -> None:
        """Nobody gets worse."""
        lessons = max(lessons, self.lessons.get(contact, 0))
        self.lessons[contact] = lessons
        change(self.drive, t.lesson_progress.delete().where(t.lesson_progress.c.contact_id == contact))
        rows = [{"contact_id": contact, "lesson": f"L{number}", "reached": 9} for number in range(lessons)]
        change(self.drive, t.lesson_progress.insert().values(rows))

    def _forget(self, contact: int, _: None) -> None:
        self.people[self.people.index(contact)] = None
        self.gone = True
        change(self.drive, t.contacts.delete().where(t.contacts.c.id == contact))


def emptied(url: str) -> CountedCampaign:
    """A campaign in a database that others have used; nothing of it has to survive a power cut."""
    engine = sa.create_engine(_sync(url))
    with engine.begin() as connection:
        for table in (*reversed(t.metadata.sorted_tables), t.delivery_facts, t.action_facts, t.people_facts):
            connection.execute(table.delete())
    engine.dispose()
    drive = CountedCampaign(url, (44, 75, 60))
    on_sqlite = drive.engine.dialect.name == "sqlite"
    wanted = ("PRAGMA synchronous=OFF", "PRAGMA foreign_keys=ON") if on_sqlite else ("SET synchronous_commit = off",)

    @sa.event.listens_for(drive.engine, "connect")
    def _prepare(raw: Any, _: object) -> None:
        for statement in wanted:
            raw.execute(statement)

    drive.engine.dispose()
    return drive


@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
@given(steps=st.lists(_STEPS, min_size=5, max_size=25))
def test_facts_are_what_a_recomputation_gives(database_url: str, steps: list[tuple[str, int | None, Any]]) -> None:
    drive = emptied(database_url)
    try:
        life = Life(drive)
        for step in steps:
            life.step(*step)
        kept = everything(drive)
        if not life.gone:
            found, rows = read(drive), frames.read(database_url, drive.id, NOW)
            assert {name: found.total(name) for name in SAME} == {name: len(of(rows)) for name, of in SAME.items()}
            table = metrics.outcomes(rows)["people"].to_dict()
            assert {str(name): count for name, count in found.outcomes(rooms=False).items()} == table
            assert found.total("pledges_without_person") == metrics.pledges_without_person(rows)
        assert recomputed(drive) == kept
    finally:
        drive.engine.dispose()


SOMETHING_OF_EACH: tuple[tuple[str, int | None, Any], ...] = (
    ("delivery", 0, 0), ("delivery", 1, 0), ("delivery", 2, 2), ("status", 0, "sent"), ("status", 1, "failed"),
    ("status", 2, "unconfirmed"), ("delivery", 0, 2), ("act", 0, "tap"), ("act", 0, "invite"), ("act", 1, "opt_out"),
    ("act", 2, "pause"), ("pledge", 0, None), ("asked", 0, "did"), ("alone", None, None), ("lessons", 0, 9),
    ("act", 3, "join"),
)  # fmt: skip


def figures(drive: CountedCampaign) -> dict[str, Any]:
    """Every measure of docs/measures.md but the one that compares frozen editions."""
    found, of_weeks = read(drive), weeks(drive)
    with drive.engine.connect() as connection:
        of_rooms = rooms.read(connection, drive.id)
    days = [LAUNCH.date() + timedelta(weeks=number) for number in range(5)]
    asked: dict[str, Callable[[], Any]] = {
        "closed_week": lambda: [measures.closed_week(of_weeks, day) for day in days],
        "outcomes": lambda: [measures.outcomes(found, rooms=with_rooms) for with_rooms in (False, True)],
        "reproduction": lambda: measures.reproduction(found, 0, days[-1] + timedelta(weeks=4)),
        "per_1000_residents": lambda: measures.per_1000_residents(measures.reached(found)),
        "harm_rises": lambda: None,
        **{name: partial(getattr(measures, name), of_rooms) for name in rooms.MEASURES},
    }
    return {one.__name__: asked.get(one.__name__, partial(one, found))() for one in measures.MEASURES}


async def cleaned(url: str, now: datetime) -> None:
    database = Database(url, AddressCipher((b"k" * 32,), b"l" * 32))
    try:
        await Retention(SqlStore(database)).run(now)
    finally:
        await database.close()


@settings(
    max_examples=max(3, EXAMPLES // 4), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)  # fmt: skip
@given(steps=st.lists(_STEPS, max_size=25))
def test_A5_rows_of_people_go_after_30_days_and_no_measure_changes(
    database_url: str, steps: list[tuple[str, int | None, Any]]
) -> None:
    """While the campaign runs, after its end, and when everybody is deleted."""
    drive = emptied(database_url)
    try:
        life = Life(drive)
        for step in (*SOMETHING_OF_EACH, *steps):
            life.step(*step)
        before = figures(drive)
        assert before["delivered"]
        assert before["reached"]
        asyncio.run(cleaned(database_url, NOW + timedelta(days=45)))
        with drive.engine.connect() as connection:
            assert not connection.scalar(sa.select(sa.func.count()).select_from(t.actions))
        assert figures(drive) == before
        change(drive, t.campaigns.update().values(status="finished", finished_at=NOW))
        asyncio.run(cleaned(database_url, NOW + timedelta(days=46)))
        assert figures(drive) == before
        change(drive, t.contacts.delete())
        assert figures(drive) == before
    finally:
        drive.engine.dispose()


def _sync(url: str) -> sa.URL:
    parsed = sa.make_url(url)
    return parsed.set(drivername="sqlite" if parsed.get_backend_name() == "sqlite" else "postgresql+psycopg")
