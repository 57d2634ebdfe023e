"""The same house and local Telegram as the tests of single parts."""

from tests.integration.conftest import house, telegram_server

__all__ = ["house", "telegram_server"]
