"""The City's open data over the network: pages of records, and what of an unfinished edition is kept between runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

Record = Mapping[str, Any]
"""One row as the City sends it: names of fields to text; of a map a GeoJSON feature."""


EVERY_FEED = "every_feed_failed"
"""Code of a FeedFailed that is about the portal or our token, not about one feed."""


class FeedName(StrEnum):
    """In the order in which they are loaded: shootings and ZIP areas are laid over boundaries."""

    BOUNDARIES = "boundaries"
    SHOOTINGS = "shootings"
    ZIP_AREAS = "zip-areas"
    SCHOOLS = "schools"
    CENTERS = "centers"


@dataclass(frozen=True, slots=True)
class Mark:
    """What tells editions apart, as the City's server names it; empty where it does not."""

    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Consecutive records in the City's fixed order."""

    records: Sequence[Record]
    mark: Mark


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Rows of an edition that have arrived; `modified` is its date as the server gives it."""

    rows: int
    modified: str


class OpenData(Protocol):
    """Asks again by itself while the City is busy. All raise FeedFailed."""

    async def count(self, feed: FeedName) -> int:
        """Records in the edition that is published now."""

    async def page(self, feed: FeedName, offset: int, known: Mark | None = None) -> FeedPage | None:
        """From a record on, counted from 0; None when the edition is still the one that is `known`."""


class FeedsRepository(Protocol):
    """One bulk statement per page; an edition that has arrived is read back whole and then cleared."""

    async def mark(self, feed: FeedName) -> Mark:
        """Of the edition in use; empty before the first."""

    async def looked_at(self) -> Mapping[str, datetime]:
        """By feed, when the City last said what is in use or that nothing is new (UTC); without those never loaded."""

    async def unfinished(self, feed: FeedName) -> Unfinished | None:
        """None when nothing waits."""

    async def keep(self, feed: FeedName, offset: int, page: FeedPage) -> None:
        """In place of what was kept from this record on."""

    async def records(self, feed: FeedName) -> list[Record]:
        """All that were kept, in order."""

    async def clear(self, feed: FeedName) -> None:
        """Forget what was kept of an unfinished edition."""

    async def finish(self, feed: FeedName, mark: Mark, now: datetime) -> None:
        """Clear, and remember the edition in use and when it was looked at (UTC)."""

    async def forget(self, feed: FeedName) -> None:
        """Have it loaded anew the next time, new or not."""
