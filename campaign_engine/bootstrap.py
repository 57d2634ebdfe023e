"""The only wiring: settings in, one engine out."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import sqlalchemy as sa

from analytics.desk import ReportDesk
from analytics.weekly import Weekly
from campaign_engine.channels.web import WebChannel
from campaign_engine.domain.accounts import Accounts
from campaign_engine.domain.errors import ConfigurationError
from campaign_engine.domain.pacing import LIMITS, UNLIMITED
from campaign_engine.domain.windows import SendingHours
from campaign_engine.folders import make_folder, make_key
from campaign_engine.opendata import figures
from campaign_engine.opendata.city import NewYorkData
from campaign_engine.opendata.directory import DirectoryFiles
from campaign_engine.opendata.places import ShippedPlaces
from campaign_engine.opendata.school_calendar import load_calendar
from campaign_engine.pictures import Pictures
from campaign_engine.ports.channel import Channel
from campaign_engine.ports.clock import SYSTEM_TIME, Time
from campaign_engine.ports.jobs import JobQueue
from campaign_engine.queueing.opening import open_jobs
from campaign_engine.rendering import Renderer
from campaign_engine.services.approval import Approval
from campaign_engine.services.area_cards import AreaCards
from campaign_engine.services.audiences import Audiences
from campaign_engine.services.blocking import Blocking
from campaign_engine.services.campaigns import Campaigns
from campaign_engine.services.check_ins import CheckIns
from campaign_engine.services.conversation import Conversation, ConversationParts
from campaign_engine.services.delivering import Lane, LaneParts
from campaign_engine.services.direct_threads import DirectThreads
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
from campaign_engine.services.lane_pace import LanePace
from campaign_engine.services.linting import Linting
from campaign_engine.services.marks import Marks
from campaign_engine.services.notifying import ChannelNotifier
from campaign_engine.services.nudging import Nudging
from campaign_engine.services.own_sending import is_stopped
from campaign_engine.services.polishing import Polishing
from campaign_engine.services.post_stopping import PostStopping
from campaign_engine.services.post_texts import PostTexts, Surroundings
from campaign_engine.services.posting import Posting
from campaign_engine.services.retention import Retention
from campaign_engine.services.room_desk import RoomDesk
from campaign_engine.services.room_figures import RoomFigures
from campaign_engine.services.room_offers import RoomOffers
from campaign_engine.services.rooms import Rooms
from campaign_engine.services.series import Series
from campaign_engine.services.sharing import Sharing
from campaign_engine.services.sites import Sites
from campaign_engine.services.staff_sessions import StaffSessions
from campaign_engine.services.staffing import Staffing
from campaign_engine.services.sundays import Sundays
from campaign_engine.services.targeting import Targeting
from campaign_engine.services.team_list import TeamList
from campaign_engine.services.text_approvals import TextApprovals
from campaign_engine.services.verifying import Verifying
from campaign_engine.settings import Settings
from campaign_engine.site_desk import SiteDesk, open_site_desk
from campaign_engine.store import migrate, ownership
from campaign_engine.store.cipher import load_cipher, missing_key_error
from campaign_engine.store.database import Database
from campaign_engine.store.leavers_file import LeaversFile
from campaign_engine.store.unit_of_work import SqlStore
from campaign_engine.texts.catalogue import Catalogue, check_shipped
from campaign_engine.wordlists import WordLists


@dataclass(frozen=True, slots=True)
class Engine:
    """Everything that bots, pages, the worker and the command line work with.

    `own` queue what the program writes by itself, best first, because they compete for the same people (safety S5).
    """

    settings: Settings
    time: Time
    database: Database
    store: SqlStore
    renderer: Renderer
    places: ShippedPlaces
    targeting: Targeting
    campaigns: Campaigns
    incidents: Incidents
    staffing: Staffing
    staff_sessions: StaffSessions
    site_desk: SiteDesk
    accounts: Accounts
    verifying: Verifying
    directory: SupportDirectory
    conversation: Conversation
    room_desk: RoomDesk
    room_offers: RoomOffers
    room_figures: RoomFigures
    team: TeamList
    blocking: Blocking
    marks: Marks
    threads: DirectThreads
    posting: Posting
    nudging: Nudging
    own: tuple[JointWords, AreaCards, Series, FollowUps]
    editions: Weekly
    retention: Retention
    reports: ReportDesk
    sharing: Sharing
    sundays: Sundays
    texts: PostTexts
    approvals: TextApprovals
    notifier: ChannelNotifier
    jobs: JobQueue
    paces: Mapping[str, LanePace]
    lanes: Mapping[str, Lane]
    hours: SendingHours

    @property
    def sites(self) -> Sites:
        """Of the desk."""
        return self.site_desk.sites


@dataclass(frozen=True, slots=True)
class Wiring:
    """What may stand in another's place.

    `bots` are channels that a token opens; `around` puts something around each (the demo's simulated refusals).
    """

    time: Time = SYSTEM_TIME
    bots: tuple[Channel, ...] = ()
    around: Callable[[Channel], Channel] = lambda channel: channel


async def prepare(settings: Settings) -> bool:
    """Folder, key file, tables and the shipped precincts, where they are missing; whether the key file is new.

    Raises ConfigurationError for a key file that does not fit the database.
    """
    make_folder(settings, sqlite_file(settings))
    new_key = not settings.key_file.exists()
    if new_key:
        make_key(settings)
    try:
        await _fill(settings)
    except ConfigurationError as error:
        if not new_key or error.code != "wrong_key":
            raise
        # The database has a key already: a new one that fits nothing would hide that the right one is missing.
        settings.key_file.unlink()
        raise missing_key_error() from error
    return new_key


async def _fill(settings: Settings) -> None:
    database = Database(settings.database, load_cipher(settings.key_file))
    try:
        if await migrate.current(database) is not None:
            await ownership.claim(database)
        await migrate.upgrade(database)
        await ownership.claim(database)
        store = SqlStore(database)
        async with store.write() as work:
            await Targeting(store, NewYorkData(), SYSTEM_TIME.clock).ensure_tables(work)
    finally:
        await database.close()


@asynccontextmanager
async def open_engine(settings: Settings, wiring: Wiring | None = None) -> AsyncIterator[Engine]:
    """An engine over a prepared database, until the block ends. Raises ConfigurationError, StoreUnavailable."""
    check_exists(settings)
    database = Database(settings.database, load_cipher(settings.key_file))
    try:
        await check(database)
        async with SqlStore(database).read() as work:
            places = ShippedPlaces(await work.targeting.zip_shares())
        engine = _wire(settings, database, wiring or Wiring(), places)
        try:
            yield engine
        finally:
            await engine.notifier.close()
            await engine.jobs.close()
    finally:
        await database.close()


def check_exists(settings: Settings) -> None:
    """Raise ConfigurationError rather than let SQLite begin an empty file."""
    path = sqlite_file(settings)
    if path is not None and not path.exists():
        raise ConfigurationError("There is no database yet.", "Run `groundswell init`.", "no_database")


async def check(database: Database) -> None:
    """Raise ConfigurationError unless it is at this version of the program and belongs to this key file."""
    revision = await migrate.current(database)
    if revision is None:
        raise ConfigurationError("The database is empty.", "Run `groundswell init`.", "no_database")
    if revision != migrate.newest():
        raise ConfigurationError(
            "The database was made by another version of the program.",
            "Make a backup, then run `groundswell db upgrade`.",
            "old_database",
        )
    await ownership.claim(database)


def sqlite_file(settings: Settings) -> Path | None:
    """The database's file; None on PostgreSQL."""
    url = sa.make_url(settings.database)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def open_linting(settings: Settings) -> Linting:
    """For texts in files: no database is needed."""
    return Linting(_renderer(settings), WordLists(settings.data_dir), ShippedPlaces().name, settings.site_url)


@dataclass(frozen=True, slots=True)
class _Base:
    """What everything else is wired upon."""

    settings: Settings
    time: Time
    store: SqlStore
    renderer: Renderer
    places: ShippedPlaces
    channels: Mapping[str, Channel]
    paces: Mapping[str, LanePace]
    hours: SendingHours
    directory: SupportDirectory
    texts: PostTexts
    approvals: TextApprovals
    audiences: Audiences
    campaigns: Campaigns
    incidents: Incidents
    staffing: Staffing
    staff_sessions: StaffSessions
    accounts: Accounts
    verifying: Verifying
    reports: ReportDesk


def _renderer(settings: Settings) -> Renderer:
    """Raises ConfigurationError for a language without a safety text, or an imported file that cannot be read."""
    check_shipped()
    return Renderer(Catalogue(settings.data_dir).overrides())


def _base(settings: Settings, database: Database, wiring: Wiring, places: ShippedPlaces) -> _Base:
    left = LeaversFile(settings.leavers, database.cipher.fingerprint())
    store, time = SqlStore(database, left), wiring.time
    channels = {channel.name: wiring.around(channel) for channel in (WebChannel(store, time.clock), *wiring.bots)}
    paces = {name: LanePace(LIMITS.get(name, UNLIMITED), time.monotonic, time.sleep) for name in channels}
    hours = settings.hours_with(load_calendar(settings.school_calendar))
    directory = SupportDirectory(DirectoryFiles(settings.data_dir), time.clock)
    renderer = _renderer(settings)
    around = Surroundings(frozenset(channels), places.name, settings.site_url, hours)
    texts = PostTexts(renderer, around, WordLists(settings.data_dir), directory)
    audiences = Audiences(time.clock, settings.min_audience)
    accounts = Accounts(settings.site_url, settings.telegram_name, settings.discord_name)
    return _Base(
        settings=settings,
        time=time,
        store=store,
        renderer=renderer,
        places=places,
        channels=channels,
        paces=paces,
        hours=hours,
        directory=directory,
        texts=texts,
        approvals=TextApprovals(time.clock, texts, f"Groundswell {version('groundswell')}"),
        audiences=audiences,
        campaigns=Campaigns(time.clock, texts, audiences),
        incidents=Incidents(time.clock, HoldCards(places.name)),
        staffing=Staffing(time.clock),
        staff_sessions=StaffSessions(store, time.clock, database.cipher.code_hash, settings.site_url),
        accounts=accounts,
        verifying=Verifying(accounts, time.clock, database.cipher.code_hash),
        reports=ReportDesk(settings.database, settings.data_dir / "reports", time.clock, store),
    )


def _wire(settings: Settings, database: Database, wiring: Wiring, places: ShippedPlaces) -> Engine:
    base = _base(settings, database, wiring, places)
    clock, store = base.time.clock, base.store
    notifier, line = _notifier(base), (store, clock, base.hours, base.approvals)
    sharing = Sharing(base.reports, base.reports, base.renderer, base.places.name, settings.site_url)
    return Engine(
        settings=settings,
        time=base.time,
        database=database,
        store=store,
        renderer=base.renderer,
        places=base.places,
        targeting=Targeting(store, NewYorkData(), clock),
        campaigns=base.campaigns,
        incidents=base.incidents,
        staffing=base.staffing,
        staff_sessions=base.staff_sessions,
        site_desk=open_site_desk(store, clock),
        accounts=base.accounts,
        verifying=base.verifying,
        directory=base.directory,
        conversation=Conversation(_parts(base, sharing, notifier)),
        sharing=sharing,
        sundays=Sundays(store, clock, sharing, base.hours, notifier),
        room_desk=RoomDesk(store, Rooms(clock), base.renderer, base.places, clock),
        room_offers=RoomOffers(store, base.renderer, base.places, clock),
        room_figures=RoomFigures(store, clock),
        team=TeamList(store),
        blocking=Blocking(store, clock),
        marks=Marks(store),
        threads=DirectThreads(store, base.renderer, clock, settings.discord_chats_a_day),
        posting=Posting(store, clock, settings.min_audience),
        editions=Weekly.over(store, clock, base.reports),
        own=(JointWords(*line), AreaCards(*line), Series(*line), FollowUps(*line)),
        nudging=Nudging(store, clock, base.renderer, notifier, base.hours),
        retention=Retention(store),
        reports=base.reports,
        texts=base.texts,
        approvals=base.approvals,
        notifier=notifier,
        jobs=open_jobs(settings.database, settings.takeover_seconds),
        paces=base.paces,
        lanes=_lanes(base, notifier),
        hours=base.hours,
    )


def _parts(base: _Base, sharing: Sharing, notifier: ChannelNotifier) -> ConversationParts:
    clock = base.time.clock
    pictures = Pictures({number: precinct.tile for number, precinct in figures.precincts().items()})
    return ConversationParts(
        store=base.store,
        renderer=base.renderer,
        clock=clock,
        places=base.places,
        campaigns=base.campaigns,
        approval=Approval(clock, base.texts, base.audiences),
        fixing=Fixing(clock, base.texts),
        polishing=Polishing(clock, base.texts),
        staffing=base.staffing,
        staff_sessions=base.staff_sessions,
        holding=Holding(
            base.incidents,
            CheckIns(clock, base.texts, base.renderer),
            Events(clock, base.approvals, EventWords(base.renderer, base.settings.site_url), base.hours),
        ),
        directory=base.directory,
        sharing=sharing,
        notifier=notifier,
        texts=base.approvals,
        pictures=pictures,
        drafting=DraftDesk(clock, base.texts, pictures, base.campaigns),
        channels=tuple(base.channels),
        accounts=base.accounts,
        verifying=base.verifying,
        hours=base.hours,
    )


def _notifier(base: _Base) -> ChannelNotifier:
    async def stopped() -> bool:
        async with base.store.read() as work:
            return await is_stopped(work)

    return ChannelNotifier({name: (channel, base.paces[name]) for name, channel in base.channels.items()}, stopped)


def _lanes(base: _Base, notifier: ChannelNotifier) -> Mapping[str, Lane]:
    failing = PostStopping(base.time.clock, base.renderer, notifier)
    said = (base.time.clock, base.places.name, base.settings.site_url, base.hours, base.settings.lease, failing)
    return {
        name: Lane(LaneParts(base.store, channel, base.renderer, base.paces[name], *said))
        for name, channel in base.channels.items()
    }
