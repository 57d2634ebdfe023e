"""Writes docs/safety-matrix.md: every safety requirement, where it is in the code, which tests name it, its state.

`--check` writes nothing and fails when the page is not what code and tests say. An id of C, S, H or I without a test
fails either way.
"""

import argparse
import ast
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "safety-matrix.md"
REQUIREMENTS = Path(__file__).with_name("safety_requirements.toml")
PROGRAM = ("campaign_engine", "bots", "web", "analytics", "templates")
MUST_BE_TESTED = frozenset("CSHI")
_NAMED = re.compile(r"[Ss]afety ((?:[NCSHIRAKP]\d\b(?:, | and |,|/)?)+)")
_ID = re.compile(r"[NCSHIRAKP]\d")
_TEST = re.compile(r"(?<=_)[NCSHIRAKP]\d(?=_|$)")
HEADER = """\
# Safety matrix

<!-- Written by scripts/safety_matrix.py from the code, the tests and scripts/safety_requirements.toml: run it. -->

Every safety requirement: what it says, the files whose text names it, and how many tests carry it in their names.
"Partly" says what is missing. `make check` fails when the page is out of date, and when a requirement of C, S, H or I
has no test.
"""


@dataclass(frozen=True, slots=True)
class Requirement:
    """`lacks` is what of it is not built yet, empty when nothing."""

    id: str
    says: str
    lacks: str


def requirements() -> Iterator[tuple[str, tuple[Requirement, ...]]]:
    """Groups with their title, in the order of the file."""
    for group in tomllib.loads(REQUIREMENTS.read_text(encoding="utf-8")).values():
        rows = (Requirement(key, row["says"], row.get("lacks", "")) for key, row in group.items() if key != "title")
        yield group["title"], tuple(rows)


def places() -> Mapping[str, list[Path]]:
    """By id, the files of the program that name it."""
    found: dict[str, list[Path]] = defaultdict(list)
    for folder in PROGRAM:
        for path in sorted((ROOT / folder).rglob("*.*")):
            if path.suffix in {".py", ".j2", ".toml", ".html"}:
                named = " ".join(_NAMED.findall(path.read_text(encoding="utf-8")))
                for each in sorted(set(_ID.findall(named))):
                    found[each].append(path.relative_to(ROOT))
    return found


def named_in_tests() -> Mapping[str, dict[Path, int]]:
    """By id, how many test functions of which file carry it."""
    found: dict[str, dict[Path, int]] = defaultdict(dict)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                for each in set(_TEST.findall(node.name)):
                    counts = found[each]
                    counts[path.relative_to(ROOT)] = counts.get(path.relative_to(ROOT), 0) + 1
    return found


def page(in_code: Mapping[str, list[Path]], in_tests: Mapping[str, dict[Path, int]]) -> str:
    """The whole page."""
    parts = [HEADER]
    for title, rows in requirements():
        parts.append(f"## {title}\n")
        parts.append("| id | requirement | where in the code | tests | state |\n|---|---|---|---|---|")
        parts.append("\n".join(_row(row, in_code.get(row.id, []), in_tests.get(row.id, {})) for row in rows) + "\n")
    return "\n".join(parts)


def _row(row: Requirement, code: Iterable[Path], counts: Mapping[Path, int]) -> str:
    where = ", ".join(f"`{path}`" for path in code) or "by absence"
    tested = ", ".join(f"`{path.stem}` {count}" for path, count in counts.items()) or "none"
    return f"| {row.id} | {row.says} | {where} | {tested} | {_state(row, counts)} |"


def _state(row: Requirement, counts: Mapping[Path, int]) -> str:
    if row.lacks:
        return f"partly; missing: {row.lacks[0].lower()}{row.lacks[1:]}"
    return "built and tested" if counts else "not yet"


def untested(in_tests: Mapping[str, dict[Path, int]]) -> Iterator[str]:
    """Ids that must have a test and have none."""
    for _, rows in requirements():
        yield from (row.id for row in rows if row.id[0] in MUST_BE_TESTED and row.id not in in_tests)


def unknown(*found: Iterable[str]) -> set[str]:
    """Ids that code or tests name and that no requirement has."""
    return {each for ids in found for each in ids} - {row.id for _, rows in requirements() for row in rows}


def main() -> int:
    """1 when the page does not fit, or a requirement that must be tested is not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    in_code, in_tests = places(), named_in_tests()
    wanted = page(in_code, in_tests)
    problems = [f"{each}: no test carries it in its name" for each in untested(in_tests)]
    problems += [f"{each}: there is no such safety requirement" for each in sorted(unknown(in_code, in_tests))]
    if not parser.parse_args().check:
        PAGE.write_text(wanted, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != wanted:
        problems.append("docs/safety-matrix.md is out of date: run `python scripts/safety_matrix.py`")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
