"""Cards about campaigns as templates, values and buttons; data of buttons is read by dialogue.organize."""

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from campaign_engine.domain.campaign import Campaign, CampaignKind, CampaignStatus, Post, PostStatus
from campaign_engine.domain.contact import Person
from campaign_engine.domain.errors import GroundswellError
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.permission import may_approve, waits
from campaign_engine.domain.planner import CANCEL_WINDOW
from campaign_engine.domain.schedule import to_utc, to_wall

Rows = tuple[tuple[Option, ...], ...]

SEEN_DIGITS = 12
"""How much of the approval hash a button carries."""

KNOWN_ERRORS = frozenset(
    {
        "adults_only",
        "age_first",
        "approved_for_good",
        "asked_already",
        "author_gone",
        "bad_draft",
        "bad_goal",
        "bad_handle",
        "bad_reason",
        "bad_title",
        "beyond_scope",
        "broken_template",
        "busy",
        "conflict",
        "decided",
        "decided_first",
        "nothing_to_undo",
        "text_too_long",
        "link_in_title",
        "long_alt",
        "no_picture",
        "picture_not_loaded",
        "moving_picture",
        "small_picture",
        "picture_too_large",
        "bad_picture",
        "empty_text",
        "fix_too_large",
        "fix_touches_links",
        "event_moved",
        "event_off",
        "after_event",
        "no_series_day",
        "series_off",
        "fixed_text",
        "fixer_gone",
        "forbidden_transition",
        "handle_taken",
        "incident_first",
        "incomplete_draft",
        "incomplete_test",
        "invalid_code",
        "invite_over",
        "join_first",
        "link_not_allowed",
        "kit_too_early",
        "long_text",
        "looks_used",
        "missing_language",
        "must_fix",
        "names_unverified",
        "needs_safety_lead",
        "new_text",
        "no_automatic_text",
        "no_change",
        "no_draft",
        "no_event",
        "no_incident",
        "no_kit",
        "no_precinct",
        "no_role",
        "no_such_text",
        "no_task",
        "not_approver",
        "not_asked",
        "not_event",
        "not_found",
        "not_held",
        "not_its_author",
        "not_organizer",
        "not_stopper",
        "not_told_yet",
        "not_watcher",
        "not_your_campaign",
        "not_your_role",
        "outside_window",
        "own_campaign",
        "own_incident",
        "own_stop",
        "own_text",
        "past_schedule",
        "place_on_the_day",
        "request_gone",
        "same_text",
        "team_only",
        "text_changed",
        "text_needs_lead",
        "text_waits",
        "training_first",
        "unknown_change",
        "unknown_channel",
        "unknown_variable",
    }
)
"""Codes that templates say in every language; all others are said by their own message and hint."""

IN_THE_DRAFT = frozenset(
    {
        "incomplete_draft",
        "link_not_allowed",
        "long_text",
        "missing_language",
        "must_fix",
        "outside_window",
        "past_schedule",
        "event_moved",
        "no_event",
        "series_off",
    }
)
"""Refusals that the author mends in the draft, where the hints with their buttons are."""

IN_THE_TEXTS = frozenset({"text_changed", "text_waits"})
"""Refusals that are mended where automatic texts are approved."""

PICTURE_ERRORS = frozenset(
    {"bad_picture", "moving_picture", "no_picture", "picture_not_loaded", "picture_too_large", "small_picture"}
)
"""Refusals after which another picture can be sent."""

_MOVES: Mapping[CampaignStatus, tuple[str, ...]] = {
    CampaignStatus.DRAFT: ("edit", "cancel"),
    CampaignStatus.SUBMITTED: ("cancel",),
    CampaignStatus.APPROVED: ("launch", "cancel"),
    CampaignStatus.SCHEDULED: ("pause", "edit", "cancel"),
    CampaignStatus.RUNNING: ("pause", "edit", "finish", "cancel"),
    CampaignStatus.PAUSED: ("resume", "edit", "cancel"),
}


def error_reply(error: GroundswellError) -> Reply:
    """An error in the reader's language where templates know its code, else in its own words."""
    block = f"error_{error.code}" if error.code in KNOWN_ERRORS else "error"
    return Reply(f"campaign.{block}", {"message": error.message, "hint": error.hint, **error.values})


def reading_card(
    template: str,
    reader: Person,
    campaign: Campaign,
    texts: tuple[tuple[str, str], ...],
    reach: Mapping[str, object] | None = None,
) -> Reply:
    """The whole campaign as it will go out, with the approver's buttons for whoever may press them.

    `texts` are pairs of language and rendered text, `reach` as in services.audiences.
    """
    post = campaign.posts[0] if campaign.posts else None
    rows = approval_rows(campaign) if waits(campaign) and may_approve(reader, campaign) else ()
    return Reply(template, {**_facts(campaign), **_plan(post), "texts": texts, "reach": reach}, rows)


def approval_rows(campaign: Campaign) -> Rows:
    """Approve exactly what is shown, or send it back; `campaign.precincts` must be those of the card."""
    seen = campaign.approval_hash(campaign.precincts)[:SEEN_DIGITS]
    return (
        (
            Option(label="campaign.approve", data=f"ap:{campaign.id}:{seen}"),
            Option(label="campaign.send_back", data=f"rt:{campaign.id}"),
        ),
        (Option(label="approval.fix", data=f"fx:{campaign.id}"),),
    )


def rehearsal_rows(campaign: Campaign) -> Rows:
    """A button that plays it through."""
    return ((Option(label="sending.rehearse", data=f"rh:{campaign.id}"),),)


