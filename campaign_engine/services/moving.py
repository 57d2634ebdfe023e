"""Moves somebody from the page to a chat: one person before and after, whom nothing links to the page (safety N5)."""

from dataclasses import replace

from campaign_engine.dialogue.ally_intents import MakeMove, MoveHere
from campaign_engine.domain.accounts import Accounts
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.moving import FROM, LIFE, PAYLOAD, TO, Mover, new_move_code, spelled
from campaign_engine.ports.people import SavedState
from campaign_engine.ports.pictures import PictureMaker
from campaign_engine.services.turn import Handlers, Replies, Turn

_MINUTES = int(LIFE.total_seconds() // 60)
_OVER = Reply("signup.move_over", options=((Option(label="menu.open", data="m"),),))


class Moving:
    """`accounts` are looked at for every link: a platform may say only later who we are there."""

    def __init__(self, accounts: Accounts, pictures: PictureMaker) -> None:
        self._accounts = accounts
        self._pictures = pictures

    async def make(self, turn: Turn, intent: MakeMove) -> Replies:
        """A new code, which replaces the one before; only its keyed hash is kept."""
        if turn.person.contact_id is None or turn.inbound.channel != FROM:
            return ()
        code = new_move_code()
        await turn.work.moves.offer(turn.person.contact_id, code, turn.now + LIFE)
        values = {"code": spelled(code), "minutes": _MINUTES, "bot": self._accounts.discord}
        again = (Option(label="signup.new_code", data=f"mv:{intent.to}"), Option(label="menu.open", data="m:back"))
        if intent.to != TO[0]:
            return (Reply("signup.discord_code", values, options=(again,), stays=True),)
        link = self._accounts.start_link(PAYLOAD + code)
        values["link"] = link
        opened = (Option(label="signup.open_telegram", url=link),)
        picture = self._pictures.code(link)
        return (Reply("signup.telegram_link", values, options=(opened, again), picture=picture, stays=True),)

    async def move(self, turn: Turn, intent: MoveHere) -> Replies:
        """What the page's person did is this chat's person's from now on."""
        if turn.person.contact_id is not None:
            stopped = await turn.work.moves.merge(intent.code_hash, turn.who, turn.person.contact_id, turn.now)
            return (_OVER,) if stopped is None else (_arrived(stopped=stopped or turn.person.opted_out),)
        mover = turn.opened.named.mover
        contact_id = await turn.work.moves.move(intent.code_hash, turn.who, turn.now)
        if mover is None or contact_id is None:
            return (_OVER,)
        _take_over(turn, mover, contact_id)
        return (_arrived(stopped=mover.stopped or turn.person.opted_out),)

    def handlers(self) -> Handlers:
        """Dispatch table of this class."""
        return {MakeMove: self.make, MoveHere: self.move}


def _take_over(turn: Turn, mover: Mover, contact_id: int) -> None:
    """The open question comes along, in the language that they chose on the page."""
    turn.person = replace(turn.person, contact_id=contact_id, language=mover.language)
    turn.state = SavedState(mover.flow, mover.field, mover.data, mover.language, turn.state.version)


def _arrived(*, stopped: bool) -> Reply:
    rows = ((Option(label="signup.go_on", data="mv:on"), Option(label="answers.open", data="an")),)
    return Reply("signup.arrived", {"stopped": stopped}, options=rows)
