"""Campaigns, posts and versions in the store, on both databases."""

import asyncio
import itertools
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from campaign_engine.domain.campaign import (
    CAMPAIGN_TRANSITIONS,
    CampaignKind,
    CampaignStatus,
    Draft,
    PostContent,
    PostSource,
)
from campaign_engine.domain.contact import AddressStatus, AgeBand, Person, Role, RoleGrant, Scope, ScopeKind
from campaign_engine.domain.errors import Conflict, ForbiddenTransition, NotFound
from campaign_engine.domain.message import Destination
from campaign_engine.domain.permission import stands_behind
from campaign_engine.domain.precinct import TargetKind, TargetRule
from campaign_engine.ports.desk import Sought
from campaign_engine.ports.people import NewContact
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlUnitOfWork
from tests.support import FakeClock
from tests.support.engine import House

PASSER_BY = Destination("telegram", "9")
UPDATES = itertools.count(1)
TARGETS = TargetRule(kind=TargetKind.PRECINCTS, precincts=(73, 75)).as_json()


async def contact(house: House, address: str, *roles: RoleGrant) -> Person:
    async with house.store.write() as work:
        new = NewContact(Destination("telegram", address), AgeBand.FROM_18, "es", AddressStatus.ACTIVE, house.clock())
        contact_id, _ = await work.contacts.create(new)
        for grant in roles:
            code = await work.staff.invite(grant, house.clock() + timedelta(days=1))
            await work.staff.redeem(code, contact_id, f"handle{address}", house.clock())
    return Person(contact_id=contact_id, grants=roles)


async def named_post(work: SqlUnitOfWork, post_id: int) -> PostSource | None:
    opened = await work.dialogues.open(PASSER_BY, str(next(UPDATES)), FakeClock()(), Sought(post_id=post_id))
    assert opened is not None
    return opened.named.post


async def count_waiting(work: SqlUnitOfWork, address: str) -> int:
    opened = await work.dialogues.look(Destination("telegram", address), FakeClock()())
    assert opened.desk is not None
    waiting = opened.desk.waiting
    return sum(stands_behind(opened.person, one.kind, one.authors, one.precincts) for one in waiting)


async def start(house: House, author: Person, kind: CampaignKind = CampaignKind.PLEDGE) -> int:
    async with house.store.write() as work:
        return await work.campaigns.start(kind, author.contact_id or 0, house.clock())


async def whole(work: SqlUnitOfWork, campaign_id: int, text: str = "Hi {{ area }}") -> Draft:
    draft = await work.campaigns.draft(campaign_id)
    assert draft is not None
    filled = replace(
        draft,
        title="Winter",
        goal=300,
        targets=TARGETS,
        texts={"en": text, "es": "Hola"},
        schedule={"first": "2026-12-01T16:00", "weekdays": [], "until": None},
        channels=("web", "telegram"),
        pledge="B",
    )
    await work.campaigns.change_draft(filled)
    return filled


async def approve(house: House, campaign_id: int, approver: Person) -> None:
    async with house.store.write() as work:
        await whole(work, campaign_id)
        await work.campaigns.submit_posts(campaign_id)
        await work.campaigns.freeze_targets(campaign_id, (73, 75), 1)
        for status in (CampaignStatus.SUBMITTED, CampaignStatus.APPROVED, CampaignStatus.SCHEDULED):
            await work.campaigns.set_status(await work.campaigns.get(campaign_id), status, house.clock())
        await work.campaigns.approve_posts(campaign_id, approver.contact_id or 0, house.clock())


async def test_a_new_campaign_is_an_empty_draft_of_its_author(house: House) -> None:
    author = await contact(house, "1")
    campaign_id = await start(house, author)
    async with house.store.read() as work:
        draft = await work.campaigns.current_draft(author.contact_id or 0)
        campaign = await work.campaigns.get(campaign_id)
        assert await work.campaigns.current_draft(999) is None
    assert draft is not None
    assert draft.missing == ("title", "goal", "targets", "texts", "schedule", "channels")
    assert not draft.live
    assert (campaign.status, campaign.kind, campaign.posts) == (CampaignStatus.DRAFT, CampaignKind.PLEDGE, ())
    assert campaign.author_id == author.contact_id


