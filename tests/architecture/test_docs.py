"""What README and docs say can be done can be done; what they link to exists."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from campaign_engine.cli import app
from tests.support.cli import Cli

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXTRACT = re.compile(r"^```text (\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(groundswell|make) ([a-z][^`]*)`")
TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
LASTING = ("groundswell up", "groundswell worker", "groundswell demo")
"""Commands that run until Ctrl-C: tests/acceptance starts them."""

SHELL = {"|", "||", "&", "&&", ";", "<", ">", ">>"}
"""What only a shell understands."""


def commands(page: Path) -> list[str]:
    blocks = BLOCK.findall(page.read_text(encoding="utf-8"))
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


WITH_COMMANDS = [page for page in PAGES if commands(page)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_inside_the_project_lead_somewhere(page: Path) -> None:
    inside = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert not [link for link in inside if not (page.parent / link).exists()]


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: page.name)
def test_commands_work_as_written(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In their order, in one folder; targets of make are asked for their plan only, they are what runs this test.

    A shell starts what the README says; the program's other commands run in this process, which saves their start.
    """
    here = Cli(tmp_path)
    monkeypatch.chdir(tmp_path)
    for line in commands(page):
        if line.startswith((*LASTING, ". ")):
            continue
        words = list(shlex.shlex(line, posix=True, punctuation_chars=True))
        if page.name != "README.md" and words[0] == "groundswell" and not SHELL.intersection(words):
            done = here.invoke(*shlex.split(line)[1:])
            assert done.exit_code == 0, f"{line}\n{done.output}"
        else:
            in_shell(line, here)


def in_shell(line: str, here: Cli) -> None:
    planned = line.startswith("make ")
    done = subprocess.run(
        ["bash", "-c", line.replace("make ", "make -n ", 1) if planned else line],
        check=False,
        cwd=ROOT if planned else here.folder,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("GROUNDSWELL_")},
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            **here.environment,
        },
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"


def unknown_to_the_program(words: list[str]) -> str:
    """The first word that names no command, or option of the command; empty when all do."""
    here: Any = get_command(app)
    for word in words:
        commands = getattr(here, "commands", None)
        if commands is not None:
            if word not in commands:
                return word
            here = commands[word]
        elif word.startswith("--") and word not in {name for parameter in here.params for name in parameter.opts}:
            return word
    return ""


def test_commands_that_stand_in_a_sentence_exist_with_their_options() -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))
    wrong, seen = [], 0
    for page in PAGES:
        outside = BLOCK.sub("", page.read_text(encoding="utf-8"))
        for program, line in INLINE.findall(outside):
            words = line.split()
            missing = unknown_to_the_program(words) if program == "groundswell" else {words[0]} - targets
            wrong += [f"{page.name}: {program} {line}"] if missing else []
            seen += 1
    assert seen > 40
    assert not wrong


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_conversations_are_quoted_as_they_are_held(page: Path) -> None:
    """Pieces of a file of tests/acceptance/conversations in their order; a line with "…" stands for what is between."""
    for name, quoted in EXTRACT.findall(page.read_text(encoding="utf-8")):
        held = (ROOT / f"tests/acceptance/conversations/{name}.txt").read_text(encoding="utf-8")
        for piece in quoted.split("…\n"):
            assert piece.strip("\n") in held, f"{page.name} quotes what nobody says in {name}:\n{piece}"
            held = held[held.index(piece.strip("\n")) :]


def test_the_readme_shows_the_two_commands_and_a_picture() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert {"make demo", "make test"} <= set(commands(ROOT / "README.md"))
    assert re.search(r"!\[[^\]]+\]\(docs/images/[^)]+\.png\)", readme)
