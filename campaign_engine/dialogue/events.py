"""A new time or place of an event, by taps alone (safety S9).

Buttons: `ec:<campaign>` asks for the day, `ec:<campaign>:p<page>` for a later one, `ec:<campaign>:<yyyymmdd>` for the
hour, with the hour for the minute, with both (or "same") for the place, which services know; then `:<place>` shows what
will be said, and `:yes` says it.
"""

import re
from datetime import date, time, timedelta

from campaign_engine.dialogue.event_intents import ChangeEvent, ShowEventPlaces
from campaign_engine.dialogue.flow import Rows, number, option, say
from campaign_engine.dialogue.state import Context, State, Step
from campaign_engine.domain.event_change import SAME
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.roles import Capability, may
from campaign_engine.domain.schedule import to_wall

HEAD = "ec"
_DAYS = 8
_PAGES = 7
_HOURS = range(8, 22)
_MINUTES = (0, 15, 30, 45)
_PAGE = re.compile(r"p(\d)")
_DAY = re.compile(r"\d{8}")
_HOUR = re.compile(r"\d{10}")
_WHEN = re.compile(rf"\d{{12}}|{SAME}")


def choice(state: State, data: str, context: Context) -> Step | None:
    """None for other buttons, and for whoever may hold no precinct; whose event it is is checked by services."""
    head, _, rest = data.partition(":")
    first, _, chosen = rest.partition(":")
    campaign = number(first)
    if head != HEAD or campaign is None or not may(context.person, Capability.HOLD):
        return None
    when, _, place = chosen.partition(":")
    if _WHEN.fullmatch(when):
        return _where(state, campaign, when, place)
    page = _PAGE.fullmatch(when)
    if not when or page:
        return _ask(state, "event.which_day", _days(campaign, context, int(page[1]) if page else 0))
    if _DAY.fullmatch(when):
        return _ask(state, "event.which_hour", _hours(campaign, when, context))
    return _ask(state, "event.which_minute", _minutes(campaign, when, context)) if _HOUR.fullmatch(when) else None


def _where(state: State, campaign: int, when: str, place: str) -> Step:
    place, _, sure = place.partition(":")
    if not place or place.startswith("p"):
        return say(state, intents=(ShowEventPlaces(campaign, when, number(place.removeprefix("p")) or 0),))
    return say(state, intents=(ChangeEvent(campaign, when, place, sure == "yes"),))


def _ask(state: State, template: str, rows: Rows) -> Step | None:
    return say(state, Reply(template, options=rows, edits=True)) if rows else None


def _days(campaign: int, context: Context, page: int) -> Rows:
    first = to_wall(context.now).date() + timedelta(days=page * _DAYS)
    shown = [_day(campaign, first + timedelta(days=ahead)) for ahead in range(_DAYS)]
    same: Rows = ((option("event.same_time", f"{HEAD}:{campaign}:{SAME}"),),) if page == 0 else ()
    back = f"{HEAD}:{campaign}:p{page - 1}" if page else f"st:{campaign}"
    turn = [option("join.back", back)]
    if page < _PAGES - 1:
        turn.append(option("join.more", f"{HEAD}:{campaign}:p{page + 1}"))
    return (*same, *_in_rows(shown), tuple(turn))


def _day(campaign: int, day: date) -> Option:
    return Option(label="event.day", data=f"{HEAD}:{campaign}:{day:%Y%m%d}", values={"day": day})


def _hours(campaign: int, when: str, context: Context) -> Rows:
    """Those of which something is still to come."""
    ahead = [hour for hour in _HOURS if _is_ahead(when, time(hour, _MINUTES[-1]), context)]
    shown = [_time(campaign, f"{when}{hour:02}", time(hour)) for hour in ahead]
    return (*_in_rows(shown), (option("join.back", f"{HEAD}:{campaign}"),))


def _minutes(campaign: int, when: str, context: Context) -> Rows:
    hour = int(when[8:])
    if hour not in _HOURS:
        return ()
    times = [time(hour, minute) for minute in _MINUTES]
    shown = [_time(campaign, f"{when}{one:%M}", one) for one in times if _is_ahead(when[:8], one, context)]
    return (*_in_rows(shown), (option("join.back", f"{HEAD}:{campaign}:{when[:8]}"),))


def _time(campaign: int, when: str, shown: time) -> Option:
    return Option(label="event.hour", data=f"{HEAD}:{campaign}:{when}", values={"time": shown})


def _is_ahead(day: str, at: time, context: Context) -> bool:
    now = to_wall(context.now)
    return (day, at) > (f"{now:%Y%m%d}", now.time())


def _in_rows(options: list[Option]) -> Rows:
    return tuple(tuple(options[start : start + 4]) for start in range(0, len(options), 4))
