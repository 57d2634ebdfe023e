"""Writes templates/messages/automatic.toml: the hash of each automatic text as it ships (safety S1, S9).

A text whose hash is not there was changed by whoever runs the installation. `--check` writes nothing and fails when the
file is not what the templates say.
"""

import argparse
import sys
from pathlib import Path

from campaign_engine.dialogue.lesson_files import fixed
from campaign_engine.domain.automatic_texts import AUTOMATIC_TEXTS, AutomaticText, text_hash
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.domain.review import read_fixed

MESSAGES = Path(__file__).parents[1] / "templates" / "messages"
FILE = MESSAGES / "automatic.toml"
HEADER = (
    "# Written by scripts/automatic_texts.py: change a text or a lesson, then run it. Each is approved anew then.\n"
)


def content() -> str:
    """One table for each text, one line for each language."""
    tables = ["\n".join((f"\n[{text.name}]", *(_line(text, each) for each in LANGUAGES))) for text in AUTOMATIC_TEXTS]
    return "\n".join((HEADER.strip(), *tables)) + "\n"


def _line(text: AutomaticText, language: str) -> str:
    if text.lesson:
        return f'{language} = "{text_hash(fixed(text.lesson, language).text)}"'
    source = (MESSAGES / language / f"post_{text.name}.j2").read_text(encoding="utf-8")
    return f'{language} = "{text_hash(read_fixed(source, language).text)}"'


def main() -> int:
    """Exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the file is outdated")
    made = content()
    if not parser.parse_args().check:
        FILE.write_text(made, encoding="utf-8")
        return 0
    if not FILE.is_file() or FILE.read_text(encoding="utf-8") != made:
        print("templates/messages/automatic.toml is outdated: run `python -m scripts.automatic_texts`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
