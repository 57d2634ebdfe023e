"""What a run consists of, and how one is lived through and judged; the short tests and the long soak share it."""

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from campaign_engine.domain.pacing import MOST_WIDTH
from tests.soak.judge import Verdict, judged
from tests.soak.town import Part, Size, Town, program, town
from tests.soak.upheavals import Run, Upheaval
from tests.support.postgres import PostgresServer, find_binaries

LANES = 2
"""Telegram's and Discord's."""


@dataclass(frozen=True, slots=True)
class Plan:
    """To how many, and what befalls the program how often; `seed` chooses order and moments."""

    name: str
    size: Size
    upheavals: dict[Upheaval, int]
    postgres: bool = False
    seed: int = 7

    def shuffled(self) -> list[Upheaval]:
        every = [kind for kind, times in self.upheavals.items() for _ in range(times)]
        dice(self.seed).shuffle(every)
        return every


@dataclass(frozen=True, slots=True)
class Figures:
    """`during`: upheavals that found the campaign under way; `in_hand`: messages claimed at a kill or freeze, at most
    and all together; `would_not_stop`: last words of a process that Ctrl-C did not end.
    """

    plan: str
    seed: int
    befallen: dict[str, int]
    during: int
    most_in_hand: int
    all_in_hand: int
    verdict: Verdict
    seconds: float
    would_not_stop: str = ""

    def check(self) -> None:
        """AssertionError when anything was doubled, lost, or left open beyond what a crash can leave open."""
        assert self.verdict.doubled == 0, self
        assert self.verdict.unaccounted == 0, self
        assert self.most_in_hand <= MOST_WIDTH * LANES, self
        assert self.verdict.unconfirmed <= self.all_in_hand, self
        assert not self.would_not_stop, self.would_not_stop


def dice(seed: int) -> random.Random:
    """The same for the same seed."""
    return random.Random(seed)


@dataclass(slots=True)
class Server:
    """A PostgreSQL database of the run's own; empty for SQLite."""

    url: str = ""
    restart: Callable[[], None] = field(default=lambda: None)


class NoPostgresError(Exception):
    """The message says what is missing."""


@contextmanager
def server_for(plan: Plan) -> Iterator[Server]:
    """PostgreSQL of its own where the plan asks for it, in a folder of its own: it runs under another account."""
    if not plan.postgres:
        yield Server()
        return
    binaries = find_binaries()
    if binaries is None:
        raise NoPostgresError("PostgreSQL's server binaries (initdb, postgres) are not installed")
    with tempfile.TemporaryDirectory(prefix="groundswell-") as folder:
        postgres = PostgresServer(Path(folder), binaries)
        postgres.start()
        try:
            postgres.execute("CREATE DATABASE soak")
            yield Server(postgres.url("soak"), postgres.restart)
        finally:
            postgres.stop()


async def lived(plan: Plan, folder: Path, server: Server) -> Figures:
    """From an empty folder to a judged end."""
    began = time.monotonic()
    async with town(folder, server.url, plan.size, plan.seed) as made:
        made.parts += parts(made, plan)
        for part in made.parts:
            await made.begin(part)
        run = Run(made, dice(plan.seed), server.restart)
        await run.live_through(plan.shuffled())
        verdict = await judged(made)
        stopped = [await _stops(part) for part in made.parts]
        words = "" if all(stopped) else made.last_words()
    return Figures(
        plan=plan.name,
        seed=plan.seed,
        befallen=dict(run.befallen),
        during=run.during,
        most_in_hand=max(run.in_hand, default=0),
        all_in_hand=sum(run.in_hand),
        verdict=verdict,
        seconds=round(time.monotonic() - began, 1),
        would_not_stop=words,
    )


async def _stops(part: Part) -> bool:
    """Whether Ctrl-C ends it in order once it has begun."""
    try:
        await part.program.until_it_answers()
        return await part.program.stop() == 0
    except TimeoutError:
        return False


APART = (
    ("up", "--roles", "web,bots,scheduler"),
    ("up", "--roles", "scheduler"),
    ("worker",),
    ("worker",),
)
"""Two clocks and two senders on one PostgreSQL."""


def parts(made: Town, plan: Plan) -> list[Part]:
    """One process on SQLite; on PostgreSQL several share the work."""
    return [Part(program(made), command) for command in (APART if plan.postgres else (("up",),))]
