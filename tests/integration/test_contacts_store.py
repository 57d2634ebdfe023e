"""What the store keeps about people, on both databases."""

import asyncio
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from campaign_engine.domain.action import ActionKind, IfThen, PledgeCode
from campaign_engine.domain.contact import AddressStatus, AgeBand, Role, RoleGrant, Scope, ScopeKind, Topic
from campaign_engine.domain.message import Destination
from campaign_engine.ports.people import ContactChanges, NewAction, NewContact, NewPledge, Outcome, SavedState
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock

WHO = Destination("telegram", "700123456789")
DAY = date(2026, 11, 24)


@pytest.fixture
async def precinct_75(store: SqlStore) -> int:
    async with store.database.write() as connection:
        await connection.execute(
            tables.precincts.insert().values(number=75, borough="Brooklyn", name="East New York", population=1)
        )
    return 75


async def count(store: SqlStore, table: sa.Table) -> int:
    async with store.read() as work:
        return int(await work.contacts._connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)


async def create(store: SqlStore, clock: FakeClock, who: Destination = WHO) -> tuple[int, int]:
    async with store.write() as work:
        return await work.contacts.create(
            NewContact(who, AgeBand.FROM_16, "es", AddressStatus.ACTIVE, clock(), generation=2)
        )


async def campaign(store: SqlStore, launched_at: datetime, kind: str = "pledge", status: str = "running") -> int:
    async with store.database.write() as connection:
        row = tables.campaigns.insert().values(
            title="t", kind=kind, goal=1, languages=["en"], status=status, version=1,
            created_at=launched_at, launched_at=launched_at,
        )  # fmt: skip
        campaign_id = (await connection.execute(row.returning(tables.campaigns.c.id))).scalar_one()
        await connection.execute(tables.campaign_targets.insert().values(campaign_id=campaign_id, precinct=75))
    return int(campaign_id)


async def test_a_stranger_is_opened_with_nothing_known(store: SqlStore, clock: FakeClock) -> None:
    async with store.write() as work:
        opened = await work.dialogues.open(WHO, "1", clock())
    assert opened is not None
    assert opened.person.contact_id is None
    assert not opened.language_known
    assert opened.saved == SavedState()


async def test_an_update_seen_before_opens_nothing(store: SqlStore, clock: FakeClock) -> None:
    async with store.write() as work:
        await work.dialogues.open(WHO, "1", clock())
    async with store.write() as work:
        assert await work.dialogues.open(WHO, "1", clock()) is None
        assert await work.dialogues.open(Destination("telegram", "2"), "1", clock()) is not None


async def test_one_read_gives_the_person_with_topics_roles_pledges_and_state(
    store: SqlStore, clock: FakeClock, precinct_75: int
) -> None:
    contact_id, address_id = await create(store, clock)
    campaign_id = await campaign(store, clock())
    until = clock() + timedelta(days=3)
    state = SavedState("join", "place", {"site": 3, "asks": "A"}, "es")
    async with store.write() as work:
        await work.contacts.change(contact_id, {"precinct": precinct_75, "paused_until": until})
        await work.contacts.answer_topic(contact_id, Topic.AREA_UPDATES, True, clock())
        await work.contacts.answer_topic(contact_id, Topic.CHECK_INS, False, clock())
        for campaign_or_none in (campaign_id, None):
            await work.actions.pledge(
                NewPledge(contact_id, "telegram", PledgeCode.ALLY, None, clock(), campaign_id=campaign_or_none)
            )
        code = await work.staff.invite(RoleGrant(Role.APPROVER, Scope(ScopeKind.BOROUGH, "Staten Island")), until)
        await work.staff.redeem(code, contact_id, "river7", clock())
        tapped = NewAction(contact_id, "telegram", ActionKind.TAP, DAY, campaign_id)
        joined = NewAction(contact_id, "telegram", ActionKind.JOIN, date(2026, 11, 23))
        assert await work.dialogues.save(WHO, Outcome(state, contact_id, actions=(tapped, joined)), clock())
    async with store.read() as work:
        opened = await work.dialogues.look(WHO, clock())
    person = opened.person
    assert (person.contact_id, person.address_id) == (contact_id, address_id)
    assert (person.age_band, person.language, person.precinct) == (AgeBand.FROM_16, "es", 75)
    assert (person.generation, person.paused_until) == (2, until)
    assert person.topics == {Topic.AREA_UPDATES: True, Topic.CHECK_INS: False}
    assert person.pledged
    assert person.pledged_campaigns == {campaign_id}
    assert person.grants == (RoleGrant(Role.APPROVER, Scope(ScopeKind.BOROUGH, "Staten Island")),)
    assert person.handle == "river7"
    assert opened.saved == SavedState("join", "place", {"site": 3, "asks": "A"}, "es", 1)
    assert opened.status is AddressStatus.ACTIVE
    assert opened.last_seen_at == clock()
    assert opened.done_today == {(ActionKind.TAP, campaign_id)}


