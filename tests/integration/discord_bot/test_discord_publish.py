"""Announcement channels: a post goes on to the servers that follow, ten an hour, and never fails for it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from bots.discord_bot import open_client
from campaign_engine.channels.discord import DiscordChannel
from campaign_engine.channels.discord_publish import MOST, Publisher
from campaign_engine.domain.message import Destination, Message
from tests.platforms.discord_client import pointed_at
from tests.platforms.discord_faults import Fault, FaultKind
from tests.platforms.discord_state import CROSSPOSTED, ChannelKind
from tests.support.bots import DiscordGuild, discord_guild
from tests.support.discord_line import connected
from tests.support.waiting import eventually

CROSSPOST = "POST /channels/{channel_id}/messages/{message_id}/crosspost"


@dataclass
class Desk:
    """A connected client, an announcement channel, and how long the publisher slept."""

    place: DiscordGuild
    channel: DiscordChannel
    news: str
    slept: list[float]

    async def post(self, text: str, room: str = "") -> None:
        await self.channel.send(Message(text), Destination("discord", room or self.news, is_room=True))

    async def published(self) -> list[str]:
        await self.channel.publisher.settled()
        seen = await self.place.platform.driver.messages(self.news)
        return [one.text for one in seen if one.payload["flags"] & CROSSPOSTED]


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with discord_guild() as place:
        news = await place.platform.driver.channel(place.guild, "alerts", ChannelKind.ANNOUNCEMENT)
        client, slept, moment = open_client(), [], [0.0]

        async def sleep(seconds: float) -> None:
            slept.append(seconds)
            moment[0] += seconds
            await place.platform.driver.advance(seconds)

        async with connected(client, place.platform):
            channel = DiscordChannel(client)
            channel.publisher = Publisher(client, lambda: moment[0], sleep)

            async def known() -> bool:
                return client.get_channel(int(news)) is not None

            await eventually(known)
            yield Desk(place, channel, news, slept)


async def test_a_post_in_an_announcement_channel_is_published_and_in_another_it_is_not(desk: Desk) -> None:
    await desk.post("Saturday at the park")
    await desk.post("Hello", desk.place.channel)
    assert await desk.published() == ["Saturday at the park"]
    assert len(desk.place.platform.transcript.find(kind="request", path_or_event=CROSSPOST)) == 1


async def test_the_eleventh_of_an_hour_waits_for_its_turn(desk: Desk) -> None:
    await desk.place.platform.driver.limits(messages=(50, 5.0))
    for number in range(MOST + 1):
        await desk.post(f"Post {number}")
    assert len(await desk.published()) == MOST + 1
    assert desk.slept == [3600.0]


async def test_where_discord_says_wait_it_is_published_later(desk: Desk) -> None:
    await desk.place.platform.driver.limits(crossposts=(1, 3600.0))
    await desk.post("One")
    assert await desk.published() == ["One"]
    await desk.post("Two")
    assert await desk.published() == ["One", "Two"]
    assert 3500 < desk.slept[0] <= 3600


async def test_a_refused_publication_leaves_the_post_where_it_is(desk: Desk) -> None:
    await desk.place.platform.driver.fault(Fault(CROSSPOST, FaultKind.REFUSED, status=403, code=50013))
    await desk.post("Saturday")
    assert await desk.published() == []
    assert [one.text for one in await desk.place.platform.driver.messages(desk.news)] == ["Saturday"]


async def test_a_stop_waits_for_what_can_be_published_now_and_not_for_the_next_hour(desk: Desk) -> None:
    await desk.place.platform.driver.fault(Fault(CROSSPOST, FaultKind.SLOW, seconds=0.2))
    await desk.post("Saturday")
    await desk.channel.close()
    assert await desk.published() == ["Saturday"]
    await desk.place.platform.driver.fault(Fault(CROSSPOST, FaultKind.SLOW, seconds=30))
    await desk.post("Sunday")
    await desk.channel.publisher.close(within=0.01)
    assert await desk.published() == ["Saturday"]


async def test_a_process_without_a_gateway_publishes_too_and_asks_once_for_each_post() -> None:
    async with discord_guild() as place, open_client() as client:
        news = await place.platform.driver.channel(place.guild, "alerts", ChannelKind.ANNOUNCEMENT)
        with pointed_at(place.platform):
            await client.login(place.platform.token)
            desk = Desk(place, DiscordChannel(client), news, [])
            await desk.post("Saturday at the park")
            await desk.post("Hello", place.channel)
            assert await desk.published() == ["Saturday at the park"]
    asked = place.platform.transcript.find(kind="request", path_or_event="GET /channels/{channel_id}")
    assert len(asked) == 2
    assert len(place.platform.transcript.find(kind="request", path_or_event=CROSSPOST)) == 1
