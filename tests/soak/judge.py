"""What the platforms' servers wrote down beside what the program says of itself."""

from collections import Counter
from dataclasses import dataclass

import sqlalchemy as sa

from campaign_engine.store import tables
from tests.soak.town import Town

NOT_LEFT = frozenset({"suppressed", "expired", "cancelled", "failed"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """`doubled`: chats with more than one; `unaccounted`: recipients of whom the program says what is not so."""

    recipients: int
    arrived: int
    doubled: int
    unaccounted: int
    unconfirmed: int
    unconfirmed_but_there: int
    statuses: dict[str, int]
    wrongs: tuple[str, ...]


async def judged(town: Town) -> Verdict:
    """At the end, when nothing can leave any more."""
    arrivals = town.arrivals()
    wanted = sa.select(*(tables.deliveries.c[name] for name in ("address_id", "room_id", "status")))
    async with town.opened() as database, database.read() as connection:
        rows = (await connection.execute(wanted)).all()
    said: dict[int | str, list[str]] = {}
    for row in rows:
        chat = town.channels[row.room_id] if row.room_id else town.people[row.address_id]
        said.setdefault(chat, []).append(row.status)
    doubled = [chat for chat, times in arrivals.items() if times > 1]
    everybody: list[int | str] = [*town.people.values(), *town.channels.values()]
    wrongs = [wrong for chat in everybody if (wrong := _wrong(said.get(chat, []), arrivals[chat]))]
    open_ends = [chat for chat in everybody if said.get(chat) == ["unconfirmed"]]
    return Verdict(
        recipients=len(everybody),
        arrived=sum(1 for times in arrivals.values() if times),
        doubled=len(doubled),
        unaccounted=len(wrongs),
        unconfirmed=len(open_ends),
        unconfirmed_but_there=sum(1 for chat in open_ends if arrivals[chat]),
        statuses=dict(Counter(row.status for row in rows)),
        wrongs=tuple(wrongs[:10]),
    )


def _wrong(said: list[str], times: int) -> str:
    """Empty when what is recorded fits what arrived."""
    match said:
        case []:
            return "was never frozen"
        case ["sent"]:
            return "" if times else "is called sent and never arrived"
        case ["unconfirmed"]:
            return ""
        case [status] if status in NOT_LEFT:
            return f"is called {status} and arrived" if times else ""
        case _:
            return f"ended as {', '.join(said)}"
