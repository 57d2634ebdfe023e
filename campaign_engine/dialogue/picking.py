"""A day, an hour and a minute of an event, picked by taps.

Under a prefix: `p<page>` asks for a later day, `<yyyymmdd>` for the hour, with the hour for the minute.
"""

import re
from dataclasses import dataclass
from datetime import date, time, timedelta

from campaign_engine.dialogue.flow import Rows, option, say
from campaign_engine.dialogue.state import Context, State, Step
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.schedule import to_wall

_DAYS = 8
_PAGES = 7
_HOURS = range(8, 22)
_MINUTES = (0, 15, 30, 45)
_PAGE = re.compile(r"p(\d)")
_DAY = re.compile(r"\d{8}")
_HOUR = re.compile(r"\d{10}")


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around the days: a row before the first of them, and where "back" leads from there."""

    first_row: tuple[Option, ...] = ()
    back: str = ""


def asked(state: State, when: str, prefix: str, context: Context, around: Around) -> Step | None:
    """The question after what is picked already; None when nothing of that is still to come."""
    page = _PAGE.fullmatch(when)
    if not when or page:
        return _ask(state, "event.which_day", _days(prefix, context, int(page[1]) if page else 0, around))
    if _DAY.fullmatch(when):
        return _ask(state, "event.which_hour", _hours(prefix, when, context))
    return _ask(state, "event.which_minute", _minutes(prefix, when, context)) if _HOUR.fullmatch(when) else None


def _ask(state: State, template: str, rows: Rows) -> Step | None:
    return say(state, Reply(template, options=rows, edits=True)) if rows else None


def _days(prefix: str, context: Context, page: int, around: Around) -> Rows:
    first = to_wall(context.now).date() + timedelta(days=page * _DAYS)
    shown = [_day(prefix, first + timedelta(days=ahead)) for ahead in range(_DAYS)]
    before: Rows = (around.first_row,) if page == 0 and around.first_row else ()
    turn = [option("join.back", f"{prefix}:p{page - 1}" if page else around.back)]
    if page < _PAGES - 1:
        turn.append(option("join.more", f"{prefix}:p{page + 1}"))
    return (*before, *_in_rows(shown), tuple(turn))


def _day(prefix: str, day: date) -> Option:
    return Option(label="event.day", data=f"{prefix}:{day:%Y%m%d}", values={"day": day})


def _hours(prefix: str, when: str, context: Context) -> Rows:
    """Those of which something is still to come."""
    ahead = [hour for hour in _HOURS if _is_ahead(when, time(hour, _MINUTES[-1]), context)]
    shown = [_time(prefix, f"{when}{hour:02}", time(hour)) for hour in ahead]
    return (*_in_rows(shown), (option("join.back", prefix),))


def _minutes(prefix: str, when: str, context: Context) -> Rows:
    hour = int(when[8:])
    if hour not in _HOURS:
        return ()
    times = [time(hour, minute) for minute in _MINUTES]
    shown = [_time(prefix, f"{when}{one:%M}", one) for one in times if _is_ahead(when[:8], one, context)]
    return (*_in_rows(shown), (option("join.back", f"{prefix}:{when[:8]}"),))


def _time(prefix: str, when: str, shown: time) -> Option:
    return Option(label="event.hour", data=f"{prefix}:{when}", values={"time": shown})


def _is_ahead(day: str, at: time, context: Context) -> bool:
    now = to_wall(context.now)
    return (day, at) > (f"{now:%Y%m%d}", now.time())


def _in_rows(options: list[Option]) -> Rows:
    return tuple(tuple(options[start : start + 4]) for start in range(0, len(options), 4))
