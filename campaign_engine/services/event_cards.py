"""Cards about an event whose time or place changes; data of buttons is read by dialogue.events."""

from collections.abc import Sequence
from datetime import datetime

from campaign_engine.domain.action import Site
from campaign_engine.domain.campaign import Campaign
from campaign_engine.domain.event_change import Place, may_name_place
from campaign_engine.domain.message import Option, Reply
from campaign_engine.services.campaign_cards import Rows, status_rows
from campaign_engine.services.event_series import Followed

PAGE = 6
"""Sites on one card."""


def where(
    campaign: Campaign, when: str, wall: datetime | None, sites: Sequence[Site], page: int, now: datetime
) -> Reply:
    """The same place, one to ask for, or a site of its precincts, which is named on the day only (threat T18)."""
    head, named = f"ec:{campaign.id}:{when}", may_name_place(wall, now)
    shown = sites[page * PAGE : (page + 1) * PAGE] if named else ()
    rows: Rows = ((Option(label="event.ask_partner", data=f"{head}:{Place.ASK}"),),)
    if wall is not None:
        rows = ((Option(label="event.same_place", data=f"{head}:{Place.SAME}"),), *rows)
    rows = (*rows, *((Option(literal=site.name, data=f"{head}:s{site.id}"),) for site in shown))
    turn = [Option(label="join.back", data=f"{head}:p{page - 1}" if page else f"ec:{campaign.id}")]
    if named and (page + 1) * PAGE < len(sites):
        turn.append(Option(label="join.more", data=f"{head}:p{page + 1}"))
    return Reply("event.which_place", {"named": named}, (*rows, tuple(turn)), edits=True)


def ask(campaign: Campaign, change: str, texts: Sequence[tuple[str, str]], people: int | None) -> Reply:
    """The words as they will be read and about how many read them: what is told cannot be taken back."""
    rows = (
        (Option(label="event.yes", data=f"ec:{campaign.id}:{change}:yes"),),
        (Option(label="hold.event_no", data=f"st:{campaign.id}"),),
    )
    return Reply("event.sure", {"title": campaign.title, "texts": texts, "people_told": people}, rows)


def followed(posts: Sequence[Followed]) -> tuple[Reply, ...]:
    """What goes out around the event, at its new times or not at all; none where nothing does."""
    return (Reply("series.followed", {"posts": tuple(one.as_values() for one in posts)}),) if posts else ()


def changed(campaign: Campaign, people: int | None) -> Reply:
    """It is being told."""
    return Reply("event.changed", {"title": campaign.title, "people_told": people}, status_rows(campaign.id))