async def test_a_whole_draft_is_read_back_as_it_was_written(house: House) -> None:
    campaign_id = await start(house, await contact(house, "1"))
    async with house.store.write() as work:
        written = await whole(work, campaign_id)
    async with house.store.read() as work:
        read = await work.campaigns.draft(campaign_id)
        campaign = await work.campaigns.get(campaign_id)
    assert read is not None
    assert replace(read, channels=tuple(sorted(read.channels)), version=written.version) == replace(
        written, channels=tuple(sorted(written.channels))
    )
    (post,) = campaign.posts
    assert post.content == PostContent.from_json(written.as_json())
    assert post.content.content_hash() == written.content().content_hash()


async def test_a_draft_that_somebody_else_changed_is_not_overwritten(house: House) -> None:
    campaign_id = await start(house, await contact(house, "1"))
    async with house.store.read() as work:
        old = await work.campaigns.draft(campaign_id)
    assert old is not None
    async with house.store.write() as work:
        await work.campaigns.change_draft(replace(old, title="First"))
    with pytest.raises(Conflict):
        async with house.store.write() as work:
            await work.campaigns.change_draft(replace(old, title="Second"))
    async with house.store.read() as work:
        assert (await work.campaigns.get(campaign_id)).title == "First"


async def test_the_draft_begun_or_opened_last_is_the_current_one(house: House) -> None:
    author, approver = await contact(house, "1"), await contact(house, "2")
    first = await start(house, author)
    await approve(house, first, approver)
    house.clock.advance(timedelta(hours=1))
    second = await start(house, author)
    async with house.store.read() as work:
        current = await work.campaigns.current_draft(author.contact_id or 0)
        assert current is not None
        assert current.campaign_id == second
    house.clock.advance(timedelta(hours=1))
    async with house.store.write() as work:
        await work.campaigns.reopen(first, author.contact_id or 0, house.clock())
        opened = await work.campaigns.current_draft(author.contact_id or 0)
    assert opened is not None
    assert (opened.campaign_id, opened.live) == (first, True)


@pytest.mark.parametrize("before", CampaignStatus)
async def test_every_pair_of_states_is_allowed_or_refused_by_the_table(house: House, before: CampaignStatus) -> None:
    campaign_id = await start(house, await contact(house, "1"))
    ended = {}
    for after in set(CampaignStatus) - {before}:
        async with house.store.database.write() as connection:
            await connection.execute(tables.campaigns.update().values(status=before))
        with nullcontext() if after in CAMPAIGN_TRANSITIONS[before] else pytest.raises(ForbiddenTransition):
            async with house.store.write() as work:
                await work.campaigns.set_status(await work.campaigns.get(campaign_id), after, house.clock())
        async with house.store.read() as work:
            ended[after] = (await work.campaigns.get(campaign_id)).status
    assert ended == {after: after if after in CAMPAIGN_TRANSITIONS[before] else before for after in ended}


async def test_two_steps_on_one_campaign_at_once_end_in_one_conflict(house: House) -> None:
    campaign_id = await start(house, await contact(house, "1"))
    async with house.store.read() as work:
        seen = await work.campaigns.get(campaign_id)

    async def move(after: CampaignStatus) -> bool:
        try:
            async with house.store.write() as work:
                await work.campaigns.set_status(seen, after, house.clock())
        except Conflict:
            return False
        return True

    assert sorted(await asyncio.gather(move(CampaignStatus.SUBMITTED), move(CampaignStatus.CANCELLED))) == [False, True]


async def test_the_first_launch_is_kept_over_a_pause(house: House) -> None:
    campaign_id = await start(house, await contact(house, "1"))
    await approve(house, campaign_id, await contact(house, "2"))
    launched = house.clock()
    for after in (CampaignStatus.RUNNING, CampaignStatus.PAUSED, CampaignStatus.RUNNING):
        async with house.store.write() as work:
            await work.campaigns.set_status(await work.campaigns.get(campaign_id), after, house.clock())
        house.clock.advance(timedelta(hours=5))
    async with house.store.read() as work:
        assert (await work.campaigns.get(campaign_id)).launched_at == launched


async def test_S1_an_edit_makes_a_new_version_and_the_approved_one_stays(house: House) -> None:
    author, approver = await contact(house, "1"), await contact(house, "2")
    campaign_id = await start(house, author)
    await approve(house, campaign_id, approver)
    async with house.store.write() as work:
        await work.campaigns.reopen(campaign_id, author.contact_id or 0, house.clock())
        await whole(work, campaign_id, "Other words")
        source = await named_post(work, 1)
        (post,) = (await work.campaigns.get(campaign_id)).posts
    assert source is not None
    assert (source.campaign_id, source.pledge) == (campaign_id, "B")
    assert (post.version, post.approver_id, post.content.texts["en"]) == (2, None, "Other words")
    async with house.store.write() as work:
        await work.campaigns.restore_posts(campaign_id)
        (post,) = (await work.campaigns.get(campaign_id)).posts
    assert (post.version, post.approver_id, post.content.texts["en"]) == (1, approver.contact_id, "Hi {{ area }}")


