"""Reads the counts that reports are made of. No pandas: the serving process reads them too, in milliseconds.

People are distinct (measures): each is in one cell, of the place, site, channel, generation and week of sign-up where
they are, so any sum over cells of one measure counts nobody twice; across channels one person may be two.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa

from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.store import fact_rules as rules
from campaign_engine.store import tables as t
from campaign_engine.store.confirming import is_confirmed
from campaign_engine.store.unsettled import in_states

MEASURES = {
    "delivered_people": rules.DELIVERED,
    "reached": rules.REACHED,
    "engaged": rules.ENGAGED,
    "joined": rules.JOINED,
    "joined_by_post": rules.JOINED_BY_POST,
    "pledged": rules.PLEDGED,
    "trained": rules.TRAINED,
    "inviting": rules.INVITING,
    "opt_outs": "opt_out",
    "deletes": "delete",
    "pauses": "pause",
    "blocks": rules.BLOCKED,
    "followed_through": rules.FOLLOWED,
    "not_followed": rules.NOT_FOLLOWED,
    "no_answer": rules.NO_ANSWER,
    "pledges_without_person": rules.WITHOUT_PERSON,
}
"""Names as in docs/measures.md, and what stands for them in `people_facts.what`. The last one counts pledges."""

NOWHERE = 0
"""Precinct of whoever rather not said or was not asked yet, and site of whoever came by none."""

Weeks = Mapping[date, Mapping[str, int]]
"""Distinct people by the Sunday of the week and by measure; the same person may be in several weeks."""

Dimension = Literal["precinct", "site", "channel", "generation", "week"]


class Cell(NamedTuple):
    """Where people count; `week` is the Sunday of the week of their sign-up."""

    precinct: int
    site: int
    channel: str
    generation: int
    week: date


class Messages(NamedTuple):
    """What became of messages of one day (New York, of their firing)."""

    day: date
    is_room: bool
    lane: str
    precinct: int
    site: int
    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Counts of one campaign. `people` by measure and cell, as in MEASURES; `messages` of people and of rooms, those
    whose rows have gone included; `open` are deliveries that something must still happen to."""

    campaign_id: int
    people: dict[str, dict[Cell, int]]
    messages: dict[Messages, int]
    open: dict[Messages, int]

    def total(self, measure: str) -> int:
        """Raises KeyError for a measure that there is not."""
        return sum(self._cells(measure).values())

    def by(self, measure: str, dimension: Dimension) -> dict[Any, int]:
        """Counts by value of one dimension; values that nobody has are left out."""
        return {key[0]: count for key, count in self.across(measure, dimension).items()}

    def across(self, measure: str, *dimensions: Dimension) -> dict[tuple[Any, ...], int]:
        """Counts by values of several dimensions, in that order."""
        places = [Cell._fields.index(dimension) for dimension in dimensions]
        found: Counter[tuple[Any, ...]] = Counter()
        for cell, count in self._cells(measure).items():
            found[tuple(cell[place] for place in places)] += count
        return dict(found)

    def through(self, day: date) -> "Facts":
        """With the messages of firings up to a day alone."""
        messages, still_open = (
            {row: count for row, count in rows.items() if row.day <= day} for rows in (self.messages, self.open)
        )
        return replace(self, messages=messages, open=still_open)

    def outcomes(self, *, rooms: bool) -> dict[DeliveryStatus, int]:
        """Every status; they add up to the frozen rows (measures: accounting identity)."""
        found = dict.fromkeys(DeliveryStatus, 0)
        for rows in (self.messages, self.open):
            for row, count in rows.items():
                if row.is_room is rooms:
                    found[DeliveryStatus(row.status)] += count
        return found

    def delivered(self, dimension: Literal["day", "lane", "precinct", "site"]) -> dict[Any, int]:
        """Messages to people that the channel accepted and that did not come back."""
        place = Messages._fields.index(dimension)
        found: Counter[Any] = Counter()
        for row, count in self.messages.items():
            if row.status == DeliveryStatus.SENT and not row.is_room:
                found[row[place]] += count
        return dict(found)

    def _cells(self, measure: str) -> dict[Cell, int]:
        return self.people[measure]


