"""What services need to keep about the effort: campaigns, targets, sites, rooms, staff and the audit log."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Protocol, Self

from campaign_engine.domain.action import FoundSite, Site, SiteKind
from campaign_engine.domain.audience import NewRoom, Room
from campaign_engine.domain.campaign import Campaign, CampaignKind, CampaignStatus, Draft
from campaign_engine.domain.contact import Person, RoleGrant
from campaign_engine.domain.listed_site import ListedSite, Loaded
from campaign_engine.domain.message import Destination
from campaign_engine.domain.precinct import Boundaries, Precinct, PrecinctCounts, Ranking, RankingRule
from campaign_engine.domain.site_search import NamedPlace
from campaign_engine.ports.opendata import Incident, ZipShares


@dataclass(frozen=True, slots=True)
class StaffContact:
    """Where a staff member is told that something waits, and their work handle."""

    contact_id: int
    language: str
    to: Destination
    handle: str = ""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to which thing; `object` is like "campaign:7", never text that somebody wrote."""

    actor: str
    action: str
    object: str


@dataclass(frozen=True, slots=True)
class Logged:
    """An entry with the newest hash of the log that was read; UTC."""

    entry: AuditEntry
    at: datetime
    after: str


class CampaignsRepository(Protocol):
    """Campaigns with their posts and post versions.

    Everything that writes to a campaign goes through `set_status` first, which raises Conflict when somebody else
    wrote since it was read.
    """

    async def start(self, kind: CampaignKind, author_id: int, now: datetime) -> int:
        """New draft campaign with post 1, version 1; its id."""

    async def current_draft(self, contact_id: int) -> Draft | None:
        """The draft that this author began or opened last."""

    async def draft(self, campaign_id: int) -> Draft | None:
        """The post of a campaign that is in draft."""

    async def change_draft(self, draft: Draft, logged: Logged | None = None) -> None:
        """Write every field, and a line of the log. Raises Conflict, `busy` where the log went on meanwhile."""

    async def note_translator(self, post_id: int, contact_id: int) -> None:
        """This teammate wrote a text of the post in another language, and so does not approve it (safety S1)."""

    async def get(self, campaign_id: int) -> Campaign:
        """Raises NotFound."""

    async def visible(self, contact_id: int, precincts: frozenset[int], limit: int = 10) -> tuple[Campaign, ...]:
        """Newest first: what this person wrote, and what reaches into these precincts and was submitted."""

    async def lately(self, since: datetime) -> tuple[Campaign, ...]:
        """Handed in, not cancelled, and not over before `since`; with posts, oldest first."""

    async def set_status(self, campaign: Campaign, after: CampaignStatus, now: datetime) -> Campaign:
        """The campaign with its new status and version. Raises Conflict, or ForbiddenTransition by the table."""

    async def submit_posts(self, campaign_id: int) -> None:
        """Posts in draft wait for an approver."""

    async def return_posts(self, campaign_id: int) -> None:
        """Posts that wait for an approver become drafts."""

    async def approve_posts(self, campaign_id: int, approver_id: int, now: datetime) -> None:
        """Posts that wait are approved in the version they have, by this person."""

    async def withdraw_posts(self, campaign_id: int) -> None:
        """No post of the campaign goes out again."""

    async def freeze_targets(self, campaign_id: int, precincts: tuple[int, ...], ranking_id: int) -> None:
        """Replace the precincts of a campaign and say which ranking they come from."""

    async def reopen(self, campaign_id: int, author_id: int, now: datetime) -> None:
        """Make its posts drafts of this author: an approved one as a new version, one in draft as it is."""

    async def restore_posts(self, campaign_id: int) -> None:
        """Throw versions in draft away and go back to the approved ones before them."""

    async def waiting_for(self, person: Person) -> tuple[Campaign, ...]:
        """Submitted campaigns that this person may approve, oldest first."""

    async def approvers(self, campaign: Campaign) -> tuple[StaffContact, ...]:
        """Who may approve it and can be written to."""

    async def staff_contact(self, contact_id: int) -> StaffContact | None:
        """Somebody by their number; None when gone or not to be written to."""

    async def author(self, campaign: Campaign) -> StaffContact | None:
        """Its author; None when gone or not to be written to."""


