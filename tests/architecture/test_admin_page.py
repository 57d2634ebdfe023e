"""The page for people who run a server says what the code asks for."""

import re
from pathlib import Path

from bots.discord_bot import open_client
from bots.discord_rights import COUNTING, INVITED_WITH, NAMES, NEEDED, missing
from bots.slash import OF_STAFF
from campaign_engine.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "for-discord-admins.md").read_text(encoding="utf-8")


def test_the_number_and_the_names_of_the_rights_are_those_of_the_code() -> None:
    assert re.findall(r"\*\*(\d{4,})\*\*|permissions=(\d+)", PAGE) == [
        (str(INVITED_WITH.value), ""),
        ("", str(INVITED_WITH.value)),
    ]
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


def test_commands_and_limits_are_named_as_they_are() -> None:
    assert all(f"`/{name}`" in PAGE for name in OF_STAFF)
    assert f"at most {Settings.model_fields['discord_chats_a_day'].default} such chats a day" in PAGE
