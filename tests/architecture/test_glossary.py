"""The words of docs/glossary.md are the words of the code."""

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| ([^|]+?) \| (?:`(\w+)`)? ?\| ([^|]+?) \|$", re.MULTILINE)
AVOIDED = re.compile(r"(?:^|_)(?:users?|subscribers?|blasts?|leads?|refs?)(?:_|$)", re.IGNORECASE)
ALLOWED = {"safety_lead", "SAFETY_LEAD", "effective_user", "from_user", "user_id", "needs_safety_lead"}
"""The role, and names of the platforms' libraries."""


@functools.cache
def modules() -> tuple[tuple[Path, frozenset[str]], ...]:
    """Each file with the names that it makes."""
    files = [path for room in ("campaign_engine", "bots", "web", "analytics") for path in (ROOT / room).rglob("*.py")]
    return tuple((path, frozenset(names_made(ast.parse(path.read_text(encoding="utf-8"))))) for path in sorted(files))


def names_made(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def test_every_name_of_the_glossary_exists_in_the_code() -> None:
    page = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    in_code = {found[1] for found in ROW.findall(page) if found[1]}
    known = {name for path, names in modules() for name in (path.stem, *names)}
    assert len(in_code) > 20
    assert not in_code - known


def test_avoided_words_name_nothing() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {name}"
        for path, names in modules()
        for name in names
        if AVOIDED.search(name) and name not in ALLOWED
    }
    assert not found
