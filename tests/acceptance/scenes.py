"""What a conversation may begin with, what may happen meanwhile, and where platforms may differ in what they say."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from campaign_engine.domain.audience import NewRoom, RoomKind
from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.contact import Role, Scope, ScopeKind
from campaign_engine.domain.inviting import spelled
from tests.support.engine import House
from tests.support.players import SUMMARY, Player
from tests.support.transcripts import Said

NewPlayer = Callable[[str, str], Awaitable[Player]]
"""A person by name and language."""


@dataclass
class Scene:
    """A house with the people of one conversation; `codes` are what files write as `{name}`, by their value.

    `post` puts the post of a running campaign into a room, where there are rooms.
    """

    house: House
    new: NewPlayer
    language: str
    post: Callable[[], Awaitable[object]] | None = None
    people: dict[str, Player] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    invites: int = 0

    def __post_init__(self) -> None:
        self.house.accounts.telegram, self.house.accounts.discord = "groundswell_bot", "Groundswell"

    async def player(self, name: str) -> Player:
        if name not in self.people:
            self.people[name] = await self.new(name, self.language)
        return self.people[name]

    def filled(self, words: str) -> str:
        """With the codes of this run."""
        for value, name in self.codes.items():
            words = words.replace(f"{{{name}}}", value)
        return words

    def hidden(self, said: Said) -> Said:
        """With names in place of codes; an invite's code is learned from what is said."""
        for code in _INVITE.findall(said.text):
            if code not in self.codes:
                self.invites += 1
                self.codes[code] = f"invite {self.invites}"
                self.codes[spelled(code)] = f"invite {self.invites} spelled"
        text = _ROOM_LINK.sub("{link to the room}", _PSEUDONYM.sub("{random name}", said.text))
        for value, name in self.codes.items():
            text = text.replace(value, f"{{{name}}}")
        return replace(said, text=text)


_PSEUDONYM = re.compile(r"\b[0-9a-f]{24}\b")
_ROOM_LINK = re.compile(r"https://(?:discord\.gg/|t\.me/\+)\S+")
_MOVE = re.compile(r"start=m_([A-Z0-9]{10})")
_INVITE = re.compile(r"(?:/i/|start=i_)([A-Za-z0-9]{8,})")

Happening = Callable[[Scene], Awaitable[None]]


async def _school(scene: Scene) -> None:
    site = await scene.house.site(75, "Maple High")
    scene.codes |= {site.code: "site code", site.word_code: "word code"}


def _staff(name: str, handle: str, *roles: Role) -> Happening:
    async def there(scene: Scene) -> None:
        player = await scene.player(name)
        phone = scene.house.person(player.address, player.channel, scene.language)
        for role in roles:
            await phone.start(f"r_{await scene.house.invite(role)}")
            if role is roles[0]:
                await phone.say(handle)
        if Role.ORGANIZER in roles:
            await phone.train()

    return there


async def _invited(scene: Scene) -> None:
    scene.codes[await scene.house.invite(Role.ORGANIZER)] = "role invite"


def _ally(*, pledged: bool = True) -> Happening:
    async def there(scene: Scene) -> None:
        player = await scene.player("")
        phone = scene.house.person(player.address, player.channel, scene.language)
        await phone.start()
        for data in ("a:16-17", "n:75", "pl:B", "if:video", "t:no") if pledged else ("a:16-17",):
            await phone.press(data)

    return there


def _later(**step: float) -> Happening:
    async def passes(scene: Scene) -> None:
        scene.house.clock.advance(timedelta(**step))

    return passes


async def _handed_in(scene: Scene) -> None:
    """By Rosa, who must be there."""
    player = await scene.player("Rosa")
    phone = scene.house.person(player.address, player.channel, scene.language)
    await phone.press("k:pledge")
    for said in ("Winter pledge", "73, 75", "300", _TEXT):
        await phone.say(said)
    for data in ("tx:starter", "pi:no"):
        await phone.press(data)
    await phone.say("December 3 at 4 pm")
    for data in ("ch:all", "pd:A", "su:1"):
        await phone.press(data)


