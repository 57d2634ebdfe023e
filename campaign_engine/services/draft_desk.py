"""What an author looks at while drafting: a map, the post on each channel, rooms, holds; read after the commit."""

import asyncio
import dataclasses
from functools import partial
from typing import Protocol

from campaign_engine.dialogue import draft_steps
from campaign_engine.dialogue.drafting_intents import (
    ShowChannels,
    ShowEvents,
    ShowHeldTimes,
    ShowMap,
    ShowRooms,
    UndoDraft,
)
from campaign_engine.dialogue.flow import Rows, option
from campaign_engine.domain.audience import Room
from campaign_engine.domain.campaign import CampaignKind, Draft, Post
from campaign_engine.domain.contact import Person
from campaign_engine.domain.errors import InvalidInput, NotFound
from campaign_engine.domain.hold import held_until
from campaign_engine.domain.lint.length import ELSEWHERE, NORMS, measured
from campaign_engine.domain.message import Option, Picture, Reply
from campaign_engine.domain.permission import may_see
from campaign_engine.domain.schedule import to_wall
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.desk import Desk
from campaign_engine.ports.pictures import PictureMaker
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services import event_series
from campaign_engine.services.campaign_steps import own_draft, resolved
from campaign_engine.services.polishing import precincts_of
from campaign_engine.services.post_pictures import picture_of
from campaign_engine.services.post_texts import PostTexts
from campaign_engine.services.turn import Handlers, Replies, Turn

MOST_ROOMS = 20
_MOST_FINDINGS = 6
_LABEL_LETTERS = 50


class Undoing(Protocol):
    """services.campaigns.Campaigns, as far as it is needed here."""

    async def undo(self, work: UnitOfWork, author: Person, desk: Desk | None = None) -> Replies:
        """The last change of the open draft."""


class DraftDesk:
    """Nothing here writes but `undo`."""

    def __init__(self, clock: Clock, texts: PostTexts, maker: PictureMaker, campaigns: Undoing) -> None:
        self._clock = clock
        self._texts = texts
        self._maker = maker
        self._campaigns = campaigns

    def handlers(self) -> Handlers:
        """Dispatch table of this file."""
        return {
            UndoDraft: self._undo,
            ShowMap: self._map,
            ShowChannels: self._channels,
            ShowRooms: self._rooms,
            ShowHeldTimes: self._held,
            ShowEvents: self._events,
        }

    async def _undo(self, turn: Turn, _intent: UndoDraft) -> Replies:
        return (Reply("organize.undone"), *await self._campaigns.undo(turn.work, turn.person, turn.opened.desk))

    async def _map(self, turn: Turn, intent: ShowMap) -> Replies:
        """Drawn in a thread: it takes a fifth of a second."""

        async def draw(_work: UnitOfWork) -> Replies:
            picture = await asyncio.to_thread(self._maker.precincts, intent.precincts)
            return (Reply("organize.map", {"chosen": intent.precincts}, picture=picture),)

        turn.reads.append(draw)
        return ()

    async def _events(self, turn: Turn, intent: ShowEvents) -> Replies:
        reader, now = turn.person, turn.now

        async def offer(work: UnitOfWork) -> Replies:
            return (await event_series.offered(work, reader, intent.campaign_id, now),)

        turn.reads.append(offer)
        return ()

    async def _channels(self, turn: Turn, intent: ShowChannels) -> Replies:
        turn.reads.append(partial(self.as_on, reader=turn.person, campaign_id=intent.campaign_id, on=intent.channel))
        return ()

    async def as_on(self, work: UnitOfWork, reader: Person, campaign_id: int, on: str = "") -> Replies:
        """How its first post will look on one channel. Raises NotFound, InvalidInput while something is missing."""
        campaign = await work.campaigns.get(campaign_id)
        if not may_see(reader, campaign):
            raise NotFound("There is no such campaign.", "Open the list of campaigns and choose one.")
        if not campaign.posts:
            raise InvalidInput("There is nothing to read yet.", "Write the text first.", "incomplete_test")
        shown, _ = await resolved(work, campaign)
        post = shown.posts[0]
        channel = on if on in post.content.channels else post.content.channels[0]
        norm = NORMS.get(channel, ELSEWHERE)
        texts = tuple(
            {
                "language": language,
                "text": text,
                "length": measured(text, norm.unit),
                "most": norm.most_in(language),
                "unit": norm.unit.value,
            }
            for language, text in self._texts.all_of(shown)
        )
        one = dataclasses.replace(post, content=dataclasses.replace(post.content, channels=(channel,)))
        found = self._texts.linting.of_post(shown, one)
        values = {
            "channel": channel,
            "texts": texts,
            "pledge": post.content.pledge or "",
            "findings": tuple(each.as_values() for each in found[:_MOST_FINDINGS]),
            "more": max(0, len(found) - _MOST_FINDINGS),
            "alt": post.content.picture.alt_in(reader.language) if post.content.picture else "",
        }
        return (
            Reply(
                "organize.as_on",
                values,
                _tabs(campaign_id, post, channel),
                edits=True,
                picture=await _shown(work, post, reader),
            ),
        )

    async def _rooms(self, turn: Turn, intent: ShowRooms) -> Replies:
        author = turn.person

        async def read(work: UnitOfWork) -> Replies:
            draft = await own_draft(work, author)
            channels = draft.channels or tuple(self._texts.channels)
            (found,) = await work.rooms.meeting((channels, await precincts_of(work, draft)))
            if intent.asked and not found:
                return (draft_steps.pledge_question(draft),)
            return (_rooms_card(draft, found, asked=intent.asked),)

        turn.reads.append(read)
        return ()

    async def _held(self, turn: Turn, _intent: ShowHeldTimes) -> Replies:
        author, now = turn.person, turn.now

        async def read(work: UnitOfWork) -> Replies:
            draft = await own_draft(work, author)
            precincts, kind = await precincts_of(work, draft), CampaignKind(draft.kind)
            holds = await work.holds.open(precincts, now)
            until = {number: held_until(holds, kind, number, now) for number in precincts}
            held = {number: moment for number, moment in until.items() if moment is not None}
            if not held:
                return ()
            return (Reply("organize.held", {"precincts": tuple(held), "until": to_wall(max(held.values()))}),)

        turn.reads.append(read)
        return ()


def _tabs(campaign_id: int, post: Post, channel: str) -> Rows:
    others = tuple(
        Option(label="organize.channel_off", data=f"pc:{campaign_id}:{each}", values={"channel": each})
        for each in post.content.channels
        if each != channel
    )
    back = (option("organize.summary", "o:new"),)
    return (others, back) if others else (back,)


async def _shown(work: UnitOfWork, post: Post, reader: Person) -> Picture | None:
    return await picture_of(work, post.content, reader.language) if post.content.picture else None


def _rooms_card(draft: Draft, found: tuple[Room, ...], *, asked: bool) -> Reply:
    switches = tuple(
        (
            Option(
                label="organize.room_off" if room.id in draft.without_rooms else "organize.room_on",
                data=f"wr:{room.id}",
                values={"title": room.title[:_LABEL_LETTERS], "channel": room.channel},
            ),
        )
        for room in found[:MOST_ROOMS]
    )
    done: tuple[Option, ...] = (option("organize.rooms_done" if found else "organize.summary", "wr:done"),)
    if asked:
        done = (option("organize.back", "bk:channels"), *done)
    left = sum(room.id not in draft.without_rooms for room in found)
    values = {"rooms": len(found), "chosen": left, "more": max(0, len(found) - MOST_ROOMS)}
    return Reply("organize.rooms", values, (*switches, done), edits=True)
