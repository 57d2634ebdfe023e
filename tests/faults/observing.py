"""One fault brought upon a lane at work, and what came of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from campaign_engine.domain.contact import AddressStatus
from campaign_engine.services.delivering import Lane
from campaign_engine.store.tables import addresses, rooms
from campaign_engine.store.unit_of_work import SqlStore
from tests.faults import platforms
from tests.faults.platforms import CLOCKS, ORDERS, REFUSALS, Platform
from tests.faults.table import GOES_ON, Row
from tests.support.clock import FakeClock
from tests.support.sending import Stage, lane_of

LOOKS, APART = 16, timedelta(seconds=90)
"""How often and how far apart the lane is looked at again after the fault is over."""


@asynccontextmanager
async def opened(
    channel: str, in_rooms: bool, store: SqlStore, clock: FakeClock, patch: pytest.MonkeyPatch
) -> AsyncIterator[Platform]:
    """Any of the platforms by its channel's name."""
    match channel:
        case "telegram":
            opening = platforms.telegram(patch, in_rooms)
        case "discord":
            opening = platforms.discord(patch)
        case "web":
            opening = platforms.web(store, clock)
        case _:
            opening = platforms.console()
    async with opening as platform:
        yield platform


async def observed(channel: str, fault: str, in_rooms: bool, store: SqlStore, patch: pytest.MonkeyPatch) -> Row:
    """A post to two readers, of whom the first meets the fault."""
    clock = FakeClock()
    async with opened(channel, in_rooms, store, clock, patch) as platform:
        stage = Stage(store, clock)
        await stage.campaign(channel=channel)
        for reader in platform.readers:
            if platform.is_room:
                await stage.room(reader, channel=channel)
            else:
                await stage.people(reader, channel=channel)
        await stage.fire()
        lane = lane_of(stage, platform.channel)
        assert await lane.take()
        if fault in CLOCKS:
            clock.advance(CLOCKS[fault])
        else:
            await platform.strike(fault)
        await lane.drain()
        first, _ = await stage.rows()
        behaviour = _behaviour(lane)
        await platform.heal()
        if fault in CLOCKS:
            clock.advance(-CLOCKS[fault])
        for _ in range(LOOKS):
            clock.advance(APART)
            await lane.take()
            await lane.drain()
        end, other = await stage.rows()
        assert fault in CLOCKS or channel == "console" or other.status == "sent", "the other reader must not suffer"
        return Row(
            channel,
            in_rooms,
            fault,
            _said(first.status, first.reason),
            behaviour,
            _said(end.status, end.reason),
            await platform.arrived(platform.readers[0]),
            await _is_given_up(store, platform.is_room),
        )


async def _is_given_up(store: SqlStore, is_room: bool) -> bool:
    wanted = sa.select(~rooms.c.active) if is_room else sa.select(addresses.c.status != AddressStatus.ACTIVE)
    table = rooms if is_room else addresses
    async with store.database.read() as connection:
        return bool(await connection.scalar(wanted.order_by(table.c.id).limit(1)))


def _said(status: str, reason: str) -> str:
    return f"{status}: {reason}" if reason and status != "sent" else status


def _behaviour(lane: Lane) -> str:
    if (held := lane._parts.pace.held_for) > 0:
        return f"waits {held:.0f} s"
    return "tries one at a time" if lane.is_away else GOES_ON


IN_GROUPS = ("403 put out of the group", "400 may not write there", "group moved")
OF_PEOPLE = ("connection refused", *REFUSALS, "403 blocked", "403 account deleted", "403 never pressed Start")
IN_CHANNELS = (
    "connection refused",
    *ORDERS,
    "429 without retry_after",
    "403 may not see the channel (50001)",
    "403 may not write (50013)",
    "404 channel gone (10003)",
)
NAMES = (
    *(("telegram", False, name) for name in OF_PEOPLE),
    *(("telegram", True, name) for name in IN_GROUPS),
    *(("discord", True, name) for name in IN_CHANNELS),
    *(("web", False, name) for name in ("database away", "commit lost on the way")),
    ("console", False, "terminal closed"),
    *(("telegram", False, name) for name in CLOCKS),
)
