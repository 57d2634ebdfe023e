"""Small things that the program itself must know again after a restart; nothing about people."""

from typing import Protocol


class MarksRepository(Protocol):
    """Values by name."""

    async def get(self, name: str) -> str:
        """Empty where nothing was put."""

    async def put(self, name: str, value: str) -> None:
        """In place of an earlier one."""
