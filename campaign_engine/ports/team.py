"""What services need to keep about how people come to a role and leave it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from campaign_engine.domain.contact import Role, RoleGrant
from campaign_engine.ports.planning import StaffContact


@dataclass(frozen=True, slots=True)
class LogLine:
    """An entry of the log as an auditor reads it; `hour` is UTC."""

    id: int
    hour: datetime
    actor: str
    action: str
    object: str


class TeamRepository(Protocol):
    """Trainings, requests for a role, and the list of staff."""

    async def complete_training(self, contact_id: int, code: str, now: datetime) -> bool:
        """False when it was complete before."""

    async def ask(self, contact_id: int, role: Role, precinct: int, now: datetime, until: datetime) -> int | None:
        """Id of the new request; None while one that has not ended is there. One that has ended is replaced."""

    async def take_back(self, contact_id: int) -> None:
        """Remove whatever request is there."""

    async def answer(self, request_id: int, state: str, handle: str, until: datetime, now: datetime) -> bool:
        """False when it was answered, taken back or has ended."""

    async def asker(self, contact_id: int, now: datetime) -> StaffContact | None:
        """Where somebody may be answered first; None after STOP, during a pause, and where no chat is open."""

    async def answerers(self, roles: tuple[Role, ...]) -> Mapping[int, tuple[RoleGrant, ...]]:
        """Grants of these roles by contact id."""

    async def contacts(self, contact_ids: frozenset[int]) -> tuple[StaffContact, ...]:
        """Where these staff members can be told something."""

    async def members(self) -> Mapping[str, tuple[RoleGrant, ...]]:
        """Grants by handle, in order of handle."""

    async def take_role(self, handle: str, grant: RoleGrant) -> bool:
        """False when they do not have it. With the last role the handle and the training go as well."""

    async def signed_up(self, site_id: int) -> int:
        """People who came by this site's code and are still here."""

    async def log(self, before: int | None, limit: int) -> tuple[LogLine, ...]:
        """Newest first, older than this id."""

    async def forget_requests(self, now: datetime) -> int:
        """Remove requests that have ended; how many."""
