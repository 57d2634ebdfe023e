"""What a draft may hold and what it takes to hand it in."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from campaign_engine.domain.campaign import Draft
from campaign_engine.domain.drafting import apply_changes, check_complete, check_schedule
from campaign_engine.domain.errors import InvalidInput, NotAllowed
from campaign_engine.domain.precinct import TargetRule
from campaign_engine.domain.schedule import Schedule

NOW = datetime(2026, 11, 24, 21, 0, tzinfo=UTC)
CHANNELS = frozenset({"web", "telegram"})
SCHEDULE = Schedule(datetime.fromisoformat("2026-12-01T16:00"))
FULL: dict[str, Any] = {
    "title": "Winter",
    "goal": 300,
    "targets": TargetRule().as_json(),
    "texts": {"en": "Hi", "es": "Hola"},
    "schedule": SCHEDULE.as_json(),
    "channels": ["web"],
    "pledge": "B",
}


def draft(**changes: Any) -> Draft:
    return replace(apply_changes(Draft(7, "pledge"), FULL, CHANNELS), **changes)


def refused(changes: dict[str, object], start: Draft | None = None) -> str:
    with pytest.raises((InvalidInput, NotAllowed)) as caught:
        apply_changes(start or draft(), changes, CHANNELS)
    assert caught.value.hint
    return str(caught.value.code)


def test_every_field_is_kept_as_it_was_given() -> None:
    made = draft()
    assert (made.title, made.goal, made.channels, made.pledge) == ("Winter", 300, ("web",), "B")
    check_complete(made)


def test_texts_add_to_the_languages_that_are_there_and_an_empty_one_goes() -> None:
    assert apply_changes(draft(), {"texts": {"es": " Adiós "}}, CHANNELS).texts == {"en": "Hi", "es": "Adiós"}
    assert apply_changes(draft(), {"texts": {"es": "  "}}, CHANNELS).texts == {"en": "Hi"}


def test_a_title_loses_its_line_breaks() -> None:
    assert apply_changes(draft(), {"title": " Winter\n\npledge "}, CHANNELS).title == "Winter pledge"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": ""}, "bad_title"),
        ({"title": "x" * 81}, "bad_title"),
        ({"goal": 0}, "bad_goal"),
        ({"goal": 1_000_001}, "bad_goal"),
        ({"goal": "many"}, "bad_draft"),
        ({"channels": ["sms"]}, "unknown_channel"),
        ({"languages": ["fr"]}, "unknown_language"),
        ({"texts": {"fr": "Salut"}}, "unknown_language"),
        ({"pledge": "D"}, "bad_draft"),
        ({"schedule": {"first": "soon"}}, "bad_draft"),
        ({"approver_id": 5}, "bad_draft"),
        ({"status": "approved"}, "bad_draft"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_hint(changes: dict[str, object], code: str) -> None:
    assert refused(changes) == code


@pytest.mark.parametrize("field", ["title", "goal", "languages"])
def test_S1_what_was_approved_for_good_cannot_be_edited_in_a_live_campaign(field: str) -> None:
    live = draft(live=True)
    assert refused({field: FULL.get(field, ["en"])}, live) == "approved_for_good"
    assert apply_changes(live, {"texts": {"en": "Better"}}, CHANNELS).texts["en"] == "Better"


def test_a_teammates_task_ends_with_the_text_or_with_the_promise() -> None:
    asked = apply_changes(draft(texts={"en": "Hi"}), {"asked": ["es"]}, CHANNELS)
    assert asked.asked == ("es",)
    assert Draft(1, "pledge").as_json().keys() | {"asked"} == asked.as_json().keys() - {"before"}
    assert apply_changes(asked, {"texts": {"es": "Hola"}}, CHANNELS).asked == ()
    assert apply_changes(asked, {"languages": ["en"]}, CHANNELS).asked == ()
    assert refused({"asked": ["tlh"]}, asked) == "unknown_language"


def test_empty_fields_are_named_all_at_once() -> None:
    with pytest.raises(InvalidInput, match="title, goal") as caught:
        check_complete(draft(title="", goal=0))
    assert caught.value.values == {"fields": ("title", "goal")}


def test_the_last_channel_can_be_taken_back_and_is_then_missing() -> None:
    made = apply_changes(Draft(1, "pledge", channels=("web",)), {"channels": []}, CHANNELS)
    assert made.channels == ()
    assert "channels" in made.missing


def at(*walls: str, until: str | None = None) -> Schedule:
    first = datetime.fromisoformat(walls[0])
    return Schedule(first, (first.weekday(),) if until else (), date.fromisoformat(until) if until else None)


@pytest.mark.parametrize("wall", ["2026-11-25T15:00", "2026-11-25T19:29", "2026-11-28T11:00", "2026-11-29T19:29"])
def test_S4_a_time_inside_the_window_of_its_day_is_taken(wall: str) -> None:
    check_schedule(at(wall), NOW)


@pytest.mark.parametrize(
    "wall", ["2026-11-25T14:59", "2026-11-25T19:30", "2026-11-28T10:59", "2026-11-28T02:00", "2026-11-25T00:00"]
)
def test_S4_a_time_outside_the_window_is_refused_with_the_window(wall: str) -> None:
    with pytest.raises(InvalidInput, match="only") as caught:
        check_schedule(at(wall), NOW)
    assert caught.value.code == "outside_window"
    assert set(caught.value.values) == {"wall", "first", "last"}


def test_a_time_that_passed_is_refused_and_one_that_began_needs_a_firing_ahead() -> None:
    with pytest.raises(InvalidInput) as caught:
        check_schedule(at("2026-11-24T15:59"), NOW)
    assert caught.value.code == "past_schedule"
    weekly = at("2026-11-17T16:30", until="2026-12-08")
    with pytest.raises(InvalidInput):
        check_schedule(weekly, NOW)
    check_schedule(weekly, NOW, begun=True)
    with pytest.raises(InvalidInput):
        check_schedule(at("2026-11-10T16:30", until="2026-11-18"), NOW, begun=True)
