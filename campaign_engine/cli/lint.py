"""`groundswell lint`: what a second pair of eyes would say about a text in a file."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from campaign_engine.cli.opening import settings_of
from campaign_engine.cli.terminal import command, say
from campaign_engine.domain.campaign import STARTED_KINDS, Draft
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.lint.finding import Finding, must
from campaign_engine.domain.lint.length import NORMS
from campaign_engine.domain.message import Reply

if TYPE_CHECKING:
    from campaign_engine.ports.renderer import Renderer

_MOST_BYTES = 100_000


@command
def lint(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A text file; variables such as {{ area }} may stand in it.")],
    language: Annotated[str, typer.Option(help="Language of the text: " + ", ".join(LANGUAGES) + ".")] = "en",
    kind: Annotated[str, typer.Option(help="Kind of campaign: " + ", ".join(STARTED_KINDS) + ".")] = "awareness",
    channel: Annotated[str, typer.Option(help="Where it goes: " + ", ".join(NORMS) + ".")] = "telegram",
    lesson: Annotated[str, typer.Option(help="Lesson it belongs to, such as B3.")] = "",
) -> None:
    """Say what would be better in a text, and why; exit code 1 when something must change."""
    from campaign_engine.bootstrap import open_linting
    from campaign_engine.rendering import Renderer

    _check("language", language, LANGUAGES)
    _check("kind", kind, STARTED_KINDS)
    _check("channel", channel, tuple(NORMS))
    draft = Draft(0, kind, texts={language: _text(file)}, channels=(channel,), languages=(language,))
    show(Renderer(), open_linting(settings_of(context)).of_draft(draft, lesson=lesson.upper()))


def show(renderer: "Renderer", findings: Sequence[Finding]) -> None:
    """As its author reads it in chat. Raises typer.Exit when something must change."""
    if not findings:
        say(renderer.reply(Reply("lint.clean"), "en").text)
        return
    values = {"findings": tuple(finding.as_values() for finding in findings), "more": 0}
    say(renderer.reply(Reply("lint.hints", values), "en").text)
    if must(findings):
        raise typer.Exit(1)


def _check(what: str, chosen: str, known: Sequence[str]) -> None:
    if chosen not in known:
        raise InvalidInput(f"There is no {what} “{chosen}”.", "Choose from: " + ", ".join(known) + ".")


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise InvalidInput(f"{file.name} is too large for a post.", "A post has a few hundred letters.")
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{file.name} is not plain text.", "Save it as a text file (UTF-8).") from error
    except OSError as error:
        raise InvalidInput(f"{file.name} cannot be read.", "Check the path and that you may read it.") from error