async def _running(scene: Scene) -> None:
    """Handed in by Rosa, approved by Omar, and its first post is out."""
    await _handed_in(scene)
    player = await scene.player("Omar")
    phone = scene.house.person(player.address, player.channel, scene.language)
    await phone.press("o:waiting")
    await phone.press(next(data for data in phone.buttons.values() if data.startswith("ap:")))
    async with scene.house.store.write() as work:
        await work.campaigns.set_status(await work.campaigns.get(1), CampaignStatus.RUNNING, scene.house.clock())


async def _event(scene: Scene) -> None:
    """Planned by Rosa, approved by Sam."""
    rosa, sam = [await scene.player(name) for name in ("Rosa", "Sam")]
    planner = scene.house.person(rosa.address, rosa.channel, scene.language)
    lead = scene.house.person(sam.address, sam.channel, scene.language)
    await planner.press("k:presence")
    for said in ("Evening on Sutter", "75", "100"):
        await planner.say(said)
    for data in ("tx:starter", "tx:starter", "pi:no"):
        await planner.press(data)
    for said in ("3 days before at 4 pm", "December 12 at 5 pm"):
        await planner.say(said)
    for data in ("ch:all", "pd:no", "su:1"):
        await planner.press(data)
    await lead.press("o:waiting")
    await lead.press(next(data for data in lead.buttons.values() if data.startswith("ap:")))


async def _room(scene: Scene) -> None:
    scope = Scope(ScopeKind.PRECINCT, "75")
    async with scene.house.store.write() as work:
        room = NewRoom("telegram", "-75", RoomKind.GROUP, "Maple High seniors", scope, members=40)
        await work.rooms.link(room, scene.house.clock())


async def _posted(scene: Scene) -> None:
    assert scene.post is not None, "there are no rooms here"
    await scene.post()


_TEXT = "We look out for each other in {{ area }}: {{ link }} To talk to someone, any hour: call or text 988."


async def _on_the_page(scene: Scene) -> None:
    """Somebody who joined there in the language of the conversation and has a code to go on."""
    page = scene.house.person("a tab", "web", scene.language)
    await page.start()
    for data in ("a:13-15", "n:75", "pl:A", "mv:telegram"):
        await page.press(data)
    code = next(code for code in _MOVE.findall(page.text))
    scene.codes[code] = "move code"


HAPPENINGS: dict[str, Happening] = {
    "a school in the 75th with a poster": _school,
    "an ally in the 75th": _ally(),
    "a code of somebody who joined on the page": _on_the_page,
    "an organizer, Rosa": _staff("Rosa", "river7", Role.ORGANIZER),
    "an approver, Omar": _staff("Omar", "oak3", Role.APPROVER),
    "a safety lead, Sam": _staff("Sam", "maple2", Role.SAFETY_LEAD),
    "an invite to organize": _invited,
    "a campaign that waits for approval": _handed_in,
    "a campaign that runs": _running,
    "its post stands in a room": _posted,
    "an event of the 75th on December 12": _event,
    "a Telegram group of the 75th is linked": _room,
    "a day passes": _later(days=1),
    "three days pass": _later(days=3),
    "two weeks pass": _later(days=14),
}


