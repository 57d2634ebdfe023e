"""A whole conversation over the real store: only figures and notifier are stand-ins, at their ports."""

import functools
import hashlib
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from analytics.areas import AreaEditions
from bots.discord_pictures import PICTURE_BUTTON
from bots.discord_rooms import LINK
from bots.views import TYPE_BUTTON
from campaign_engine.channels.web_push import WebPush
from campaign_engine.dialogue import training
from campaign_engine.domain.accounts import Accounts
from campaign_engine.domain.action import Site, SiteKind
from campaign_engine.domain.automatic_texts import TextVersion
from campaign_engine.domain.contact import Person, Role, RoleGrant, Scope
from campaign_engine.domain.message import Destination, Inbound, InboundKind, Message, Picture
from campaign_engine.domain.precinct import Ranking, RankingRule
from campaign_engine.domain.roles import TRAINING
from campaign_engine.opendata import figures
from campaign_engine.opendata.city import NewYorkData
from campaign_engine.opendata.directory import DirectoryFiles
from campaign_engine.opendata.places import ShippedPlaces
from campaign_engine.pictures import Pictures, reach_card, share_kit
from campaign_engine.ports.figures import ReachCard
from campaign_engine.ports.sharing import KitPage
from campaign_engine.rendering import Renderer
from campaign_engine.services.approval import Approval
from campaign_engine.services.area_cards import AreaCards
from campaign_engine.services.audiences import Audiences
from campaign_engine.services.campaigns import Campaigns
from campaign_engine.services.check_ins import CheckIns
from campaign_engine.services.conversation import Conversation, ConversationParts
from campaign_engine.services.directory import SupportDirectory
from campaign_engine.services.draft_desk import DraftDesk
from campaign_engine.services.event_words import EventWords
from campaign_engine.services.events import Events
from campaign_engine.services.fixing import Fixing
from campaign_engine.services.follow_ups import FollowUps
from campaign_engine.services.hold_cards import HoldCards
from campaign_engine.services.holding import Holding
from campaign_engine.services.incidents import Incidents
from campaign_engine.services.joint_words import JointWords
from campaign_engine.services.kiosks import Kiosks
from campaign_engine.services.nudging import Nudging
from campaign_engine.services.polishing import Polishing
from campaign_engine.services.post_texts import PostTexts, Surroundings
from campaign_engine.services.pushing import Pushing
from campaign_engine.services.retention import Retention
from campaign_engine.services.room_offers import BUTTON
from campaign_engine.services.rooms import Rooms
from campaign_engine.services.series import Series
from campaign_engine.services.sharing import Sharing
from campaign_engine.services.sites import Sites
from campaign_engine.services.staff_sessions import StaffSessions
from campaign_engine.services.staffing import Staffing
from campaign_engine.services.sundays import Sundays
from campaign_engine.services.text_approvals import TextApprovals
from campaign_engine.services.verifying import Verifying
from campaign_engine.store.tables import metadata, staff_members
from campaign_engine.store.unit_of_work import SqlStore
from campaign_engine.wordlists import WordLists
from tests.support.automatic import approve_texts
from tests.support.clock import FakeClock

CHANNELS = ("web", "telegram", "discord")
PAGE = "https://groundswell.example"
PUSH_SERVICES = ("http://127.0.0.1:8899",)
RELEASE = "Groundswell 1.2.3"


@functools.cache
def default_ranking() -> Ranking:
    city = NewYorkData()
    rule = RankingRule.default(city.data_through())
    return city.rank(rule, city.counts(rule))


def post_texts(renderer: Renderer, directory: SupportDirectory) -> PostTexts:
    around = Surroundings(frozenset(CHANNELS), ShippedPlaces().name, PAGE)
    return PostTexts(renderer, around, WordLists(), directory)


def text_approvals(clock: FakeClock) -> TextApprovals:
    """Of an installation in which nobody changed a text."""
    return TextApprovals(clock, post_texts(Renderer(), SupportDirectory(DirectoryFiles(), clock)), RELEASE)


@functools.cache
def texts_of_release() -> tuple[TextVersion, ...]:
    return tuple(text_approvals(FakeClock()).versions.values())


class FixedFigures:
    """At the port Figures."""

    async def card(self, campaign_id: int, language: str) -> ReachCard:
        counts = {"delivered": 812, "reached": 240, "engaged": 96, "pledged": 61, "opt_outs": "hidden"}
        rows = [{"precinct": 75, "reached": 31, "pledged": "hidden"}]
        values = {"title": f"campaign {campaign_id}", "goal": 300, **counts, "precincts": rows}
        values["through"] = date(2026, 11, 21)
        values |= {"rooms": 2, "room_audience": 60, "room_reactions": 15, "room_joins": "hidden", "room_taps": 5}
        return ReachCard(values, reach_picture(language))


