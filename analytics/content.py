"""All that a report says, as plain values: pages, tables, charts, JSON and chat cards are written from this alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from analytics import about, editions, measures, rooms
from analytics.editions import HIDDEN, OLD_ENOUGH, SMALLEST, Edition, EditionLink, Figure, Rate, View, coded
from analytics.intervals import Interval, wilson
from analytics.layout import FOLLOW_THROUGH, HARM, NESTED, WITHOUT_PERSON, Layout, by_borough
from analytics.rooms import RoomTables
from campaign_engine.domain.area import CITY
from campaign_engine.domain.errors import NotFound
from campaign_engine.domain.schedule import to_wall
from campaign_engine.store import tables as t

UNITS: Mapping[str, str] = {
    "delivered": "messages",
    "delivered_people": "persons",
    **dict.fromkeys((*NESTED, *FOLLOW_THROUGH), "persons"),
    **dict.fromkeys(HARM, "persons"),
    WITHOUT_PERSON: "pledges",
    "pledged_28_days_before": "persons",
    "r_low": "ratio",
    "r_high": "ratio",
    "room_audience": "members",
    "room_reactions": "reactions",
    "room_joins": "joins",
    "room_taps": "taps",
    "goal": "pledges",
    "posts_made": "posts",
    "rooms": "rooms",
    "room_posts": "messages",
    "days_left": "days",
    "deliveries_people": "deliveries",
    "deliveries_rooms": "deliveries",
    "incidents": "incidents",
    "residents": "residents",
    "rank": "place",
    "p_top": "probability",
}
"""Every measure in the order of the data dictionary."""

_NEWEST = 200
"""Contacts to look at, so that no page reads all of them."""

Newest = Literal["latest"]
LATEST: Newest = "latest"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which report: `edition` is a number, or the newest there is; none before the first Sunday."""

    campaign_id: int
    view: View
    now: datetime
    edition: int | Newest = LATEST


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `of` persons, coded (safety K1); no interval where the share is not printed."""

    count: Figure
    of: Figure
    rate: Rate
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Reproduction:
    """`following` pledgers by invite of those of step `generation`, who were counted 28 days before.

    `interval` is that over sites, or else one that it is `wider` than.
    """

    generation: int
    pledgers: Figure
    following: Figure
    ratio: float | None
    interval: Interval | None
    wider: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of one edition in one view, and what is not about persons through the same day.

    `before` is the edition before it, `old` the newest that is 28 days older. `rooms` are frozen with the edition, and
    None for one from before they were; without an edition they are of today.
    """

    campaign: about.CampaignFacts
    work: about.Work
    days_left: int | None
    view: View
    now: datetime
    simulated: bool
    edition: Edition | None
    before: Edition | None
    old: Edition | None
    editions: tuple[EditionLink, ...]
    rooms: RoomTables | None

    @property
    def k(self) -> int:
        """From how many persons on a cell is shown."""
        return SMALLEST[self.view]

    @property
    def layout(self) -> Layout:
        """Before the first edition, of what is public of the campaign."""
        return self.edition.layout if self.edition else Layout(by_borough(self.campaign.targets), (), {})

    @property
    def through(self) -> date | None:
        """Last day that people are counted of; None before the first edition."""
        return self.edition.data_through if self.edition else None

    @property
    def is_newest(self) -> bool:
        """Or there is none yet."""
        return self.edition is None or self.edition.number == max(each.number for each in self.editions)

    @property
    def city_through(self) -> str:
        """Day of the newest shooting behind the ranking; empty without a ranking."""
        ranking = self.campaign.ranking
        return ranking.data_through.isoformat() if ranking else ""

    @property
    def rule(self) -> str:
        """The ranking rule in one line, as in the table's leading column."""
        ranking = self.campaign.ranking
        if ranking is None:
            return ""
        rule = ranking.rule
        return f"top {rule.top} by {rule.by}, {rule.first_year} to {rule.last_year}, boundaries {ranking.boundaries}"

    def figure(self, measure: str, key: str = CITY) -> Figure:
        """Of persons; hidden before the first edition."""
        return self.edition.figure(measure, key) if self.edition else HIDDEN

    def shown(self, measure: str) -> Mapping[int, int]:
        """Precincts that can be shown."""
        return self.edition.shown(measure) if self.edition else {}

    def share(self, measure: str, of: str, key: str = CITY) -> Share:
        """As measures.share; nothing where more came to the step than to the one before it, by another way."""
        count, whole = self.figure(measure, key), self.figure(of, key)
        if count == HIDDEN or whole == HIDDEN or count > whole:
            return Share(count, whole, HIDDEN, None)
        rate = coded(count, whole)
        return Share(count, whole, rate, measures.share(count, whole).interval if isinstance(rate, float) else None)

    def reproduction(self, generation: int) -> Reproduction:
        """Pledgers of the next generation for each of this one, both as published 28 days ago or earlier.

        The next one's of today would count what newer people brought. From published figures alone, but for the
        bootstrap over sites, which was frozen with them. Where that says too little or too much: Wilson on the share
        that follows, of both together, as of two independent counts.
        """
        key = f"generation:{generation}"
        pledgers = self.old.figure("pledged", key) if self.old else HIDDEN
        following = self.old.figure("pledged", f"generation:{generation + 1}") if self.old else HIDDEN
        if pledgers == HIDDEN or following == HIDDEN:
            return Reproduction(generation, pledgers, following, None, None)
        ratio, over_sites = following / pledgers, self.edition.ranges.get(key) if self.edition else None
        if over_sites is not None and over_sites.low <= ratio <= over_sites.high:
            return Reproduction(generation, pledgers, following, ratio, over_sites)
        share = wilson(following, following + pledgers)
        odds = Interval(share.low / (1 - share.low), share.high / (1 - share.high))
        return Reproduction(generation, pledgers, following, ratio, odds, wider=True)

    def harm_rises(self) -> tuple[str, ...]:
        """Measures of harm that grew faster than reach since the edition before; no success then, whatever else."""
        return measures.harm_rises(self.figure, self.before.figure if self.before else None)

    def is_success(self) -> bool:
        """The goal is reached and harm does not rise."""
        pledged = self.figure("pledged")
        return pledged != HIDDEN and 0 < self.campaign.goal <= pledged and not self.harm_rises()


