"""Rules of the tree that no linter knows: sizes, words of machines, dependencies with a purpose, one glossary."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 45
MACHINE_WORDS = re.compile(r"/(work|farm|root)/[a-z]|file:///|--index-url|--find-links")
SELF = Path(__file__).name


def tracked(*patterns: str) -> list[Path]:
    """Files that git knows, or all of them in an unpacked archive."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [path for line in listed.stdout.splitlines() if (path := ROOT / line).is_file()]


def long_files() -> Iterator[str]:
    """Files that hold two things."""
    for path in tracked("*.py"):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > MAX_FILE_LINES:
            yield f"{path.relative_to(ROOT)}: {lines} lines, at most {MAX_FILE_LINES}"


def long_functions() -> Iterator[str]:
    """Functions that hold two things; tests tell stories and may be longer."""
    for path in tracked("*.py"):
        if path.is_relative_to(ROOT / "tests") or "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > MAX_FUNCTION_LINES:
                    yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {lines} lines"


def machine_words() -> Iterator[str]:
    """Paths of one machine and addresses of package sources."""
    for path in tracked():
        if path.name == SELF or path.suffix in {".png", ".pdf", ".woff2", ".ttf", ".otf"}:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if MACHINE_WORDS.search(line):
                yield f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"


def dependencies_without_purpose() -> Iterator[str]:
    """Each direct dependency is named in docs/dependencies.md."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    for requirement in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        name = re.split(r"[\[<>=;! ]", requirement, maxsplit=1)[0]
        if f"`{name}`" not in page:
            yield f"docs/dependencies.md does not say what {name} is for"


def main() -> int:
    """Print every finding; 1 when there is one."""
    checks = (long_files, long_functions, machine_words, dependencies_without_purpose)
    findings = [finding for check in checks for finding in check()]
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
