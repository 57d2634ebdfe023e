"""A picture through Discord's own form for files, and in the direct chat."""

from campaign_engine.domain.contact import Role
from campaign_engine.store import tables
from tests.platforms.discord_uploads import file
from tests.support.bots import DiscordGuild
from tests.support.discord_steps import draft, member, typed
from tests.support.engine import House
from tests.support.pictures import photo


async def test_F5_a_picture_is_chosen_in_a_form_and_shown_on_the_card(house: House, server: DiscordGuild) -> None:
    organizer = await member(house, server, Role.ORGANIZER, "river7")
    await draft(organizer, server.channel)
    await organizer.press("Everywhere", at_least=1)
    await organizer.press("No pledge button", at_least=2)
    await organizer.press("Add a picture", at_least=1)
    form = await organizer.press("Choose a picture")
    assert form.modal is not None
    refused = await organizer.submit_modal({"picture": [file(b"no picture", "x.jpg")]}, at_least=1)
    assert "no picture that I can read" in refused.text
    await organizer.press("Add a picture", at_least=1)
    await organizer.press("Choose a picture")
    asked = await organizer.submit_modal({"picture": [file(photo())]}, at_least=1)
    assert "What does the picture show?" in asked.text
    await typed(organizer, "A candle")
    review = await typed(organizer, "Una vela", at_least=2)
    assert "A candle / Una vela" in review.text
    (kept,) = await house.rows(tables.pictures)
    assert kept.content in [
        one.content for message in server.platform.world.messages.values() for one in message.attachments
    ]


async def test_F5_the_map_comes_as_a_picture_with_words(house: House, server: DiscordGuild) -> None:
    organizer = await member(house, server, Role.ORGANIZER, "river7")
    await draft(organizer, server.channel)
    await organizer.press("Everywhere", at_least=1)
    await organizer.press("No pledge button", at_least=2)
    await organizer.press("Change something", at_least=1)
    await organizer.choose(["Places"], at_least=1)
    await organizer.press("Map", at_least=2)
    attached = [one for message in server.platform.world.messages.values() for one in message.attachments]
    assert [one.description for one in attached] == [
        "Map of New York City: each precinct is a square with its number. Filled: 73, 75."
    ]