async def test_a_post_that_was_never_approved_is_no_source(house: House) -> None:
    campaign_id = await start(house, await contact(house, "1"))
    async with house.store.write() as work:
        await whole(work, campaign_id)
        assert await named_post(work, 1) is None
        assert await named_post(work, 99) is None
        with pytest.raises(NotFound):
            await work.campaigns.get(99)


@pytest.mark.parametrize(
    ("kind", "role", "scope", "waits"),
    [
        (CampaignKind.PLEDGE, Role.APPROVER, Scope(), 1),
        (CampaignKind.PLEDGE, Role.SAFETY_LEAD, Scope(), 1),
        (CampaignKind.PLEDGE, Role.APPROVER, Scope(ScopeKind.BOROUGH, "Brooklyn"), 1),
        (CampaignKind.PLEDGE, Role.APPROVER, Scope(ScopeKind.BOROUGH, "Bronx"), 0),
        (CampaignKind.PLEDGE, Role.APPROVER, Scope(ScopeKind.PRECINCT, "75"), 0),
        (CampaignKind.PLEDGE, Role.ORGANIZER, Scope(), 0),
        (CampaignKind.PLEDGE, Role.ADMIN, Scope(), 0),
        (CampaignKind.MEMORIAL, Role.APPROVER, Scope(), 0),
        (CampaignKind.AFTERMATH, Role.SAFETY_LEAD, Scope(), 1),
    ],
)
async def test_S1_what_waits_for_whom(house: House, kind: CampaignKind, role: Role, scope: Scope, waits: int) -> None:
    author = await contact(house, "1", RoleGrant(Role.ORGANIZER), RoleGrant(Role.APPROVER), RoleGrant(Role.SAFETY_LEAD))
    reader = await contact(house, "2", RoleGrant(role, scope))
    campaign_id = await start(house, author, kind)
    async with house.store.write() as work:
        await whole(work, campaign_id)
        assert await count_waiting(work, "2") == 0
        await work.campaigns.set_status(await work.campaigns.get(campaign_id), CampaignStatus.SUBMITTED, house.clock())
        await work.campaigns.submit_posts(campaign_id)
        await work.campaigns.freeze_targets(campaign_id, (73, 75), 1)
        assert await count_waiting(work, "2") == waits
        assert len(await work.campaigns.waiting_for(reader)) == waits
        assert await count_waiting(work, "1") == 0
        campaign = await work.campaigns.get(campaign_id)
        told = await work.campaigns.approvers(campaign)
        assert [(one.contact_id, one.language, one.to.address) for one in told] == [
            (reader.contact_id, "es", "2")
        ] * waits
        found = await work.campaigns.author(campaign)
        assert found is not None
        assert found.to.address == "1"


async def test_who_sees_which_campaigns(house: House) -> None:
    author, approver = await contact(house, "1"), await contact(house, "2")
    drafted, scheduled = await start(house, author), await start(house, author)
    await approve(house, scheduled, approver)
    async with house.store.read() as work:
        mine = await work.campaigns.visible(author.contact_id or 0, frozenset())
        brooklyn = await work.campaigns.visible(0, frozenset({73}))
        bronx = await work.campaigns.visible(0, frozenset({44}))
    assert [campaign.id for campaign in mine] == [scheduled, drafted]
    assert [campaign.id for campaign in brooklyn] == [scheduled]
    assert not bronx


async def test_a_deleted_author_leaves_the_campaign(house: House) -> None:
    author, approver = await contact(house, "1"), await contact(house, "2")
    campaign_id = await start(house, author)
    await approve(house, campaign_id, approver)
    async with house.store.write() as work:
        await work.contacts.delete(Destination("telegram", "1"), author.contact_id, house.clock())
        campaign = await work.campaigns.get(campaign_id)
        assert await work.campaigns.author(campaign) is None
    assert (campaign.author_id, campaign.posts[0].author_id) == (0, 0)
    async with house.store.database.read() as connection:
        assert await connection.scalar(sa.select(sa.func.count()).select_from(tables.campaigns)) == 1