@dataclass(frozen=True, slots=True)
class StoredRanking:
    """A ranking run that campaigns refer to."""

    id: int
    ranking: Ranking


@dataclass(frozen=True, slots=True)
class EditionChanges:
    """What an edition changed, in incidents, and in the top precincts of new campaigns.

    `through_before` is how far the data went before (ISO date), None for the first edition.
    """

    added: int
    removed: int
    revised: int
    entered: tuple[int, ...]
    left: tuple[int, ...]
    through_before: str | None

    def as_json(self) -> dict[str, Any]:
        """Plain JSON types, read back by `from_json`."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Of what as_json gave."""
        return cls(**{**data, "entered": tuple(data["entered"]), "left": tuple(data["left"])})


@dataclass(frozen=True, slots=True)
class DatasetStatus:
    """What is loaded; `rows` counts incidents or outlines, `loaded_at` is UTC."""

    name: str
    edition: str
    data_through: date | None
    rows: int
    loaded_at: datetime
    changes: EditionChanges | None = None


@dataclass(frozen=True, slots=True)
class Replaced:
    """What a full refresh did, in incidents: all, never seen before, gone since, and told otherwise than before."""

    rows: int
    added: int
    removed: int
    revised: int = 0


class TargetingRepository(Protocol):
    """Precincts, shootings and rankings."""

    async def load_precincts(self, precincts: Iterable[Precinct]) -> None:
        """Insert or refresh."""

    async def has_precincts(self) -> bool:
        """Whether they were ever loaded."""

    async def replace_shootings(
        self, rows: Sequence[Incident], located: Sequence[int] | None, dataset: DatasetStatus
    ) -> Replaced:
        """All incidents of one edition, keyed on `incident_key`; `located` are today's precincts in the same order."""

    async def add_dataset(self, dataset: DatasetStatus) -> None:
        """Note what was loaded elsewhere."""

    async def note_changes(self, name: str, changes: EditionChanges) -> None:
        """With the newest edition of this data set."""

    async def replace_zip_shares(self, shares: Mapping[str, ZipShares], dataset: DatasetStatus) -> None:
        """All of one edition."""

    async def zip_shares(self) -> Mapping[str, ZipShares]:
        """Largest share first; empty while none are loaded."""

    async def shootings(self) -> tuple[Incident, ...]:
        """All that are loaded."""

    async def set_located(self, located: Mapping[str, int]) -> None:
        """Today's precinct by incident key."""

    async def save_outlines(self, geojson: Mapping[int, str], dataset: DatasetStatus) -> None:
        """One geometry per precinct."""

    async def outlines(self) -> tuple[str, Mapping[int, str]] | None:
        """Edition and geometries, None while none are loaded."""

    async def counts(self, rule: RankingRule) -> PrecinctCounts | None:
        """By today's outlines if the rule asks for them and every incident has been located, else by code.

        None while no shootings are loaded.
        """

    async def counts_by_year(self, boundaries: Boundaries = Boundaries.TODAY) -> Mapping[tuple[int, int], int]:
        """Incidents by (precinct, year), by today's outlines where known, else by code."""

    async def save_ranking(self, ranking: Ranking, now: datetime) -> int:
        """Its id."""

    async def latest_ranking(self) -> StoredRanking:
        """The default ranking that new campaigns use. Raises NotFound before there is one."""

    async def ranking(self, ranking_id: int) -> Ranking:
        """Raises NotFound."""

    async def datasets(self) -> tuple[DatasetStatus, ...]:
        """The newest load of each, by name."""


