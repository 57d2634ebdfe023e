"""Buttons and menus by their custom id: of any card, of an earlier release, and of a client that makes them up."""

import asyncio
import re
from itertools import count
from typing import Any

import discord
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bots.discord_bot import open_client
from bots.discord_items import ANYTHING, FIELD, found_by
from bots.discord_pictures import PICTURE_BUTTON
from bots.discord_rooms import LINK
from bots.parts import BotParts
from bots.views import TYPE_BUTTON
from campaign_engine.channels.discord_view import buttons, card
from campaign_engine.domain.message import Attachment, Choice, Message, Picture
from campaign_engine.opendata.places import ShippedPlaces
from tests.platforms.discord_faults import Fault, FaultKind
from tests.platforms.discord_person import Person
from tests.platforms.discord_rules import BUTTON, SELECTS, walk
from tests.platforms.discord_state import COMPONENTS_V2, Json
from tests.support.bots import DiscordGuild, discord_bot_running
from tests.support.discord_steps import begin
from tests.support.engine import House

CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
TEMPLATES = (FIELD, LINK, ANYTHING)
ACCOUNT: Json = {"id": "1", "username": "one", "discriminator": "0", "avatar": None}
EMPTY: Json = {"attachments": [], "embeds": [], "mentions": [], "mention_roles": [], "mention_everyone": False}
MESSAGE: Json = {
    "id": "3",
    "channel_id": "9",
    "author": ACCOUNT,
    "content": "",
    "tts": False,
    "pinned": False,
    "type": 0,
}
MESSAGE |= {"timestamp": "2026-11-01T00:00:00+00:00", "edited_timestamp": None, **EMPTY}
INTERACTION: Json = {"application_id": "1", "type": 3, "token": "t", "version": 1, "user": ACCOUNT, "locale": "fr"}
INTERACTION |= {"channel": {"id": "9", "type": 1}, "entitlements": [], "authorizing_integration_owners": {}}
INTERACTION |= {"channel_id": "9", "attachment_size_limit": 1, "context": 1}


@given(st.text(max_size=100))
@example("type\n")
@example("link\n")
@example("types")
@example("a\nb")
@example("")
def test_every_custom_id_belongs_to_one_item(custom_id: str) -> None:
    assert sum(re.fullmatch(one, custom_id) is not None for one in TEMPLATES) == 1


def test_forms_have_buttons_of_their_own() -> None:
    for custom_id, template in ((TYPE_BUTTON, FIELD), (PICTURE_BUTTON, FIELD), (LINK, LINK), ("select1", ANYTHING)):
        assert [one for one in TEMPLATES if re.fullmatch(one, custom_id)] == [template]


def views() -> list[discord.ui.View | discord.ui.LayoutView]:
    """One button to six menus, with all else that a card may show."""
    picture, file = Picture(b"x", "key", "A candle"), Attachment("kit.png", "image/png", b"x", "A kit")
    made: list[discord.ui.View | discord.ui.LayoutView] = []
    for many in (1, 5, 6, 25, 26, 99, 125):
        rows = tuple((Choice(f"Choice {number}", f"a:{number}"),) for number in range(many))
        link = ((Choice("Our page", url="https://ours.example"),),)
        said = Message("Which?", "fr", rows + link, picture=picture, attachments=(file,))
        made += [card(said), card(said, Choice("Type", TYPE_BUTTON)), buttons(rows)]
    wide = tuple(tuple(Choice(f"{row}{number}", f"b:{row}:{number}") for number in range(5)) for row in range(5))
    return [*made, card(Message("Which?", "en", wide)), buttons(((Choice("Link", LINK),),))]


async def test_every_button_and_every_option_of_any_card_is_heard_once_and_none_is_kept_in_memory() -> None:
    client, heard, number = open_client(), list[tuple[str, str]](), count(10)

    async def noted(interaction: discord.Interaction[Any], data: str) -> None:
        heard.append((str(interaction.id), data))

    client.add_dynamic_items(*(found_by(template, noted) for template in TEMPLATES))
    for view in views():
        shown = view.to_components()
        flags = COMPONENTS_V2 if isinstance(view, discord.ui.LayoutView) else 0
        for pressed, expected in offered(shown):
            interaction_id = str(next(number))
            payload: Any = INTERACTION | {"id": interaction_id, "data": pressed}
            payload["message"] = MESSAGE | {"components": shown, "flags": flags}
            client._connection.parse_interaction_create(payload)
            await settled()
            assert heard[-1:] == [(interaction_id, expected)]
    assert len(heard) == next(number) - 10
    assert client.persistent_views == []


def offered(shown: Any) -> list[tuple[Json, str]]:
    """All that can be pressed or chosen, as Discord sends it, with what it says."""
    found: list[tuple[Json, str]] = []
    for _, one in walk(shown):
        data: Json = {"custom_id": one.get("custom_id"), "component_type": one["type"]}
        if one["type"] == BUTTON and "custom_id" in one:
            found.append((data, one["custom_id"]))
        if one["type"] in SELECTS:
            found += [(data | {"values": [option["value"]]}, option["value"]) for option in one["options"]]
    return found


async def settled() -> None:
    """discord.py calls an item in a task of its own."""
    for _ in range(3):
        await asyncio.sleep(0)


