"""One function per measure, named as in docs/measures.md: counts the same from rows, for tests.

Measures of persons give the ids of distinct contacts, staff left out, so that one person counts once. Where somebody is
counted: `profile` says it once for all measures.
"""

from collections.abc import Callable, Mapping

import pandas as pd

from analytics.frames import Frames
from campaign_engine.domain.action import ActionKind
from campaign_engine.domain.delivery import SHUT_OUT, DeliveryStatus
from campaign_engine.domain.follow_up import FollowThrough
from campaign_engine.domain.schedule import to_wall
from campaign_engine.ports.room_figures import RoomFigure
from campaign_engine.store.closing import BLOCKED, DELIVERED, ENGAGED, JOINED
from campaign_engine.store.fact_rules import FOLLOWED, NO_ANSWER, NOT_FOLLOWED

GONE = -1
"""Stands for every room that is gone."""

Members = pd.Index
"""Contact ids of the distinct persons that a measure counts."""

ENGAGING = (ActionKind.TAP, ActionKind.ANSWER, ActionKind.PLEDGE)
_ACCEPTED = (DeliveryStatus.SENT,)


def profile(frames: Frames) -> pd.DataFrame:
    """Where each person counts; index contact_id.

    `area`: the precinct of their pledge to this campaign, else the one they chose, else missing (rather not say, or not
    asked yet). `channel`: that of their one address. `site_id`: the site whose code they brought. `source`: site, else
    post (they joined or pledged from a post of this campaign), else none. `generation`: steps of invites, 0 for none.
    """
    people, pledges = frames.people, frames.pledges.dropna(subset=["contact_id"]).set_index("contact_id")
    mine = frames.actions[(frames.actions["campaign_id"] == frames.campaign.id) & frames.actions["contact_id"].notna()]
    by_post = people.index.isin(mine.loc[mine["kind"] == ActionKind.JOIN, "contact_id"])
    by_post |= people.index.isin(_once(frames, JOINED))
    by_post |= people.index.isin(pledges.index[pledges["room_id"].notna()])
    site = people["site_id"].astype("Float64").fillna(pledges["site_id"].astype("Float64").reindex(people.index))
    source = pd.Series("none", index=people.index, dtype="object").mask(by_post, "post").mask(site.notna(), "site")
    area = pledges["precinct"].astype("Float64").reindex(people.index).fillna(people["precinct"].astype("Float64"))
    return pd.DataFrame(
        {
            "area": area,
            "channel": people["channel"],
            "site_id": site,
            "source": source,
            "generation": people["generation"],
        }
    )


def delivered(frames: Frames) -> pd.DataFrame:
    """Messages to people that the channel accepted and that did not come back; unit: messages. From: deliveries."""
    rows = frames.deliveries
    return rows[~rows["is_room"].astype(bool) & rows["status"].isin(_ACCEPTED)]


def room_posts(frames: Frames) -> pd.DataFrame:
    """Messages to rooms that the channel accepted; unit: messages. From: deliveries."""
    rows = frames.deliveries
    return rows[rows["is_room"].astype(bool) & rows["status"].isin(_ACCEPTED)]


def delivered_people(frames: Frames) -> Members:
    """Distinct contacts with at least one accepted message; unit: persons. From: deliveries, first times."""
    return _known(frames, delivered(frames)["contact_id"]).union(_known(frames, _once(frames, DELIVERED)))


def rooms(frames: Frames) -> pd.DataFrame:
    """Every room: where it is, and how many posts of the campaign it got; index room id.

    Columns channel, kind, scope_kind, scope_value, precinct, posts; of a room that is gone only channel and posts.
    """
    accepted = room_posts(frames)
    sent = accepted.groupby(_room_ids(accepted)).agg(lane=("lane", "first"), posts=("id", "count"))
    there = frames.rooms.index.union(sent.index)
    found = frames.rooms.reindex(there)
    channel = found["channel"].astype("object").fillna(sent["lane"].reindex(there))
    return found.assign(channel=channel, posts=sent["posts"].reindex(there).fillna(0).astype(int))


def room_audience(frames: Frames) -> pd.Series:
    """Members of each room posted in, the most it had when a post arrived; unit: members. From: deliveries.

    An impression estimate, never added to people.
    """
    accepted = room_posts(frames)
    most = accepted.groupby(_room_ids(accepted))["room_members"].max()
    return most.fillna(0).reindex(rooms(frames).index).fillna(0).astype(int)


def room_reactions(frames: Frames) -> pd.Series:
    """Reactions to its posts in each room as they stand; unit: reactions, several of one person too. From: rooms."""
    return _came_back(frames, RoomFigure.REACTIONS)


