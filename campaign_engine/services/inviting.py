"""Makes allies' invites (safety N4)."""

import asyncio
from collections.abc import Sequence
from datetime import date

from campaign_engine.dialogue.ally_intents import MakeInvites
from campaign_engine.domain.accounts import Accounts
from campaign_engine.domain.action import ActionKind
from campaign_engine.domain.inviting import LIFE, PAYLOAD, free_slots, spelled
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.schedule import to_wall
from campaign_engine.ports.pictures import PictureMaker
from campaign_engine.services.turn import Handlers, Replies, Turn


class Inviting:
    """`accounts` are looked at for every link: a platform may say only later who we are there."""

    def __init__(self, accounts: Accounts, pictures: PictureMaker) -> None:
        self._accounts = accounts
        self._pictures = pictures

    async def make(self, turn: Turn, intent: MakeInvites) -> Replies:
        """One message for each, ready to be passed on or to be scanned, and one for their maker.

        The dialogue has asked whether any may be made; the person's row is locked, so that the counter holds.
        """
        today, person = to_wall(turn.now).date(), turn.person
        slots = free_slots(person.invites, today)[: intent.count]
        if person.contact_id is None or not slots:
            return ()
        codes = await turn.work.invites.issue(person.contact_id, slots, person.generation, person.site_id, today)
        turn.record(ActionKind.INVITE)

        async def drawn(_: str) -> Replies:
            return await self._messages(codes, today + LIFE)

        turn.makes.append(drawn)
        return ()

    async def _messages(self, codes: Sequence[str], last_day: date) -> Replies:
        menu = ((Option(label="menu.open", data="m:back"),),)
        links = [await asyncio.to_thread(self._link, code, last_day) for code in codes]
        return (*links, Reply("invite.made", {"count": len(codes)}, menu))

    def _link(self, code: str, last_day: date) -> Reply:
        page = f"{self._accounts.page}/i/{code}"
        values = {
            "telegram": self._accounts.start_link(PAYLOAD + code),
            "page": page,
            "code": spelled(code),
            "last_day": last_day,
        }
        return Reply("invite.link", values, picture=self._pictures.code(page))

    def handlers(self) -> Handlers:
        """Dispatch table of this class."""
        return {MakeInvites: self.make}
