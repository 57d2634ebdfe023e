"""The page for people who run a server says what the code asks for."""

import re
from pathlib import Path

from bots.discord_bot import open_client
from bots.discord_rights import COUNTING, INVITED_WITH, NAMES, NEEDED, invite_link, missing
from bots.slash import OF_STAFF
from campaign_engine.settings import Settings
from campaign_engine.store.tables import room_figures, rooms

PAGE = (Path(__file__).parents[2] / "docs" / "for-discord-admins.md").read_text(encoding="utf-8")


def test_the_number_and_the_names_of_the_rights_are_those_of_the_code() -> None:
    assert re.findall(r"\*\*(\d{4,})\*\*|permissions=(\d+)", PAGE) == [
        (str(INVITED_WITH.value), ""),
        ("", str(INVITED_WITH.value)),
    ]
    link = invite_link(1).replace("client_id=1&", "client_id=<the bot's application id>&")
    assert f"```\n{link}\n```" in PAGE
    listed = re.findall(r"^\| ([A-Z][A-Za-z ]+) \|", PAGE, re.MULTILINE)
    assert listed == [NAMES[name] for name in ("view_channel", "send_messages", "attach_files", "read_message_history")]
    assert missing(NEEDED) == ()
    assert set(missing(COUNTING)) == {"View Channel", "Send Messages", "Attach Files"}


def test_no_privileged_intent_is_asked_for_and_nobody_can_be_mentioned() -> None:
    client = open_client()
    asked = client.intents
    assert not any((asked.members, asked.presences, asked.message_content, asked.guild_messages))
    mentions = client.allowed_mentions
    assert mentions is not None
    assert not any((mentions.everyone, mentions.users, mentions.roles))


SAID = {
    "title": "the name of it and of each linked channel",
    "kind": "whether that is a channel for announcements",
    "address_hash": "(locked with a key)",
    "address_cipher": "(locked with a key)",
    "scope_kind": "its area",
    "scope_value": "its area",
    "linked_at": "since when it is linked",
    "members": "how many members the server has",
}
"""Columns that say something of a server, in the words of the page."""


def test_all_that_is_stored_of_a_server_is_on_the_page() -> None:
    ours = {"id", "channel", "active"}
    assert {column.name for column in rooms.columns} == SAID.keys() | ours
    page = " ".join(PAGE.split())
    assert [words for words in SAID.values() if words not in page] == []
    assert {"room_id", "figure", "subject", "count", "counted_at"} == {column.name for column in room_figures.columns}
    assert "how many reactions a post of ours got" in page
    assert "its code, what it is for, and how many came by it" in page


def test_commands_and_limits_are_named_as_they_are() -> None:
    assert all(f"`/{name}`" in PAGE for name in OF_STAFF)
    assert f"at most {Settings.model_fields['discord_chats_a_day'].default} such chats a day" in PAGE
