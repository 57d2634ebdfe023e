"""What is said while a post waits; data of buttons is read by dialogue.approve."""

from collections.abc import Sequence
from datetime import datetime

from campaign_engine.domain.campaign import Campaign, PostContent
from campaign_engine.domain.fixing import differences
from campaign_engine.domain.message import Option, Reply
from campaign_engine.ports.approvals import Wait
from campaign_engine.services.campaign_cards import SEEN_DIGITS, Rows, status_rows

SLOT = "%Y%m%d%H%M"


def waits_for(campaign: Campaign, wait: Wait, approvers: Sequence[str], now: datetime) -> Reply:
    """Who may decide, and how long it has waited; the author is asked to say yes where it was fixed."""
    values = {
        "title": campaign.title,
        "minutes": wait.minutes(now),
        "approvers": tuple(approvers),
        "fixer": wait.fixer if wait.fixed else "",
        "fixed": wait.fixed,
    }
    return Reply("approval.waits_for", values)


def fixed_card(campaign: Campaign, fixer: str, before: PostContent, after: PostContent) -> Reply:
    """What was changed, and one tap to agree (safety S1)."""
    moved = after.schedule != before.schedule
    values = {
        "title": campaign.title,
        "fixer": fixer,
        "changes": differences(before.texts, after.texts),
        "wall": next(after.schedule.walls(), None) if moved else None,
    }
    return Reply("approval.fixed", values, countersign_rows(campaign))


def countersign_rows(campaign: Campaign) -> Rows:
    """Yes to exactly what is shown, or no; `campaign.precincts` must be those of today."""
    seen = campaign.approval_hash(campaign.precincts)[:SEEN_DIGITS]
    return (
        (Option(label="approval.yes", data=f"ct:{campaign.id}:{seen}"),),
        (Option(label="approval.no", data=f"tb:{campaign.id}"),),
    )


def passed_card(campaign: Campaign, missed: datetime, slot: datetime | None, *, is_author: bool) -> Reply:
    """Its time passed before somebody could read it: the next free one, with one tap."""
    rows: Rows = ()
    if slot is not None:
        taken = Option(label="approval.take_slot", data=f"sl:{campaign.id}:{slot:{SLOT}}", values={"slot": slot})
        rows = ((taken,),)
    other = Option(label="approval.take_back", data=f"tb:{campaign.id}")
    back = Option(label="campaign.send_back", data=f"rt:{campaign.id}")
    rows = (*rows, (other if is_author else back,))
    values = {"title": campaign.title, "missed": missed, "slot": slot, "is_author": is_author}
    return Reply("approval.passed", values, rows)


def too_few_card(campaign: Campaign, minimum: int, *, can_widen: bool) -> Reply:
    """Fewer people than the minimum: widen, or rooms and the page (safety S2)."""
    rows: Rows = ((Option(label="approval.rooms_only", data=f"ro:{campaign.id}"),),)
    if can_widen:
        rows = ((Option(label="approval.widen", data=f"wi:{campaign.id}"),), *rows)
    anyway = Option(label="approval.anyway", data=f"sa:{campaign.id}")
    rows = (*rows, (anyway,), (Option(label="organize.change", data="o:change"),))
    return Reply("approval.too_few", {"title": campaign.title, "minimum": minimum, "can_widen": can_widen}, rows)


def taken_back_card(campaign: Campaign) -> Reply:
    """It is a draft again, with a button to it."""
    row = (Option(label="campaign.continue", data="o:new"),)
    return Reply("approval.taken_back", {"title": campaign.title}, (row,))


def news(block: str, campaign: Campaign, **values: object) -> Reply:
    """A line to somebody else about one campaign, with a button to its status."""
    return Reply(f"approval.{block}", {"title": campaign.title, **values}, status_rows(campaign.id))


def returned_told(campaign: Campaign, approver: str, reason: str, words: str) -> Reply:
    """To the author: who, why, and the way to the draft."""
    row = (Option(label="campaign.continue", data="o:new"),)
    values = {"title": campaign.title, "approver": approver, "reason": reason, "words": words}
    return Reply("approval.returned_told", values, (row, *status_rows(campaign.id)))


def came_back(campaign: Campaign, reason: str, words: str) -> Reply:
    """Under the status of a draft that came back; for its author only."""
    values = {"title": campaign.title, "reason": reason, "words": words}
    return Reply("approval.came_back", values, ((Option(label="campaign.continue", data="o:new"),),))


def nudge(campaign: Campaign, minutes: int) -> Reply:
    """To whoever may approve: it still waits."""
    row = (Option(label="contact.open_waiting", data="o:waiting"),)
    return Reply("approval.nudge", {"title": campaign.title, "minutes": minutes}, (row,))
