"""Languages: what a dialogue is complete in, and what every safety string exists in (safety P2)."""

SAFETY_LANGUAGES = ("en", "es", "zh-Hans", "zh-Hant", "ru", "bn", "ht", "ko", "ar", "ur", "fr", "pl")
"""English and the ten languages of New York City's Local Law 30, Chinese in both scripts."""

RIGHT_TO_LEFT = frozenset({"ar", "ur"})

_TRADITIONAL = frozenset({"hant", "tw", "hk", "mo"})


def from_tag(tag: str) -> str:
    """One of SAFETY_LANGUAGES from what a platform or browser says, such as `es-MX` or `zh_TW`; else ""."""
    first, *rest = tag.replace("_", "-").lower().split("-")
    if first == "zh":
        return "zh-Hant" if _TRADITIONAL.intersection(rest) else "zh-Hans"
    return first if first in SAFETY_LANGUAGES else ""
