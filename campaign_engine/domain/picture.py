"""A picture that goes with a post: what an approval covers of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from campaign_engine.domain.errors import InvalidInput

MOST_BYTES = 5_000_000
"""Of what an organizer sends; what is kept is smaller."""

MOST_ALT = 300
"""Characters that say what a picture shows."""


@dataclass(frozen=True, slots=True)
class PostPicture:
    """`key` is the SHA-256 of the picture as it is kept and sent; `alt` says by language what it shows."""

    key: str
    alt: Mapping[str, str]

    def alt_in(self, language: str) -> str:
        """In this language, else in English, else in any."""
        return self.alt.get(language) or self.alt.get("en") or next(iter(self.alt.values()), "")

    def lacks(self, languages: Iterable[str]) -> tuple[str, ...]:
        """Languages that nobody has said yet what it shows."""
        return tuple(language for language in languages if not self.alt.get(language))

    def as_json(self) -> dict[str, Any]:
        """Plain values for the store and for hashing."""
        return {"key": self.key, "alt": dict(sorted(self.alt.items()))}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Inverse of as_json. Raises InvalidInput for words that are too long."""
        alt = {str(language): " ".join(str(text).split()) for language, text in raw["alt"].items() if str(text).strip()}
        for text in alt.values():
            check_words(text)
        return cls(str(raw["key"]), alt)


def check_words(text: str) -> None:
    """Raise InvalidInput for more than a screen reader's user wants to hear."""
    if len(text) > MOST_ALT:
        raise InvalidInput(f"At most {MOST_ALT} characters, please.", "Say what matters in it.", "long_alt")


def too_large() -> InvalidInput:
    """As it is said before and after it was loaded."""
    return InvalidInput("This picture is too large.", "Send one of at most 5 MB.", "picture_too_large")