def of_the_first_release(index: int) -> discord.ui.View:
    """Word for word: a menu without a number, buttons in rows of the message itself."""
    view = discord.ui.View(timeout=None)
    choices = (("Brooklyn", f"b:{index}"), ("More", f"bp:{index}:1"))
    options = [discord.SelectOption(label=label, value=data) for label, data in choices]
    view.add_item(discord.ui.Select(custom_id="select", options=options, row=0))
    view.add_item(discord.ui.Button(label="13 to 15", custom_id="a:13-15", row=1))
    view.add_item(discord.ui.Button(label="Type an answer", custom_id="type", row=2))
    view.stop()
    return view


async def posted(server: DiscordGuild, view: discord.ui.View) -> str:
    """By another process of the bot."""
    async with open_client() as client:
        await client.login(server.platform.token)
        return str((await client.get_partial_messageable(int(server.channel)).send("Hello", view=view)).id)


async def test_buttons_and_menus_of_an_earlier_release_work(house: House, server: DiscordGuild, maya: Person) -> None:
    old = await posted(server, of_the_first_release(ShippedPlaces().boroughs().index("Brooklyn")))
    await begin(maya, server.channel)
    assert "Type your ZIP code" in (await maya.press("13 to 15", message=old, at_least=1)).text
    for label in ("Brooklyn", "More"):
        answer = await maya.choose([label], message=old, at_least=1)
        assert "Brooklyn: which neighborhood?" in answer.text
        assert answer.answers[-1].ephemeral
    form = await maya.press("Type an answer", message=old)
    assert form.modal is not None
    assert "closest to you" in (await maya.submit_modal({"text": "11212"}, at_least=1)).text


MADE_UP = ("a:", "a:999", "x" * 100, "\x00{{ 7*7 }}", "rm:", "rm:999:city", "rm::::", "selected", "type\n", "🕯️:1")


async def test_a_custom_id_that_nobody_made_is_answered_kindly_and_the_next_tap_works(
    house: House, server: DiscordGuild, maya: Person
) -> None:
    view = discord.ui.View(timeout=None)
    for number, custom_id in enumerate(MADE_UP):
        view.add_item(discord.ui.Button(label=f"Button {number}", custom_id=custom_id))
    view.add_item(discord.ui.Select(custom_id="none", options=[discord.SelectOption(label="?", value="rm:1:\x00")]))
    view.stop()
    server.platform.desk.settle = 0.02
    made = await posted(server, view)
    await begin(maya, server.channel)
    for number in range(len(MADE_UP)):
        answer = await maya.press(f"Button {number}", message=made, at_least=1)
        assert answer.failed is None
        assert answer.text, MADE_UP[number]
        assert all(seen.ephemeral for seen in answer.answers)
        assert "Something is broken" not in answer.text
    chosen = await maya.choose(["?"], message=made, at_least=1)
    assert (chosen.failed, chosen.text != "") == (None, True)
    assert "Type your ZIP code" in (await maya.press("13 to 15", at_least=1)).text


async def test_sixty_people_who_tap_at_once_are_each_acknowledged_in_time_and_answered(
    server: DiscordGuild,
) -> None:
    post = await posted(server, of_the_first_release(0))
    people = [await server.person(f"ally{number}") for number in range(60)]
    seen = await asyncio.gather(*(one.press("13 to 15", message=post, at_least=1) for one in people))
    assert [one.failed for one in seen] == [None] * 60
    assert all(one.text for one in seen)
    assert max(one.first_answer_ms or 3000 for one in seen) < 3000


async def test_a_tap_whose_acknowledgement_is_on_its_way_when_the_bot_stops_counts_and_is_answered(
    house: House, quiet: DiscordGuild, parts: BotParts
) -> None:
    maya = await quiet.person()
    async with discord_bot_running(quiet.platform, parts):
        post = await posted(quiet, of_the_first_release(0))
        await house.person(maya.id, "discord").start()
        await quiet.platform.driver.fault(Fault(CALLBACK, FaultKind.SLOW, seconds=0.3))
        tap = asyncio.create_task(maya.press("13 to 15", message=post, at_least=1))
        await quiet.platform.transcript.wait_for(
            lambda entry: (entry.kind, entry.path_or_event) == ("request", CALLBACK)
        )
    answer = await tap
    assert answer.failed is None
    assert "Type your ZIP code" in answer.text
    assert (await house.person(maya.id, "discord").known()).age_band == "13-15"


async def test_A2_an_item_that_fails_logs_nothing_of_what_was_said(caplog: pytest.LogCaptureFixture) -> None:
    client = open_client()

    async def broken(_: discord.Interaction[Any], data: str) -> None:
        raise ValueError(data)

    client.add_dynamic_items(found_by(ANYTHING, broken))
    shown = buttons(((Choice("Mine", "a:secret"),),)).to_components()
    pressed = {"custom_id": "a:secret", "component_type": BUTTON}
    payload: Any = INTERACTION | {"id": "10", "data": pressed, "message": MESSAGE | {"components": shown, "flags": 0}}
    client._connection.parse_interaction_create(payload)
    await settled()
    assert "discord press: ValueError" in caplog.text
    assert "secret" not in caplog.text
