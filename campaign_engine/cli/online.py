"""`groundswell doctor --online`: ask the platforms whether they know our tokens."""

from collections.abc import AsyncIterator
from typing import Any

from campaign_engine.cli.finding import Finding, Level, well
from campaign_engine.settings import Settings

_SECONDS = 10


async def of_platforms(settings: Settings) -> AsyncIterator[Finding]:
    """One finding for each token that is set."""
    telegram, discord = settings.telegram_token.get_secret_value(), settings.discord_token.get_secret_value()
    if telegram:
        root = f"{settings.telegram_api.rstrip('/')}/bot{telegram}"
        finding, me = await _ask("telegram", f"{root}/getMe", {})
        yield finding
        if me:
            yield _privacy(me.get("result", {}))
            yield _way(settings, (await _ask("telegram", f"{root}/getWebhookInfo", {}))[1].get("result", {}))
    if discord:
        root, headers = settings.discord_api.rstrip("/"), {"Authorization": f"Bot {discord}"}
        finding, me = await _ask("discord", f"{root}/users/@me", headers)
        yield finding
        if me:
            application = (await _ask("discord", f"{root}/oauth2/applications/@me", headers))[1]
            if application:
                yield _servers(application)


def _privacy(me: dict[str, Any]) -> Finding:
    """With the group privacy mode off, Telegram would send us all that people write in groups (safety N1)."""
    if me.get("can_read_all_group_messages"):
        todo = "In Telegram, send /setprivacy to @BotFather, choose the bot, then Enable; add it to its groups again."
        return Finding(Level.YELLOW, "telegram groups", "The bot gets to see all that is written in groups.", todo)
    return well("telegram groups", "Privacy mode is on: only commands reach the bot.")


def _servers(application: dict[str, Any]) -> Finding:
    """How the bot gets into a server, and that its application could not see what is written there (safety N1)."""
    from bots.discord_rights import PRIVILEGED, invite_link

    if int(application.get("flags", 0)) & PRIVILEGED.value:
        says = "The application may ask for privileged intents; the bot asks for none."
        todo = "In Discord's developer portal, choose the application, then Bot, and turn off all privileged intents."
        return Finding(Level.YELLOW, "discord servers", says, todo)
    return well("discord servers", f"Whoever runs a server adds the bot by {invite_link(int(application['id']))}")


def _way(settings: Settings, info: dict[str, Any]) -> Finding:
    """Whether updates come the way that the settings say."""
    wanted, there = settings.telegram_hook, str(info.get("url", ""))
    if wanted != there:
        says = f"The settings say {'webhook' if wanted else 'polling'}, Telegram has {'a' if there else 'no'} webhook."
        return Finding(Level.YELLOW, "telegram updates", says, "Start `groundswell up`: it tells Telegram.")
    if wanted and info.get("last_error_message") and info.get("pending_update_count"):
        says = f"{info['pending_update_count']} updates wait: {info['last_error_message']}."
        todo = "Check that the proxy before the pages lets /hooks/telegram through."
        return Finding(Level.YELLOW, "telegram updates", says, todo)
    return well("telegram updates", "By webhook." if wanted else "By polling.")


async def _ask(name: str, address: str, headers: dict[str, str]) -> tuple[Finding, dict[str, Any]]:
    """And what was answered, empty unless all is well.

    Errors of httpx quote the address, and with it a token, so they are told apart by type only (safety A2).
    """
    import httpx

    try:
        async with httpx.AsyncClient(timeout=_SECONDS) as client:
            answer = await client.get(address, headers=headers)
            said = answer.json() if answer.is_success else {}
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        todo = f"Check the network and GROUNDSWELL_{name.upper()}_API, then try again."
        return Finding(Level.YELLOW, f"{name} online", "The platform cannot be reached.", todo), {}
    if answer.status_code in (401, 403, 404):
        todo = f"Copy it again into GROUNDSWELL_{name.upper()}_TOKEN."
        return Finding(Level.RED, f"{name} online", "The platform does not know this token.", todo), {}
    if answer.is_error:
        says = f"The platform answered with an error ({answer.status_code})."
        return Finding(Level.YELLOW, f"{name} online", says, "Try again in some minutes."), {}
    return well(f"{name} online", "The platform knows the token."), said
