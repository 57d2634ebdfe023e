"""`groundswell audit`: the hash-chained log of what staff did (safety R3)."""

import typer

from campaign_engine.cli.opening import engine_of
from campaign_engine.cli.terminal import command, say
from campaign_engine.domain.errors import Conflict

app = typer.Typer(help="The log of what staff did.", no_args_is_help=True)


@app.command("verify")
@command
async def verify(context: typer.Context) -> None:
    """Check that no entry was changed, removed or put in between."""
    async with engine_of(context) as engine, engine.store.read(in_transaction=True) as work:
        broken = await work.audit.verify()
        head = await work.audit.head()
    if broken is not None:
        raise Conflict(
            f"Entry {broken} does not follow from the one before it.",
            "Somebody changed the log. Compare `groundswell audit head` of your backups to see since when.",
            "audit_broken",
        )
    say(f"The log is whole. Head: {head}")


@app.command("head")
@command
async def head(context: typer.Context) -> None:
    """Print the newest hash; written down elsewhere it proves later that nothing before it was changed."""
    async with engine_of(context) as engine, engine.store.read() as work:
        say(await work.audit.head())
