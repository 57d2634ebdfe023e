"""All that a report says, as plain values: its page, its table and its JSON are written from this and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analytics import metrics, room_tables
from analytics.editions import SMALLEST, Edition, Figure, View
from analytics.frames import Frames
from analytics.tables import Protected, protected
from campaign_engine.domain.area import CITY
from campaign_engine.domain.schedule import to_wall

UNITS: Mapping[str, str] = {
    "delivered": "messages",
    "delivered_people": "persons",
    "reached": "persons",
    "engaged": "persons",
    "pledged": "persons",
    "joined": "persons",
    "trained": "persons",
    "inviting": "persons",
    **dict.fromkeys(metrics.HARM, "persons"),
    "pledges_without_person": "pledges",
    "room_audience": "members",
    "room_reactions": "reactions",
    "room_joins": "joins",
    "room_taps": "taps",
    "posts_made": "posts",
    "rooms": "rooms",
    "room_posts": "messages",
    "days_left": "days",
    "deliveries_people": "deliveries",
    "deliveries_rooms": "deliveries",
    "incidents": "incidents",
    "rank": "place",
    "p_top": "probability",
}
"""Every measure in the order of the data dictionary."""


@dataclass(frozen=True, slots=True)
class Content:
    """Protected figures, and what is not about persons and always shown (safety K3).

    `rooms` by cell, as room_tables.trees: rooms and posts; what came back is figures. `outcomes` by status: people and
    rooms.
    """

    frames: Frames
    view: View
    protected: Protected
    made: Mapping[str, int | None]
    rooms: Mapping[str, Mapping[str, int]]
    outcomes: Mapping[str, Mapping[str, int]]

    @property
    def k(self) -> int:
        """From how many persons on a cell is shown."""
        return SMALLEST[self.view]

    @property
    def data_through(self) -> str:
        """Day of the newest shooting behind the ranking; empty without a ranking."""
        ranking = self.frames.campaign.ranking
        return ranking.data_through.isoformat() if ranking else ""

    @property
    def rule(self) -> str:
        """The ranking rule in one line, as in the table's leading column."""
        ranking = self.frames.campaign.ranking
        if ranking is None:
            return ""
        rule = ranking.rule
        return f"top {rule.top} by {rule.by}, {rule.first_year} to {rule.last_year}, boundaries {ranking.boundaries}"


def content(frames: Frames, edition: Edition | None, view: View) -> Content:
    """Persons from the edition, all else as it is now. Raises ReleaseRefused."""
    outcomes = metrics.outcomes(frames)
    figures = protected(frames, edition, view)
    rooms = room_tables.listed(frames, figures.layout.boroughs)
    return Content(
        frames=frames,
        view=view,
        protected=figures,
        made={
            "posts_made": metrics.posts_made(frames),
            "rooms": rooms[CITY]["rooms"],
            "room_posts": len(metrics.room_posts(frames)),
            "days_left": metrics.days_left(frames),
        },
        rooms=rooms,
        outcomes={
            str(status): {"people": int(people), "rooms": int(rooms)}
            for status, people, rooms in zip(outcomes.index, outcomes["people"], outcomes["rooms"], strict=True)
        },
    )


def as_json(report: Content) -> dict[str, Any]:
    """Plain values for report.json."""
    campaign, ranking = report.frames.campaign, report.frames.campaign.ranking
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
        "as_of": report.frames.now.isoformat(timespec="seconds"),
        "simulated": report.frames.simulated > 0,
        "ranking": ranking and {key: value for key, value in ranking.as_json().items() if key != "precincts"},
        "precincts": [ranked.as_json() for ranked in ranking.precincts] if ranking else [],
        "made": dict(report.made),
        "figures": {name: dict(cells) for name, cells in report.protected.figures.items()},
        "sites": {f"site:{site}": name for site, (name, _) in report.protected.layout.sites.items()},
        "rooms": {key: dict(counts) for key, counts in report.rooms.items()},
        "outcomes": {status: dict(counts) for status, counts in report.outcomes.items()},
    }


def card(report: Content) -> dict[str, object]:
    """Values for the template `campaign.report`; precincts that can be shown, most pledges first."""
    figures = report.protected
    shown = figures.shown("reached")

    def pledged(number: int) -> Figure:
        return figures.figure("pledged", f"precinct:{number}")

    def order(number: int) -> tuple[int, int, int]:
        known = pledged(number)
        return (-known if isinstance(known, int) else 0, -shown[number], number)

    return {
        "title": report.frames.campaign.title,
        "goal": report.frames.campaign.goal,
        **{name: figures.figure(name, CITY) for name in ("delivered", "reached", "engaged", "pledged", "opt_outs")},
        "rooms": report.made["rooms"],
        **{name: figures.figure(name, CITY) for name in metrics.ROOMS},
        "precincts": [
            {"precinct": number, "reached": shown[number], "pledged": pledged(number)}
            for number in sorted(shown, key=order)
        ],
    }
