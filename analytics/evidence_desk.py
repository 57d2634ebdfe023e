"""The evidence for the serving process: made in a process of its own, once for each edition."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from campaign_engine.services.evidence import EvidenceSource


class EvidenceDesk:
    """`make` is given counts as JSON. Many readers at once wait for one making."""

    def __init__(self, source: EvidenceSource, make: Callable[[str], Awaitable[Mapping[str, Any]]]) -> None:
        self._source = source
        self._make = make
        self._turn = asyncio.Lock()
        self._made: tuple[tuple[str, ...], Mapping[str, Any]] | None = None

    async def current(self) -> Mapping[str, Any]:
        """Of what is loaded now. Raises StoreUnavailable, ReportFailed."""
        async with self._turn:
            key = await self._source.key()
            if self._made is None or self._made[0] != key:
                counted = await self._source.counted()
                self._made = key, await self._make(json.dumps(counted.as_json()))
            return self._made[1]
