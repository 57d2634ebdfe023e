"""`groundswell campaign`: look at campaigns and stop them; planning and approving happen in chat."""

from pathlib import Path
from typing import Annotated

import typer

from campaign_engine.cli.opening import engine_of
from campaign_engine.cli.rehearse import rehearse
from campaign_engine.cli.terminal import LARGEST_NUMBER, OPERATOR, add_row, command, out, say, table
from campaign_engine.cli.unconfirmed import unconfirmed
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.precinct import PRECINCT_NUMBERS

app = typer.Typer(help="Look at campaigns, pause, resume and cancel them.", no_args_is_help=True)

_MOST_CAMPAIGNS = 1000
_Number = Annotated[int, typer.Argument(max=LARGEST_NUMBER, help="The campaign's number in the list.")]


@app.command("list")
@command
async def list_campaigns(context: typer.Context) -> None:
    """List campaigns that were handed in, newest first; drafts are their authors' own."""
    async with engine_of(context) as engine, engine.store.read() as work:
        found = await work.campaigns.visible(0, frozenset(PRECINCT_NUMBERS), _MOST_CAMPAIGNS)
    if not found:
        say("No campaign was handed in yet.")
        return
    shown = table("campaign", "title", "kind", "status", "precincts")
    for campaign in found:
        add_row(shown, campaign.id, campaign.title, campaign.kind, campaign.status, len(campaign.precincts))
    out.print(shown)


@app.command("status")
@command
async def status(context: typer.Context, campaign: _Number) -> None:
    """Show how a campaign stands and where its messages are."""
    from campaign_engine.store import health

    async with engine_of(context) as engine:
        async with engine.store.read() as work:
            cards = await engine.campaigns.status(work, OPERATOR, campaign)
        async with engine.database.read() as connection:
            ledger = await health.ledger(connection, campaign)
        for card in cards:
            say(engine.renderer.reply(card, "en").text)
    say(f"\nMessages: {ledger.rows}")
    for state, count in ledger.by_status.items():
        if count:
            say(f"  {state:<12} {count}")
    if ledger.by_status[DeliveryStatus.UNCONFIRMED]:
        say(f"Unconfirmed ones may or may not have arrived: `groundswell campaign unconfirmed {campaign}`.")


@app.command("preview")
@command
async def preview(context: typer.Context, campaign: _Number) -> None:
    """Print the campaign as its approver reads it, with the posts in every language it promises."""
    import sys

    from campaign_engine.channels.console import ConsoleChannel
    from campaign_engine.domain.message import Destination

    async with engine_of(context) as engine:
        async with engine.store.read() as work:
            cards = await engine.campaigns.preview(work, OPERATOR, campaign, sizes=False)
        for card in cards:
            await ConsoleChannel(sys.stdout).send(engine.renderer.reply(card, "en"), Destination("console", "operator"))


@app.command("lint")
@command
async def lint(context: typer.Context, campaign: _Number) -> None:
    """Say what a second pair of eyes would change in its texts; exit code 1 when something must change."""
    from campaign_engine.cli.lint import show
    from campaign_engine.domain.errors import NotFound
    from campaign_engine.domain.permission import may_see
    from campaign_engine.services.campaign_steps import resolved

    async with engine_of(context) as engine:
        async with engine.store.read() as work:
            found, _ = await resolved(work, await work.campaigns.get(campaign))
        if not may_see(OPERATOR, found):
            raise NotFound("There is no such campaign.", "Drafts are their authors' own until they are handed in.")
        show(engine.renderer, [one for post in found.posts for one in engine.texts.linting.of_post(found, post)])


@app.command("sharekit")
@command
async def sharekit(
    context: typer.Context,
    campaign: _Number,
    folder: Annotated[Path, typer.Option("--out", help="Folder for the files; older ones in it are replaced.")],
) -> None:
    """Write the pictures of every approved post with QR code, caption and description, to share by hand."""
    async with engine_of(context) as engine:
        async with engine.store.read() as work:
            found = await work.campaigns.get(campaign)
            planned = await engine.sharing.planned(work, found)
        kits = await engine.sharing.drawn(found, planned)
    words = {kit.files[0].filename.replace("-square.png", ".txt"): f"{kit.caption}\n\n{kit.alt}\n" for kit in kits}
    pictures = {one.filename: one.content for kit in kits for one in kit.files}
    contents = pictures | {name: text.encode() for name, text in words.items()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            part = folder / f".{name}.part"
            part.write_bytes(content)
            part.replace(folder / name)
    except OSError as error:
        raise InvalidInput("The folder cannot be written to.", "Choose another one with --out.") from error
    for name in contents:
        say(str(folder / name))


@app.command("pause")
@command
async def pause(context: typer.Context, campaign: _Number) -> None:
    """Let nothing more of it leave until it is resumed."""
    await _move(context, campaign, "pause")


@app.command("resume")
@command
async def resume(context: typer.Context, campaign: _Number) -> None:
    """Go on; what missed its time meanwhile is not sent late."""
    await _move(context, campaign, "resume")


@app.command("cancel")
@command
async def cancel(
    context: typer.Context,
    campaign: _Number,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """End it for good; what has not left is not sent."""
    if not yes and not typer.confirm(f"Cancel campaign {campaign} for good?"):
        say("Nothing was changed.")
        return
    await _move(context, campaign, "cancel")


app.command("rehearse")(rehearse)
app.command("unconfirmed")(unconfirmed)


async def _move(context: typer.Context, campaign: int, verb: str) -> None:
    async with engine_of(context) as engine:
        async with engine.store.write() as work:
            (card,) = await engine.campaigns.move(work, OPERATOR, campaign, verb)
        say(engine.renderer.reply(card, "en").text)