def submitted_card(campaign: Campaign, approvers: tuple[str, ...]) -> Reply:
    """Who may read it now; a test to oneself for whoever is alone (safety S1)."""
    row = (Option(label="approval.test", data=f"tm:{campaign.id}"),)
    return Reply("campaign.submitted", {**_facts(campaign), "approvers": approvers}, (row, *status_rows(campaign.id)))


MENU: Rows = ((Option(label="menu.open", data="m"),),)
"""Where an answer would end without a button."""


def short_card(template: str, campaign: Campaign, **values: object) -> Reply:
    """One line about one campaign, with a button to its status."""
    return Reply(template, {**_facts(campaign), **values}, status_rows(campaign.id))


def status_rows(campaign_id: int) -> Rows:
    """A button to its status."""
    return ((Option(label="campaign.open_status", data=f"st:{campaign_id}"),),)


def status_card(campaign: Campaign, now: datetime, *, may_move: bool) -> Reply:
    """Where a campaign stands, when it writes next, and what can be done now."""
    moves = _MOVES.get(campaign.status, ()) if may_move else ()
    steps = [Option(label=f"campaign.do_{verb}", data=f"mv:{campaign.id}:{verb}") for verb in moves]
    # In pairs: a message on Discord holds five rows.
    rows: Rows = tuple(tuple(steps[start : start + 2]) for start in range(0, len(steps), 2))
    if campaign.status not in (CampaignStatus.DRAFT, CampaignStatus.SUBMITTED):
        if campaign.kind is CampaignKind.PRESENCE:
            rows = (*rows, *_event_rows(campaign))
        rows = ((Option(label="campaign.open_report", data=f"rp:{campaign.id}"),), *rows)
    editing = any(post.status is PostStatus.DRAFT for post in campaign.posts)
    values = {**_facts(campaign), "next": next_wall(campaign, now), "editing": editing}
    return Reply("campaign.status", values, rows)


def retry_rows(campaign: Campaign) -> Rows:
    """Under the card of a campaign of which a post was stopped."""
    return ((Option(label="campaign.do_retry", data=f"mv:{campaign.id}:retry"),),)


def stopped_told(campaign: Campaign, reason: str) -> Reply:
    """To the author: a post was stopped by itself, why, and the button that lets it go on."""
    rows = (*retry_rows(campaign), *status_rows(campaign.id))
    return Reply("campaign.stopped_told", {"title": campaign.title, "reason": reason}, rows)


def _event_rows(campaign: Campaign) -> Rows:
    changes = (Option(label="event.change", data=f"ec:{campaign.id}"),)
    off = (Option(label="hold.cancel_event", data=f"ev:{campaign.id}"),)
    return (off,) if campaign.status is CampaignStatus.CANCELLED else (changes, off)


def reopened_card(campaign: Campaign) -> Reply:
    """The post is a draft again, or the draft is the one that is open; the button takes the author to it."""
    template = "campaign.taken_up" if campaign.status is CampaignStatus.DRAFT else "campaign.reopened"
    return Reply(template, _facts(campaign), ((Option(label="campaign.continue", data="o:new"),),))


def waits_notice() -> Reply:
    """To whoever may approve."""
    return Reply("contact.waits", options=((Option(label="contact.open_waiting", data="o:waiting"),),))


def with_new(card: Reply) -> Reply:
    """A button to begin another one; a draft that is open stays in the list."""
    return dataclasses.replace(card, options=(*card.options, (Option(label="organize.new", data="o:another"),)))


def approved_card(campaign: Campaign, now: datetime) -> Reply:
    """With the end of the cancel window, and the buttons that take it back until then (safety S3)."""
    going, ends = next_wall(campaign, now), now + CANCEL_WINDOW
    # Beside a later day the end of the window would read as that day's time.
    leaves = to_wall(ends) if going is None or to_utc(going) < ends else None
    values = {**_facts(campaign), "next": going, "leaves": leaves}
    verbs = ("cancel",) if campaign.status is CampaignStatus.SCHEDULED else ("pause", "cancel")
    back: Rows = (tuple(Option(label=f"campaign.do_{verb}", data=f"mv:{campaign.id}:{verb}") for verb in verbs),)
    return Reply("campaign.approved", values, (*back, *status_rows(campaign.id)))


def next_wall(campaign: Campaign, now: datetime) -> datetime | None:
    """New York wall-clock time of the next firing of an approved post, None when there is none."""
    approved = (post for post in campaign.posts if post.status is PostStatus.APPROVED)
    walls = (wall for post in approved for wall in post.content.schedule.walls() if to_utc(wall) > now)
    return min(walls, default=None)


def _facts(campaign: Campaign) -> dict[str, Any]:
    return {
        "id": campaign.id,
        "title": campaign.title,
        "kind": campaign.kind.value,
        "goal": campaign.goal,
        "status": campaign.status.value,
        "languages": campaign.languages,
        "precincts": campaign.precincts,
    }


def _plan(post: Post | None) -> dict[str, Any]:
    if post is None:
        return {"event": None, "walls": (), "channels": (), "pledge": "", "alts": {}, "without_rooms": 0}
    return {
        "event": post.content.schedule.around.wall if post.content.schedule.around else None,
        "walls": tuple(post.content.schedule.walls()),
        "channels": post.content.channels,
        "pledge": post.content.pledge or "",
        "alts": dict(post.content.picture.alt) if post.content.picture else {},
        "without_rooms": len(post.content.without_rooms),
    }
