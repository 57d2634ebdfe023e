"""All repositories over one transaction."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from campaign_engine.domain.errors import ConfigurationError
from campaign_engine.store import listening
from campaign_engine.store.actions import SqlActionsRepository
from campaign_engine.store.approvals import SqlApprovalsRepository
from campaign_engine.store.areas import SqlAreasRepository
from campaign_engine.store.audiences import SqlAudiencesRepository
from campaign_engine.store.audit import SqlAuditRepository
from campaign_engine.store.boards import SqlBoardsRepository
from campaign_engine.store.campaigns import SqlCampaignsRepository
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.contacts import SqlContactsRepository
from campaign_engine.store.database import Database
from campaign_engine.store.deliveries import SqlDeliveriesRepository
from campaign_engine.store.dialogues import SqlDialoguesRepository
from campaign_engine.store.directory import SqlDirectoryRepository
from campaign_engine.store.editions import SqlEditionsRepository
from campaign_engine.store.feeds import SqlFeedsRepository
from campaign_engine.store.follow_ups import SqlFollowUpsRepository
from campaign_engine.store.holds import SqlHoldsRepository, SqlIncidentsRepository
from campaign_engine.store.inbox import SqlInboxRepository
from campaign_engine.store.inviting import SqlInvitesRepository
from campaign_engine.store.jobs import SqlJobsRepository
from campaign_engine.store.joints import SqlJointsRepository
from campaign_engine.store.kill_switch import SqlKillSwitchRepository
from campaign_engine.store.kiosks import SqlKiosksRepository
from campaign_engine.store.lanes import SqlLanesRepository
from campaign_engine.store.leavers import Leaver, leavers
from campaign_engine.store.leavers_file import LeaversFile
from campaign_engine.store.lessons import SqlLessonsRepository
from campaign_engine.store.marks import SqlMarksRepository
from campaign_engine.store.moves import SqlMovesRepository
from campaign_engine.store.notices import SqlNoticesRepository
from campaign_engine.store.occurrences import SqlOccurrencesRepository
from campaign_engine.store.optouts import SqlOptOutsRepository
from campaign_engine.store.pictures import SqlPicturesRepository
from campaign_engine.store.processes import SqlProcessesRepository
from campaign_engine.store.push import SqlPushRepository
from campaign_engine.store.rehearsals import SqlRehearsalsRepository
from campaign_engine.store.retention import SqlRetentionRepository
from campaign_engine.store.reviews import SqlReviewsRepository
from campaign_engine.store.room_figures import SqlRoomFiguresRepository
from campaign_engine.store.rooms import SqlRoomsRepository
from campaign_engine.store.series import SqlSeriesRepository
from campaign_engine.store.signups import SqlSignupsRepository
from campaign_engine.store.sites import SqlSitesRepository
from campaign_engine.store.staff import SqlStaffRepository
from campaign_engine.store.staff_sessions import SqlStaffSessionsRepository
from campaign_engine.store.stopped_posts import SqlStoppedPostsRepository
from campaign_engine.store.tallies import SqlTalliesRepository
from campaign_engine.store.targeting import SqlTargetingRepository
from campaign_engine.store.team import SqlTeamRepository
from campaign_engine.store.text_approvals import SqlTextApprovalsRepository
from campaign_engine.store.threads import SqlThreadsRepository
from campaign_engine.store.unconfirmed import SqlUnconfirmedRepository

_NEVER = datetime.min.replace(tzinfo=UTC)

log = logging.getLogger(__name__)


R = TypeVar("R")


class _Made(Generic[R]):
    """A repository, made when it is asked for: a transaction needs few of them."""

    def __init__(self, make: Callable[[AsyncConnection, AddressCipher], R]) -> None:
        self._make = make

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    def __get__(self, work: "SqlUnitOfWork", _owner: type) -> R:
        made = self._make(work.connection, work.cipher)
        work.__dict__[self._name] = made
        return made


class SqlUnitOfWork:
    """Implements ports.unit_of_work.UnitOfWork."""

    def __init__(self, connection: AsyncConnection, cipher: AddressCipher) -> None:
        self.connection = connection
        self.cipher = cipher

    @property
    def left(self) -> Sequence[Leaver]:
        """Who left in this transaction; nobody where it has not looked at contacts."""
        contacts = self.__dict__.get("contacts")
        return () if contacts is None else contacts.left

    contacts = _Made(SqlContactsRepository)
    optouts = _Made(SqlOptOutsRepository)
    dialogues = _Made(SqlDialoguesRepository)
    actions = _Made(SqlActionsRepository)
    areas = _Made(SqlAreasRepository)
    editions = _Made(SqlEditionsRepository)
    joints = _Made(SqlJointsRepository)
    series = _Made(SqlSeriesRepository)
    follow_ups = _Made(SqlFollowUpsRepository)
    lessons = _Made(SqlLessonsRepository)
    invites = _Made(SqlInvitesRepository)
    campaigns = _Made(SqlCampaignsRepository)
    approvals = _Made(SqlApprovalsRepository)
    reviews = _Made(SqlReviewsRepository)
    boards = _Made(SqlBoardsRepository)
    audiences = _Made(SqlAudiencesRepository)
    targeting = _Made(SqlTargetingRepository)
    feeds = _Made(SqlFeedsRepository)
    moves = _Made(SqlMovesRepository)
    signups = _Made(SqlSignupsRepository)
    sites = _Made(SqlSitesRepository)
    tallies = _Made(SqlTalliesRepository)
    rooms = _Made(SqlRoomsRepository)
    room_figures = _Made(SqlRoomFiguresRepository)
    staff = _Made(SqlStaffRepository)
    staff_sessions = _Made(SqlStaffSessionsRepository)
    team = _Made(SqlTeamRepository)
    audit = _Made(SqlAuditRepository)
    text_approvals = _Made(SqlTextApprovalsRepository)
    directory = _Made(SqlDirectoryRepository)
    retention = _Made(SqlRetentionRepository)
    pictures = _Made(SqlPicturesRepository)
    occurrences = _Made(SqlOccurrencesRepository)
    deliveries = _Made(SqlDeliveriesRepository)
    unconfirmed = _Made(SqlUnconfirmedRepository)
    jobs = _Made(SqlJobsRepository)
    processes = _Made(SqlProcessesRepository)
    kiosks = _Made(SqlKiosksRepository)
    lanes = _Made(SqlLanesRepository)
    holds = _Made(SqlHoldsRepository)
    incidents = _Made(SqlIncidentsRepository)
    notices = _Made(SqlNoticesRepository)
    push = _Made(SqlPushRepository)
    rehearsals = _Made(SqlRehearsalsRepository)
    kill_switch = _Made(SqlKillSwitchRepository)
    threads = _Made(SqlThreadsRepository)
    stopped_posts = _Made(SqlStoppedPostsRepository)
    marks = _Made(SqlMarksRepository)
    inbox = _Made(SqlInboxRepository)


class SqlStore:
    """Implements ports.unit_of_work.Store; with a file, who leaves is written there before it is committed."""

    def __init__(self, database: Database, left: LeaversFile | None = None) -> None:
        self.database = database
        self._left = left

    @asynccontextmanager
    async def write(
        self, *, durable: bool = False, shared: bool = False, trusted: bool = False
    ) -> AsyncIterator[SqlUnitOfWork]:
        """One transaction; see Database.write."""
        async with self.database.write(durable=durable, shared=shared, trusted=trusted) as connection:
            work = SqlUnitOfWork(connection, self.database.cipher)
            yield work
            if self._left is not None:
                await self._note(self._left, work.left)

    @asynccontextmanager
    async def read(self, *, shared: bool = False, in_transaction: bool = False) -> AsyncIterator[SqlUnitOfWork]:
        """See Database.read."""
        async with self.database.read(shared=shared, in_transaction=in_transaction) as connection:
            yield SqlUnitOfWork(connection, self.database.cipher)

    def lanes_told(self) -> AsyncGenerator[None]:
        """See store.listening.told, of lanes; for PostgreSQL."""
        return listening.told(self.database, listening.LANES)

    async def scrub(self) -> bool:
        """See Database.scrub."""
        return await self.database.scrub()

    async def keep_leavers(self) -> int:
        """Add to the file who is missing there, because it could not be written then; how many (safety A1)."""
        if self._left is None:
            return 0
        listed = await asyncio.to_thread(self._left.read)
        newest = {leaver.address_hash: leaver.at for leaver in sorted(listed, key=lambda leaver: leaver.at)}
        away = await leavers(self.database)
        missing = [leaver for leaver in away if leaver.at > newest.get(leaver.address_hash, _NEVER)]
        if missing:
            await asyncio.to_thread(self._left.add, missing)
        return len(missing)

    async def _note(self, file: LeaversFile, left: Sequence[Leaver]) -> None:
        """A list that cannot be written keeps nobody from leaving; the nightly look adds them."""
        if not left:
            return
        try:
            await asyncio.to_thread(file.add, left)
        except (OSError, ConfigurationError):
            log.warning("the list of leavers cannot be written; `groundswell doctor` says more")
