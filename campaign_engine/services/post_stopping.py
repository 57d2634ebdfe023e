"""A post of which one message after another fails is stopped, and its author told; they let it go on."""

import logging

from campaign_engine.domain.errors import GroundswellError
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.notifier import Notifier
from campaign_engine.ports.renderer import Renderer
from campaign_engine.ports.unit_of_work import Store
from campaign_engine.services import campaign_cards as cards
from campaign_engine.services.approval import notices_to

log = logging.getLogger(__name__)


class PostStopping:
    """Implements services.lane_parts.FailingPosts; the campaign's other posts go on."""

    def __init__(self, store: Store, clock: Clock, renderer: Renderer, notifier: Notifier) -> None:
        self._store = store
        self._clock = clock
        self._renderer = renderer
        self._notifier = notifier

    async def stop(self, post_id: int, version: int, reason: str) -> None:
        """Once, whatever the number of lanes that meet it. Raises StoreUnavailable."""
        async with self._store.write() as work:
            campaign_id = await work.stopped_posts.stop(post_id, version, reason, self._clock())
            if campaign_id is None:
                return
            campaign = await work.campaigns.get(campaign_id)
            author = await work.campaigns.author(campaign)
        log.error("post %d is stopped after one failure after another (%s)", post_id, reason)
        for notice in notices_to(author, cards.stopped_told(campaign, reason)):
            try:
                message = self._renderer.reply(notice.reply, notice.to.language)
            except GroundswellError as error:
                log.warning("nobody was told of it (%s); the campaign's card says it", error.code)
            else:
                await self._notifier.notify(notice.to.to, message)
