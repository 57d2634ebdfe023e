"""What people do with the bot on Discord, again and again."""

from campaign_engine.domain.contact import Role, Scope
from tests.platforms.discord_person import Outcome, Person
from tests.platforms.discord_state import NOTHING, Permission
from tests.support.bots import DiscordGuild
from tests.support.engine import House


async def typed(person: Person, text: str, at_least: int = 1) -> Outcome:
    """Open the field to type into, and send it."""
    await person.press("Type an answer")
    return await person.submit_modal({"text": text}, at_least=at_least)


async def tap(person: Person, label: str) -> Outcome:
    """A button, or the option of a menu where there are too many for buttons."""
    try:
        return await person.press(label, at_least=1)
    except LookupError:
        return await person.choose([label], at_least=1)


async def begin(person: Person, channel: str | None, code: str = "") -> Outcome:
    """/start, with the code that brought them."""
    return await person.slash("start", {"code": code} if code else {}, channel=channel, at_least=2)


async def member(house: House, server: DiscordGuild, role: Role, handle: str, scope: Scope | None = None) -> Person:
    """Somebody who took an invite for a role in chat; organizers have had their training."""
    person = await server.moderator(handle)
    await person.slash("start", {"code": f"r_{await house.invite(role, scope)}"}, channel=server.channel)
    assert f"Welcome, {handle}" in (await typed(person, handle)).text
    if role is Role.ORGANIZER:
        await house.trained(handle)
    return person


async def organizer(
    house: House, server: DiscordGuild, guilds: list[str] | None = None, may: Permission = NOTHING
) -> Person:
    """Somebody with the role, who took their invite on another device."""
    may |= Permission.MANAGE_CHANNELS
    rosa = await server.platform.driver.person("rosa", guilds=guilds or [server.guild], may=may)
    phone = house.person(rosa.id, "discord")
    await phone.start(f"r_{await house.invite(Role.ORGANIZER)}")
    await phone.say("river7")
    return rosa


async def draft(organizer: Person, channel: str) -> None:
    """A pledge drive as far as the question where it goes."""
    await organizer.slash("menu", channel=channel)
    assert "What kind of campaign?" in (await organizer.press("New campaign", at_least=1)).text
    assert "What should it be called?" in (await organizer.choose(["Pledge drive"], at_least=1)).text
    assert "Where? Tap one" in (await typed(organizer, "Winter *pledge* @everyone")).text
    assert "How many pledges" in (await typed(organizer, "73, 75", at_least=2)).text
    assert "in English" in (await organizer.press("300", at_least=1)).text
    assert "in Spanish" in (await typed(organizer, "{{ area }}: look out for your people: {{ link }}")).text
    assert "Send one picture" in (await organizer.press("Use the starter text", at_least=1)).text
    assert "When?" in (await organizer.press("No picture", at_least=1)).text
    assert "December 15" in (await typed(organizer, "Tuesdays at 4 pm until December 15", at_least=2)).text
