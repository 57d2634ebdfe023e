"""Answers on their way from a form to the page that shows them."""

import time
from collections.abc import Callable

from campaign_engine.domain.message import Message

KEEP_SECONDS = 60.0
MOST = 2000


class Between:
    """A form is answered by sending the browser to a page, so that going back or reloading never sends it again.

    What was answered waits here, in memory only, until that page takes it; a page that finds nothing asks the open
    question again.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._waiting: dict[str, tuple[float, tuple[Message, ...]]] = {}

    def put(self, address: str, answers: tuple[Message, ...]) -> None:
        """Replaces what was not taken; what nobody took for a minute is dropped."""
        now = self._monotonic()
        self._waiting.pop(address, None)
        oldest = next(iter(self._waiting.values()), None)
        while oldest is not None and (now - oldest[0] > KEEP_SECONDS or len(self._waiting) >= MOST):
            self._waiting.pop(next(iter(self._waiting)))
            oldest = next(iter(self._waiting.values()), None)
        self._waiting[address] = (now, answers)

    def take(self, address: str) -> tuple[Message, ...]:
        """Once."""
        put_at, answers = self._waiting.pop(address, (0.0, ()))
        return answers if self._monotonic() - put_at <= KEEP_SECONDS else ()
