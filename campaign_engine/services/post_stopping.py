"""A post of which one message after another fails is stopped, and its author told; they let it go on."""

import logging

from campaign_engine.domain.errors import GroundswellError
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.notifier import Notifier
from campaign_engine.ports.renderer import Renderer
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services import campaign_cards as cards
from campaign_engine.services.turn import Notice

log = logging.getLogger(__name__)


class PostStopping:
    """Implements services.lane_parts.FailingPosts; the campaign's other posts go on."""

    def __init__(self, clock: Clock, renderer: Renderer, notifier: Notifier) -> None:
        self._clock = clock
        self._renderer = renderer
        self._notifier = notifier

    async def stop(self, work: UnitOfWork, post_id: int, version: int, reason: str) -> Notice | None:
        """Once, whatever the number of lanes that meet it."""
        campaign_id = await work.stopped_posts.stop(post_id, version, reason, self._clock())
        if campaign_id is None:
            return None
        log.error("post %d is stopped after one failure after another (%s)", post_id, reason)
        campaign = await work.campaigns.get(campaign_id)
        author = await work.campaigns.author(campaign)
        return None if author is None else Notice(author, cards.stopped_told(campaign, reason))

    async def tell(self, notice: Notice) -> None:
        """The campaign's card says it too."""
        try:
            message = self._renderer.reply(notice.reply, notice.to.language)
        except GroundswellError as error:
            log.warning("nobody was told of it (%s); the campaign's card says it", error.code)
        else:
            await self._notifier.notify(notice.to.to, message)
