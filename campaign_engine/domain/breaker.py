"""Whether a platform is away, judged by what came of the last messages: pure, no clock inside."""

from dataclasses import dataclass

OPENS_AFTER = 5
"""Messages in a row that met no platform, or one that cannot answer."""

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 60.0
"""Seconds until one message tries whether it is back; doubled each time it is not."""


@dataclass(slots=True)
class Breaker:
    """Closed: all is well. Open: nothing is claimed. Half-open: one message is, and shows whether it is back.

    Moments are seconds of any clock that never goes back.
    """

    _failures: int = 0
    _pause: float = 0.0
    _until: float = float("-inf")

    @property
    def is_open(self) -> bool:
        """Whether the platform counts as away, half-open too."""
        return self._pause > 0

    def room(self, now: float, wanted: int) -> int:
        """How many of the `wanted` may be claimed now."""
        if not self.is_open:
            return wanted
        return 0 if now < self._until else min(1, wanted)

    def met(self, now: float, *, away: bool) -> None:
        """What one message met; any answer, a refusal too, shows that the platform is there."""
        if not away:
            self._failures, self._pause, self._until = 0, 0.0, float("-inf")
            return
        self._failures += 1
        if self._failures >= OPENS_AFTER and now >= self._until:
            self._pause = min(max(FIRST_PAUSE, self._pause * 2), LONGEST_PAUSE)
            self._until = now + self._pause
