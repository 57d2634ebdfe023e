"""A picture from the phone that sends it to the people who see it, over real sockets."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from bots.parts import BotParts
from campaign_engine.channels.telegram import TelegramChannel, open_bot
from campaign_engine.channels.web import WebChannel
from campaign_engine.domain.campaign import PostContent
from campaign_engine.domain.contact import Role
from campaign_engine.domain.message import Destination, Message, Picture
from campaign_engine.domain.picture import PostPicture
from campaign_engine.store import tables
from tests.integration.test_telegram_bot_staff import draft, member, tap
from tests.platforms.telegram_server import TelegramServer
from tests.support.bots import bot_parts, telegram_bot_running, told
from tests.support.channels import RecordingChannel
from tests.support.engine import House
from tests.support.pictures import photo
from tests.support.sending import Stage, opened, somebody
from tests.unit.test_pictures import MAKER


@pytest.fixture
async def parts(house: House, telegram_server: TelegramServer) -> AsyncIterator[BotParts]:
    parts = bot_parts(house)
    async with telegram_bot_running(telegram_server, parts):
        yield parts


async def test_F5_an_organizer_sends_a_photo_and_a_file_on_telegram(
    house: House, telegram_server: TelegramServer, parts: BotParts
) -> None:
    organizer = await member(house, telegram_server, Role.ORGANIZER, "river7")
    await draft(organizer)
    await organizer.send_photo(photo((60, 60)))
    await told(organizer, "too small")
    await organizer.send_photo(photo((4000, 3000)))
    await told(organizer, "What does the picture show?")
    (kept,) = await house.rows(tables.pictures)
    assert b"Maple" not in kept.content
    await organizer.say("A candle")
    await told(organizer, "the same in Spanish")
    await organizer.say("Una vela")
    await told(organizer, "Where should it be posted?")
    await tap(organizer, "Everywhere", "right under the post")
    await organizer.tap("No pledge button")
    await told(organizer, "Send for approval")
    assert [seen.photo for seen in await organizer.messages() if seen.from_bot].count(True) == 1


async def with_picture(stage: Stage) -> Picture:
    """The stage's approved post gets one, as if it had been approved so."""
    picture = MAKER.clean(photo())
    async with stage.store.write() as work:
        await work.pictures.keep(picture, stage.clock())
    versions = tables.post_versions
    async with stage.store.database.write() as connection:
        raw = (await connection.execute(sa.select(versions.c.content))).scalar_one()
        shown = PostPicture(picture.key, {"en": "A candle", "es": "Una vela"})
        content = replace(PostContent.from_json(raw), picture=shown)
        changed = {"content": content.as_json(), "content_hash": content.content_hash()}
        await connection.execute(versions.update().values(changed))
    return picture


async def test_F9_each_reader_gets_the_approved_picture_with_words_in_their_language(
    stage: Stage, channel: RecordingChannel
) -> None:
    picture = await with_picture(stage)
    await stage.people("1")
    await stage.people("2", language="es")
    await stage.fire()
    assert await (await opened(stage, channel)).drain() == 2
    seen = {call.to.address: call.message.picture for call in channel.calls}
    assert {to: one.alt for to, one in seen.items() if one} == {"1": "A candle", "2": "Una vela"}
    assert {one.content for one in seen.values() if one} == {picture.content}


async def test_S1_a_post_does_not_go_out_without_the_picture_that_was_approved(
    stage: Stage, channel: RecordingChannel
) -> None:
    await with_picture(stage)
    async with stage.store.database.write() as connection:
        await connection.execute(tables.pictures.delete())
    await stage.people("1")
    await stage.fire()
    await (await opened(stage, channel)).drain()
    assert channel.calls == []
    assert [(row.status, row.reason) for row in await stage.rows()] == [("failed", "no_picture")]


async def test_F9_the_page_keeps_a_posts_picture_by_its_key(stage: Stage) -> None:
    picture = await with_picture(stage)
    channel = WebChannel(stage.store, stage.clock)
    to = Destination("web", "somebody")
    await somebody(stage.store, to, stage.clock())
    await channel.send(Message("News", picture=replace(picture, alt="A candle")), to)
    async with stage.store.read() as work:
        (post,) = await work.inbox.waiting(to)
    assert (post.picture_key, post.picture_alt) == (picture.key, "A candle")


async def test_a_picture_is_kept_while_a_post_shows_it(stage: Stage) -> None:
    picture = await with_picture(stage)
    other = MAKER.clean(photo((300, 300)))
    async with stage.store.write() as work:
        await work.pictures.keep(other, stage.clock())
        later = stage.clock().replace(year=2030)
        assert await work.pictures.forget_unused(stage.clock()) == 0
        assert await work.pictures.forget_unused(later) == 1
        assert await work.pictures.get(other.key) is None
        assert await work.pictures.get(picture.key) is not None


async def test_telegram_uploads_once_and_then_names_the_file(telegram_server: TelegramServer) -> None:
    people = [await telegram_server.telegram.person(name) for name in ("Ana", "Bo")]
    bot = open_bot(telegram_server.token, telegram_server.root)
    await bot.initialize()
    channel = TelegramChannel(bot)
    picture = replace(MAKER.clean(photo()), alt="A candle")
    for person in people:
        await person.start()
        await channel.send(Message("News", picture=picture), Destination("telegram", str(person.id)))
    long = Message("x" * 1500, picture=picture)
    await channel.send(long, Destination("telegram", str(people[0].id)))
    await bot.shutdown()
    seen = await people[0].messages()
    assert [(one.photo, one.text[:8]) for one in seen if one.from_bot] == [
        (True, "News"),
        (True, "A candle"),
        (False, "xxxxxxxx"),
    ]
    sent = telegram_server.transcript.find(path_or_event="sendPhoto", kind="request")
    uploads = [entry.body["photo"] for entry in sent if "bytes" in str(entry.body.get("photo", entry.body))]
    assert len(sent) == 3
    assert len(uploads) <= 1
