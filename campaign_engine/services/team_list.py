"""Who is on the team on one platform, for bots that show each of them their own commands."""

from collections.abc import Mapping

from campaign_engine.domain.contact import Role
from campaign_engine.domain.roles import MATRIX, Capability
from campaign_engine.ports.unit_of_work import Store


class TeamList:
    """Read anew at each look: roles are given and taken in chat and by commands on the server."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def on(self, channel: str) -> Mapping[str, tuple[str, frozenset[Capability]]]:
        """Language and capabilities by plain address. Raises StoreUnavailable."""
        async with self._store.read() as work:
            grants = await work.team.answerers(tuple(Role))
            found = await work.team.contacts(frozenset(grants)) if grants else ()
        return {
            one.to.address: (one.language, frozenset().union(*(MATRIX[grant.role] for grant in grants[one.contact_id])))
            for one in found
            if one.to.channel == channel
        }
