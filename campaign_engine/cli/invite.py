"""`groundswell invite`: how somebody gets a role (safety R2)."""

from typing import Annotated

import typer

from campaign_engine.cli.opening import engine_of
from campaign_engine.cli.terminal import command, day_and_time, say
from campaign_engine.domain.contact import Role, Scope, ScopeKind
from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.precinct import Borough, borough_of
from campaign_engine.domain.roles import check_scope

_EXAMPLES = "Use city, borough:Bronx, precinct:75 or, for a site host, site:3."


@command
async def invite(
    context: typer.Context,
    role: Annotated[Role, typer.Argument(help="What they may do.")],
    scope: Annotated[str, typer.Option(help="city, borough:NAME, precinct:NUMBER or site:NUMBER.")] = "city",
) -> None:
    """Make a code that gives one person a role, once, within a week."""
    from campaign_engine.domain.volunteering import INVITE_LIFE

    area = read_scope(scope)
    check_scope(role, area)
    async with engine_of(context) as engine, engine.store.write() as work:
        if area.kind is ScopeKind.SITE:
            await work.sites.get(int(area.value))
        code = await engine.staffing.invite(work, role, area)
        until = engine.time.clock() + INVITE_LIFE
    start = f"r_{code}"
    say(f"{role.replace('_', ' ').capitalize()}, {area}. Works once, until {day_and_time(until)}.")
    say(f"Code      {code}")
    say(f"Page      {engine.settings.site_url}/join/{start}")
    say(f"Telegram  send the bot:  /start {start}")
    say(f"Discord   type:  /start code:{start}")
    say("Hand it over in person or in a private chat. It is not shown again.")


def read_scope(text: str) -> Scope:
    """As a Scope that exists. Raises InvalidInput, NotFound for a number that is no precinct."""
    word, _, value = text.strip().partition(":")
    known = {kind.value: kind for kind in ScopeKind}
    kind = known.get(word.strip().lower())
    value = value.strip()
    if kind is ScopeKind.CITY and not value:
        return Scope()
    if kind is ScopeKind.BOROUGH:
        boroughs = {borough.value.lower(): borough for borough in Borough}
        if value.lower() in boroughs:
            return Scope(kind, boroughs[value.lower()].value)
    elif kind in (ScopeKind.PRECINCT, ScopeKind.SITE) and value.isascii() and value.isdecimal():
        if kind is ScopeKind.PRECINCT:
            borough_of(int(value))
        return Scope(kind, str(int(value)))
    raise InvalidInput("This is no area for a role.", _EXAMPLES)
