"""The City's open data by SODA 2.1 (dev.socrata.com): pages in a fixed order, patience, and no token in any error."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self

import httpx

from campaign_engine.domain.errors import FeedFailed
from campaign_engine.ports.feeds import EVERY_FEED, FeedName, FeedPage, Mark, Record

PAGE_ROWS = 5_000
"""Rows that are asked for at a time; a server may give fewer."""

ATTEMPTS = 6
LONGEST_WAIT = 120.0
"""Seconds; a server that asks for more is left alone until the next run."""

MOST_BYTES = 64 * 1024 * 1024
_SECONDS = 60.0
_READY = 200
_NOT_READY = 202
_UNCHANGED = 304
_REFUSED = (401, 403)
_BUSY = 429
_AGAIN = "The edition in use stays. Run `groundswell data sync` again later; what has arrived is kept."


@dataclass(frozen=True, slots=True)
class Dataset:
    """Where a feed lies; `columns` are all that is asked for, so that nothing about people ever arrives."""

    id: str
    title: str
    columns: tuple[str, ...] = ()
    kind: str = "json"


DATASETS: Mapping[FeedName, Dataset] = {
    FeedName.BOUNDARIES: Dataset("y76i-bdw7", "Police Precincts", kind="geojson"),
    FeedName.SHOOTINGS: Dataset(
        "5ucz-vwe8",
        "Shootings (2006-Present)",
        ("incident_key", "occur_date", "boro", "precinct", "x_coord_cd", "y_coord_cd", "latitude", "longitude"),
    ),
    FeedName.ZIP_AREAS: Dataset("pri4-ifjk", "Modified ZIP Code Tabulation Areas", kind="geojson"),
    FeedName.SCHOOLS: Dataset(
        "wg9x-4ke6",
        "School Locations",
        ("system_code", "location_name", "primary_address_line_1", "latitude", "longitude"),
    ),
    FeedName.CENTERS: Dataset(
        "crns-fw6u",
        "Directory of NYCHA Community Facilities",
        ("borough", "program_type", "status", "development", "address", "latitude", "longitude"),
    ),
}


class _Busy(Exception):
    """Worth asking again, after so many seconds if the server says so."""

    def __init__(self, why: str, after: float | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.after = after


@dataclass
class Socrata:
    """Implements ports.feeds.OpenData. `root` is the address of the portal, `sleep` waits so many seconds."""

    root: str
    token: str = field(default="", repr=False)
    page_rows: int = PAGE_ROWS
    seconds: float = _SECONDS
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _client: httpx.AsyncClient | None = field(default=None, repr=False)

    async def __aenter__(self) -> Self:
        headers = {
            "Accept-Encoding": "gzip",
            "User-Agent": "groundswell",
            **({"X-App-Token": self.token} if self.token else {}),
        }
        # Redirects are not followed: they would carry the token to another host.
        self._client = httpx.AsyncClient(headers=headers, timeout=self.seconds, follow_redirects=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def count(self, feed: FeedName) -> int:
        """See the port."""
        records, _ = await self._ask(feed, {"$select": "count(*) as total"}, "json")
        try:
            return int(records[0]["total"])
        except (IndexError, KeyError, TypeError, ValueError) as error:
            raise _wrong(feed, "does not say how many rows it has") from error

    async def page(self, feed: FeedName, offset: int, known: Mark | None = None) -> FeedPage | None:
        """See the port. Columns that are new are not asked for; one that is missing is named."""
        dataset = DATASETS[feed]
        query = {"$order": ":id", "$limit": str(self.page_rows), "$offset": str(offset)}
        if dataset.columns:
            query["$select"] = ",".join(dataset.columns)
        answer = await self._ask(feed, query, dataset.kind, known)
        records, mark = answer
        if known is not None and mark.modified and mark.modified == known.modified:
            return None
        return FeedPage(records, mark) if records is not None else None

    async def _ask(
        self, feed: FeedName, query: Mapping[str, str], kind: str, known: Mark | None = None
    ) -> tuple[Any, Mark]:
        """Records, or None when nothing is new, after as many tries as it takes."""
        headers = {}
        if known is not None and known.etag:
            headers["If-None-Match"] = known.etag
        if known is not None and known.modified:
            headers["If-Modified-Since"] = known.modified
        address = f"{self.root.rstrip('/')}/resource/{DATASETS[feed].id}.{kind}"
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._once(feed, address, query, headers)
            except _Busy as busy:
                wait = busy.after if busy.after is not None else 2 ** (attempt - 1) * random.uniform(0.75, 1.25)  # noqa: S311 - spreads clients, keeps no secret
                if attempt == ATTEMPTS or wait > LONGEST_WAIT:
                    raise FeedFailed(f"The City's {DATASETS[feed].title} {busy.why}.", _AGAIN, EVERY_FEED) from None
                await self.sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    async def _once(
        self, feed: FeedName, address: str, query: Mapping[str, str], headers: Mapping[str, str]
    ) -> tuple[Any, Mark]:
        """Errors of httpx quote addresses, so they are told apart by type only (safety A2)."""
        if self._client is None:
            raise RuntimeError("open it with `async with` first")
        try:
            async with self._client.stream("GET", address, params=query, headers=headers) as answer:
                body = await _read(feed, answer)
        except httpx.TimeoutException:
            raise _Busy("does not answer in time") from None
        except httpx.TransportError:
            raise _Busy("cannot be reached, or broke off in the middle") from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            raise _wrong(feed, "cannot be asked at this address") from None
        if answer.status_code == _UNCHANGED:
            return None, Mark()
        _check(feed, answer, body)
        return _records(feed, body), Mark(answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", ""))


async def _read(feed: FeedName, answer: httpx.Response) -> bytes:
    body = bytearray()
    async for piece in answer.aiter_bytes():
        body += piece
        if len(body) > MOST_BYTES:
            raise _wrong(feed, "sends far more than it should")
    return bytes(body)


def _check(feed: FeedName, answer: httpx.Response, body: bytes) -> None:
    """Raise _Busy for what passes, FeedFailed for what does not."""
    status = answer.status_code
    if status == _READY:
        if b"<html" in body[:2000].lower() or "html" in answer.headers.get("Content-Type", ""):
            raise _Busy("answers with a web page instead of data")
        return
    if status == _NOT_READY:
        raise _Busy("is not ready yet", _after(answer))
    if status == _BUSY or answer.is_server_error:
        hint = "; an app token would help" if status == _BUSY else ""
        raise _Busy(f"is busy ({status}){hint}", _after(answer))
    if status in _REFUSED:
        hint = "Check GROUNDSWELL_OPEN_DATA_TOKEN, or leave it empty: public data need none."
        raise FeedFailed("The City does not accept the app token.", hint, EVERY_FEED)
    said = f"cannot be asked this way ({status}{_column(body)})"
    raise _wrong(feed, said)


def _column(body: bytes) -> str:
    """What Socrata says about a column that is gone, and nothing else of its answer."""
    try:
        data = json.loads(body).get("data", {})
        name = str(data.get("column", ""))
    except (ValueError, AttributeError):
        return ""
    return f", no column {name}" if name.isidentifier() else ""


def _records(feed: FeedName, body: bytes) -> list[Record]:
    try:
        data = json.loads(body)
    except ValueError:
        raise _Busy("sends damaged data") from None
    records = data.get("features") if isinstance(data, dict) else data
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise _wrong(feed, "sends something else than its rows")
    return records


def _after(answer: httpx.Response) -> float | None:
    """Seconds of Retry-After, which may be a number or a date."""
    said = answer.headers.get("Retry-After", "")
    if said.isdecimal():
        return float(said)
    try:
        return max(0.0, (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None


def _wrong(feed: FeedName, what: str) -> FeedFailed:
    dataset = DATASETS[feed]
    hint = f"The edition in use stays. Look at GROUNDSWELL_OPEN_DATA_URL, or whether the City moved {dataset.id}."
    return FeedFailed(f"The City's {dataset.title} {what}.", hint)
