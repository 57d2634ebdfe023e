"""How people come to have a role: a single-use code and a work handle (safety R1, R2)."""

from datetime import timedelta

from campaign_engine.domain.contact import Person, Role, RoleGrant, Scope
from campaign_engine.domain.errors import NotAllowed, NotFound
from campaign_engine.domain.handle import OPERATOR, code_not_valid, handle_taken, read_handle
from campaign_engine.domain.message import Reply
from campaign_engine.domain.volunteering import INVITE_LIFE
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.planning import AuditEntry
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services.campaign_cards import MENU


class Staffing:
    """Invites and their use; the actor of an invite is whoever runs the command line."""

    def __init__(self, clock: Clock, invite_life: timedelta = INVITE_LIFE) -> None:
        self._clock = clock
        self._invite_life = invite_life

    async def invite(self, work: UnitOfWork, role: Role, scope: Scope) -> str:
        """The code, shown once."""
        now = self._clock()
        code = await work.staff.invite(RoleGrant(role, scope), now + self._invite_life)
        await work.audit.append(AuditEntry(OPERATOR, "invite", f"{role}:{scope}"), now)
        return code

    async def revoke(
        self, work: UnitOfWork, handle: str, role: Role, scope: Scope | None = None
    ) -> tuple[RoleGrant, ...]:
        """What was taken away: the role in this scope, or in all. Raises NotFound, having taken nothing."""
        wanted = handle.strip().casefold()
        theirs = (await work.team.members()).get(wanted, ())
        taken = tuple(grant for grant in theirs if grant.role is role and scope in (None, grant.scope))
        if not taken:
            raise NotFound(f"{wanted} does not have this role.", "Look at `groundswell staff list`.", "no_role")
        for grant in taken:
            await work.team.take_role(wanted, grant)
            entry = AuditEntry(OPERATOR, "revoke", f"{wanted}:{grant.role}:{grant.scope}")
            await work.audit.append(entry, self._clock())
        return taken

    async def redeem(self, work: UnitOfWork, person: Person, code: str, handle: str) -> tuple[Reply, ...]:
        """A second role keeps the first handle. Raises InvalidInput, Conflict for a taken handle, NotAllowed, also for
        a safety lead who said to be under 18 (safety S1).
        """
        if person.contact_id is None:
            raise NotAllowed("Please answer the first questions, then use your code.", "Send /start.", "join_first")
        now, wanted = self._clock(), read_handle(handle)
        grant = await work.staff.invited(code, now)
        if grant is None:
            raise code_not_valid()
        if grant.role is Role.SAFETY_LEAD and person.age_band is not None and person.age_band.is_minor:
            raise NotAllowed("A safety lead is an adult.", "Ask your team for another role.", "adults_only")
        kept = await work.staff.handle(person.contact_id)
        if not kept and await work.staff.handle_taken(wanted):
            raise handle_taken()
        await work.staff.redeem(code, person.contact_id, kept or wanted, now)
        await work.audit.append(AuditEntry(kept or wanted, "redeem", f"{grant.role}:{grant.scope}"), now)
        return (Reply("campaign.joined", {"handle": kept or wanted, "role": grant.role.value}, MENU),)