@functools.cache
def reach_picture(language: str) -> Picture:
    words = reach_card.ReachWords(language, "", (("240", "reached"),), 0.2, "61", "By precinct", (), "none")
    content = reach_card.draw(words)
    return Picture(content, hashlib.sha256(content).hexdigest(), media_type="image/png")


class QuickKits:
    """At the port KitMaker: the same drawing, without a process of its own."""

    async def draw(self, pages: Sequence[KitPage]) -> tuple[bytes, ...]:
        return tuple(share_kit.draw(page.shape, page.title, page.text, page.url) for page in pages)


@dataclass
class Notes:
    """At the port Notifier."""

    told: list[tuple[Destination, Message]] = field(default_factory=list)

    async def notify(self, destination: Destination, message: Message) -> None:
        self.told.append((destination, message))


class House:
    """Precincts and the default ranking are stored; `person` gives a new one with a chat of their own.

    Everybody is enough of an audience unless `minimum` says otherwise.
    """

    def __init__(self, store: SqlStore, clock: FakeClock, minimum: int = 0) -> None:
        self.store, self.clock, self.notes = store, clock, Notes()
        self.accounts = Accounts(PAGE)
        self.verifying = Verifying(self.accounts, clock, store.database.cipher.code_hash)
        self.renderer, places = Renderer(), ShippedPlaces()
        self.directory = SupportDirectory(DirectoryFiles(), clock)
        texts = post_texts(self.renderer, self.directory)
        self.texts = TextApprovals(clock, texts, RELEASE)
        audiences = Audiences(clock, minimum)
        self.campaigns, self.approval = Campaigns(clock, texts, audiences), Approval(clock, texts, audiences)
        self.nudging = Nudging(store, clock, self.renderer, self.notes, texts.hours)
        self.editions = AreaEditions(store, clock)
        self.joint_words = JointWords(store, clock, texts.hours, self.texts)
        self.area_cards = AreaCards(store, clock, texts.hours, self.texts)
        self.series = Series(store, clock, texts.hours, self.texts)
        self.follow_ups = FollowUps(store, clock, texts.hours, self.texts)
        self.retention = Retention(store)
        self.sharing = Sharing(FixedFigures(), QuickKits(), self.renderer, places.name, PAGE)
        self.sundays = Sundays(store, clock, self.sharing, texts.hours, self.notes)
        self.staffing, self.sites, self.rooms = Staffing(clock), Sites(clock), Rooms(clock)
        self.pushing = Pushing(store, clock, WebPush(store.database.cipher.secret("web push"), PAGE, PUSH_SERVICES))
        self.kiosks = Kiosks(store, clock, PAGE)
        self.staff_sessions = StaffSessions(store, clock, store.database.cipher.code_hash, PAGE)
        pictures = Pictures({number: place.tile for number, place in figures.precincts().items()})
        self.conversation = Conversation(
            ConversationParts(
                store=store,
                renderer=self.renderer,
                clock=clock,
                places=places,
                campaigns=self.campaigns,
                approval=self.approval,
                polishing=Polishing(clock, texts),
                fixing=Fixing(clock, texts),
                staffing=self.staffing,
                staff_sessions=self.staff_sessions,
                holding=Holding(
                    Incidents(clock, HoldCards(places.name)),
                    CheckIns(clock, texts, self.renderer),
                    Events(clock, self.texts, EventWords(self.renderer, PAGE)),
                ),
                directory=self.directory,
                sharing=self.sharing,
                notifier=self.notes,
                texts=self.texts,
                pictures=pictures,
                drafting=DraftDesk(clock, texts, pictures, self.campaigns),
                channels=CHANNELS,
                accounts=self.accounts,
                verifying=self.verifying,
            )
        )
        self.updates = itertools.count(1)

    async def furnish(self, *, texts_approved: bool = True) -> None:
        """As an installation that has been at work for a while, unless its automatic texts still wait."""
        async with self.store.write() as work:
            await work.targeting.load_precincts(NewYorkData().precincts().values())
            await work.targeting.save_ranking(default_ranking(), self.clock())
        if texts_approved:
            await approve_texts(self.store, texts_of_release(), self.clock())

    async def site(self, precinct: int = 75, name: str = "Maple High") -> Site:
        async with self.store.write() as work:
            return await self.sites.add(work, "operator", name, SiteKind.SCHOOL, precinct)

    async def invite(self, role: Role, scope: Scope | None = None) -> str:
        async with self.store.write() as work:
            return await self.staffing.invite(work, role, scope or Scope())

    def person(self, address: str, channel: str = "web", language: str = "en") -> "Phone":
        return Phone(self, channel, address, language)

    async def staff(
        self, handle: str, role: Role, scope: Scope | None = None, channel: str = "telegram", *, trained: bool = True
    ) -> "Phone":
        """With a role; an organizer has done the training, as nobody hands in a campaign without it."""
        phone = self.person(f"address of {handle}", channel)
        await phone.start(f"r_{await self.invite(role, scope)}")
        await phone.say(handle)
        if role is Role.ORGANIZER and trained:
            await phone.train()
        return phone

    async def rows(self, table: sa.Table) -> list[Any]:
        async with self.store.database.read() as connection:
            return list((await connection.execute(sa.select(table).order_by(*table.primary_key.columns))).all())

    async def counts(self) -> dict[str, int]:
        """Rows of every table that is not empty."""
        found = {table.name: len(await self.rows(table)) for table in metadata.sorted_tables}
        return {name: count for name, count in found.items() if count}

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """What is executed meanwhile; BEGIN, COMMIT and PRAGMA are not counted."""
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")):
                seen.append(statement)

        engines = [engine.sync_engine for engine in self.store.database.engines]
        for engine in engines:
            sa.event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            for engine in engines:
                sa.event.remove(engine, "before_cursor_execute", note)

    async def trained(self, handle: str) -> None:
        """For an organizer on a real platform, whose taps are another test's."""
        contact_id = next(row.contact_id for row in await self.rows(staff_members) if row.handle == handle)
        async with self.store.write() as work:
            await work.team.complete_training(contact_id, TRAINING, self.clock())

    async def grant(self, contact_id: int, handle: str, *roles: Role) -> None:
        """Roles for somebody who is there already."""
        async with self.store.write() as work:
            for role in roles:
                code = await work.staff.invite(RoleGrant(role), self.clock().replace(year=2030))
                await work.staff.redeem(code, contact_id, handle, self.clock())


