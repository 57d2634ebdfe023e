"""The switch that stops all but word of an event, and what waited behind it or a pause (safety S3, S5)."""

from datetime import datetime

import sqlalchemy as sa

from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.delivery import CLAIMABLE, DeliveryStatus
from campaign_engine.domain.message import Destination
from campaign_engine.domain.planner import Priority
from campaign_engine.ports.sending import SwitchState
from campaign_engine.store import listening
from campaign_engine.store.tables import backlogs, campaigns, deliveries, kill_switch, occurrences, posts
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.unsettled import in_states
from campaign_engine.store.upsert import insert, upsert

_ALL = "all"
IS_ON = sa.exists().where(kill_switch.c.name == _ALL, kill_switch.c.settled_at.is_(None)).correlate(None)
"""Pressed, or lifted and not yet settled by a clock: nothing may leave but a notice (safety S9)."""

IS_NOTICE = deliveries.c.priority == Priority.CANCELLATION
"""Tells of a cancelled or changed event, which leaves whatever became of its campaign (safety S9)."""


class SqlKillSwitchRepository(Transaction):
    """Implements ports.sending.KillSwitchRepository."""

    async def state(self) -> SwitchState | None:
        """One statement."""
        row = (await self._connection.execute(sa.select(kill_switch).where(kill_switch.c.name == _ALL))).one_or_none()
        return SwitchState(row.pressed_by, row.pressed_at, row.lifted_at, row.settled_at) if row else None

    async def press(self, contact_id: int | None, now: datetime, who: Destination | None = None) -> bool:
        """One upsert that changes nothing where it is on already."""
        by = {"pressed_by": contact_id, "presser_mark": None if who is None else self._mark(who)}
        pressed = insert(self._connection, kill_switch).values(name=_ALL, pressed_at=now, **by)
        again = pressed.on_conflict_do_update(
            index_elements=[kill_switch.c.name],
            set_={**by, "pressed_at": now, "lifted_at": None, "settled_at": None},
            where=kill_switch.c.lifted_at.is_not(None),
        )
        return await self._connection.scalar(again.returning(kill_switch.c.name)) is not None

    async def lift(self, now: datetime) -> bool:
        """One update."""
        lifted = kill_switch.update().where(kill_switch.c.name == _ALL, kill_switch.c.lifted_at.is_(None))
        return bool((await self._connection.execute(lifted.values(lifted_at=now, presser_mark=None))).rowcount)

    async def pressed_in(self, who: Destination) -> bool:
        """One statement."""
        marked = sa.select(kill_switch.c.presser_mark).where(kill_switch.c.name == _ALL)
        return await self._connection.scalar(marked) == self._mark(who)

    def _mark(self, who: Destination) -> str:
        return self._cipher.code_hash(f"pressed:{self._cipher.lookup(who.channel, who.address)}")

    async def note_backlog(self, campaign_id: int, now: datetime) -> None:
        """One upsert."""
        noted = upsert(self._connection, backlogs, change=("since",))
        await self._connection.execute(noted.values(campaign_id=campaign_id, since=now))

    async def has_work(self) -> bool:
        """One statement."""
        lifted = sa.exists().where(kill_switch.c.lifted_at.is_not(None), kill_switch.c.settled_at.is_(None))
        resumed = sa.exists().where(backlogs.c.campaign_id.is_not(None))
        return bool(await self._connection.scalar(sa.select(sa.or_(lifted, resumed))))

    async def settle(self, now: datetime) -> int:
        """Two reads; an update more for the switch, two statements for resumed campaigns, and word of it to lanes."""
        expired, lifted = 0, False
        state = await self.state()
        if state is not None and state.lifted_at is not None and state.settled_at is None and state.lifted_at <= now:
            expired += await self._expire_all_but_newest(sa.true(), now)
            settled = kill_switch.update().where(kill_switch.c.name == _ALL, kill_switch.c.lifted_at == state.lifted_at)
            await self._connection.execute(settled.values(settled_at=now))
            lifted = True
        resumed = (
            (await self._connection.execute(sa.select(backlogs.c.campaign_id).where(backlogs.c.since <= now)))
            .scalars()
            .all()
        )
        if resumed:
            expired += await self._expire_all_but_newest(posts.c.campaign_id.in_(resumed), now)
            await self._connection.execute(backlogs.delete().where(backlogs.c.campaign_id.in_(resumed)))
        if lifted or resumed:
            await listening.tell(self._connection, listening.LANES)
        return expired

    async def _expire_all_but_newest(self, among: sa.ColumnElement[bool], now: datetime) -> int:
        """Of what waits for one person or one room, by priority, then the one that was due last; notices all stay."""
        to_whom = sa.func.coalesce(-deliveries.c.contact_id, deliveries.c.room_id)
        place = sa.func.row_number().over(
            partition_by=to_whom,
            order_by=(deliveries.c.priority, occurrences.c.due_at.desc(), occurrences.c.id.desc()),
        )
        waiting = (
            sa.select(deliveries.c.id, place.label("place"))
            .join(occurrences, occurrences.c.id == deliveries.c.occurrence_id)
            .join(posts, posts.c.id == occurrences.c.post_id)
            .join(campaigns, campaigns.c.id == posts.c.campaign_id)
            .where(
                in_states(*CLAIMABLE),
                campaigns.c.status == CampaignStatus.RUNNING,
                to_whom.is_not(None),
                ~IS_NOTICE,
                among,
            )
            .subquery()
        )
        older = sa.select(waiting.c.id).where(waiting.c.place > 1)
        changed = deliveries.update().where(deliveries.c.id.in_(older), in_states(*CLAIMABLE))
        ended = changed.values(status=DeliveryStatus.EXPIRED, reason="overtaken", updated_at=now)
        return (await self._connection.execute(ended)).rowcount
