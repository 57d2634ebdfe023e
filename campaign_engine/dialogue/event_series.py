"""When a post goes out around an event: the event, the days before and after it, the time of day.

Buttons: `es` asks for the event, `es:w:<when>` picks its day and time, `es:e:<campaign>:<when>` is one of another
campaign, `es:d:<day>` switches a day on and off, `es:ok` asks for the time of day, `es:t:<hhmm>` ends it. All of it can
be typed as well: "3 days before, on the day and the day after at 4 pm".
"""

import re
from datetime import datetime, time
from typing import Any

from campaign_engine.dialogue import draft_steps, picking
from campaign_engine.dialogue.drafting_intents import ShowEvents
from campaign_engine.dialogue.flow import Rows, idle, number, option, say, waits
from campaign_engine.dialogue.state import Context, Draft, State, Step
from campaign_engine.domain.campaign import CampaignKind
from campaign_engine.domain.clock_words import plain, time_in
from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.event_change import WHEN
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.schedule import Around, Schedule, to_wall
from campaign_engine.domain.schedule_words import parse_schedule
from campaign_engine.domain.series_words import days_around

HEAD = "es"
FIELDS = ("event_when", "event_days", "event_time")
"""What a draft waits for here, after the question of its schedule."""

OFFERED = (-7, -3, -2, -1, 0, 1)
TIMES = (time(15, 30), time(16), time(16, 30), time(17), time(18))
_WHEN = re.compile(r"\d{12}")
_DAY = re.compile(r"-?[1-9]\d?|0")
_TIME = re.compile(r"([01]\d|2[0-3])([0-5]\d)")


def choice(state: State, data: str, context: Context, draft: Draft) -> Step | None:
    """A button of this file; None for others, and for a check-in, which waits for no event."""
    head, _, rest = data.partition(":")
    if head != HEAD or draft.kind == CampaignKind.AFTERMATH:
        return None
    try:
        return _chosen(state, rest, context, draft)
    except InvalidInput as error:
        return wrong(state, draft, error)


def _chosen(state: State, rest: str, context: Context, draft: Draft) -> Step | None:
    verb, _, value = rest.partition(":")
    if not verb:
        return _which_event(state, draft)
    if verb == "w":
        return _when(state, value, context, draft)
    if verb == "e":
        first, _, when = value.partition(":")
        campaign = number(first)
        return _known(state, campaign, when, context) if campaign and _is_when(when) else None
    return _switched(state, verb, value, context, draft) if state.field in FIELDS else None


def answer(state: State, typed: str, context: Context, draft: Draft) -> Step | None:
    """Words to one of these questions, or days around an event as an answer to when a post goes out.

    None where the words are about something else. Raises InvalidInput saying what is missing.
    """
    days, at = days_around(typed)
    if state.field == "schedule":
        return _typed_days(state, days, at, context, draft) if days else None
    if state.field == "event_when" and not days:
        if (
            draft.kind != CampaignKind.PRESENCE
        ):  # only an event has a time of its own that can be changed and called off
            return _which_event(state, draft)
        parsed = parse_schedule(typed, to_wall(context.now).date())
        return _known(state, draft.campaign_id, f"{parsed.first:{WHEN}}", context)
    if state.field == "event_days" and days:
        return _typed_days(state, days, at, context, draft)
    if state.field == "event_time":
        said = at or time_in(plain(typed))
        if said is None:
            raise InvalidInput("The time of day is missing.", 'Say it like "4 pm".', "no_time")
        return _saved(state, days or _kept(state), said, context)
    raise InvalidInput("The day is missing.", 'Say it like "3 days before".', "no_series_day")


def again(state: State, draft: Draft) -> Step:
    """The open question of this file once more."""
    event, when = _event(state, draft)
    if state.field == "event_when" or event is None:
        return _which_event(state, draft)
    return _time(state) if state.field == "event_time" else _days(state, event, when, _kept(state))


def _which_event(state: State, draft: Draft) -> Step:
    """Of an event itself it is its own; any other campaign may follow one that is planned."""
    event, when = _event(state, draft)
    if draft.live and event == draft.campaign_id:
        # Those signed up learn of a new time of an event by its own card, and not by an edit (safety S9).
        return _days(waits(state, "organize", "event_days", event=event, when=when), event, when, _kept(state))
    asks = waits(idle(state), "organize", "event_when", days=list(_kept(state)), at=state.data.get("at", ""))
    if draft.kind != CampaignKind.PRESENCE:
        return say(asks, intents=(ShowEvents(draft.campaign_id),))
    pick = (option("series.pick", f"{HEAD}:w"), option("organize.back", "ed:schedule"))
    return say(asks, Reply("series.when", options=(pick,), asks_text=True))


