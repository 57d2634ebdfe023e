"""`groundswell optouts`: lists of people who must not be written to, as keyed hashes (safety C8, A1)."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TextIO

import typer

from campaign_engine.cli.files import check_new, new_file
from campaign_engine.cli.opening import engine_of
from campaign_engine.cli.terminal import command, day_and_time, progress, say
from campaign_engine.domain.errors import BrokenFile, InvalidInput
from campaign_engine.domain.handle import OPERATOR
from campaign_engine.domain.optout_list import header, read_hashes, read_ids

app = typer.Typer(help="Lists of people who must not be written to, as keyed hashes.", no_args_is_help=True)


class HashedChannel(StrEnum):
    """Where another system knows people by the same ids as we do."""

    TELEGRAM = "telegram"
    DISCORD = "discord"


@app.command("export")
@command
async def export(context: typer.Context, file: Annotated[Path, typer.Argument(help="The new file to write.")]) -> None:
    """Write the keyed hashes of everybody who must not be written to."""
    from campaign_engine.services.optouts import OptOuts

    check_new(file)
    async with engine_of(context) as engine:
        with new_file(file) as beside, progress("Writing") as bar:
            async with engine.store.read(in_transaction=True) as work:
                hashes = [one async for one in work.optouts.each()]
                _write(beside, work.optouts.fingerprint, hashes)
                bar(len(hashes), len(hashes))
        async with engine.store.write() as work:
            await OptOuts(engine.time.clock).exported(work, OPERATOR, len(hashes))
    say(f"Written to {file.name}: {len(hashes)}. It fits installations with the same key file only.")


@app.command("import")
@command
async def import_list(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="What export or hash wrote.")]
) -> None:
    """Stop writing to everybody on a list: all of it or nothing. The same list again changes nothing."""
    from campaign_engine.services.optouts import OptOuts

    async with engine_of(context) as engine:
        with _opened(file) as lines:
            hashes = read_hashes(lines, engine.database.cipher.fingerprint())
        with progress("Importing") as bar:
            async with engine.store.write(durable=True) as work:
                added = await OptOuts(engine.time.clock).add(work, OPERATOR, hashes, bar)
    say(f"Added: {added}. Known before: {len(hashes) - added}. Nothing proactive goes to any of them.")
    if added:
        say("`groundswell optouts undo` takes it back.")


@app.command("undo")
@command
async def undo(context: typer.Context, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Take the last import back, save for people who said STOP themselves since."""
    from campaign_engine.services.optouts import OptOuts

    async with engine_of(context) as engine:
        optouts = OptOuts(engine.time.clock)
        async with engine.store.read() as work:
            last = await optouts.last(work)
        say(f"The last import was on {day_and_time(last.at)}. It would take back: {last.untouched}.")
        if last.untouched < last.added:
            say(f"People who said STOP themselves since, and stay as they are: {last.added - last.untouched}.")
        if not yes and not typer.confirm("Take it back?"):
            say("Nothing was changed.")
            return
        async with engine.store.write(durable=True) as work:
            taken_back = await optouts.undo(work, OPERATOR, last)
    say(f"Taken back: {taken_back}.")


@app.command("hash")
@command
async def hash_list(
    context: typer.Context,
    channel: Annotated[HashedChannel, typer.Argument(help="Whose ids they are.")],
    plain: Annotated[Path, typer.Argument(help="Another system's list: one id a line.")],
    file: Annotated[Path, typer.Argument(help="The new file to write.")],
) -> None:
    """Turn a plain list of another system into keyed hashes to import; the plain one is kept nowhere."""
    check_new(file)
    async with engine_of(context) as engine:
        cipher = engine.database.cipher
        with _opened(plain) as lines, new_file(file) as beside:
            hashes = sorted({cipher.lookup(channel, one) for one in read_ids(lines)})
            _write(beside, cipher.fingerprint(), hashes)
    say(f"Written to {file.name}: {len(hashes)}. Now import it, and remove the plain list from this machine.")


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    """Raises InvalidInput for a file that cannot be read, BrokenFile for one that is no text."""
    try:
        with path.open(encoding="utf-8") as lines:
            yield lines
    except OSError as error:
        raise InvalidInput(f"{path.name} cannot be opened.", "Check the name and that you may read it.") from error
    except UnicodeDecodeError as error:
        raise BrokenFile(f"{path.name} is no text.", "Nothing was changed. Give a plain text file.") from error


def _write(path: Path, fingerprint: str, hashes: list[str]) -> None:
    with path.open("w", encoding="ascii") as lines:
        lines.write(header(fingerprint, len(hashes)) + "\n")
        lines.writelines(f"{one}\n" for one in hashes)
