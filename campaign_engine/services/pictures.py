"""A picture for an organizer's draft: loaded only when the draft asks for it, cleaned before it is kept (safety N1)."""

import asyncio

from campaign_engine.dialogue.drafting_intents import FetchPicture, KeepPicture
from campaign_engine.domain.delivery import SendError
from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.message import Picture, SentPicture
from campaign_engine.domain.picture import MOST_BYTES, too_large
from campaign_engine.ports.pictures import PictureMaker
from campaign_engine.services.turn import Handlers, Replies, Turn


async def receive(sent: SentPicture, maker: PictureMaker) -> Picture:
    """Outside of any transaction: a platform may be slow. Raises InvalidInput."""
    if sent.size > MOST_BYTES:
        raise too_large()
    try:
        raw = await sent.fetch()
    except SendError as error:
        raise InvalidInput(
            "This picture could not be loaded.", "Send it again in a moment.", "picture_not_loaded"
        ) from error
    return await asyncio.to_thread(maker.clean, raw)


def handlers() -> Handlers:
    """Dispatch table of this file."""
    return {FetchPicture: _fetch, KeepPicture: _keep}


async def _fetch(turn: Turn, _intent: FetchPicture) -> Replies:
    turn.wants_picture = True
    return ()


async def _keep(turn: Turn, intent: KeepPicture) -> Replies:
    await turn.work.pictures.keep(intent.picture, turn.now)
    return ()
