"""All repositories over one transaction."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

from campaign_engine.store.actions import SqlActionsRepository
from campaign_engine.store.approvals import SqlApprovalsRepository
from campaign_engine.store.audiences import SqlAudiencesRepository
from campaign_engine.store.audit import SqlAuditRepository
from campaign_engine.store.campaigns import SqlCampaignsRepository
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.contacts import SqlContactsRepository
from campaign_engine.store.database import Database
from campaign_engine.store.deliveries import SqlDeliveriesRepository
from campaign_engine.store.dialogues import SqlDialoguesRepository
from campaign_engine.store.directory import SqlDirectoryRepository
from campaign_engine.store.holds import SqlHoldsRepository, SqlIncidentsRepository
from campaign_engine.store.inbox import SqlInboxRepository
from campaign_engine.store.kill_switch import SqlKillSwitchRepository
from campaign_engine.store.lanes import SqlLanesRepository
from campaign_engine.store.marks import SqlMarksRepository
from campaign_engine.store.notices import SqlNoticesRepository
from campaign_engine.store.occurrences import SqlOccurrencesRepository
from campaign_engine.store.optouts import SqlOptOutsRepository
from campaign_engine.store.rehearsals import SqlRehearsalsRepository
from campaign_engine.store.rooms import SqlRoomsRepository
from campaign_engine.store.sites import SqlSitesRepository
from campaign_engine.store.staff import SqlStaffRepository
from campaign_engine.store.targeting import SqlTargetingRepository
from campaign_engine.store.team import SqlTeamRepository
from campaign_engine.store.text_approvals import SqlTextApprovalsRepository


class SqlUnitOfWork:
    """Implements ports.unit_of_work.UnitOfWork."""

    def __init__(self, connection: AsyncConnection, cipher: AddressCipher) -> None:
        self.contacts = SqlContactsRepository(connection, cipher)
        self.optouts = SqlOptOutsRepository(connection, cipher)
        self.dialogues = SqlDialoguesRepository(connection, cipher)
        self.actions = SqlActionsRepository(connection, cipher)
        self.campaigns = SqlCampaignsRepository(connection, cipher)
        self.approvals = SqlApprovalsRepository(connection, cipher)
        self.audiences = SqlAudiencesRepository(connection, cipher)
        self.targeting = SqlTargetingRepository(connection, cipher)
        self.sites = SqlSitesRepository(connection, cipher)
        self.rooms = SqlRoomsRepository(connection, cipher)
        self.staff = SqlStaffRepository(connection, cipher)
        self.team = SqlTeamRepository(connection, cipher)
        self.audit = SqlAuditRepository(connection, cipher)
        self.text_approvals = SqlTextApprovalsRepository(connection, cipher)
        self.occurrences = SqlOccurrencesRepository(connection, cipher)
        self.deliveries = SqlDeliveriesRepository(connection, cipher)
        self.directory = SqlDirectoryRepository(connection, cipher)
        self.lanes = SqlLanesRepository(connection, cipher)
        self.holds = SqlHoldsRepository(connection, cipher)
        self.incidents = SqlIncidentsRepository(connection, cipher)
        self.notices = SqlNoticesRepository(connection, cipher)
        self.rehearsals = SqlRehearsalsRepository(connection, cipher)
        self.kill_switch = SqlKillSwitchRepository(connection, cipher)
        self.marks = SqlMarksRepository(connection, cipher)
        self.inbox = SqlInboxRepository(connection, cipher)


class SqlStore:
    """Implements ports.unit_of_work.Store."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @asynccontextmanager
    async def write(self, *, durable: bool = False) -> AsyncIterator[SqlUnitOfWork]:
        """One transaction; see Database.write."""
        async with self.database.write(durable=durable) as connection:
            yield SqlUnitOfWork(connection, self.database.cipher)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[SqlUnitOfWork]:
        """See Database.read."""
        async with self.database.read() as connection:
            yield SqlUnitOfWork(connection, self.database.cipher)

    async def scrub(self) -> bool:
        """See Database.scrub."""
        return await self.database.scrub()
