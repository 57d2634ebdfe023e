"""What somebody learned, as a picture: the same for everybody who learned as much, so that it is drawn once."""

import asyncio
from dataclasses import replace

from campaign_engine.dialogue.learn_intents import ShowCertificate
from campaign_engine.domain.message import Picture, Reply
from campaign_engine.ports.pictures import PictureMaker
from campaign_engine.ports.renderer import Renderer
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services.turn import Handlers, Replies, Turn

_WORDS = ("headline", "line", "first", "second", "third", "last")


class Certificates:
    """Drawn after the commit and beside the event loop; kept in memory, a few for each language."""

    def __init__(self, maker: PictureMaker, renderer: Renderer) -> None:
        self._maker = maker
        self._renderer = renderer
        self._drawn: dict[tuple[str, ...], Picture] = {}

    def handlers(self) -> Handlers:
        """Dispatch table of this class."""
        return {ShowCertificate: self._show}

    async def _show(self, turn: Turn, intent: ShowCertificate) -> Replies:
        language = turn.person.language

        async def drawn(_: UnitOfWork) -> Replies:
            return (replace(intent.said, picture=await self._picture(intent, language)),)

        turn.reads.append(drawn)
        return ()

    async def _picture(self, intent: ShowCertificate, language: str) -> Picture:
        names = (f"{intent.said.template}_{word}" for word in _WORDS)
        words = tuple(self._renderer.reply(Reply(name), language).text for name in names)
        if words not in self._drawn:
            self._drawn[words] = await asyncio.to_thread(self._maker.certificate, words, intent.lessons)
        return self._drawn[words]
