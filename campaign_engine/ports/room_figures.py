"""What is counted of rooms: numbers per room and post, never who it was (measures: room audience)."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class RoomFigure(StrEnum):
    """`joins` came in by one of our named invite links; `taps` on buttons under posts are an ally's first on a day.

    `joins_meanwhile` are those of the joins that came by the room's or its site's own link, for each campaign that ran.
    """

    REACTIONS = "reactions"
    JOINS = "joins"
    JOINS_MEANWHILE = "joins_meanwhile"
    TAPS = "taps"


def about_campaign(campaign_id: int) -> str:
    """Subject of what counts for a campaign as a whole."""
    return f"campaign {campaign_id}"


def about_post(post_id: int, occurrence_id: int) -> str:
    """Subject of one message: a post that comes every week has one for each time."""
    return f"post {post_id}/{occurrence_id}"


class RoomFiguresRepository(Protocol):
    """Numbers of a room by subject: `post 7/31`, `campaign 3`, `site 4`, `room`."""

    async def is_new(self, channel: str, update_id: str, now: datetime) -> bool:
        """False for an update that was counted before; remembers it (safety A3)."""

    async def post_of(self, room_id: int, platform_id: str) -> str | None:
        """Subject of the post that arrived in this room as this message; None for what somebody else wrote."""

    async def add(self, room_id: int, figure: RoomFigure, subject: str, change: int, now: datetime) -> None:
        """Never below zero."""

    async def add_meanwhile(self, room_id: int, now: datetime) -> None:
        """One more join for each campaign that runs and has posted in this room."""

    async def totals(self, room_id: int) -> Mapping[RoomFigure, int]:
        """Over all subjects; figures without a number are left out."""

    async def put(self, room_id: int, figure: RoomFigure, subject: str, count: int, now: datetime) -> None:
        """The platform's own total."""
