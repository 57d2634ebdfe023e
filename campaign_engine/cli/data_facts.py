"""`groundswell data rebuild-facts`: count again what reports are made of."""

import typer

from campaign_engine.cli.opening import engine_of
from campaign_engine.cli.terminal import command, progress, say


@command
async def rebuild_facts(context: typer.Context) -> None:
    """Count again what reports are made of, from all that is still there; may be stopped and run again at any time.

    Seldom needed: counts follow each message and act by themselves. While a step runs, what it counts waits.
    """
    from campaign_engine.store import facts

    async with engine_of(context) as engine:
        with progress("Counting") as bar:
            steps = await facts.rebuild(engine.database, bar)
    say(f"All counts are right, in {steps:,} steps.")
