"""What a draft may hold, field by field, and what it takes to hand it in."""

import dataclasses
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from campaign_engine.domain.action import PledgeCode
from campaign_engine.domain.campaign import Draft
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.domain.errors import InvalidInput, NotAllowed
from campaign_engine.domain.picture import PostPicture
from campaign_engine.domain.precinct import TargetRule
from campaign_engine.domain.schedule import Schedule, to_utc
from campaign_engine.domain.windows import DEFAULT_HOURS, SendingHours

TITLE_LENGTH = 80
TEXT_LENGTH = 2000
"""Characters that the strictest platform takes; what people still read is far less (domain/lint/length.py)."""
MOST_PLEDGES = 1_000_000

_LINK = re.compile(r"://|\bwww\.|\b[\w-]+\.(?:com|org|net|gov|edu|info|io|me|ly|gg|app|link|nyc)\b", re.IGNORECASE)

APPROVED_ONCE = frozenset({"title", "goal", "languages"})
"""What a campaign keeps after its approval; all else belongs to a post and can be edited there."""


def apply_changes(draft: Draft, changes: Mapping[str, object], channels: frozenset[str]) -> Draft:
    """The draft with these fields; `texts` adds to the languages that are there.

    `channels` are those this installation has. Raises InvalidInput, NotAllowed for what was approved for good.
    """
    if draft.live and APPROVED_ONCE.intersection(changes):
        raise NotAllowed(
            "Title, goal and languages stay as they were approved.",
            "Plan a new campaign if they have to change.",
            "approved_for_good",
        )
    readers: dict[str, Callable[[Any], Any]] = {
        "title": read_title,
        "goal": _goal,
        "targets": lambda raw: TargetRule.from_json(raw).as_json(),
        "languages": lambda raw: _choices(raw, frozenset(LANGUAGES), "language"),
        "texts": lambda raw: _texts(draft, raw),
        "schedule": lambda raw: Schedule.from_json(raw).as_json(),
        "channels": lambda raw: _choices(raw, channels, "channel") if raw else (),
        "pledge": lambda raw: PledgeCode(raw).value if raw else None,
        "rooms_only": bool,
        "asked": lambda raw: _choices(raw, frozenset(LANGUAGES), "language"),
        "picture": lambda raw: PostPicture.from_json(raw).as_json() if raw else None,
        "without_rooms": lambda raw: tuple(sorted({int(number) for number in raw})),
        "skipped": lambda raw: tuple(dict.fromkeys(str(name) for name in raw)),
    }
    # Other people or channels may be enough again: the choice for rooms only was made for the old ones.
    anew = {"rooms_only": False} if {"targets", "channels"}.intersection(changes) else {}
    try:
        read = {name: readers[name](raw) for name, raw in changes.items()}
        changed = dataclasses.replace(draft, **{**anew, **read})
        before = {name: getattr(draft, name) for name in {**anew, **read} if name not in _NO_ANSWERS}
        return dataclasses.replace(changed, asked=_still_asked(changed), before=before or draft.before)
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput("This cannot be kept in a draft.", "Use the buttons to change it.", "bad_draft") from error


_NO_ANSWERS = ("asked", "skipped")
"""What goes along with an answer: it is not undone by itself."""

_LISTS = ("channels", "languages", "without_rooms")


def undone(draft: Draft) -> Draft:
    """As it was before the last change, which then is what can be undone. Raises InvalidInput without one."""
    if not draft.before:
        raise InvalidInput("There is nothing to undo.", "Go on with your draft.", "nothing_to_undo")
    values: dict[str, Any] = {name: tuple(raw) if name in _LISTS else raw for name, raw in draft.before.items()}
    changed = dataclasses.replace(draft, **values, before={name: getattr(draft, name) for name in values})
    return dataclasses.replace(changed, asked=_still_asked(changed))


def check_complete(draft: Draft) -> None:
    """Raise InvalidInput naming empty fields; what is in them is read by the lint."""
    if draft.missing:
        raise InvalidInput(
            "Some parts are still empty: " + ", ".join(draft.missing) + ".",
            "Fill them in, then hand it in.",
            "incomplete_draft",
            {"fields": draft.missing},
        )


def check_schedule(
    schedule: Schedule, now: datetime, hours: SendingHours = DEFAULT_HOURS, *, begun: bool = False
) -> None:
    """Raise InvalidInput unless every firing lies in its day's window (safety S4) and is still to come.

    Of one that has `begun` at least one firing must be still to come.
    """
    walls = list(schedule.walls())
    ahead = [wall for wall in walls if to_utc(wall) > now]
    if not ahead or (len(ahead) < len(walls) and not begun):
        raise InvalidInput("This time has passed.", "Choose a later one.", "past_schedule", {"wall": walls[0]})
    for wall in ahead:
        if not hours.is_allowed(to_utc(wall)):
            first, last = hours.window_for(wall.date())
            raise InvalidInput(
                f"On {wall:%A, %B} {wall.day} we write between {first:%H:%M} and {last:%H:%M} only.",
                "Choose a time in these hours.",
                "outside_window",
                {"wall": wall, "first": first, "last": last},
            )


def read_title(raw: object) -> str:
    """On one line. Raises InvalidInput for none, a long one, or one with a link: a name is no place for one."""
    title = " ".join(str(raw).split())
    if _LINK.search(title):
        raise InvalidInput("A title has no link.", "Give it a name; links go into the text.", "link_in_title")
    if not 1 <= len(title) <= TITLE_LENGTH:
        raise InvalidInput(f"A title has at most {TITLE_LENGTH} characters.", "Make it short and clear.", "bad_title")
    return title


def _goal(raw: Any) -> int:
    goal = int(raw)
    if not 1 <= goal <= MOST_PLEDGES:
        raise InvalidInput(f"A goal is a number from 1 to {MOST_PLEDGES:,}.", "How many pledges?", "bad_goal")
    return goal


def _texts(draft: Draft, raw: Any) -> dict[str, str]:
    for language, text in raw.items():
        check_length(str(text), str(language))
    texts = {**draft.texts, **{language: str(text).strip() for language, text in raw.items()}}
    _choices(tuple(texts), frozenset(LANGUAGES), "language")
    return {language: text for language, text in texts.items() if text}


def check_length(text: str, language: str) -> None:
    """Raise InvalidInput for a text that no platform could show whole."""
    if len(text) > TEXT_LENGTH:
        raise InvalidInput(
            f"This text has {len(text)} characters.",
            f"At most {TEXT_LENGTH} fit; people read the first 400.",
            "text_too_long",
            {"length": len(text), "longest": TEXT_LENGTH, "language": language},
        )


def _still_asked(draft: Draft) -> tuple[str, ...]:
    """A teammate's task ends when its text is there or its language is promised no more."""
    return tuple(one for one in draft.asked if one in draft.languages and not draft.texts.get(one))


def _choices(raw: Any, known: frozenset[str], what: str) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(str(name) for name in raw))
    if not chosen or not known.issuperset(chosen):
        offered = ", ".join(sorted(known))
        raise InvalidInput(
            f"This {what} is not one we have.", f"Choose from: {offered}.", f"unknown_{what}", {"offered": offered}
        )
    return chosen
