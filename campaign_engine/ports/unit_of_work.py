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
from campaign_engine.ports.follow_ups import FollowUpsRepository
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
    def contacts(self) -> ContactsRepository: ...
    @property
    def optouts(self) -> OptOutsRepository: ...
    @property
    def dialogues(self) -> DialoguesRepository: ...
    @property
    def actions(self) -> ActionsRepository: ...
    @property
    def text_approvals(self) -> TextApprovalsRepository: ...
    @property
    def areas(self) -> AreasRepository: ...
    @property
    def editions(self) -> EditionsRepository: ...
    @property
    def joints(self) -> JointsRepository: ...
    @property
    def follow_ups(self) -> FollowUpsRepository: ...
    @property
    def series(self) -> SeriesRepository: ...
    @property
    def lessons(self) -> LessonsRepository: ...
    @property
    def invites(self) -> InvitesRepository: ...
    @property
    def campaigns(self) -> CampaignsRepository: ...
    @property
    def approvals(self) -> ApprovalsRepository: ...
    @property
    def reviews(self) -> ReviewsRepository: ...
    @property
    def boards(self) -> BoardsRepository: ...
    @property
    def audiences(self) -> AudiencesRepository: ...
    @property
    def targeting(self) -> TargetingRepository: ...
    @property
    def feeds(self) -> FeedsRepository: ...
    @property
    def moves(self) -> MovesRepository: ...
    @property
    def signups(self) -> SignupsRepository: ...
    @property
    def sites(self) -> SitesRepository: ...
    @property
    def tallies(self) -> TalliesRepository: ...
    @property
    def rooms(self) -> RoomsRepository: ...
    @property
    def room_figures(self) -> RoomFiguresRepository: ...
    @property
    def staff(self) -> StaffRepository: ...
    @property
    def staff_sessions(self) -> StaffSessionsRepository: ...
    @property
    def team(self) -> TeamRepository: ...
    @property
    def audit(self) -> AuditRepository: ...
    @property
    def directory(self) -> DirectoryRepository: ...
    @property
    def occurrences(self) -> OccurrencesRepository: ...
    @property
    def deliveries(self) -> DeliveriesRepository: ...
    @property
    def jobs(self) -> JobsRepository: ...
    @property
    def unconfirmed(self) -> UnconfirmedRepository: ...
    @property
    def processes(self) -> ProcessesRepository: ...
    @property
    def kiosks(self) -> KiosksRepository: ...
    @property
    def lanes(self) -> LanesRepository: ...
    @property
    def holds(self) -> HoldsRepository: ...
    @property
    def incidents(self) -> IncidentsRepository: ...
    @property
    def notices(self) -> NoticesRepository: ...
    @property
    def push(self) -> PushRepository: ...
    @property
    def rehearsals(self) -> RehearsalsRepository: ...
    @property
    def kill_switch(self) -> KillSwitchRepository: ...
    @property
    def threads(self) -> ThreadsRepository: ...
    @property
    def stopped_posts(self) -> StoppedPostsRepository: ...
    @property
    def marks(self) -> MarksRepository: ...
    @property
    def inbox(self) -> InboxRepository: ...
    @property
    def retention(self) -> RetentionRepository: ...
    @property
    def pictures(self) -> PicturesRepository: ...


class Store(Protocol):
    """Opens transactions."""

    def write(
        self, *, durable: bool = False, shared: bool = False, trusted: bool = False
    ) -> AbstractAsyncContextManager[UnitOfWork]:
        """Commits at the end, rolls back on any error; `durable` also survives a power cut.

        `shared` is for a short one of many that come at once. `trusted` is for a freeze, which makes rows of just those
        that they refer to. Raises StoreUnavailable.
        """

    def read(self, *, shared: bool = False, in_transaction: bool = False) -> AbstractAsyncContextManager[UnitOfWork]:
        """Reads without waiting for writers; what comes row by row, as a whole log, wants to be `in_transaction`.

        `shared` as in `write`. Raises StoreUnavailable.
        """

    async def scrub(self) -> bool:
        """After a deletion: leave nothing of it in the database's files; False when it must be tried again."""
