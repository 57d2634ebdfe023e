"""Checks the safety texts of every language; `--stamp` notes, after an edit by hand, what each was translated from."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from campaign_engine.domain.errors import ConfigurationError
from campaign_engine.domain.languages import SAFETY_LANGUAGES
from campaign_engine.domain.safety_texts import SAFETY_TEXTS, faults, shared_texts
from campaign_engine.texts.catalogue import fingerprint, shipped, shipped_reviews, shipped_text, translatable

MESSAGES = Path(__file__).parents[1] / "templates" / "messages"


def problems() -> Iterator[str]:
    """One line for each text that a person must not read like this (safety P2)."""
    english = shipped("en")
    for language in SAFETY_LANGUAGES:
        texts, reviews = shipped(language), shipped_reviews(language)
        for name in texts:
            if name not in english:
                yield f"{language}: {name} is not in English"
            elif name in translatable():
                found = faults(name, shipped_text("en", name), shipped_text(language, name), language)
                yield from (f"{language}: {name}: {fault}" for fault in found)
        for name in SAFETY_TEXTS:
            if reviews.get(name, {}).get("text") != fingerprint(shipped_text(language, name)):
                yield f"{language}: {name} was edited: run python -m scripts.safety_texts --stamp {language}"
        yield from (f"{language}: reviews.toml names {name}, which is not there" for name in reviews.keys() - texts)
    plain = {language: {name: shipped(language)[name] for name in SAFETY_TEXTS} for language in SAFETY_LANGUAGES}
    yield from (f"{name} is the same in {one} and {other}" for name, one, other in shared_texts(plain))


def stamp(language: str) -> None:
    """A text that was edited comes from the English of now, and nobody has reviewed it."""
    texts, reviews, lines = shipped(language), shipped_reviews(language), []
    for name in (name for name in translatable() if name in texts and (name in SAFETY_TEXTS or name in reviews)):
        known = reviews.get(name, {})
        if known.get("text") != fingerprint(shipped_text(language, name)):
            known = {
                "english": fingerprint(shipped_text("en", name)),
                "text": fingerprint(shipped_text(language, name)),
            }
        fields = ("english", "text", "reviewed_by", "reviewed_on")
        values = ", ".join(f'{field} = "{known.get(field, "")}"' for field in fields)
        lines.append(f'"{name}" = {{ {values} }}\n')
    (MESSAGES / language / "reviews.toml").write_text("".join(lines), encoding="utf-8")


def main() -> int:
    """1 when something is wrong."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--stamp", metavar="LANGUAGE", nargs="*", choices=SAFETY_LANGUAGES)
    languages = asked.parse_args().stamp
    if languages is not None:
        for language in languages or SAFETY_LANGUAGES:
            stamp(language)
        return 0
    try:
        found = list(problems())
    except ConfigurationError as error:
        found = [error.message]
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