def read(connection: sa.Connection, campaign_id: int) -> Facts:
    """Four statements; of an unknown campaign everything is empty."""
    return Facts(
        campaign_id,
        _people(connection, campaign_id),
        _numbered((*_settled(connection, campaign_id), *_gone(connection, campaign_id))),
        _numbered(_open(connection, campaign_id)),
    )


def read_messages(connection: sa.Connection, campaign_id: int) -> Facts:
    """As `read`, with no count of persons in it."""
    settled = (*_settled(connection, campaign_id), *_gone(connection, campaign_id))
    return Facts(campaign_id, {}, _numbered(settled), _numbered(_open(connection, campaign_id)))


def read_weeks(connection: sa.Connection, campaign_id: int) -> Weeks:
    """Two statements, one of them over everybody's flags of the campaign: for a weekly edition, not for a page."""
    c, gone = t.week_times.c, t.week_gone.c
    allies = c.contact_id.not_in(sa.select(t.staff_members.c.contact_id)) & is_confirmed(c.contact_id)
    there = sa.select(c.week, c.what, sa.func.count()).where(c.campaign_id == campaign_id, allies)
    left = sa.select(gone.week, gone.what, gone.people).where(gone.campaign_id == campaign_id)
    names = {what: name for name, what in MEASURES.items()}
    found: dict[date, Counter[str]] = {}
    for wanted in (there.group_by(c.week, c.what), left):
        for week, what, people in connection.execute(wanted):
            found.setdefault(week, Counter())[names[what]] += people
    return {week: dict(counts) for week, counts in sorted(found.items())}


def _people(connection: sa.Connection, campaign_id: int) -> dict[str, dict[Cell, int]]:
    c = t.people_facts.c
    key = (c.what, c.precinct, c.site_id, c.channel, c.generation, c.week)
    wanted = (
        sa.select(*key, sa.func.sum(c.people))
        .where(c.campaign_id == campaign_id, c.counted)
        .group_by(*key)
        .having(sa.func.sum(c.people) > 0)
    )
    names = {what: name for name, what in MEASURES.items()}
    found: dict[str, dict[Cell, int]] = {name: {} for name in MEASURES}
    for what, *cell, people in connection.execute(wanted):
        found[names[what]][Cell(*cell)] = people
    return found


def _settled(connection: sa.Connection, campaign_id: int) -> Iterable[Any]:
    c = t.delivery_facts.c
    key = (c.is_room, c.lane, c.precinct, c.site_id, c.status, c.reason)
    wanted = (
        sa.select(t.occurrences.c.wall_time, *key, sa.func.sum(c.messages))
        .join(t.occurrences, t.occurrences.c.id == c.occurrence_id)
        .join(t.posts, t.posts.c.id == t.occurrences.c.post_id)
        .where(t.posts.c.campaign_id == campaign_id)
        .group_by(t.occurrences.c.wall_time, *key)
        .having(sa.func.sum(c.messages) != 0)
    )
    return [(row[0].date(), *row[1:]) for row in connection.execute(wanted)]


def _gone(connection: sa.Connection, campaign_id: int) -> Iterable[Any]:
    """Whose rows went after 30 days."""
    c = t.delivery_counts.c
    wanted = sa.select(c.day, sa.false(), c.lane, c.precinct, c.site_id, c.status, c.reason, c.messages)
    return connection.execute(wanted.where(c.campaign_id == campaign_id))


def _open(connection: sa.Connection, campaign_id: int) -> Iterable[Any]:
    """From the index of what is unsettled: few, but while something large is sent."""
    c = t.deliveries.c
    unsettled = in_states(*rules.OPEN_ENDED)
    key = (t.occurrences.c.wall_time, c.is_room, c.lane, c.precinct, c.site_id, c.status)
    wanted = (
        sa.select(*key, sa.func.count())
        .join(t.occurrences, t.occurrences.c.id == c.occurrence_id)
        .join(t.posts, t.posts.c.id == t.occurrences.c.post_id)
        .where(t.posts.c.campaign_id == campaign_id, unsettled)
        .group_by(*key)
    )
    return [
        (row[0].date(), bool(row[1]), row[2], row[3] or NOWHERE, row[4] or NOWHERE, row[5], "", row[6])
        for row in connection.execute(wanted)
    ]


def _numbered(rows: Iterable[Any]) -> dict[Messages, int]:
    found: Counter[Messages] = Counter()
    for *key, count in rows:
        found[Messages(*key)] += count
    return dict(found)
