"""Logs that carry no token, address or message text (safety A2)."""

import logging

from campaign_engine.settings import Settings

_QUIET = (
    *("httpx", "httpcore", "telegram", "discord", "apscheduler", "aiosqlite", "uvicorn.access", "asyncio"),
    *("procrastinate", "psycopg.pool"),
)
"""Libraries whose lower levels log addresses, tokens in URLs, or every job."""


class RedactSecrets(logging.Filter):
    """Replaces the secrets of the settings wherever they appear, and drops tracebacks, which may quote a message."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__()
        self._secrets = tuple(secret for secret in secrets if secret)

    def filter(self, record: logging.LogRecord) -> bool:
        """Never drops a record."""
        text = record.getMessage()
        if record.exc_info and record.exc_info[0] is not None:
            text += f" ({record.exc_info[0].__name__})"
        for secret in self._secrets:
            text = text.replace(secret, "***")
        record.msg, record.args, record.exc_info, record.exc_text = text, (), None, None
        return True


def set_up(settings: Settings, level: int = logging.INFO) -> None:
    """One line a record on standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    secrets = (settings.telegram_token, settings.discord_token, settings.database_url)
    handler.addFilter(RedactSecrets(tuple(secret.get_secret_value() for secret in secrets)))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    quieten()


def quieten() -> None:
    """What libraries log must not name an address or a token either."""
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("discord.http").setLevel(logging.ERROR)  # its warnings name the room
