"""What the platforms tell about people who closed their chat with us."""

from campaign_engine.domain.contact import AddressStatus
from campaign_engine.domain.message import Destination
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.unit_of_work import Store


class Blocking:
    """A blocked address is not written to until its person writes again; nothing else about them changes."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def mark(self, channel: str, address: str) -> None:
        """Never over a person's own STOP; nothing for somebody who is no contact. Raises StoreUnavailable."""
        async with self._store.write() as work:
            opened = await work.dialogues.look(Destination(channel, address), self._clock())
            if opened.person.address_id is not None and opened.status is AddressStatus.ACTIVE:
                await work.contacts.set_status(opened.person.address_id, AddressStatus.UNREACHABLE)
