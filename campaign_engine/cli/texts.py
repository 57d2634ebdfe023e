"""`groundswell texts`: files for translators, and how far each language is (safety P2)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from campaign_engine.cli.files import new_file
from campaign_engine.cli.opening import engine_of, settings_of
from campaign_engine.cli.terminal import add_row, command, out, say, table
from campaign_engine.domain.automatic_texts import SHORT_DIGITS, TextVersion
from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.languages import LANGUAGE_NAMES, SAFETY_LANGUAGES
from campaign_engine.domain.review import FixedText
from campaign_engine.domain.schedule import to_wall

if TYPE_CHECKING:
    from campaign_engine.texts.importing import Import

app = typer.Typer(help="Translate what keeps people safe, without programming.", no_args_is_help=True)

Language = Annotated[str, typer.Argument(help="Code of the language, for example ru or zh-Hans.")]
SHOWN = 60
"""Characters of a text in the summary."""


@app.command("export")
@command
def export(
    context: typer.Context, language: Language, file: Annotated[Path, typer.Argument(help="CSV file to write.")]
) -> None:
    """Write every text of one language to a file that a spreadsheet opens."""
    from campaign_engine.texts.catalogue import Catalogue
    from campaign_engine.texts.importing import exported, known_language
    from campaign_engine.texts.sheet import written

    code = known_language(language)
    rows = exported(Catalogue(settings_of(context).data_dir), code)
    with new_file(file) as beside:
        beside.write_bytes(written(rows))
    say(f"{LANGUAGE_NAMES[code]}: {len(rows)} texts written to {file}.")
    say(f"When it is translated: `groundswell texts import {code} {file}`")


@app.command("import")
@command
def import_file(
    context: typer.Context,
    language: Language,
    file: Annotated[Path, typer.Argument(help="The file that `texts export` wrote, filled in.")],
    check: Annotated[bool, typer.Option("--check", help="Only say what would change.")] = False,
) -> None:
    """Take a translated file, all of it or nothing; `up` uses it from its next start on."""
    from campaign_engine.texts.catalogue import Catalogue
    from campaign_engine.texts.importing import known_language, planned
    from campaign_engine.texts.sheet import read

    code = known_language(language)
    catalogue = Catalogue(settings_of(context).data_dir)
    done = planned(catalogue, code, read(_content(file)))
    if not check:
        catalogue.replace(code, done.rows)
    _say_changes(done)
    say("Nothing was written: --check." if check else "Kept. Start `groundswell up` again to use it.")


@app.command("status")
@command
def status(context: typer.Context) -> None:
    """Say for each language what is translated, outdated, reviewed by a person, and still shown in English."""
    from campaign_engine.texts.catalogue import Catalogue

    catalogue = Catalogue(settings_of(context).data_dir)
    shown = table("language", "", "safety texts", "missing", "outdated", "not reviewed", "still in English", "source")
    for code in SAFETY_LANGUAGES:
        found = catalogue.standing(code)
        source = "imported" if found.imported else "shipped"
        if found.unused:
            source += f", {found.unused} no longer fit"
        counts = (found.safety, found.missing, found.outdated, found.unreviewed, found.in_english)
        add_row(shown, code, LANGUAGE_NAMES[code], *counts, source)
    out.print(shown)
    say("“Still in English” are other texts for allies; they come with a line in the reader's language that says why.")


@app.command("approvals")
@command
async def approvals(context: typer.Context) -> None:
    """List the texts that go out by themselves: which version there is here, and who approved it."""
    async with engine_of(context) as engine, engine.store.read() as work:
        approved = {one.key: one for one in await work.text_approvals.all()}
        versions = engine.approvals.versions
    shown = table("text", "language", "version", "written by", "state", "by", "on")
    for version in versions.values():
        for one, key in zip(version.fixed, version.ordered_keys, strict=True):
            found = approved.get(key)
            author = "Groundswell" if one.shipped else "this installation"
            whose = (
                ("approved", found.handle, f"{to_wall(found.at):%Y-%m-%d}") if found else (_waits(version, one), "", "")
            )
            add_row(shown, version.text.name, key.language, key.hash[:SHORT_DIGITS], author, *whose)
    out.print(shown)
    say("They are approved in chat: a safety lead's or approver's menu, under what waits.")


def _waits(version: TextVersion, one: FixedText) -> str:
    return "waits; sent as it ships" if version.text.at_once and one.shipped else "waits; not sent"


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{file} cannot be opened.", "Check the path.") from error


def _say_changes(done: "Import") -> None:
    say(f"{LANGUAGE_NAMES[done.language]}: {len(done.changes)} texts read otherwise.")
    for change in done.changes:
        say(f"  {change.name}")
        say(f"    - {_short(change.before)}")
        say(f"    + {_short(change.after)}")
    for names, what in (
        (done.reviewed, "reviewed now"),
        (done.unreviewed, "no longer reviewed: their text or their English changed"),
        (done.doubtful, "translated from an older English"),
    ):
        if names:
            say(f"{len(names)} {what}: {', '.join(names)}")


def _short(text: str) -> str:
    line = " / ".join(part for part in text.splitlines() if part)
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"
