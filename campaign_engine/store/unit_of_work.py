"""All repositories over one transaction."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from campaign_engine.domain.errors import ConfigurationError
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
from campaign_engine.store.holds import SqlHoldsRepository, SqlIncidentsRepository
from campaign_engine.store.inbox import SqlInboxRepository
from campaign_engine.store.inviting import SqlInvitesRepository
from campaign_engine.store.jobs import SqlJobsRepository
from campaign_engine.store.joints import SqlJointsRepository
from campaign_engine.store.kill_switch import SqlKillSwitchRepository
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
from campaign_engine.store.targeting import SqlTargetingRepository
from campaign_engine.store.team import SqlTeamRepository
from campaign_engine.store.text_approvals import SqlTextApprovalsRepository
from campaign_engine.store.threads import SqlThreadsRepository
from campaign_engine.store.unconfirmed import SqlUnconfirmedRepository

_NEVER = datetime.min.replace(tzinfo=UTC)

log = logging.getLogger(__name__)


class SqlUnitOfWork:
    """Implements ports.unit_of_work.UnitOfWork."""

    def __init__(self, connection: AsyncConnection, cipher: AddressCipher) -> None:
        self.contacts = SqlContactsRepository(connection, cipher)
        self.optouts = SqlOptOutsRepository(connection, cipher)
        self.dialogues = SqlDialoguesRepository(connection, cipher)
        self.actions = SqlActionsRepository(connection, cipher)
        self.areas = SqlAreasRepository(connection, cipher)
        self.editions = SqlEditionsRepository(connection, cipher)
        self.joints = SqlJointsRepository(connection, cipher)
        self.series = SqlSeriesRepository(connection, cipher)
        self.lessons = SqlLessonsRepository(connection, cipher)
        self.invites = SqlInvitesRepository(connection, cipher)
        self.campaigns = SqlCampaignsRepository(connection, cipher)
        self.approvals = SqlApprovalsRepository(connection, cipher)
        self.reviews = SqlReviewsRepository(connection, cipher)
        self.boards = SqlBoardsRepository(connection, cipher)
        self.audiences = SqlAudiencesRepository(connection, cipher)
        self.targeting = SqlTargetingRepository(connection, cipher)
        self.feeds = SqlFeedsRepository(connection, cipher)
        self.moves = SqlMovesRepository(connection, cipher)
        self.signups = SqlSignupsRepository(connection, cipher)
        self.sites = SqlSitesRepository(connection, cipher)
        self.rooms = SqlRoomsRepository(connection, cipher)
        self.room_figures = SqlRoomFiguresRepository(connection, cipher)
        self.staff = SqlStaffRepository(connection, cipher)
        self.staff_sessions = SqlStaffSessionsRepository(connection, cipher)
        self.team = SqlTeamRepository(connection, cipher)
        self.audit = SqlAuditRepository(connection, cipher)
        self.text_approvals = SqlTextApprovalsRepository(connection, cipher)
        self.directory = SqlDirectoryRepository(connection, cipher)
        self.retention = SqlRetentionRepository(connection, cipher)
        self.pictures = SqlPicturesRepository(connection, cipher)
        self._at_work(connection, cipher)

    def _at_work(self, connection: AsyncConnection, cipher: AddressCipher) -> None:
        """Of messages on their way, and what stands in it."""
        self.occurrences = SqlOccurrencesRepository(connection, cipher)
        self.deliveries = SqlDeliveriesRepository(connection, cipher)
        self.unconfirmed = SqlUnconfirmedRepository(connection, cipher)
        self.jobs = SqlJobsRepository(connection, cipher)
        self.processes = SqlProcessesRepository(connection, cipher)
        self.lanes = SqlLanesRepository(connection, cipher)
        self.holds = SqlHoldsRepository(connection, cipher)
        self.incidents = SqlIncidentsRepository(connection, cipher)
        self.notices = SqlNoticesRepository(connection, cipher)
        self.rehearsals = SqlRehearsalsRepository(connection, cipher)
        self.kill_switch = SqlKillSwitchRepository(connection, cipher)
        self.threads = SqlThreadsRepository(connection, cipher)
        self.stopped_posts = SqlStoppedPostsRepository(connection, cipher)
        self.marks = SqlMarksRepository(connection, cipher)
        self.inbox = SqlInboxRepository(connection, cipher)


class SqlStore:
    """Implements ports.unit_of_work.Store; with a file, who leaves is written there before it is committed."""

    def __init__(self, database: Database, left: LeaversFile | None = None) -> None:
        self.database = database
        self._left = left

    @asynccontextmanager
    async def write(self, *, durable: bool = False) -> AsyncIterator[SqlUnitOfWork]:
        """One transaction; see Database.write."""
        async with self.database.write(durable=durable) as connection:
            work = SqlUnitOfWork(connection, self.database.cipher)
            yield work
            await self._note(work.contacts.left)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[SqlUnitOfWork]:
        """See Database.read."""
        async with self.database.read() as connection:
            yield SqlUnitOfWork(connection, self.database.cipher)

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

    async def _note(self, left: Sequence[Leaver]) -> None:
        """A list that cannot be written keeps nobody from leaving; the nightly look adds them."""
        if self._left is None or not left:
            return
        try:
            await asyncio.to_thread(self._left.add, left)
        except (OSError, ConfigurationError):
            log.warning("the list of leavers cannot be written; `groundswell doctor` says more")
