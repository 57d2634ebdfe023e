"""What the bot asks of a server, and how what is missing is named; docs/for-discord-admins.md says the same."""

import discord

NEEDED = discord.Permissions(view_channel=True, send_messages=True, attach_files=True)
"""In every channel that is linked: without one of these no post arrives whole."""

COUNTING = discord.Permissions(read_message_history=True)
"""To read how many reactions a post has; never whose."""

INVITED_WITH = discord.Permissions(NEEDED.value | COUNTING.value)
"""What the link that adds the bot asks for, and no more."""

SCOPES = ("bot", "applications.commands")

PRIVILEGED = discord.ApplicationFlags(
    gateway_presence=True,
    gateway_presence_limited=True,
    gateway_guild_members=True,
    gateway_guild_members_limited=True,
    gateway_message_content=True,
    gateway_message_content_limited=True,
)
"""What an application may be allowed to ask for, and ours never asks for."""

NAMES = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "attach_files": "Attach Files",
    "read_message_history": "Read Message History",
}
"""As Discord's own settings name them in English."""


def missing(granted: discord.Permissions) -> tuple[str, ...]:
    """Names of what `NEEDED` asks for and `granted` lacks."""
    return tuple(said for name, said in NAMES.items() if getattr(NEEDED, name) and not getattr(granted, name))


def invite_link(application: int) -> str:
    """Where people who run a server add the bot to it."""
    return discord.utils.oauth_url(application, permissions=INVITED_WITH, scopes=SCOPES)
