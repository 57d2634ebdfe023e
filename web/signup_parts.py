"""What the sign-up pages need of the engine."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from campaign_engine.domain.accounts import Accounts
from campaign_engine.domain.area import precinct_key
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.unit_of_work import Store
from campaign_engine.services.windows import Windows


@dataclass(frozen=True, slots=True)
class SignupParts:
    """`seal` is a keyed hash; `is_old` whether a code stood on a poster that was replaced; `is_open` whether a host's
    window is open at a site; `allies` how many its precinct has, as the week's edition shows it, None where that is
    hidden; `accounts` the chats to go on in; `windows` and `store` for a host's window.
    """

    clock: Clock
    seal: Callable[[str], str]
    is_old: Callable[[str], Awaitable[bool]]
    is_open: Callable[[int], Awaitable[bool]]
    allies: Callable[[int], Awaitable[int | None]]
    accounts: Accounts
    windows: Windows
    store: Store


def signup_parts(store: Store, clock: Clock, seal: Callable[[str], str], accounts: Accounts) -> SignupParts:
    """Over one store."""

    async def is_old(code: str) -> bool:
        async with store.read() as work:
            return await work.signups.is_old(code)

    async def is_open(site_id: int) -> bool:
        async with store.read() as work:
            return await work.signups.is_open(site_id, clock())

    async def allies(precinct: int) -> int | None:
        async with store.read() as work:
            figure = (await work.areas.figures()).get(precinct_key(precinct))
        return None if figure is None else figure.shown

    return SignupParts(clock, seal, is_old, is_open, allies, accounts, Windows(clock), store)
