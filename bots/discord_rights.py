"""What the bot asks of a server, and how what is missing is named; docs/for-discord-admins.md says the same."""

import discord

NEEDED = discord.Permissions(view_channel=True, send_messages=True, attach_files=True)
"""In every channel that is linked: without one of these no post arrives whole."""

COUNTING = discord.Permissions(read_message_history=True)
"""To read how many reactions a post has; never whose."""

INVITED_WITH = discord.Permissions(NEEDED.value | COUNTING.value)
"""What the link that adds the bot asks for, and no more."""

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