class SitesRepository(Protocol):
    """Sites and their source codes."""

    async def add(self, name: str, kind: SiteKind, precinct: int, now: datetime) -> Site:
        """With a fresh code and word code."""

    async def get(self, site_id: int) -> Site:
        """Raises NotFound."""

    async def by_code(self, code: str) -> Site | None:
        """By code or word code as somebody typed it; None for a rotated code or a closed site."""

    async def rotate(self, site_id: int, now: datetime) -> Site:
        """New codes; the old ones stop working. Raises NotFound."""

    async def undo_rotation(self, site_id: int, since: datetime, now: datetime) -> Site:
        """The codes that were replaced last, and not before `since`, work again; the newer ones stop.

        Raises NotFound when there are none.
        """

    async def search(self, text: str = "", limit: int = 50) -> tuple[Site, ...]:
        """Active sites whose name contains the text, in order of name."""

    async def load(self, listed: Sequence[ListedSite], now: datetime) -> Loaded:
        """Add those whose official id is new, change those whose words changed; the rest stays as it is."""

    async def stamp(self) -> str:
        """Changes when a site is added, renamed or closed."""

    async def named(self) -> tuple[NamedPlace, ...]:
        """Every active site."""

    async def chosen(self, site_ids: Sequence[int]) -> tuple[FoundSite, ...]:
        """These, in this order; one that was closed meanwhile is left out."""

    async def figure(self, site_id: int) -> tuple[int, date] | None:
        """The count that its total was last moved to, and the Sunday of that edition."""

    async def keep_figure(self, site_id: int, frozen: int, edition: date) -> None:
        """In place of an earlier one."""

    async def was_rotated(self, site_id: int, since: datetime) -> bool:
        """Whether `undo_rotation` would find codes."""

    async def size(self, site_id: int) -> int | None:
        """How many people the City counts there, if it says."""

    async def in_precincts(self, precincts: Iterable[int]) -> tuple[Site, ...]:
        """Active ones there, in order of name."""


class RoomsRepository(Protocol):
    """Rooms and the area each is tied to."""

    async def link(self, room: NewRoom, now: datetime) -> Room:
        """Linking the same chat again changes its title, area and members."""

    async def unlink(self, room_id: int) -> None:
        """Forget the address; what the room brought stays counted. Raises NotFound."""

    async def by_address(self, channel: str, address: str) -> Room | None:
        """Linked rooms only."""

    async def linked(self) -> tuple[Room, ...]:
        """In order of title."""

    async def meeting(self, *asked: tuple[Collection[str], Collection[int]]) -> tuple[tuple[Room, ...], ...]:
        """Of each pair those of its channels that a post to its precincts goes to, in order of title."""

    async def set_members(self, room_id: int, members: int) -> None:
        """As the platform counts them."""

    async def migrate(self, channel: str, old: str, new: str) -> None:
        """The platform gave the chat a new address."""


class StaffRepository(Protocol):
    """Handles, role grants and role invites."""

    async def invite(self, grant: RoleGrant, expires_at: datetime) -> str:
        """A fresh code, which only a keyed hash of is kept."""

    async def invited(self, code: str, now: datetime) -> RoleGrant | None:
        """What a code still grants; None when it is wrong, used or past its time."""

    async def redeem(self, code: str, contact_id: int, handle: str, now: datetime) -> RoleGrant:
        """Spend a code once. Raises InvalidInput, or Conflict when the handle is taken."""

    async def grants(self, contact_id: int) -> tuple[RoleGrant, ...]:
        """In the order they were given."""

    async def handle(self, contact_id: int) -> str:
        """Empty for somebody without one."""

    async def handle_taken(self, handle: str) -> bool:
        """By anybody now, or by anybody whom the log names."""


class AuditRepository(Protocol):
    """The hash-chained log of what staff did (safety R3)."""

    async def append(self, entry: AuditEntry, now: datetime) -> None:
        """Only the hour is kept."""

    async def verify(self) -> int | None:
        """Id of the first entry that does not follow from the one before, None when all do."""

    async def head(self) -> str:
        """Hash of the newest entry, to be kept elsewhere."""
