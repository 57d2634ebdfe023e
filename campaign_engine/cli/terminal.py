"""How commands speak: tables, progress, and errors that say what to do."""

import asyncio
import functools
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from campaign_engine.domain import handle
from campaign_engine.domain.contact import Person, Role, RoleGrant
from campaign_engine.domain.errors import GroundswellError
from campaign_engine.domain.schedule import to_wall

OPERATOR = Person(handle=handle.OPERATOR, grants=(RoleGrant(Role.SAFETY_LEAD),))
"""Sees and stops every campaign; approves none, because a second person is a contact (safety S1)."""

PIPED_WIDTH = 200
"""Columns where no terminal says how many: a table that another program reads must not be broken into lines."""

LARGEST_NUMBER = 2**63 - 1
"""Of a campaign, a site or anything else that is a row; no database takes a larger one."""

out = Console(highlight=False, width=None if sys.stdout.isatty() else PIPED_WIDTH)
err = Console(stderr=True, highlight=False)


def command(function: Callable[..., Any]) -> Callable[..., Any]:
    """Run a plain or async function; a known error ends it with its message, its hint and exit code 1."""

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            result = function(*args, **kwargs)
            if isinstance(result, Awaitable):
                asyncio.run(_wait(result))
        except GroundswellError as error:
            err.print(f"[bold red]{escape(error.message)}[/]", soft_wrap=True)
            if error.hint:
                err.print(escape(error.hint), soft_wrap=True)
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            err.print("Stopped. Nothing is half-done; run it again any time.")
            raise typer.Exit(130) from None

    return run


async def _wait(result: Awaitable[Any]) -> None:
    await result


def say(text: str) -> None:
    """A line of plain words; nothing in it is markup, so that a name with brackets is shown as it is."""
    out.print(text, markup=False, soft_wrap=True)


def day_and_time(moment: datetime) -> str:
    """New York wall clock, as people say it."""
    return f"{to_wall(moment):%A, %B %-d, %Y at %-I:%M %p} New York time"


def table(*headings: str) -> Table:
    """A plain table."""
    made = Table(box=None, header_style="bold", pad_edge=False)
    for heading in headings:
        made.add_column(heading)
    return made


def add_row(shown: Table, *cells: object) -> None:
    """Cells as plain text."""
    shown.add_row(*(escape(str(cell)) for cell in cells))


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar that is told (done, in all); it goes when it is done."""
    from rich.progress import Progress

    with Progress(console=err, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
