"""What is counted of rooms: numbers per room and post, never who it was (measures: room audience)."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class RoomFigure(StrEnum):
    """`joins` came in by one of our named invite links."""

    REACTIONS = "reactions"
    JOINS = "joins"


class RoomFiguresRepository(Protocol):
    """Numbers of a room by subject: `post 7`, `campaign 3`, `site 4`, `room`."""

    async def is_new(self, channel: str, update_id: str, now: datetime) -> bool:
        """False for an update that was counted before; remembers it (safety A3)."""

    async def post_of(self, room_id: int, platform_id: str) -> int | None:
        """The post that arrived in this room as this message; None for what somebody else wrote."""

    async def add(self, room_id: int, figure: RoomFigure, subject: str, change: int, now: datetime) -> None:
        """Never below zero."""

    async def totals(self, room_id: int) -> Mapping[RoomFigure, int]:
        """Over all subjects; figures without a number are left out."""

    async def put(self, room_id: int, figure: RoomFigure, subject: str, count: int, now: datetime) -> None:
        """The platform's own total."""
