"""Makes allies' invites (safety N4)."""

from datetime import date

from campaign_engine.dialogue.ally_intents import MakeInvites
from campaign_engine.domain.accounts import Accounts
from campaign_engine.domain.action import ActionKind
from campaign_engine.domain.inviting import LIFE, PAYLOAD, free_slots, spelled
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.schedule import to_wall
from campaign_engine.services.turn import Handlers, Replies, Turn


class Inviting:
    """`accounts` are looked at for every link: a platform may say only later who we are there."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    async def make(self, turn: Turn, intent: MakeInvites) -> Replies:
        """One message for each, ready to be passed on, and one for their maker.

        The dialogue has asked whether any may be made; the person's row is locked, so that the counter holds.
        """
        today, person = to_wall(turn.now).date(), turn.person
        slots = free_slots(person.invites, today)[: intent.count]
        if person.contact_id is None or not slots:
            return ()
        codes = await turn.work.invites.issue(person.contact_id, slots, person.generation, person.site_id, today)
        turn.record(ActionKind.INVITE)
        menu = ((Option(label="menu.open", data="m:back"),),)
        return (*(self._link(code, today + LIFE) for code in codes), Reply("invite.made", {"count": len(codes)}, menu))

    def _link(self, code: str, last_day: date) -> Reply:
        values = {
            "telegram": self._accounts.start_link(PAYLOAD + code),
            "page": f"{self._accounts.page}/i/{code}",
            "code": spelled(code),
            "last_day": last_day,
        }
        return Reply("invite.link", values)

    def handlers(self) -> Handlers:
        """Dispatch table of this class."""
        return {MakeInvites: self.make}