OPERATIONS = {
    "mv:yes": "two contacts that become one",
    "k:": "beginning a campaign",
    SUMMARY: "the card of a whole draft",
    "say organize.schedule": "the times of a draft, with what they clash with",
    "es": "the events of an area, and the times around one, with what they clash with",
    "ch:all": "the rooms of a draft",
    "wr:": "the rooms of a draft",
    "pc:": "previewing",
    "rh:": "rehearsing",
    "su:": "handing in",
    "o:waiting": "what waits, each with what changed and what it clashes with",
    "ap:": "approving",
    "rt:": "sending back",
    "say approve.reason": "sending back in one's own words",
    "fx:": "a text to be fixed, as its author wrote it",
    "say approve.text": "a fix, which waits for its author",
    "ct:": "the author's yes to a fix, which approves it",
    "o:mine": "what waits for another, with what was fixed in it",
    "o:status": "how campaigns stand",
    "st:": "how campaigns stand",
    "mv:": "moving a campaign",
    "say hold": "holding a precinct",
    "say release": "letting a precinct go",
    "say retener": "holding a precinct",
    "say soltar": "letting a precinct go",
    "hd:": "holding a precinct and letting it go",
    "jp:do:": "handing a pledge of an area in",
    "jp:ok:": "opening a pledge of an area",
    "ks:yes": "stopping everything",
    "command unfreeze": "letting everything go on",
    "say staff.handle": "taking an invite to the team",
    "say staff.invited": "taking an invite that was asked for",
    "w:yes": "asking to organize, which those of the area are told",
    "rq:": "answering who asks to organize",
    "tr:3:": "the end of the training",
    "kt:": "a share kit",
}
"""Steps that may cost more than three statements, by the beginning of what was tapped or typed (ADR 12)."""

ORDINARY = 3


def too_dear(costs: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Steps that cost more than they may."""
    return [one for one in costs if one[1] > ORDINARY and not one[0].startswith(tuple(OPERATIONS))]


@dataclass(frozen=True, slots=True)
class Difference:
    """What one platform says otherwise, on purpose: `there` becomes `here` before the two are compared."""

    why: str
    channel: str
    there: str
    here: str


DIFFERENCES = (
    Difference("the channel is named", "discord", r"(?<=: )Discord(?=\n(Age|Grupo))", "Telegram"),
    Difference("the channel is named", "web", r"(?<=: )(our page|nuestra página)(?=\n(Age|Grupo))", "Telegram"),
    Difference("a chat is opened first", "discord", r"^Direct messages about ", "Updates for "),
    Difference("a chat is opened first", "discord", r"^¿Mensajes directos sobre ", "¿Novedades de "),
    Difference(
        "direct messages are asked for", "discord", r"Direct messages: [^\n]*\n|Mensajes directos: [^\n]*\n", ""
    ),
    Difference("direct messages are asked for", "discord", r"(On|En) Discord, .*", ""),
    *(
        Difference("a server hears commands only", "discord", slash, word)
        for slash, word in (
            ("/menu(?= to come back| or /stop any)", "MENU"),
            ("/help(?= for help)", "HELP"),
            ("/stop(?= to leave| any time)", "STOP"),
            ("/menú(?= para volver| o /parar cuando)", "MENU"),
            ("/ayuda(?= para pedir)", "AYUDA"),
            ("/parar(?= para salir| cuando)", "PARAR"),
            ("/menu(?= أو)", "MENU (القائمة)"),
            ("/stop(?= في أي وقت)", "STOP (توقف)"),
        )
    ),
    Difference("the chat that was opened says so", "discord", r"Updates come here from now on: .*", ""),
)


MORE_BUTTONS = frozenset(
    ("discord", f"{verb} {named}")
    for verbs, named in ((("Turn on", "Turn off"), "direct messages"), (("Activar", "Quitar"), "mensajes directos"))
    for verb in verbs
) | {("web", f"{words} {chat}") for words in ("Go on in", "Seguir en") for chat in ("Telegram", "Discord")}
"""Labels that one platform has beyond the others, by its name."""


def evened(said: Said, channel: str) -> Said:
    """Without the differences that are meant; a message that is one as a whole is gone."""
    text = said.text
    for one in DIFFERENCES:
        if one.channel == channel:
            text = re.sub(one.there, one.here, text, flags=re.DOTALL)
    rows = [tuple(label for label in row if (channel, label) not in MORE_BUTTONS) for row in said.rows]
    return replace(said, text=text, rows=tuple(rows) if text else (), picture="")
