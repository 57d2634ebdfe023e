"""Under which names we are to be found, so that people can tell us from somebody who pretends (threats T5)."""

from dataclasses import dataclass


@dataclass(slots=True)
class Accounts:
    """Names without @; what no setting gives is filled in when a platform tells its bot who it is.

    `page` has no slash at the end.
    """

    page: str = ""
    telegram: str = ""
    discord: str = ""

    def start_link(self, payload: str) -> str:
        """Opens the Telegram bot with a payload; empty while the bot has no name."""
        return f"https://t.me/{self.telegram}?start={payload}" if self.telegram else ""
