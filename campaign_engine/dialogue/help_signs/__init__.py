"""Signs of need per language, as data: `[words]` are lists that `@name` stands for, `[signs]` what brings the card.

A sign is a line of slots. A slot is a word, `a/b` for either, `stem*` for whatever begins so, `word?` for one that may
be missing; `..` lets up to three other words stand between, `...` up to six. In languages that part no words (Chinese,
Korean) slots are pieces of text, and a gap is five or ten signs. `[harmless]` phrases are taken out of a text first.
"""

import tomllib
from importlib.resources import files
from typing import Any


def read(language: str) -> dict[str, Any]:
    """The parsed file of one language."""
    return tomllib.loads(files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8"))
