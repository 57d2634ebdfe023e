"""Words with a better wording, wherever they are kept."""

from typing import Protocol

from campaign_engine.domain.lint.words import WordEntry


class WordLists(Protocol):
    """Shipped words and the operator's own, one list a language."""

    def entries(self, language: str) -> tuple[WordEntry, ...]:
        """Never raises: where the operator's own list is broken, the last good one holds."""
