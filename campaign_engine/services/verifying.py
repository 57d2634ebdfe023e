"""How people tell us from somebody who pretends: our names, what we never ask, and a word that changes daily (T5)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from campaign_engine.dialogue.ally_intents import ShowVerify
from campaign_engine.dialogue.flow import WAY_BACK
from campaign_engine.domain.accounts import Accounts
from campaign_engine.domain.codes import word_code_of
from campaign_engine.domain.message import Reply
from campaign_engine.domain.schedule import to_wall
from campaign_engine.ports.clock import Clock
from campaign_engine.services.turn import Handlers, Replies, Turn


class Verifying:
    """The same on every channel and on the page; `seal` is a keyed hash as hexadecimal digits."""

    def __init__(self, accounts: Accounts, clock: Clock, seal: Callable[[str], str]) -> None:
        self._accounts = accounts
        self._clock = clock
        self._seal = seal

    def card(self) -> Reply:
        """With today's word, which nobody without our key can know."""
        accounts = self._accounts
        names = {"telegram": accounts.telegram, "discord": accounts.discord, "page": accounts.page}
        return Reply("verify.card", {**names, "word": self._word(to_wall(self._clock()).date())})

    def _word(self, day: date) -> str:
        return word_code_of(self._seal(f"verify:{day.isoformat()}"))

    async def show(self, _turn: Turn, _intent: ShowVerify) -> Replies:
        """The card."""
        return (replace(self.card(), options=WAY_BACK, stays=True),)

    def handlers(self) -> Handlers:
        """Dispatch table of this class."""
        return {ShowVerify: self.show}
