"""How commands speak: tables, progress, and errors that say what to do."""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from campaign_engine.domain.errors import GroundswellError

out = Console(highlight=False)
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
            err.print(f"[bold red]{error.message}[/]", markup=True)
            if error.hint:
                err.print(error.hint, markup=False)
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            err.print("Stopped. Nothing is half-done; run it again any time.")
            raise typer.Exit(130) from None

    return run


async def _wait(result: Awaitable[Any]) -> None:
    await result


def table(*headings: str) -> Table:
    """A plain table."""
    made = Table(box=None, header_style="bold", pad_edge=False)
    for heading in headings:
        made.add_column(heading)
    return made


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar that is told (done, in all)."""
    from rich.progress import Progress

    with Progress(console=err, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