async def test_a_state_built_on_an_older_version_is_not_saved(store: SqlStore, clock: FakeClock) -> None:
    async with store.write() as work:
        assert await work.dialogues.save(WHO, Outcome(SavedState("join", "age")), clock())
    async with store.write() as work:
        assert not await work.dialogues.save(WHO, Outcome(SavedState("menu", "x")), clock())
        assert await work.dialogues.save(WHO, Outcome(SavedState("join", "place", version=1)), clock())
    async with store.read() as work:
        assert (await work.dialogues.look(WHO, clock())).saved == SavedState("join", "place", version=2)


async def test_of_saves_at_once_one_writes_and_the_others_leave_nothing(store: SqlStore, clock: FakeClock) -> None:
    contact_id, _ = await create(store, clock)
    tapped = NewAction(contact_id, "telegram", ActionKind.TAP, DAY)

    async def save(generation: int) -> bool:
        changes = ContactChanges(language=("en", "es", "fr", "pl")[generation])
        outcome = Outcome(
            SavedState("join", str(generation)), contact_id, changes, (tapped,), AddressStatus.UNREACHABLE
        )
        async with store.write() as work:
            return await work.dialogues.save(WHO, outcome, clock())

    saved = await asyncio.gather(*(save(number) for number in range(4)))
    assert sorted(saved) == [False, False, False, True]
    async with store.read() as work:
        opened = await work.dialogues.look(WHO, clock())
    assert opened.saved.field == str(saved.index(True))
    assert opened.person.language == ("en", "es", "fr", "pl")[saved.index(True)]
    assert opened.status is AddressStatus.UNREACHABLE
    assert await count(store, tables.actions) == 1


async def test_a_change_to_nothing_is_kept_and_what_is_not_named_stays(
    store: SqlStore, clock: FakeClock, precinct_75: int
) -> None:
    contact_id, _ = await create(store, clock)
    until = clock() + timedelta(days=3)
    first = ContactChanges(precinct=precinct_75, paused_until=until, precinct_declined=True)
    async with store.write() as work:
        assert await work.dialogues.save(WHO, Outcome(SavedState(), contact_id, first), clock())
    async with store.write() as work:
        second = ContactChanges(precinct=None, precinct_declined=False)
        assert await work.dialogues.save(WHO, Outcome(SavedState(version=1), contact_id, second), clock())
        person = (await work.dialogues.look(WHO, clock())).person
    assert (person.precinct, person.precinct_declined, person.paused_until) == (None, False, until)
    assert (person.language, person.age_band) == ("es", AgeBand.FROM_16)


async def test_A1_the_row_of_an_address_holds_no_plain_address(store: SqlStore, clock: FakeClock) -> None:
    await create(store, clock)
    async with store.database.read() as connection:
        row = (await connection.execute(sa.select(tables.addresses))).one()
    assert WHO.address not in str(row)
    assert WHO.address.encode() not in row.address_cipher
    assert store.database.cipher.decrypt("telegram", row.address_cipher) == WHO.address


async def test_a_second_pledge_to_a_campaign_changes_the_choice_and_counts_once(
    store: SqlStore, clock: FakeClock, precinct_75: int
) -> None:
    contact_id, _ = await create(store, clock)
    campaign_id = await campaign(store, clock())
    for where in (campaign_id, None):
        first = NewPledge(contact_id, "telegram", PledgeCode.LOOK_OUT, IfThen.VIDEO, clock(), where, precinct=75)
        second = NewPledge(contact_id, "discord", PledgeCode.LEARN, None, clock() + timedelta(1), where, precinct=1)
        async with store.write() as work:
            await work.actions.pledge(first)
            await work.actions.pledge(second)
    async with store.database.read() as connection:
        rows = (await connection.execute(sa.select(tables.pledges).order_by(tables.pledges.c.id))).all()
    assert [row.campaign_id for row in rows] == [campaign_id, None]
    assert {(row.pledge, row.if_then, row.channel, row.precinct, row.pledged_at) for row in rows} == {
        ("B", "video", "telegram", 75, clock())
    }


async def test_a_plan_completes_the_newest_pledge_of_that_choice(store: SqlStore, clock: FakeClock) -> None:
    contact_id, _ = await create(store, clock)
    async with store.write() as work:
        assert not await work.actions.complete(contact_id, PledgeCode.ALLY, IfThen.WALK, clock())
        await work.actions.pledge(NewPledge(contact_id, "telegram", PledgeCode.ALLY, None, clock()))
        assert await work.actions.complete(contact_id, PledgeCode.ALLY, IfThen.WALK, clock())
        held = await work.contacts.held(WHO)
    assert [pledge.if_then for pledge in held.pledges] == [IfThen.WALK]


