"""A new time or place of an event: chosen from lists, never typed (safety S9, threat T18)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.schedule import to_utc, to_wall

SAME = "same"
WHEN = "%Y%m%d%H%M"
"""How a button carries New York wall-clock time."""

FARTHEST = timedelta(days=60)
"""How far ahead an event may be moved."""


class Place(StrEnum):
    """Where it is now; a name goes out for an event of the same day only (threat T18)."""

    SAME = "same"
    ASK = "ask"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class EventChange:
    """`wall` is New York wall-clock time, None where it stays as planned; `site_id` is that of a Place.SITE."""

    wall: datetime | None = None
    place: Place = Place.SAME
    site_id: int | None = None


def read_wall(when: str) -> datetime | None:
    """Of a button; None for "same". Raises InvalidInput."""
    if when == SAME:
        return None
    try:
        return datetime.strptime(when, WHEN)  # noqa: DTZ007 - New York wall-clock time has no zone here
    except ValueError as error:
        raise unknown_change() from error


def read_change(when: str, place: str) -> EventChange:
    """Of a button: place is "same", "ask" or "s" with the number of a site. Raises InvalidInput."""
    wall = read_wall(when)
    if place in (Place.SAME, Place.ASK):
        return EventChange(wall, Place(place))
    digits = place.removeprefix("s")
    if not (place.startswith("s") and digits.isascii() and digits.isdecimal() and len(digits) < 10):
        raise unknown_change()
    return EventChange(wall, Place.SITE, int(digits))


def after(last: EventChange | None, change: EventChange, now: datetime) -> EventChange:
    """What stays is what was told last, so that whoever missed that learns it too; a place only as far as it may be."""
    if last is None:
        return change
    kept = EventChange(change.wall or last.wall, change.place, change.site_id)
    if change.place is not Place.SAME:
        return kept
    if last.place is Place.SITE and not may_name_place(kept.wall, now):
        return replace(kept, place=Place.ASK)
    return replace(kept, place=last.place, site_id=last.site_id)


def may_name_place(wall: datetime | None, now: datetime) -> bool:
    """Only on the day itself; one who keeps the time knows the day (threat T18)."""
    return wall is None or wall.date() == to_wall(now).date()


def check_change(change: EventChange, now: datetime) -> None:
    """Raise InvalidInput for one that changes nothing, is past or far off, or names a place before its day."""
    if change.wall is None and change.place is Place.SAME:
        raise InvalidInput("Nothing is different.", "Choose a new time or a new place.", "no_change")
    if change.wall is not None:
        moment = to_utc(change.wall)
        if moment <= now:
            raise InvalidInput("This time has passed.", "Choose a later one.", "past_schedule", {"wall": change.wall})
        if moment > now + FARTHEST:
            raise unknown_change()
    if change.place is Place.SITE and not may_name_place(change.wall, now):
        raise InvalidInput(
            "A place is named on the day only.", "Let people ask their adult partner.", "place_on_the_day"
        )


def unknown_change() -> InvalidInput:
    """For what no button of ours carries."""
    return InvalidInput("This choice is not there any more.", "Open the event again.", "unknown_change")
