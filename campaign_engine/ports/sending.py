"""What services need to keep about sending: occurrences, deliveries, lanes and the page's inbox."""

from typing import Protocol


class OccurrencesRepository(Protocol):
    """Firings of posts, one row per post and wall-clock time."""


class DeliveriesRepository(Protocol):
    """One row per occurrence and address or room: the truth about every message."""


class LanesRepository(Protocol):
    """One row per sending account."""


class InboxRepository(Protocol):
    """Posts that wait on the page for their reader."""
