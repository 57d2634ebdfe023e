"""An event that was told to somebody, and the team that cancels or moves it."""

from campaign_engine.domain.action import PledgeCode
from campaign_engine.domain.campaign import CampaignKind, CampaignStatus
from campaign_engine.domain.contact import Person, Role, RoleGrant, Scope, ScopeKind, Topic
from campaign_engine.ports.people import NewPledge
from campaign_engine.rendering import Renderer
from campaign_engine.services.event_words import EventWords
from campaign_engine.services.events import Events
from campaign_engine.store import tables
from tests.support.channels import RecordingChannel
from tests.support.engine import PAGE, text_approvals
from tests.support.planned import House, Planned
from tests.support.sending import Stage, opened

BROOKLYN = Scope(ScopeKind.BOROUGH, "Brooklyn")


async def told_event(house: House) -> Planned:
    """A presence campaign of precinct 75 whose post was sent to "told"."""
    await house.precincts(73, 75)
    plan = await house.plan(kind=CampaignKind.PRESENCE, status=CampaignStatus.RUNNING)
    await house.ally("told", topic=Topic.EVENT_NEWS)
    await house.open(plan)
    await house.freeze()
    async with house.store.database.write() as connection:
        await connection.execute(tables.deliveries.update().values(status="sent"))
    return plan


async def staff(house: House, handle: str = "ana7", role: Role = Role.ORGANIZER, scope: Scope = BROOKLYN) -> Person:
    contact_id = house.people.get(handle) or await house.ally(handle, "web", None, precinct=None)
    return Person(contact_id=contact_id, handle=handle, grants=(RoleGrant(role, scope),))


def events(house: House) -> Events:
    return Events(house.clock, text_approvals(house.clock), EventWords(Renderer(), PAGE))


async def drain(house: House, channel: RecordingChannel) -> int:
    return await (await opened(Stage(house.store, house.clock), channel)).drain()


async def pledge(house: House, name: str, plan: Planned) -> None:
    async with house.store.write() as work:
        new = NewPledge(house.people[name], "telegram", PledgeCode.LOOK_OUT, None, house.clock(), plan.campaign_id)
        await work.actions.pledge(new)
