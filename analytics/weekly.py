"""All that is frozen on a Sunday: how many allies each area has, and the figures of each campaign (safety K3)."""

from dataclasses import dataclass
from typing import Self

from analytics.areas import AreaEditions
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.editions import EditionMaker
from campaign_engine.ports.unit_of_work import Store
from campaign_engine.services.editions import WeeklyEditions


@dataclass(frozen=True, slots=True)
class Weekly:
    """Areas take one small count; campaigns are counted and protected in a process of their own."""

    areas: AreaEditions
    campaigns: WeeklyEditions

    @classmethod
    def over(cls, store: Store, clock: Clock, maker: EditionMaker) -> Self:
        """Both over one database."""
        return cls(AreaEditions(store, clock), WeeklyEditions(store, clock, maker))
