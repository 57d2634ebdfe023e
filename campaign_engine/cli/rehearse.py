"""`groundswell rehearse`: a campaign played through without sending, by account and hour (safety F12)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

import typer

from campaign_engine.cli.opening import engine_of
from campaign_engine.cli.terminal import LARGEST_NUMBER, OPERATOR, command, out, progress, say
from campaign_engine.domain.message import Reply


@command
async def rehearse(
    context: typer.Context,
    campaign: Annotated[
        int, typer.Argument(max=LARGEST_NUMBER, help="The campaign's number in `groundswell campaign list`.")
    ],
) -> None:
    """Play it through without sending: where it would go, when, to how many, until when, and who would not get it."""
    async with engine_of(context) as engine, engine.store.read() as work:
        with progress("asking about everybody it could reach") as done:
            cards = await engine.campaigns.rehearse(work, OPERATOR, campaign, done)
        for card in cards:
            firings: Any = card.values["firings"]
            say(engine.renderer.reply(_without_bars(card, firings), "en").text)
            for firing in firings:
                _chart(firing)


def _without_bars(card: Reply, firings: Sequence[Mapping[str, Any]]) -> Reply:
    """They are drawn in colour below."""
    bare = [{**firing, "channels": [{**one, "hours": ()} for one in firing["channels"]]} for firing in firings]
    return replace(card, values={**card.values, "firings": bare})


def _chart(firing: Mapping[str, Any]) -> None:
    """People by hour on each account, where it takes more than one."""
    from rich.bar import Bar
    from rich.table import Table

    hours = [(one["channel"], part) for one in firing["channels"] for part in one["hours"] if len(one["hours"]) > 1]
    if not hours:
        return
    most = max(part["people"] or 0 for _, part in hours) or 1
    shown = Table(box=None, pad_edge=False, title=f"{firing['wall']:%A, %B %-d}", title_justify="left")
    shown.add_column("account")
    shown.add_column("hour")
    shown.add_column("people", justify="right")
    shown.add_column("", width=40)
    for channel, part in hours:
        size = part["people"]
        bar = Bar(most, 0, size or 0, width=40, color="green")
        shown.add_row(channel, f"{part['hour']:%-I %p}", "under 20" if size is None else f"{size:,}", bar)
    out.print(shown)