async def test_an_action_is_recorded_once_per_contact_kind_campaign_and_day(
    store: SqlStore, clock: FakeClock, precinct_75: int
) -> None:
    contact_id, _ = await create(store, clock)
    campaign_id = await campaign(store, clock())
    done = tuple(
        NewAction(contact_id, "telegram", kind, day, where)
        for kind in (ActionKind.TAP, ActionKind.ANSWER)
        for where in (None, campaign_id)
        for day in (DAY, DAY + timedelta(days=1))
    )
    async with store.write() as work:
        assert await work.dialogues.save(WHO, Outcome(SavedState(), contact_id, actions=done[:3]), clock())
        assert await work.dialogues.save(WHO, Outcome(SavedState(version=1), contact_id, actions=done), clock())
    assert await count(store, tables.actions) == 8


async def test_a_pledge_counts_to_the_most_recently_launched_running_campaign_of_its_precinct(
    store: SqlStore, clock: FakeClock, precinct_75: int
) -> None:
    contact_id, _ = await create(store, clock)
    older = await campaign(store, clock())
    newest = await campaign(store, clock() + timedelta(hours=2))
    await campaign(store, clock() + timedelta(hours=3), kind="memorial")
    await campaign(store, clock() + timedelta(hours=4), status="paused")
    for precinct, kinds, counted_to in (
        (75, ("pledge", "recruit"), newest),
        (75, ("recruit",), None),
        (1, ("pledge",), None),
        (None, ("pledge",), None),
    ):
        given = NewPledge(contact_id, "telegram", PledgeCode.ALLY, None, clock(), precinct=precinct)
        async with store.write() as work:
            assert await work.actions.pledge(given, kinds) == counted_to != older
    assert await count(store, tables.pledges) == 2


async def test_C7_stop_turns_every_topic_off_and_C5_remembers_when(store: SqlStore, clock: FakeClock) -> None:
    contact_id, _ = await create(store, clock)
    asked = clock()
    async with store.write() as work:
        await work.contacts.answer_topic(contact_id, Topic.AREA_UPDATES, True, asked)
        await work.contacts.answer_topic(contact_id, Topic.EVENT_NEWS, False, asked)
    clock.advance(timedelta(days=9))
    async with store.write() as work:
        await work.contacts.opt_out(WHO, contact_id, clock())
        await work.contacts.opt_out(Destination("web", "stranger"), None, clock())
        stopped = await work.dialogues.look(WHO, clock())
        held = await work.contacts.held(WHO)
        await work.contacts.opt_in(WHO, contact_id, clock())
        back = await work.dialogues.look(WHO, clock())
        stranger = await work.dialogues.look(Destination("web", "stranger"), clock())
    assert stopped.person.opted_out
    assert stopped.status is AddressStatus.OPTED_OUT
    assert held.topics == (
        (Topic.AREA_UPDATES, False, date(2026, 12, 3)),
        (Topic.EVENT_NEWS, False, date(2026, 11, 24)),
    )
    assert not back.person.opted_out
    assert not any(back.person.topics.values())
    assert stranger.person.opted_out


async def test_C2_a_refused_age_keeps_a_counter_and_a_block_and_nothing_else(store: SqlStore, clock: FakeClock) -> None:
    until = clock() + timedelta(hours=24)
    async with store.write() as work:
        await work.dialogues.save(WHO, Outcome(SavedState("join", "age")), clock())
        for _ in range(2):
            await work.contacts.refuse_age(WHO, None, clock(), until)
        opened = await work.dialogues.look(WHO, clock())
    assert opened.person.age_blocked_until == until
    assert opened.saved == SavedState()
    async with store.database.read() as connection:
        assert (await connection.execute(sa.select(tables.counters))).all() == [("refused_age", DAY, 2)]
    assert await count(store, tables.contacts) == 0
    async with store.write() as work:
        assert await work.contacts.forget_age_gates(clock()) == 0
        assert await work.contacts.forget_age_gates(until) == 1


async def test_A3_A5_updates_are_forgotten_after_48_hours_and_states_after_24(
    store: SqlStore, clock: FakeClock
) -> None:
    async with store.write() as work:
        await work.dialogues.open(WHO, "1", clock())
        await work.dialogues.save(WHO, Outcome(SavedState("join", "age")), clock())
    now = clock() + timedelta(hours=25)
    async with store.write() as work:
        assert await work.dialogues.forget_old(now - timedelta(hours=48), now - timedelta(hours=24)) == 1
        assert (await work.dialogues.look(WHO, now)).saved == SavedState()
        assert await work.dialogues.open(WHO, "1", now) is None
        assert await work.dialogues.forget_old(now, now) == 1
