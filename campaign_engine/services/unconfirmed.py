"""Messages that may or may not have left: how many, by post; staff decide about all of a post at once (ADR 3)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from campaign_engine.dialogue.unconfirmed_intents import DecideUnconfirmed, ShowUnconfirmed
from campaign_engine.domain.campaign import Campaign
from campaign_engine.domain.contact import Person
from campaign_engine.domain.delivery import Decision
from campaign_engine.domain.errors import Conflict
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.permission import check_mover
from campaign_engine.domain.rounding import rounded_size
from campaign_engine.domain.schedule import to_wall
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.unconfirmed import Unsure
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services.campaign_cards import Rows, status_rows
from campaign_engine.services.campaign_steps import log_step
from campaign_engine.services.turn import Handlers, Replies, Turn

TIME_TO_UNDO = timedelta(minutes=1)
"""Between a yes to sending again and the first message."""


class Unconfirmed:
    """Whoever may pause a campaign may decide; nobody learns whose messages they are, and people are rounded (K3)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def handlers(self) -> Handlers:
        """Dispatch table of this class."""
        return {ShowUnconfirmed: self._show, DecideUnconfirmed: self._decide}

    async def show(self, work: UnitOfWork, person: Person, campaign_id: int) -> Replies:
        """One card, with two buttons for each post. Raises NotAllowed, NotFound."""
        campaign = await work.campaigns.get(campaign_id)
        check_mover(person, campaign)
        groups = await work.unconfirmed.groups(self._clock(), campaign_id)
        return (_card(campaign, groups),)

    async def decide(
        self, work: UnitOfWork, person: Person, campaign_id: int, post_id: int, decision: Decision
    ) -> tuple[int, datetime]:
        """How many, and from when on those sent again leave. Raises NotAllowed, NotFound, Conflict."""
        await self._check(work, person, campaign_id, post_id)
        now = self._clock()
        decided = await work.unconfirmed.decide(post_id, decision, now, now + TIME_TO_UNDO)
        if not decided:
            raise _nothing_left()
        await log_step(work, person, decision, campaign_id, now)
        return decided, now + TIME_TO_UNDO

    async def undo(self, work: UnitOfWork, person: Person, campaign_id: int, post_id: int, decision: Decision) -> int:
        """How many wait for a decision again; 0 when it is too late for that. Raises NotAllowed, NotFound, Conflict."""
        await self._check(work, person, campaign_id, post_id)
        undone = await work.unconfirmed.undo(post_id, decision, self._clock())
        if undone:
            await log_step(work, person, f"undo {decision}", campaign_id, self._clock())
        return undone

    async def _show(self, turn: Turn, intent: ShowUnconfirmed) -> Replies:
        return await self.show(turn.work, turn.person, intent.campaign_id)

    async def _decide(self, turn: Turn, intent: DecideUnconfirmed) -> Replies:
        which = (intent.campaign_id, intent.post_id, intent.decision)
        if intent.undo:
            undone = await self.undo(turn.work, turn.person, *which)
            return (
                Reply("unconfirmed.undone", {"any": undone > 0}),
                *await self.show(turn.work, turn.person, intent.campaign_id),
            )
        if not intent.sure:
            return (await self._ask(turn.work, turn.person, intent),)
        _, leaves = await self.decide(turn.work, turn.person, *which)
        head = f"un:{intent.campaign_id}"
        undo = Option(label="unconfirmed.undo", data=f"{head}:{intent.post_id}:{intent.decision}:undo")
        values = {"decision": intent.decision.value, "leaves": to_wall(leaves)}
        campaign = await turn.work.campaigns.get(intent.campaign_id)
        return (Reply("unconfirmed.decided", values, ((undo,), *status_rows(campaign.id)), edits=True),)

    async def _ask(self, work: UnitOfWork, person: Person, intent: DecideUnconfirmed) -> Reply:
        campaign = await self._check(work, person, intent.campaign_id, intent.post_id)
        groups = await work.unconfirmed.groups(self._clock(), campaign.id)
        mine = [one for one in groups if one.post_id == intent.post_id]
        if intent.decision is Decision.RESEND:
            mine = [one for one in mine if one.until is not None]
        if not mine:
            raise _nothing_left()
        data = f"un:{campaign.id}:{intent.post_id}:{intent.decision}:yes"
        yes = Option(label=f"unconfirmed.yes_{intent.decision}", data=data)
        no = Option(label="unconfirmed.no", data=f"un:{campaign.id}")
        values = {"title": campaign.title, "decision": intent.decision.value, **_sizes(mine)}
        return Reply("unconfirmed.sure", values, ((yes,), (no,)), edits=True)

    async def _check(self, work: UnitOfWork, person: Person, campaign_id: int, post_id: int) -> Campaign:
        campaign = await work.campaigns.get(campaign_id)
        check_mover(person, campaign)
        if post_id not in {post.id for post in campaign.posts}:
            raise _nothing_left()
        return campaign


def _card(campaign: Campaign, groups: Sequence[Unsure]) -> Reply:
    numbers = {post.id: number for number, post in enumerate(campaign.posts, 1)}
    posts: list[dict[str, object]] = []
    rows = status_rows(campaign.id)
    for post_id in sorted({one.post_id for one in groups}, reverse=True):
        mine = [one for one in groups if one.post_id == post_id]
        until = max((one.until for one in mine if one.until is not None), default=None)
        late = any(one.until is None for one in mine)
        posts.insert(0, {"number": numbers[post_id], "until": until and to_wall(until), "late": late, **_sizes(mine)})
        rows = (_choices(campaign.id, post_id, can_go=until is not None), *rows)
    values = {"title": campaign.title, "posts": tuple(posts), "several": len(campaign.posts) > 1}
    return Reply("unconfirmed.card", values, rows)


def _choices(campaign_id: int, post_id: int, *, can_go: bool) -> tuple[Option, ...]:
    offered = (Decision.RESEND, Decision.LEAVE) if can_go else (Decision.LEAVE,)
    return tuple(Option(label=f"unconfirmed.{one}", data=f"un:{campaign_id}:{post_id}:{one}") for one in offered)


def _sizes(groups: Sequence[Unsure]) -> dict[str, object]:
    """People rounded, None for fewer than twenty; whether there are any; rooms as they are (safety K3)."""
    people = sum(one.messages for one in groups if not one.is_room)
    return {
        "to_people": people > 0,
        "people": rounded_size(people),
        "rooms": sum(one.messages for one in groups if one.is_room),
    }


def news(campaign: Campaign) -> Reply:
    """To the author: there are some, with the way to decide."""
    rows: Rows = ((Option(label="unconfirmed.open", data=f"un:{campaign.id}"),), *status_rows(campaign.id))
    return Reply("unconfirmed.news", {"title": campaign.title}, rows)


def _nothing_left() -> Conflict:
    return Conflict("Nothing of it waits for a decision any more.", "Open its status to see how it stands.", "decided")
