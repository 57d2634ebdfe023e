"""`groundswell demo`: the whole job with simulated people, on pages or without a server."""

import asyncio
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from campaign_engine.cli.terminal import add_row, command, out, progress, say, table

if TYPE_CHECKING:
    from campaign_engine.demo.headless import Summary

_FEWEST = 50
"""With fewer people nobody may be there when the first post goes out."""


@command
async def demo(
    headless: Annotated[bool, typer.Option("--headless", help="Run a week without a server, then end.")] = False,
    folder: Annotated[Path, typer.Option("--out", help="Folder for the report of a headless run.")] = Path("out"),
    people: Annotated[int, typer.Option(min=_FEWEST, help="Simulated students of a headless run.")] = 2000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same figures.")] = 7,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the pages; 0 takes a free one.")] = 8000,
) -> None:
    """Try it with simulated people: on pages of this machine, or headless to a report. Nothing leaves the machine."""
    if headless:
        from campaign_engine.demo.headless import run

        with progress("A week passes") as told:
            summary = await run(folder, people, seed, told)
        _print(summary, folder)
    else:
        await _serve(port)


async def _serve(port: int) -> None:
    from campaign_engine.cli import logs
    from campaign_engine.demo import server

    logs.quieten()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await server.run(port, stop, lambda address: say(f"The demo is at {address} · Ctrl-C stops"))


def _print(summary: "Summary", folder: Path) -> None:
    shown = table("what", "how many")
    for name, count in (
        ("precincts", len(summary.precincts)),
        ("contacts", summary.contacts),
        ("frozen audience", summary.frozen_audience),
        *((f"deliveries {status}", count) for status, count in summary.deliveries.items() if count),
        ("reached", summary.reached),
        ("pledges", summary.pledges),
    ):
        add_row(shown, name, f"{count:,}")
    out.print(shown)
    say(f"All people are simulated. Report: {folder / 'report.html'}")
