"""`groundswell staff`: who is on the team, and taking a role away (safety R1)."""

from typing import Annotated

import typer
from rich.markup import escape

from campaign_engine.cli.invite import read_scope
from campaign_engine.cli.opening import engine_of
from campaign_engine.cli.terminal import command, out, say
from campaign_engine.domain.contact import Role

app = typer.Typer(help="Work names and roles.", no_args_is_help=True)


@app.command("list")
@command
async def members(context: typer.Context) -> None:
    """Print work names with their roles and scopes; nothing else about staff is kept."""
    async with engine_of(context) as engine, engine.store.read() as work:
        found = await work.team.members()
    if not found:
        say("Nobody has a role yet. Make a code: groundswell invite organizer")
        return
    width = max(len(handle) for handle in found)
    for handle, grants in found.items():
        for grant in grants:
            out.print(f"{escape(handle):<{width}}  {grant.role.replace('_', ' '):<12} {grant.scope}", soft_wrap=True)


@app.command("revoke")
@command
async def revoke(
    context: typer.Context,
    handle: Annotated[str, typer.Argument(help="The work name.")],
    role: Annotated[Role, typer.Argument(help="The role to take away.")],
    scope: Annotated[str, typer.Option(help="Only this one; without it the role goes in every scope.")] = "",
) -> None:
    """Take a role away at once; with the last role the work name is forgotten too."""
    wanted = read_scope(scope) if scope else None
    async with engine_of(context) as engine, engine.store.write() as work:
        taken = await engine.staffing.revoke(work, handle, role, wanted)
    for grant in taken:
        say(f"{grant.role.replace('_', ' ').capitalize()}, {grant.scope}: taken away.")


@app.command("link")
@command
async def link(
    context: typer.Context,
    handle: Annotated[str, typer.Argument(help="The work name.")],
) -> None:
    """Make a one-time link to the team's pages for somebody whose chat is out of reach."""
    from campaign_engine.domain.staff_session import LINK_LIFE

    async with engine_of(context) as engine, engine.store.write() as work:
        url = await engine.staff_sessions.link_for(work, handle)
    say(f"For {handle}: works once, within {LINK_LIFE.seconds // 60} minutes.")
    say(url)
    say("Hand it over in person or in a private chat. It is not shown again.")
