"""One transaction over all repositories."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from campaign_engine.ports.approvals import ApprovalsRepository, AudiencesRepository
from campaign_engine.ports.areas import AreasRepository
from campaign_engine.ports.automatic import TextApprovalsRepository
from campaign_engine.ports.boards import BoardsRepository
from campaign_engine.ports.directory import DirectoryRepository
from campaign_engine.ports.editions import EditionsRepository
from campaign_engine.ports.feeds import FeedsRepository
from campaign_engine.ports.holding import HoldsRepository, IncidentsRepository, NoticesRepository
from campaign_engine.ports.jobs import JobsRepository
from campaign_engine.ports.joints import JointsRepository
from campaign_engine.ports.kiosks import KiosksRepository
from campaign_engine.ports.lessons import LessonsRepository
from campaign_engine.ports.marks import MarksRepository
from campaign_engine.ports.moves import MovesRepository
from campaign_engine.ports.optouts import OptOutsRepository
from campaign_engine.ports.people import (
    ActionsRepository,
    ContactsRepository,
    DialoguesRepository,
    InvitesRepository,
    ThreadsRepository,
)
from campaign_engine.ports.pictures import PicturesRepository
from campaign_engine.ports.planning import (
    AuditRepository,
    CampaignsRepository,
    RoomsRepository,
    SitesRepository,
    StaffRepository,
    TargetingRepository,
)
from campaign_engine.ports.processes import ProcessesRepository
from campaign_engine.ports.push import PushRepository
from campaign_engine.ports.rehearsals import RehearsalsRepository
from campaign_engine.ports.retention import RetentionRepository
from campaign_engine.ports.reviews import ReviewsRepository
from campaign_engine.ports.room_figures import RoomFiguresRepository
from campaign_engine.ports.sending import (
    DeliveriesRepository,
    InboxRepository,
    KillSwitchRepository,
    LanesRepository,
    OccurrencesRepository,
)
from campaign_engine.ports.series import SeriesRepository
from campaign_engine.ports.signups import SignupsRepository
from campaign_engine.ports.staff_sessions import StaffSessionsRepository
from campaign_engine.ports.stopping import StoppedPostsRepository
from campaign_engine.ports.tallies import TalliesRepository
from campaign_engine.ports.team import TeamRepository
from campaign_engine.ports.unconfirmed import UnconfirmedRepository


class UnitOfWork(Protocol):
    """The repositories of one transaction."""

    @property
    def contacts(self) -> ContactsRepository: ...  # noqa: D102 - the type says it, here and below
    @property
    def optouts(self) -> OptOutsRepository: ...  # noqa: D102
    @property
    def dialogues(self) -> DialoguesRepository: ...  # noqa: D102
    @property
    def actions(self) -> ActionsRepository: ...  # noqa: D102
    @property
    def text_approvals(self) -> TextApprovalsRepository: ...  # noqa: D102
    @property
    def areas(self) -> AreasRepository: ...  # noqa: D102
    @property
    def editions(self) -> EditionsRepository: ...  # noqa: D102
    @property
    def joints(self) -> JointsRepository: ...  # noqa: D102
    @property
    def series(self) -> SeriesRepository: ...  # noqa: D102
    @property
    def lessons(self) -> LessonsRepository: ...  # noqa: D102
    @property
    def invites(self) -> InvitesRepository: ...  # noqa: D102
    @property
    def campaigns(self) -> CampaignsRepository: ...  # noqa: D102
    @property
    def approvals(self) -> ApprovalsRepository: ...  # noqa: D102
    @property
    def reviews(self) -> ReviewsRepository: ...  # noqa: D102
    @property
    def boards(self) -> BoardsRepository: ...  # noqa: D102
    @property
    def audiences(self) -> AudiencesRepository: ...  # noqa: D102
    @property
    def targeting(self) -> TargetingRepository: ...  # noqa: D102
    @property
    def feeds(self) -> FeedsRepository: ...  # noqa: D102
    @property
    def moves(self) -> MovesRepository: ...  # noqa: D102
    @property
    def signups(self) -> SignupsRepository: ...  # noqa: D102
    @property
    def sites(self) -> SitesRepository: ...  # noqa: D102
    @property
    def tallies(self) -> TalliesRepository: ...  # noqa: D102
    @property
    def rooms(self) -> RoomsRepository: ...  # noqa: D102
    @property
    def room_figures(self) -> RoomFiguresRepository: ...  # noqa: D102
    @property
    def staff(self) -> StaffRepository: ...  # noqa: D102
    @property
    def staff_sessions(self) -> StaffSessionsRepository: ...  # noqa: D102
    @property
    def team(self) -> TeamRepository: ...  # noqa: D102
    @property
    def audit(self) -> AuditRepository: ...  # noqa: D102
    @property
    def directory(self) -> DirectoryRepository: ...  # noqa: D102
    @property
    def occurrences(self) -> OccurrencesRepository: ...  # noqa: D102
    @property
    def deliveries(self) -> DeliveriesRepository: ...  # noqa: D102
    @property
    def jobs(self) -> JobsRepository: ...  # noqa: D102
    @property
    def unconfirmed(self) -> UnconfirmedRepository: ...  # noqa: D102
    @property
    def processes(self) -> ProcessesRepository: ...  # noqa: D102
    @property
    def kiosks(self) -> KiosksRepository: ...  # noqa: D102
    @property
    def lanes(self) -> LanesRepository: ...  # noqa: D102
    @property
    def holds(self) -> HoldsRepository: ...  # noqa: D102
    @property
    def incidents(self) -> IncidentsRepository: ...  # noqa: D102
    @property
    def notices(self) -> NoticesRepository: ...  # noqa: D102
    @property
    def push(self) -> PushRepository: ...  # noqa: D102
    @property
    def rehearsals(self) -> RehearsalsRepository: ...  # noqa: D102
    @property
    def kill_switch(self) -> KillSwitchRepository: ...  # noqa: D102
    @property
    def threads(self) -> ThreadsRepository: ...  # noqa: D102
    @property
    def stopped_posts(self) -> StoppedPostsRepository: ...  # noqa: D102
    @property
    def marks(self) -> MarksRepository: ...  # noqa: D102
    @property
    def inbox(self) -> InboxRepository: ...  # noqa: D102
    @property
    def retention(self) -> RetentionRepository: ...  # noqa: D102
    @property
    def pictures(self) -> PicturesRepository: ...  # noqa: D102


class Store(Protocol):
    """Opens transactions."""

    def write(self, *, durable: bool = False, shared: bool = False) -> AbstractAsyncContextManager[UnitOfWork]:
        """Commits at the end, rolls back on any error; `durable` also survives a power cut.

        `shared` is for a short one of many that come at once. Raises StoreUnavailable.
        """

    def read(self, *, shared: bool = False, in_transaction: bool = False) -> AbstractAsyncContextManager[UnitOfWork]:
        """Reads without waiting for writers; what comes row by row, as a whole log, wants to be `in_transaction`.

        `shared` as in `write`. Raises StoreUnavailable.
        """

    async def scrub(self) -> bool:
        """After a deletion: leave nothing of it in the database's files; False when it must be tried again."""