def room_joins(frames: Frames) -> pd.Series:
    """How often somebody came into each room by a link of ours; unit: joins, never added to people. From: rooms.

    By a link of the campaign, or by the room's or its site's own while the campaign ran and had posted there.
    """
    return _came_back(frames, RoomFigure.JOINS, RoomFigure.JOINS_MEANWHILE)


def room_taps(frames: Frames) -> pd.Series:
    """Taps on its posts in each room; unit: taps, at most one of an ally on a day. From: rooms.

    Whoever tapped is among the reached too, so this is never added to people.
    """
    return _came_back(frames, RoomFigure.TAPS)


ROOMS: Mapping[str, Callable[[Frames], pd.Series]] = {
    "room_audience": room_audience,
    "room_reactions": room_reactions,
    "room_joins": room_joins,
    "room_taps": room_taps,
}
"""Measures of rooms by name; index as of `rooms`."""


def joined(frames: Frames) -> Members:
    """Recruitment: contacts who came in by this campaign; unit: persons. From: actions (join), contacts.

    A join belongs to the campaign whose post brought it. One without a post (a poster, a word code, a search) belongs
    to every campaign that ran at that moment and has its person's precinct among its targets.
    """
    joins = frames.actions[frames.actions["kind"] == ActionKind.JOIN]
    mine = _known(frames, joins.loc[joins["campaign_id"] == frames.campaign.id, "contact_id"])
    mine = mine.union(_known(frames, _once(frames, JOINED)))
    earlier = frames.first_times.loc[frames.first_times["what"] == JOINED, "contact_id"]
    of_others = {*joins.loc[joins["campaign_id"].notna(), "contact_id"].dropna(), *earlier}
    campaign, people = frames.campaign, frames.people
    if campaign.launched_at is None:
        return mine
    here = profile(frames)["area"].isin(campaign.targets)
    during = people["created_at"].between(campaign.launched_at, campaign.finished_at or frames.now)
    return mine.union(people.index[(here & during).astype(bool) & ~people.index.isin(of_others)])


def pledged(frames: Frames) -> Members:
    """Contacts with a pledge that counts to this campaign; unit: persons. From: pledges."""
    return _known(frames, frames.pledges["contact_id"])


def engaged(frames: Frames) -> Members:
    """Contacts with at least one tap, answer or pledge on this campaign; unit: persons. From: actions, pledges."""
    rows = frames.actions
    mine = (rows["campaign_id"] == frames.campaign.id) & rows["kind"].isin(ENGAGING)
    now, before = _known(frames, rows.loc[mine, "contact_id"]), _known(frames, _once(frames, ENGAGED))
    return pledged(frames).union(now).union(before)


def reached(frames: Frames) -> Members:
    """Contacts with at least one inbound action (join, tap, answer, pledge); unit: persons. From: actions, pledges."""
    return engaged(frames).union(joined(frames))


PEOPLE: Mapping[str, Callable[[Frames], Members]] = {
    "delivered_people": delivered_people,
    "reached": reached,
    "engaged": engaged,
    "pledged": pledged,
    "joined": joined,
}
"""Measures of persons by name. Pledged are among engaged, engaged and joined among reached."""


def followed_through(frames: Frames) -> Members:
    """Of the asked, who said that they did their plan; unit: persons. From: follow-ups, first times."""
    return _answered(frames, FollowThrough.DID, FOLLOWED)


def not_followed(frames: Frames) -> Members:
    """Of the asked, who said not yet, no or rather not say; unit: persons. From: follow-ups, first times."""
    return _answered(frames, FollowThrough.DID_NOT, NOT_FOLLOWED)


def no_answer(frames: Frames) -> Members:
    """Of the asked, who said nothing in seven days; unit: persons. From: follow-ups, first times."""
    return _answered(frames, FollowThrough.SILENT, NO_ANSWER)


def _answered(frames: Frames, outcome: FollowThrough, what: str) -> Members:
    rows = frames.follow_ups
    kept = _known(frames, _once(frames, what))
    return _known(frames, rows.loc[rows["outcome"] == outcome, "contact_id"]).union(kept)


def pledges_without_person(frames: Frames) -> int:
    """Pledges from paper or a kiosk, and of people who were deleted since; unit: pledges. From: pledges."""
    return int(frames.pledges["contact_id"].isna().sum())


def opt_outs(frames: Frames) -> pd.DataFrame:
    """People who said STOP while the campaign ran; see `_left`. From: actions."""
    return _left(frames, ActionKind.OPT_OUT)


