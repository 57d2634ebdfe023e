"""Whatever people, staff, clocks and processes do in whatever order, nobody is written to against the rules.

The program runs whole, in processes that die or freeze at any moment at which they wait, and a watcher with notes of
his own judges every message that leaves.
"""

import os
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from campaign_engine.domain.delivery import Decision
from campaign_engine.store import health
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.tables import deliveries, occurrences, posts
from tests.support.mortal import Life
from tests.support.rules import Rules
from tests.support.town import AREAS, NAMES

EXAMPLES = int(os.environ.get("SOAK_EXAMPLES", "6"))
"""`make soak` tries many more."""

MAY_HAVE_LEFT = frozenset({"sent", "bounced", "sending", "unconfirmed", "left"})
FIRED = deliveries.join(occurrences, occurrences.c.id == deliveries.c.occurrence_id)


class Processes(Rules):
    """What befalls the processes and their clocks, and what must hold of every delivery at every moment."""

    @rule(steps=st.integers(0, 60))
    def die(self, steps: int) -> None:
        """SIGKILL somewhere between the tick and the last result."""
        self.run(self.town.work_until_it_ends(Life(steps)))

    @rule(steps=st.integers(0, 60))
    def freeze(self, steps: int) -> None:
        self.run(self.town.work_until_it_ends(Life(steps, freezes=True)))

    @rule()
    def thaw(self) -> None:
        self.run(self.town.thaw())

    @rule(minutes=st.sampled_from([-120, -10, 10, 120]))
    def set_the_clock(self, minutes: int) -> None:
        self.clock.advance(timedelta(minutes=minutes))
        self.run(self.town.work())

    @rule(choice=st.integers(0, 5), decision=st.sampled_from(Decision))
    def decide(self, choice: int, decision: Decision) -> None:
        """About what may have left: an organizer's word is the only way to a second time."""
        if self.campaigns:
            self.run(self._decide(list(self.campaigns)[choice % len(self.campaigns)], decision))

    async def _decide(self, campaign_id: int, decision: Decision) -> None:
        of_post = FIRED.join(posts, posts.c.id == occurrences.c.post_id)
        wanted = sa.select(deliveries.c.id, posts.c.id.label("post_id")).select_from(of_post)
        wanted = wanted.where(posts.c.campaign_id == campaign_id, deliveries.c.status == "unconfirmed")
        async with self.database.read() as connection:
            unsure = (await connection.execute(wanted)).all()
        for post_id in {row.post_id for row in unsure}:
            await self.town.staff["ben2"].press(f"un:{campaign_id}:{post_id}:{decision}:yes")
        again = sa.select(deliveries.c.id).where(
            deliveries.c.id.in_([row.id for row in unsure]), deliveries.c.status == "queued"
        )
        async with self.database.read() as connection:
            for delivery_id in (await connection.execute(again)).scalars():
                self.town.left.pop(delivery_id, None)

    @invariant()
    def what_was_frozen_adds_up(self) -> None:
        """Measures: every delivery is in one state, and none is lost or made up."""
        if hasattr(self, "town"):
            assert self.run(self._unbalanced()) == []

    async def _unbalanced(self) -> list[Any]:
        there = sa.select(sa.func.count()).where(deliveries.c.occurrence_id == occurrences.c.id).scalar_subquery()
        frozen = occurrences.c.frozen_people + occurrences.c.frozen_rooms
        async with self.database.read() as connection:
            off = await connection.execute(sa.select(occurrences.c.id, frozen, there).where(frozen != there))
            return [*map(tuple, off), *await health.broken(connection)]

    async def misjudged(self) -> list[str]:
        """What left too early or late, and what is said of it."""
        columns = (deliveries.c.id, deliveries.c.status, occurrences.c.due_at, occurrences.c.stale_at)
        async with self.database.read() as connection:
            rows = (await connection.execute(sa.select(*columns).select_from(FIRED))).all()
        left = self.town.left
        late = [
            f"{row} left {left[row.id]}"
            for row in rows
            if not row.due_at <= left.get(row.id, row.due_at) < row.stale_at
        ]
        lies = [f"{row}" for row in rows if (row.status == "sent") > (row.id in left)]
        lies += [f"{row} left" for row in rows if row.id in left and row.status not in MAY_HAVE_LEFT]
        return late + lies


@pytest.fixture
def rules(request: pytest.FixtureRequest, sqlite_template: Path, cipher: AddressCipher) -> type[Processes]:
    def on_sqlite(folder: Path) -> str:
        shutil.copy(sqlite_template, folder / "town.db")
        return f"sqlite:///{folder}/town.db"

    def on_postgres(_: Path) -> str:
        kept = request.getfixturevalue("kept_database")
        kept.make()
        kept.empty()
        return str(kept.url)

    place = on_postgres if os.environ.get("SOAK_DATABASE") == "postgres" else on_sqlite
    Processes.place, Processes.cipher = staticmethod(place), cipher
    return Processes


def test_C6_C7_S1_S2_S3_S4_S5_S6_I1_H3_N1_nobody_is_written_to_against_the_rules(rules: type[Processes]) -> None:
    quiet = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    run_state_machine_as_test(
        rules,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=30,
            deadline=None,
            derandomize="SOAK_EXAMPLES" not in os.environ,
            suppress_health_check=quiet,
        ),
    )


def test_a_quiet_day_writes_to_everybody_once(rules: type[Processes]) -> None:
    """The watcher has something to watch."""
    machine = rules()
    machine.settle()
    machine.hand_in(AREAS, 1, daily=False)
    machine.approve("ben2")
    machine.live(30)
    machine.teardown()
    assert (machine.town.sent, machine.town.wrongs) == (len(NAMES) + len(AREAS), [])


@pytest.mark.parametrize("approved", [True, False])
def test_S1_an_automatic_text_leaves_only_in_an_approved_wording(rules: type[Processes], approved: bool) -> None:
    machine = rules()
    machine.settle()
    machine.goes_out_by_itself(AREAS, approved)
    machine.live(30)
    machine.teardown()
    assert (machine.town.sent > 0, machine.town.wrongs) == (approved, [])


@pytest.mark.parametrize("broken", ["stopped", "topics", "held", "killed"])
def test_the_watcher_sees_what_is_wrong(rules: type[Processes], broken: str) -> None:
    machine = rules()
    machine.settle()
    machine.hand_in(AREAS, 1, daily=False)
    machine.approve("ben2")
    town, ally = machine.town, machine.town.allies[NAMES[1]]
    ally.stopped = broken == "stopped"
    ally.topics = set() if broken == "topics" else ally.topics
    town.holds = {75: town.clock() + timedelta(days=3)} if broken == "held" else {}
    town.killed = broken == "killed"
    machine.live(30)
    machine.teardown()
    assert town.wrongs
