"""`groundswell lessons`: what a reader of the twelve lessons has to know, and what would be better in them."""

from pathlib import Path
from typing import Annotated

import typer

from campaign_engine.cli.lint import show
from campaign_engine.cli.opening import settings_of
from campaign_engine.cli.terminal import add_row, command, out, say, table
from campaign_engine.domain.contact import LANGUAGES, LessonCode
from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.lesson import Lesson
from campaign_engine.domain.lint.finding import Finding

app = typer.Typer(help="The twelve lessons: how old their readers have to be, who has read them.", no_args_is_help=True)


@app.callback()
def lessons() -> None:
    """Keep the command's name, although it is the only one."""


@app.command("lint")
@command
def lint(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(help="A lesson's own file instead of all that ship, as B1.toml.")
    ] = None,
) -> None:
    """Print the reading age of every lesson, and what would be better; exit code 1 when something must change."""
    from campaign_engine.dialogue.lesson_files import course
    from campaign_engine.domain.lint.lessons import of_lesson, reading_age
    from campaign_engine.rendering import Renderer
    from campaign_engine.wordlists import WordLists

    chosen = course().values() if file is None else [_read(file)]
    words = WordLists(settings_of(context).data_dir)
    found: list[Finding] = []
    shown = table("lesson", "language", "title", "screens", "reading age", "version", "read by")
    for lesson in chosen:
        for language in LANGUAGES:
            text = lesson.texts[language]
            review = f"{text.reviewed_by}, {text.reviewed_on}" if text.reviewed_by else "nobody yet"
            numbers = (str(len(text.screens)), f"{reading_age(text):.1f}", str(text.version))
            add_row(shown, str(lesson.code), language, text.title, *numbers, review)
            found.extend(of_lesson(lesson.code, text, words.entries(language)))
    out.print(shown)
    say("A reading age is in years; 12 is the most (English: Flesch-Kincaid; Spanish: Fernández Huerta).")
    show(Renderer(), found)


def _read(file: Path) -> Lesson:
    from campaign_engine.dialogue.lesson_files import parsed

    if file.stem not in set(LessonCode):
        raise InvalidInput(f"{file.name} is no lesson.", "Name it after its code, from B1.toml to A4.toml.")
    try:
        return parsed(LessonCode(file.stem), file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{file.name} cannot be read.", "Check the path and that it is text (UTF-8).") from error
