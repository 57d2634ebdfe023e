"""`groundswell doctor --online`: ask the platforms whether they know our tokens."""

from collections.abc import AsyncIterator

from campaign_engine.cli.checks import Finding, Level, well
from campaign_engine.settings import Settings

_SECONDS = 10


async def of_platforms(settings: Settings) -> AsyncIterator[Finding]:
    """One finding for each token that is set."""
    telegram, discord = settings.telegram_token.get_secret_value(), settings.discord_token.get_secret_value()
    if telegram:
        yield await _ask("telegram", f"{settings.telegram_api.rstrip('/')}/bot{telegram}/getMe", {})
    if discord:
        yield await _ask(
            "discord", f"{settings.discord_api.rstrip('/')}/users/@me", {"Authorization": f"Bot {discord}"}
        )


async def _ask(name: str, address: str, headers: dict[str, str]) -> Finding:
    """Errors of httpx quote the address, and with it a token, so they are told apart by type only (safety A2)."""
    import httpx

    try:
        async with httpx.AsyncClient(timeout=_SECONDS) as client:
            answer = await client.get(address, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL):
        todo = f"Check the network and GROUNDSWELL_{name.upper()}_API, then try again."
        return Finding(Level.YELLOW, f"{name} online", "The platform cannot be reached.", todo)
    if answer.status_code in (401, 403, 404):
        todo = f"Copy it again into GROUNDSWELL_{name.upper()}_TOKEN."
        return Finding(Level.RED, f"{name} online", "The platform does not know this token.", todo)
    if answer.is_error:
        says = f"The platform answered with an error ({answer.status_code})."
        return Finding(Level.YELLOW, f"{name} online", says, "Try again in some minutes.")
    return well(f"{name} online", "The platform knows the token.")
