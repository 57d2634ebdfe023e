"""The last steps of one message: its words, one more look at everything that decides, and off it goes."""

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta

from campaign_engine.domain.breaker import Breaker
from campaign_engine.domain.delivery import DeliveryStatus, Receipt, SendError
from campaign_engine.domain.errors import GroundswellError, StoreUnavailable
from campaign_engine.domain.message import Message
from campaign_engine.domain.pacing import Measured
from campaign_engine.domain.planner import LOOK_AGAIN, Reason
from campaign_engine.ports.sending import Claimed, Outcome
from campaign_engine.services.lane_parts import LaneParts
from campaign_engine.services.post_pictures import PostPictures
from campaign_engine.services.verdicts import accepted, given_back, is_away, lane_pause, recheck, refused
from campaign_engine.services.wording import Wording

log = logging.getLogger(__name__)

FRESH_SECONDS = 0.25
"""Nothing leaves later than this after all that decides about it was read, however long the process stood still."""

SLOW_SECONDS = 1.0
"""A look that takes longer tells of a time that is gone: the process may have stood still behind the answer."""

LOOKS = 3
"""Until a database is taken for one that is away, because it is so slow."""

REPEATS = 3
"""Times that a message is sent with the same key to a platform that drops a repeated one."""

LONGEST_HOLD = 10.0
"""Seconds; for longer a message whose fate nobody knows does not wait for the account."""

Ready = tuple[Claimed, Message]
Ended = tuple[Claimed, Outcome]


class Leaving:
    """For one lane."""

    def __init__(self, parts: LaneParts) -> None:
        self.breaker = Breaker()
        self.on_its_way = Measured()
        self._store = parts.store
        self._channel = parts.channel
        self._wording = Wording(parts.renderer, parts.area_name, parts.public_url)
        self._pictures = PostPictures(parts.store)
        self._pace = parts.pace
        self._clock = parts.clock
        self._hours = parts.hours
        self._remembers = parts.remembers

    async def ready(self, group: Sequence[Claimed]) -> tuple[list[Ready], list[Ended]]:
        """Those that may leave at once, in words, and how the others end; everything is read again for all of them.

        Kill switch, consent, STOP, pause, hold, the lane's own epoch (safety S3, C6, C7).
        """
        worded, ended = await self._in_words(group)
        if not worded:
            return [], ended
        known = await self._known([claimed for claimed, _ in worded])
        if known is None:
            again_at = self._clock() + LOOK_AGAIN
            away = [(claimed, given_back(claimed, "store_away", again_at)) for claimed, _ in worded]
            return [], [*ended, *away]
        leaves: list[Ready] = []
        now = self._clock()
        for claimed, message in worded:
            current = known.get(claimed.id)
            refusal = recheck(current, now, self._hours) if current is not None else _not_ours(claimed)
            if refusal is None:
                leaves.append((claimed, message))
            else:
                ended.append((claimed, refusal))
        return leaves, ended

    async def _known(self, group: Sequence[Claimed]) -> Mapping[int, Claimed] | None:
        """As things are now; None while nobody can say."""
        for _ in range(LOOKS):
            begun = self._pace.now()
            try:
                async with self._store.read() as work:
                    known = await work.deliveries.again(group, self._clock())
            except StoreUnavailable:
                return None
            if self._pace.now() - begun <= SLOW_SECONDS:
                return known
        return None

    async def send(self, claimed: Claimed, message: Message, read_at: float) -> Outcome | None:
        """How it ended; None when it stood too long since everything was read at `read_at`, and has not left."""
        first = self._pace.now()
        if first - read_at > FRESH_SECONDS:
            return None
        if claimed.adopted and not self._is_remembered(claimed, first):
            return Outcome(claimed.id, DeliveryStatus.UNCONFIRMED, "interrupted")
        for left in reversed(range(REPEATS)):
            begun = self._pace.now()
            try:
                receipt = await self._sent(claimed, message)
            except SendError as error:
                self.breaker.met(self._pace.now(), away=is_away(error))
                if not (left and error.ambiguous and await self._may_repeat(claimed, first)):
                    return self._refused(claimed, error)
            else:
                ended = self._pace.now()
                self.on_its_way.add(ended - begun)
                self.breaker.met(ended, away=False)
                return accepted(claimed, receipt)
        raise AssertionError("the last try ends it")

    async def _sent(self, claimed: Claimed, message: Message) -> Receipt:
        try:
            return await self._channel.send(message, claimed.to, f"delivery-{claimed.id}")
        finally:
            self._pace.answered(claimed.to.address)

    async def _may_repeat(self, claimed: Claimed, first: float) -> bool:
        """In its turn, while the platform drops a second one, and where a first one might leave now (safety S3, C7)."""
        if self._pace.held_for > LONGEST_HOLD or not self._is_remembered(claimed, first):
            return False
        await self._pace.slot(claimed.to.address)
        leaves, _ = await self.ready([claimed])
        return bool(leaves) and self._is_remembered(claimed, first)

    async def _in_words(self, group: Sequence[Claimed]) -> tuple[list[Ready], list[Ended]]:
        worded: list[Ready] = []
        ended: list[Ended] = []
        for claimed in group:
            try:
                message = self._wording.message(claimed)
                if claimed.content.picture is not None:
                    message = await self._pictures.shown(message, claimed.content)
            except StoreUnavailable:
                ended.append((claimed, given_back(claimed, "store_away", self._clock() + LOOK_AGAIN)))
            except GroundswellError as error:
                log.error("%s: a post cannot be put in words (%s)", self._channel.name, error.code)  # the code says it
                ended.append((claimed, Outcome(claimed.id, DeliveryStatus.FAILED, error.code, tried=False)))
            else:
                worded.append((claimed, message))
        return worded, ended

    def _refused(self, claimed: Claimed, error: SendError) -> Outcome:
        if pause := lane_pause(error):
            self._pace.rest(pause) if error.alert else self._pace.hold(pause)
        if error.alert:
            log.error("%s: a person must act (%s)", self._channel.name, error.code)
        return refused(claimed, error, self._clock())

    def _is_remembered(self, claimed: Claimed, first: float) -> bool:
        """The platform still knows the key of the first try, begun here at `first` or by another process after its
        claim, so that a second one doubles nothing. A clock that was set says nothing.
        """
        if self._remembers is None or claimed.claimed_at is None:
            return False
        waited = timedelta(seconds=self._pace.now() - first)
        return max(waited, abs(self._clock() - claimed.claimed_at)) < self._remembers


def _not_ours(claimed: Claimed) -> Outcome:
    """Gone, or taken over: what is written of it then finds no row that is ours."""
    return Outcome(claimed.id, DeliveryStatus.SUPPRESSED, Reason.UNREACHABLE, tried=False)