def deletes(frames: Frames) -> pd.DataFrame:
    """People who had themselves deleted while the campaign ran; see `_left`. From: actions, which keep no link."""
    return _left(frames, ActionKind.DELETE)


def pauses(frames: Frames) -> pd.DataFrame:
    """People who chose a pause while the campaign ran; see `_left`. From: actions."""
    return _left(frames, ActionKind.PAUSE)


def blocks(frames: Frames) -> pd.DataFrame:
    """People whose platform said that they shut us out when a post arrived; unit: persons. From: deliveries."""
    rows = frames.deliveries
    refused = rows["status"].isin([DeliveryStatus.FAILED, DeliveryStatus.BOUNCED])
    refused &= rows["reason"].str.fullmatch(SHUT_OUT) & ~rows["is_room"].astype(bool)
    people = _known(frames, rows.loc[refused, "contact_id"]).union(_known(frames, _once(frames, BLOCKED)))
    return pd.DataFrame({"area": profile(frames).loc[people, "area"]})


HARM: Mapping[str, Callable[[Frames], pd.DataFrame]] = {
    "opt_outs": opt_outs,
    "deletes": deletes,
    "blocks": blocks,
    "pauses": pauses,
}
"""Always shown beside reach. One row is one person; column `area`."""


def _left(frames: Frames, kind: ActionKind) -> pd.DataFrame:
    """One row per person with this action during the run; unit: persons; column `area`.

    Counted are those who chose one of its precincts, those it wrote to, and actions on its own posts.
    """
    campaign, rows = frames.campaign, frames.actions[frames.actions["kind"] == kind]
    if campaign.launched_at is None:
        return pd.DataFrame({"area": rows["precinct"].iloc[:0]})
    first, last = (to_wall(moment).date() for moment in (campaign.launched_at, campaign.finished_at or frames.now))
    during = rows["day"].between(pd.Timestamp(first), pd.Timestamp(last))
    ours = rows["precinct"].isin(campaign.targets) | rows["contact_id"].isin(delivered_people(frames))
    chosen = rows[during & (ours | (rows["campaign_id"] == campaign.id))]
    once = frames.first_times
    before = once[(once["campaign_id"] == campaign.id) & (once["what"] == kind)]
    known = pd.concat([chosen.dropna(subset=["contact_id"]), before]).drop_duplicates("contact_id")
    gone = pd.concat([chosen[chosen["contact_id"].isna()], frames.leavers[frames.leavers["kind"] == kind]])
    areas = [*known["precinct"], *gone["precinct"]]
    return pd.DataFrame({"area": pd.array([None if pd.isna(area) else area for area in areas], dtype="Float64")})


def outcomes(frames: Frames) -> pd.DataFrame:
    """Frozen deliveries by status, people and rooms apart; unit: deliveries; every status is a row. From: deliveries.

    Each column adds up to the deliveries that were frozen (measures: accounting identity).
    """
    statuses = [status.value for status in DeliveryStatus]
    rows = frames.deliveries
    is_room = rows["is_room"].astype(bool)
    return pd.DataFrame(
        {
            name: rows.loc[chosen, "status"].value_counts().reindex(statuses, fill_value=0).astype(int)
            for name, chosen in (("people", ~is_room), ("rooms", is_room))
        }
    )


def posts_made(frames: Frames) -> int:
    """Firings of posts whose audience was frozen; unit: posts. From: occurrences."""
    return int(frames.occurrences["frozen_at"].notna().sum())


def days_left(frames: Frames) -> int | None:
    """Days until the last post of the schedule, 0 after it; None without one. From: approved post versions."""
    if frames.campaign.last_wall is None:
        return None
    return max(0, (frames.campaign.last_wall.date() - to_wall(frames.now).date()).days)


def _once(frames: Frames, what: str) -> pd.Series:
    """Contact ids of whom it is kept that this happened in the campaign, after the rows that said so have gone."""
    rows = frames.first_times
    return rows.loc[(rows["campaign_id"] == frames.campaign.id) & (rows["what"] == what), "contact_id"]


def _room_ids(rows: pd.DataFrame) -> pd.Series:
    return rows["room_id"].fillna(GONE).astype("int64")


def _came_back(frames: Frames, *figures: RoomFigure) -> pd.Series:
    rows = frames.room_figures
    rows = rows[rows["figure"].isin(figures)]
    counted = rows.groupby(_room_ids(rows))["count"].sum()
    return counted.reindex(rooms(frames).index).fillna(0).astype(int)


def _known(frames: Frames, contact_ids: pd.Series) -> Members:
    """Distinct ones that are still contacts and not staff."""
    return frames.people.index[frames.people.index.isin(contact_ids.dropna())]
