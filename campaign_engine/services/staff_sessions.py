"""How the team gets from the chat to its pages: a one-time link, then a session (safety R2)."""

import hmac
import secrets
from collections.abc import Callable

from campaign_engine.dialogue.staff_intents import OpenDashboard
from campaign_engine.domain.errors import NotAllowed, NotFound
from campaign_engine.domain.handle import OPERATOR
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.staff_session import (
    LINK_LIFE,
    SESSION_LIFE,
    LinkState,
    StaffSession,
    link_refused,
    sign_in_first,
)
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.planning import AuditEntry
from campaign_engine.ports.unit_of_work import Store, UnitOfWork
from campaign_engine.services.turn import Handlers, Replies, Turn

RANDOM_BYTES = 24
_SEAL_DIGITS = 16


class StaffSessions:
    """`seal` is a keyed hash as hexadecimal digits, `page` the address that people reach the pages at."""

    def __init__(self, store: Store, clock: Clock, seal: Callable[[str], str], page: str) -> None:
        self._store = store
        self._clock = clock
        self._seal = seal
        self._page = page

    async def link(self, work: UnitOfWork, contact_id: int, handle: str, actor: str) -> str:
        """The whole address; it works once, for LINK_LIFE."""
        now, chosen = self._clock(), secrets.token_urlsafe(RANDOM_BYTES)
        token = chosen + self._signed(chosen)
        await work.staff_sessions.keep_link(token, contact_id, now + LINK_LIFE)
        await work.audit.append(AuditEntry(actor, "sign_in_link", handle), now)
        return f"{self._page}/enter/{token}"

    async def link_for(self, work: UnitOfWork, handle: str) -> str:
        """On the server, for somebody whose chat is out of reach. Raises NotFound."""
        wanted = handle.strip().casefold()
        contact_id = await work.staff_sessions.contact_of(wanted)
        if contact_id is None:
            raise NotFound(f"Nobody on the team is called {wanted}.", "Look at `groundswell staff list`.", "no_handle")
        return await self.link(work, contact_id, wanted, OPERATOR)

    async def look(self, token: str) -> LinkState:
        """What a link is worth now; changes nothing, because previews open links too."""
        if not self._is_ours(token):
            return LinkState.EDITED
        async with self._store.read() as work:
            return await work.staff_sessions.look(token, self._clock())

    async def enter(self, token: str, before: str = "") -> str:
        """Spend a link for a session of a new name; the browser's session `before` ends.

        Raises NotAllowed, code link_spent, link_over or link_edited.
        """
        state = await self.look(token)
        if state is not LinkState.OPEN:
            raise link_refused(state)
        now, session = self._clock(), secrets.token_urlsafe(RANDOM_BYTES)
        async with self._store.write() as work:
            contact_id = await work.staff_sessions.spend(token, now)
            if contact_id is None:
                raise link_refused(LinkState.SPENT)
            if before:
                await work.staff_sessions.end(before)
            await work.staff_sessions.begin(session, contact_id, now + SESSION_LIFE)
            found = await work.staff_sessions.find(session, now)
            if found is None:
                raise sign_in_first()
            await work.audit.append(AuditEntry(found[0], "sign_in", "pages"), now)
        return session

    async def find(self, session: str) -> StaffSession:
        """Whoever is signed in, with their roles as they are now. Raises NotAllowed, code sign_in."""
        if not session:
            raise sign_in_first()
        async with self._store.read() as work:
            found = await work.staff_sessions.find(session, self._clock())
        if found is None:
            raise sign_in_first()
        return StaffSession(*found, self._seal(f"staff_form:{session}"))

    async def leave(self, session: str) -> None:
        """Sign out; nothing happens to whoever has left."""
        async with self._store.write() as work:
            found = await work.staff_sessions.find(session, self._clock())
            if await work.staff_sessions.end(session) and found is not None:
                await work.audit.append(AuditEntry(found[0], "sign_out", "pages"), self._clock())

    async def _open(self, turn: Turn, _intent: OpenDashboard) -> Replies:
        person = turn.person
        if person.contact_id is None or not person.is_staff:
            raise NotAllowed("Only the team has these pages.", "Open the menu.", "not_your_role")
        url = await self.link(turn.work, person.contact_id, person.handle, person.handle)
        said = {"url": url, "minutes": LINK_LIFE.seconds // 60, "hours": SESSION_LIFE.seconds // 3600}
        return (Reply("sign_in.link", said, options=((Option(label="menu.open", data="m"),),)),)

    def handlers(self) -> Handlers:
        """Dispatch table of this class."""
        return {OpenDashboard: self._open}

    def _signed(self, chosen: str) -> str:
        return self._seal(f"sign_in:{chosen}")[:_SEAL_DIGITS]

    def _is_ours(self, token: str) -> bool:
        chosen, signature = token[:-_SEAL_DIGITS], token[-_SEAL_DIGITS:]
        return hmac.compare_digest(self._signed(chosen).encode(), signature.encode())