def read(connection: sa.Connection, asked: Asked) -> Report:
    """A dozen statements, none over rows of persons or deliveries of persons.

    Raises NotFound, code no_edition for an edition that there is not; ReleaseRefused for what came back from rooms.
    """
    campaign = about.campaign_facts(connection, asked.campaign_id)
    links = editions.listed(connection, asked.campaign_id, asked.view)
    edition = _edition(connection, asked, links)
    before, old = (_earlier(connection, asked, links, edition, apart) for apart in (timedelta(days=1), OLD_ENOUGH))
    layout = edition.layout if edition else Layout(by_borough(campaign.targets), (), {})
    return Report(
        campaign=campaign,
        work=_work(connection, asked, edition),
        days_left=about.days_left(campaign, to_wall(asked.now).date()),
        view=asked.view,
        now=asked.now,
        simulated=_simulated(connection),
        edition=edition,
        before=before,
        old=old,
        editions=links,
        rooms=RoomTables.from_json(edition.rooms) if edition else _rooms_today(connection, asked, layout),
    )


def _work(connection: sa.Connection, asked: Asked, edition: Edition | None) -> about.Work:
    """As it was frozen; counted now before the first edition, and for those from before it was kept with them."""
    if edition is not None and edition.work:
        return about.Work.from_json(edition.work)
    through = edition.data_through if edition else None
    return about.work(connection, asked.campaign_id, through, SMALLEST[asked.view])


def _rooms_today(connection: sa.Connection, asked: Asked, layout: Layout) -> RoomTables:
    counts = rooms.read(connection, asked.campaign_id)
    return rooms.tables(counts, layout.boroughs, SMALLEST[asked.view])


