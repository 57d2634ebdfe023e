"""`groundswell data sync`: load what is new from NYC Open Data."""

from typing import TYPE_CHECKING, Annotated

import typer

from campaign_engine.cli.opening import engine_of
from campaign_engine.cli.terminal import command, progress, say
from campaign_engine.domain.errors import BrokenFile, FeedFailed, GroundswellError
from campaign_engine.ports.feeds import EVERY_FEED, FeedName

if TYPE_CHECKING:
    from campaign_engine.ports.planning import EditionChanges
    from campaign_engine.services.syncing import Synced


@command
async def sync(
    context: typer.Context,
    only: Annotated[
        list[FeedName] | None, typer.Option(help="Just this one; may be given several times. All when left out.")
    ] = None,
) -> None:
    """Load new editions of the City's data; may be stopped at any time, and goes on from there when run again.

    A feed that is broken keeps none of the others back.
    """
    from campaign_engine.city_desk import open_portal, open_syncing

    failed: list[GroundswellError] = []
    async with engine_of(context) as engine:
        syncing = open_syncing(engine)
        async with open_portal(engine, engine.time.sleep) as source:
            for feed in FeedName:
                if only and feed not in only:
                    continue
                try:
                    with progress(f"Loading {feed}") as bar:
                        done = await syncing.sync(source, feed, bar)
                except (FeedFailed, BrokenFile) as error:
                    if error.code == EVERY_FEED:
                        raise
                    failed.append(error)
                    say(f"{feed}: {error.message}")
                else:
                    _say(done)
        found = await engine.targeting.status()
    say(f"Data through {found.data_through:%B %-d, %Y}.")
    if failed:
        raise FeedFailed("Not everything could be loaded.", failed[0].hint)


def _say(done: "Synced") -> None:
    if not done.rows:
        say(f"{done.feed}: nothing new.")
        return
    left = f" {done.left_out:,} of them cannot be used and were left out." if done.left_out else ""
    say(f"{done.feed}: {done.rows:,} rows.{left}")
    if done.changes is not None:
        say_changes(done.changes)


def say_changes(changes: "EditionChanges") -> None:
    """What an edition changed."""
    if changes.added or changes.removed or changes.revised:
        counts = f"{changes.added:,} new, {changes.removed:,} gone, {changes.revised:,} revised by the City"
        say(f"Incidents since the edition before: {counts}.")
    if changes.entered or changes.left:
        say(f"Into the top for new campaigns: {_listed(changes.entered)}. Out of it: {_listed(changes.left)}.")
    else:
        say("The top for new campaigns stays the same.")


def _listed(precincts: tuple[int, ...]) -> str:
    return ", ".join(str(number) for number in precincts) or "none"
