"""The picture of a post, into the message that carries it."""

from dataclasses import replace

from campaign_engine.domain.campaign import PostContent
from campaign_engine.domain.errors import NotFound
from campaign_engine.domain.message import Message, Picture
from campaign_engine.ports.unit_of_work import Store, UnitOfWork

_MOST_KEPT = 4


class PostPictures:
    """A few are kept in memory: a post goes to many at once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: dict[str, Picture] = {}

    async def shown(self, message: Message, content: PostContent) -> Message:
        """With the approved picture and its words. Raises NotFound, StoreUnavailable."""
        if content.picture is None:
            return message
        key = content.picture.key
        if key not in self._kept:
            async with self._store.read() as work:
                found = await picture_of(work, content)
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[key] = found
        alt = content.picture.alt_in(message.spoken or message.language)
        return replace(message, picture=replace(self._kept[key], alt=alt))


async def picture_of(work: UnitOfWork, content: PostContent, language: str = "en") -> Picture:
    """Raises NotFound: a post that was approved with a picture does not go out without it (safety S1)."""
    picture = await work.pictures.get(content.picture.key) if content.picture is not None else None
    if picture is None or content.picture is None:
        raise NotFound("The picture is not there any more.", "Send it again.", "no_picture")
    return replace(picture, alt=content.picture.alt_in(language))
