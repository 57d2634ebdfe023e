"""Rows of one campaign, put into the database one by one, so that a test can count them by hand."""

import functools
import itertools
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from analytics.freezing import Asked, make
from campaign_engine.domain.area import week_of
from campaign_engine.domain.precinct import Ranking, RankingRule, borough_of
from campaign_engine.domain.schedule import to_wall
from campaign_engine.opendata import figures
from campaign_engine.opendata.ranking import rank
from campaign_engine.ports.editions import NewEdition
from campaign_engine.store import tables as t

LAUNCH = datetime(2026, 11, 24, 21, 0, tzinfo=UTC)
NOW = LAUNCH + timedelta(days=3)


@functools.cache
def default_ranking() -> Ranking:
    rule = RankingRule.default(figures.data_through())
    return rank(rule, figures.counts(rule))


class CountedCampaign:
    """A running pledge drive in some precincts; everybody is made up by the test that calls these methods."""

    def __init__(self, url: str, targets: tuple[int, ...], simulated: bool = False) -> None:
        parsed = sa.make_url(url)
        driver = "sqlite" if parsed.get_backend_name() == "sqlite" else "postgresql+psycopg"
        self.engine = sa.create_engine(parsed.set(drivername=driver))
        self.numbers = itertools.count(1)
        self.simulated = simulated
        rows = [
            {"number": number, "borough": borough_of(number), "name": f"Area {number}", "population": 50_000}
            for number in figures.precincts()
        ]
        with self.engine.begin() as connection:
            if not connection.scalar(sa.select(sa.func.count()).select_from(t.precincts)):
                connection.execute(t.precincts.insert(), rows)
        self.id = self.campaign(targets)

    def campaign(self, targets: tuple[int, ...], title: str = "Winter <pledge> drive", status: str = "running") -> int:
        plain = default_ranking().as_json()
        ranking = self.add(
            t.rankings,
            rule=plain["rule"],
            boundaries=plain["boundaries"],
            data_through=figures.data_through(),
            entries=plain["precincts"],
            created_at=LAUNCH,
        )
        campaign = self.add(
            t.campaigns, title=title, kind="pledge", goal=300, languages=["en", "es"], status=status, version=1,
            ranking_id=ranking, created_at=LAUNCH - timedelta(days=2), launched_at=LAUNCH,
        )  # fmt: skip
        with self.engine.begin() as connection:
            connection.execute(
                t.campaign_targets.insert(), [{"campaign_id": campaign, "precinct": number} for number in targets]
            )
        self.post = self.add(t.posts, campaign_id=campaign, version=1, status="approved")
        content = {
            "texts": {"en": "Look out for each other."},
            "schedule": {"first": "2026-11-24T16:00", "weekdays": [1, 3], "until": "2026-12-03"},
            "channels": ["telegram", "web"],
            "targets": {"kind": "precincts", "boroughs": [], "precincts": list(targets), "without": []},
            "pledge": "A",
            "stale_minutes": 180,
        }
        with self.engine.begin() as connection:
            connection.execute(
                t.post_versions.insert().values(
                    post_id=self.post,
                    version=1,
                    content=content,
                    content_hash="x",
                    created_at=LAUNCH,
                    approved_at=None if status in ("draft", "submitted") else LAUNCH,
                )
            )
        return campaign

    def occurrence(self, due: datetime = LAUNCH) -> int:
        return self.add(
            t.occurrences, post_id=self.post, version=1, wall_time=to_wall(due), due_at=due,
            stale_at=due + timedelta(hours=3), status="frozen", frozen_at=due,
        )  # fmt: skip

    def site(self, precinct: int, name: str = "=HYPERLINK(school)") -> int:
        return self.add(t.sites, name=name, kind="school", precinct=precinct, active=True, created_at=LAUNCH)

    def person(self, precinct: int | None, channel: str = "web", days: float = 1, **values: Any) -> int:
        joined = LAUNCH + timedelta(days=days)
        number = next(self.numbers)
        contact = self.add(
            t.contacts,
            **{
                "pseudonym": f"person-{number}",
                "age_band": "16-17",
                "language": "en",
                "precinct": precinct,
                "precinct_declined": precinct is None,
                "generation": 0,
                "created_at": joined,
                "last_seen_at": joined,
                "simulated": self.simulated,
                **values,
            },
        )
        self.add(
            t.addresses, contact_id=contact, channel=channel, address_hash=f"hash-{number}", address_cipher=b"x",
            status="active",
        )  # fmt: skip
        return contact

    def staff(self, precinct: int) -> int:
        contact = self.person(precinct)
        with self.engine.begin() as connection:
            connection.execute(t.staff_members.insert().values(contact_id=contact, handle=f"river{contact}"))
        return contact

    def action(self, contact: int | None, kind: str, campaign: int | None = None, **values: Any) -> None:
        given = {"channel": "web", "precinct": None, "generation": 0, "day": to_wall(NOW).date(), **values}
        self.add(t.actions, contact_id=contact, kind=kind, campaign_id=campaign, **given)

    def pledge(self, contact: int | None, precinct: int | None, **values: Any) -> None:
        given = {"campaign_id": self.id, "channel": "web", "generation": 0, "pledge": "A", "pledged_at": NOW, **values}
        self.add(t.pledges, contact_id=contact, precinct=precinct, **given)

    def asked(self, contact: int, outcome: str | None = None, at: datetime = NOW) -> None:
        """About the plan of their pledge to this campaign; what came of it a moment later."""
        c, f = t.pledges.c, t.follow_ups.c
        mine = sa.select(c.id).where(c.contact_id == contact, c.campaign_id == self.id).scalar_subquery()
        with self.engine.begin() as connection:
            connection.execute(t.follow_ups.insert().values(pledge_id=mine, contact_id=contact, asked_at=at))
            connection.execute(t.follow_ups.update().where(f.contact_id == contact).values(outcome=outcome))

    def delivery(self, occurrence: int, contact: int | None, status: str = "sent", **values: Any) -> None:
        given = {
            "is_room": contact is None, "lane": "web", "precinct": None, "language": "en", "reason": "", "attempts": 1,
            "epoch": 1, "platform_id": "", "updated_at": NOW, **values,
        }  # fmt: skip
        made = self.add(t.deliveries, occurrence_id=occurrence, contact_id=contact, status="queued", **given)
        with self.engine.begin() as connection:
            connection.execute(t.deliveries.update().where(t.deliveries.c.id == made).values(status=status))

    def room(self, channel: str = "telegram", scope: tuple[str, str] = ("city", ""), kind: str = "group") -> int:
        number = next(self.numbers)
        return self.add(
            t.rooms, channel=channel, kind=kind, title=f"Room {number}", address_hash=f"room-{number}",
            address_cipher=b"x", scope_kind=scope[0], scope_value=scope[1], members=40, active=True, linked_at=LAUNCH,
        )  # fmt: skip

    def came_back(self, room: int, figure: str, count: int, subject: str = "") -> None:
        """To this campaign, unless `subject` says to what else."""
        row = {"room_id": room, "figure": figure, "subject": subject or f"campaign {self.id}", "count": count}
        with self.engine.begin() as connection:
            connection.execute(t.room_figures.insert().values({**row, "counted_at": NOW}))

    def joined_and_pledged(self, precinct: int, people: int, pledgers: int, site: int | None = None) -> None:
        """Simple people of one precinct, the first of them with a pledge."""
        for number in range(people):
            contact = self.person(precinct, site_id=site)
            self.action(contact, "join", precinct=precinct)
            if number < pledgers:
                self.pledge(contact, precinct, site_id=site)

    def freeze(self, now: datetime = NOW, reason: str = "") -> NewEdition:
        """The edition of this week, made and kept."""
        with self.engine.begin() as connection:
            made = make(connection, Asked(self.id, week_of(now), now, reason))
            connection.execute(t.editions.insert().values(asdict(made)))
        return made

    def add(self, table: sa.Table, **values: Any) -> int:
        with self.engine.begin() as connection:
            return int(connection.execute(table.insert().values(values).returning(table.c.id)).scalar_one())
