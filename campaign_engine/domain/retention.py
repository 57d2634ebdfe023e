"""What is removed when, as data (safety A5); the nightly work goes through it and the data dictionary is held to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

NIGHTLY = timedelta(hours=26)
"""A run that is older is overdue: the clean-up comes once a night and at each start."""

MONTH = timedelta(days=365) / 12


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows of `tables` go when `period` has passed since what `since` says; `keep` are the data dictionary's words."""

    name: str
    keep: str
    period: timedelta
    tables: frozenset[str]
    since: str


def _rule(name: str, keep: str, period: timedelta, tables: str, since: str) -> Rule:
    return Rule(name, keep, period, frozenset(tables.split()), since)


_DAY = timedelta(days=1)
_TWO_YEARS = 24 * MONTH
_LOG = "30 days, then only counts"
_INACTIVE = "until deleted, or 180 days inactive"

RULES: tuple[Rule, ...] = (
    _rule("updates", "48 hours", 2 * _DAY, "seen_updates", "the update came"),
    _rule("states", "24 hours", _DAY, "dialogues", "the last answer"),
    _rule("age blocks", "24 hours", timedelta(), "age_gates", "the block ended"),
    _rule("windows", "2 days after it closes", 2 * _DAY, "site_windows", "a window for sign-ups closed"),
    _rule("sign-ups", "24 hours, or as long as it does not count", _DAY, "recent_signups", "the hour, where it counts"),
    _rule("sources", "2 days", 2 * _DAY, "signup_sources", "the day of the sign-ups"),
    _rule("moves", "24 hours at most", timedelta(), "move_codes", "the code ended"),
    _rule("looks", "2 days", 2 * _DAY, "looks", "the day of the look"),
    _rule("requests", "14 days at most", timedelta(), "role_requests", "the request ended"),
    _rule("kiosks", "2 days after it ended", 2 * _DAY, "kiosks kiosk_entries", "its end"),
    _rule("inbox", "30 days", 30 * _DAY, "inbox", "the post was put there"),
    _rule("deliveries", _LOG, 30 * _DAY, "deliveries", "the last change of a message to a person"),
    _rule("actions", _LOG, 30 * _DAY, "actions", "the day"),
    _rule("follow-ups", _LOG, 30 * _DAY, "follow_ups", "the question"),
    _rule(
        "first times", "30 days after the campaign, then only counts", 30 * _DAY, "first_times week_times", "its end"
    ),
    _rule("invites", "28 days", timedelta(), "role_invites invite_slots used_invites", "it ended or was used"),
    _rule(
        "inactive",
        _INACTIVE,
        180 * _DAY,
        "contacts addresses consents consent_questions pledges imported_optouts push_subscriptions",
        "they were last here; staff stay",
    ),
    _rule("sign-ins", "12 hours", timedelta(), "staff_links staff_sessions", "it ended"),
    _rule("returns", "30 days", 30 * _DAY, "returns", "it was sent back; none once it is approved"),
    _rule("sundays", "30 days", 30 * _DAY, "sunday_cards", "that Sunday"),
    _rule(
        "joined pledges", "30 days after its end", 30 * _DAY, "joint_joins joint_words", "the pledge of the area ended"
    ),
    _rule("joint pledges", "24 months", _TWO_YEARS, "joints", "it ended; one that is open stays"),
    _rule("counters", "24 months", _TWO_YEARS, "counters", "the day"),
    _rule(
        "campaigns",
        "24 months",
        _TWO_YEARS,
        "campaigns posts post_versions occurrences translators waits small_audiences event_notices event_changes"
        " held_posts",
        "the end of the campaign",
    ),
    _rule("pictures", "2 days after its last post", 2 * _DAY, "pictures", "it was sent; only those that no post shows"),
    _rule("holds", "24 months", _TWO_YEARS, "holds hold_events held_posts incidents", "the hold or incident ended"),
    _rule(
        "rooms",
        "24 months",
        _TWO_YEARS,
        "rooms",
        "it was linked; only rooms no longer linked and in no report",
    ),
    _rule("room figures", "24 months", _TWO_YEARS, "room_figures", "a room's number last changed"),
    _rule("uploads", "180 days after its last upload", 180 * _DAY, "uploads", "it was uploaded"),
    _rule("audit", "24 months", _TWO_YEARS, "audit_entries", "the hour"),
)
"""In the order in which they are applied: what tells of persons is counted before the persons' rows go."""


def overdue(ran_at: Mapping[str, datetime], now: datetime) -> tuple[str, ...]:
    """Names of rules that were never applied, or not since yesterday's night."""
    return tuple(rule.name for rule in RULES if rule.name not in ran_at or now - ran_at[rule.name] > NIGHTLY)
