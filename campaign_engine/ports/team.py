"""What services need to keep about how people come to a role and leave it."""

from datetime import datetime
from typing import Protocol


class TeamRepository(Protocol):
    """Trainings, requests for a role, and the list of staff."""

    async def complete_training(self, contact_id: int, code: str, now: datetime) -> bool:
        """False when it was complete before."""