FORMS = (TYPE_BUTTON, PICTURE_BUTTON, LINK)
"""Custom ids of Discord's forms; BUTTON begins what both bots answer about rooms without the dialogue."""


@dataclass
class Phone:
    """One person's chat; taps only what is on the screen."""

    house: House
    channel: str
    address: str
    language: str = "en"
    screen: tuple[Message, ...] = ()

    @property
    def text(self) -> str:
        return "\n".join(message.text for message in self.screen)

    @property
    def buttons(self) -> dict[str, str]:
        """Label to data, of everything on the screen."""
        return {
            choice.label: choice.data for message in self.screen for row in message.choices for choice in row if row
        }

    async def start(self, payload: str = "") -> str:
        return await self.send(InboundKind.START, data=payload)

    async def say(self, text: str) -> str:
        return await self.send(InboundKind.TEXT, text=text)

    async def command(self, name: str) -> str:
        return await self.send(InboundKind.COMMAND, command=name)

    async def tap(self, *labels: str) -> str:
        """Each by the beginning of its label."""
        for label in labels:
            data = next((data for shown, data in self.buttons.items() if shown.startswith(label)), None)
            assert data is not None, f"no button {label!r} among {list(self.buttons)}"
            await self.press(data)
        return self.text

    async def press(self, data: str, room: str = "") -> str:
        """A button that may have scrolled away."""
        return await self.send(InboundKind.CHOICE, data=data, room=room)

    async def send(self, kind: InboundKind, update_id: str = "", **said: Any) -> str:
        number = update_id or str(next(self.house.updates))
        inbound = replace(Inbound(self.channel, self.address, kind, number, language_hint=self.language), **said)
        self.screen = await self.house.conversation.handle(inbound)
        taken = [data for data in self.buttons.values() if data.startswith(BUTTON) or data in FORMS]
        assert not taken, f"bots keep these buttons to themselves: {taken}"
        return self.text

    async def join(self, *, updates: bool = True, age: str = "13 to 15") -> "Phone":
        """By hand through the 75th, with a pledge and a plan."""
        await self.start()
        await self.tap(age, "Brooklyn", "East New York", "Look out", "I feel unsafe")
        await self.tap("Yes" if updates else "No thanks")
        return self

    async def train(self) -> "Phone":
        """The three screens, answered right."""
        await self.press(training.START)
        for screen, answer in training.RIGHT.items():
            await self.press(f"{training.START}:{screen}:{answer}")
        return self

    async def contact_id(self) -> int | None:
        return (await self.known()).contact_id

    async def known(self) -> Person:
        async with self.house.store.read() as work:
            return (await work.dialogues.look(Destination(self.channel, self.address), self.house.clock())).person
