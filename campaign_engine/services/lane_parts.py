"""What one lane stands on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from campaign_engine.domain.delivery import REMEMBERED_FOR
from campaign_engine.domain.windows import DEFAULT_HOURS, SendingHours
from campaign_engine.ports.channel import Channel
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.renderer import Renderer
from campaign_engine.ports.unit_of_work import Store, UnitOfWork
from campaign_engine.services.turn import Notice

DEAD_AFTER = timedelta(seconds=25)
"""A lane whose owner has been silent for so long may be taken over."""

BEATS = 5
"""Signs of life in that time."""


class Pace(Protocol):
    """services.lane_pace.LanePace, as far as a lane needs it."""

    def now(self) -> float:
        """Seconds that never go back."""

    async def slot(self, chat: str, *, priority: bool = False) -> None:
        """Wait until one message may go to this chat."""

    def take(self, chat: str) -> float:
        """0 when a broadcast to this chat may leave now, which is counted; else the seconds it has to wait."""

    def answered(self, chat: str) -> None:
        """The platform answered the last message to this chat, whatever it said."""

    async def until_free(self, most: float, early: float = 0.0) -> float:
        """Wait until the account may send; at once the seconds, when that takes more than `most`."""

    def hold(self, seconds: float) -> None:
        """The platform met too many: the whole account waits, and goes on slower."""

    def rest(self, seconds: float) -> None:
        """The whole account waits."""

    @property
    def account_wait(self) -> float:
        """Seconds until the account may send a broadcast."""

    @property
    def held_for(self) -> float:
        """Seconds until the account may send again."""

    @property
    def rate(self) -> float | None:
        """Broadcasts a second; None without limit."""


class FailingPosts(Protocol):
    """services.post_stopping.PostStopping: what becomes of a post of which one message after another fails."""

    async def stop(self, work: UnitOfWork, post_id: int, version: int, reason: str) -> Notice | None:
        """For its author, to be told when the transaction has ended well; None where nobody is to be told."""

    async def tell(self, notice: Notice) -> None:
        """Returns at once."""


@dataclass(frozen=True, slots=True)
class LaneParts:
    """`area_name` gives the short name of a precinct, `public_url` our own page.

    An owner that was silent for `dead_after` has lost the lane.
    """

    store: Store
    channel: Channel
    renderer: Renderer
    pace: Pace
    clock: Clock
    area_name: Callable[[int], str]
    public_url: str
    hours: SendingHours = DEFAULT_HOURS
    dead_after: timedelta = DEAD_AFTER
    failing: FailingPosts | None = None

    @property
    def remembers(self) -> timedelta | None:
        """How long the platform drops a repeated message; None where it never does."""
        return REMEMBERED_FOR.get(self.channel.name)