def _simulated(connection: sa.Connection) -> bool:
    """Whether somebody among the newest is made up; the team's own contacts are real in a rehearsal too."""
    newest = sa.select(t.contacts.c.simulated).order_by(t.contacts.c.id.desc()).limit(_NEWEST)
    return any(connection.scalars(newest))


def _edition(connection: sa.Connection, asked: Asked, links: tuple[EditionLink, ...]) -> Edition | None:
    if asked.edition != LATEST:
        return editions.by_number(connection, asked.campaign_id, asked.edition, asked.view)
    return editions.latest(connection, asked.campaign_id, asked.view) if links else None


def _earlier(
    connection: sa.Connection,
    asked: Asked,
    links: tuple[EditionLink, ...],
    edition: Edition | None,
    apart: timedelta,
) -> Edition | None:
    """The newest at least so much older; links are newest first, so a correction comes before what it corrects."""
    if edition is None:
        return None
    for link in links:
        if link.number < edition.number and edition.week - link.week >= apart:
            return editions.by_number(connection, asked.campaign_id, link.number, asked.view)
    return None


def as_json(report: Report) -> dict[str, Any]:
    """Plain values for report.json."""
    campaign, ranking, edition = report.campaign, report.campaign.ranking, report.edition
    return {
        "campaign": {
            "id": campaign.id,
            "title": campaign.title,
            "kind": campaign.kind.value,
            "status": campaign.status.value,
            "goal": campaign.goal,
            "channels": list(campaign.channels),
            "precincts": list(campaign.targets),
            "first_day": campaign.launched_at and to_wall(campaign.launched_at).date().isoformat(),
            "last_day": campaign.finished_at and to_wall(campaign.finished_at).date().isoformat(),
        },
        "view": report.view,
        "smallest_shown": report.k,
        "edition": edition
        and {
            "number": edition.number,
            "week": edition.week.isoformat(),
            "data_through": edition.data_through.isoformat(),
            "corrects": edition.corrects,
            "corrected_by": edition.corrected_by,
            "reason": edition.reason,
        },
        "simulated": report.simulated,
        "ranking": ranking and {key: value for key, value in ranking.as_json().items() if key != "precincts"},
        "precincts": [ranked.as_json() for ranked in ranking.precincts] if ranking else [],
        "made": made(report),
        "closed_week": dict(edition.closed_week) if edition else {},
        "figures": {name: dict(table.cells) for name, table in edition.tables.items()} if edition else {},
        "reproduction": {key: [between.low, between.high] for key, between in edition.ranges.items()}
        if edition
        else {},
        "sites": {f"site:{site}": name for site, (name, _) in report.layout.sites.items()},
        "rooms": report.rooms
        and {
            key: {**counts, **{name: report.rooms.figure(name, key) for name in rooms.MEASURES}}
            for key, counts in report.rooms.places.items()
        },
        "outcomes": {status.value: dict(counts) for status, counts in report.work.outcomes.items()},
    }


def made(report: Report) -> dict[str, int | None]:
    """What is not about persons and always shown (safety K3); what is as of now only on the newest page."""
    now = {"days_left": report.days_left} if report.is_newest else {}
    frozen = {"rooms": report.rooms.rooms} if report.rooms else {}
    return {
        "posts_made": report.work.posts_made,
        "delivered": report.work.delivered,
        "room_posts": report.work.room_posts,
        **frozen,
        **now,
    }


def card(report: Report) -> dict[str, object]:
    """Values for the template `campaign.report`; precincts that can be shown by number, never ranked."""
    if report.rooms is None:
        raise NotFound("There is no card of an earlier edition.", "Open its page.", "no_edition")
    return {
        "title": report.campaign.title,
        "goal": report.campaign.goal,
        "through": report.through,
        "delivered": report.work.delivered,
        **{name: report.figure(name) for name in ("reached", "engaged", "pledged", "opt_outs")},
        "rooms": report.rooms.rooms,
        **{name: report.rooms.figure(name, CITY) for name in rooms.MEASURES},
        "precincts": [
            {"precinct": number, "reached": count, "pledged": report.figure("pledged", f"precinct:{number}")}
            for number, count in sorted(report.shown("reached").items())
        ],
    }