def _when(state: State, when: str, context: Context, draft: Draft) -> Step | None:
    if draft.kind != CampaignKind.PRESENCE:
        return None
    if _is_when(when):
        return _known(state, draft.campaign_id, when, context)
    asks = waits(state, "organize", "event_when")
    return picking.asked(asks, when, f"{HEAD}:w", context, picking.Around(back=HEAD))


def _known(state: State, event: int, when: str, context: Context) -> Step:
    """The event is; what was said before that is not asked again."""
    state = waits(state, "organize", "event_days", event=event, when=when)
    days, at = _kept(state), _read_time(str(state.data.get("at", "")))
    if not days:
        return _days(state, event, when, ())
    return _time(state) if at is None else _saved(state, days, at, context)


def _days(state: State, event: int | None, when: str, chosen: tuple[int, ...]) -> Step:
    """Each a switch; what is chosen is said by its words."""
    asks = waits(state, "organize", "event_days", event=event, when=when, days=list(chosen))
    days = [
        Option(
            label="series.day_on" if day in chosen else "series.day_off", data=f"{HEAD}:d:{day}", values={"day": day}
        )
        for day in sorted({*OFFERED, *chosen})
    ]
    rows: Rows = tuple(tuple(days[start : start + 3]) for start in range(0, len(days), 3))
    last = [option("organize.back", HEAD)]
    if chosen:
        last.insert(0, option("series.days_done", f"{HEAD}:ok"))
    values = {"wall": _read_when(when)}
    return say(asks, Reply("series.days", values, (*rows, tuple(last)), edits=True, asks_text=True))


def _time(state: State) -> Step:
    row = tuple(Option(label="event.hour", data=f"{HEAD}:t:{one:%H%M}", values={"time": one}) for one in TIMES)
    asks = waits(state, "organize", "event_time")
    back = (option("organize.back", f"{HEAD}:d"),)
    return say(asks, Reply("series.time", options=(row, back), asks_text=True, edits=True))


def _switched(state: State, verb: str, value: str, context: Context, draft: Draft) -> Step | None:
    event, when = _event(state, draft)
    chosen = _kept(state)
    if event is None:
        return None
    if verb == "d" and (not value or _DAY.fullmatch(value)):
        switched = {*chosen} ^ ({int(value)} if value else set())
        return _days(waits(state, "organize", "event_days", at=""), event, when, tuple(sorted(switched)))
    if verb == "ok" and chosen:
        return _time(state)
    at = _read_time(value)
    if verb != "t" or at is None or not chosen:
        return None
    return _saved(state, chosen, at, context)


def wrong(state: State, draft: Draft, error: InvalidInput) -> Step:
    """What is wrong, with the buttons of the open question."""
    asked = again(state, draft)
    said = {"code": error.code, "message": error.message, "hint": error.hint, **error.values}
    options = asked.replies[0].options if asked.replies else ()
    return Step(asked.state, (Reply("organize.wrong", said, options=options, asks_text=True),), asked.intents)


def _typed_days(state: State, days: tuple[int, ...], at: time | None, context: Context, draft: Draft) -> Step:
    event, when = _event(state, draft)
    kept = waits(state, "organize", state.field, days=list(days), at=f"{at:%H%M}" if at else "")
    if event is None:
        return _which_event(kept, draft)
    kept = waits(kept, "organize", "event_days", event=event, when=when)
    return _saved(kept, days, at, context) if at is not None else _time(kept)


def _saved(state: State, days: tuple[int, ...], at: time, context: Context) -> Step:
    event, when = int(state.data["event"]), _read_when(str(state.data["when"]))
    schedule = Schedule.of_event(Around(event, when, days), at)
    return draft_steps.saved(state, "schedule", {"schedule": schedule.as_json()}, context)


def _event(state: State, draft: Draft) -> tuple[int | None, str]:
    """The one that is chosen, else the one that the draft had."""
    if state.data.get("event") and _is_when(str(state.data.get("when", ""))):
        return int(state.data["event"]), str(state.data["when"])
    around = Schedule.from_json(dict(draft.schedule)).around if draft.schedule else None
    return (around.campaign_id, f"{around.wall:{WHEN}}") if around is not None else (None, "")


def _kept(state: State) -> tuple[int, ...]:
    days: Any = state.data.get("days") or ()
    return tuple(int(day) for day in days)


def _read_when(when: str) -> datetime:
    return datetime.strptime(when, WHEN)  # noqa: DTZ007 - New York wall-clock time


def _is_when(text: str) -> bool:
    try:
        return _WHEN.fullmatch(text) is not None and _read_when(text) is not None
    except ValueError:
        return False


def _read_time(text: str) -> time | None:
    found = _TIME.fullmatch(text)
    return time(int(found[1]), int(found[2])) if found else None
