"""Small things that the program itself must know again after a restart."""

from campaign_engine.ports.unit_of_work import Store


class Marks:
    """Implements bots.parts.Marks."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get(self, name: str) -> str:
        """Empty where nothing was put. Raises StoreUnavailable."""
        async with self._store.read() as work:
            return await work.marks.get(name)

    async def put(self, name: str, value: str) -> None:
        """In place of an earlier one. Raises StoreUnavailable."""
        async with self._store.write() as work:
            await work.marks.put(name, value)
