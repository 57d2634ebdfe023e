"""Steps of a campaign that a chat does not offer but a caller may try, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.contact import Person, Role, RoleGrant
from campaign_engine.domain.errors import ForbiddenTransition, GroundswellError, InvalidInput, NotAllowed, NotFound
from campaign_engine.domain.precinct import TargetRule
from campaign_engine.domain.return_reason import ReturnReason
from campaign_engine.store import tables
from tests.support.engine import House

TEXTS = {"en": "Hi {{ area }}", "es": "Hola {{ area }}"}
FIELDS: dict[str, object] = {
    "title": "Winter",
    "goal": 300,
    "targets": TargetRule().as_json(),
    "texts": TEXTS,
    "schedule": {"first": "2026-12-01T16:00", "weekdays": [], "until": None},
    "channels": ["web"],
    "pledge": "A",
}


@pytest.fixture
async def author(house: House) -> Person:
    return await person(house, "river7", Role.ORGANIZER)


async def person(house: House, handle: str, *roles: Role) -> Person:
    phone = await house.staff(handle, roles[0])
    return Person(
        contact_id=await phone.contact_id(),
        handle=handle,
        grants=tuple(RoleGrant(role) for role in roles),
        trained=True,
    )


async def drafted(house: House, author: Person, **changes: object) -> int:
    async with house.store.write() as work:
        await house.campaigns.start_draft(work, author, "pledge")
        await house.campaigns.change_draft(work, author, {**FIELDS, **changes})
        draft = await work.campaigns.current_draft(author.contact_id or 0)
    assert draft is not None
    return draft.campaign_id


async def refused(house: House, step: str, *args: object) -> GroundswellError:
    before = await house.counts(), await house.rows(tables.campaigns), await house.rows(tables.posts)
    desk = house.approval if step in ("approve", "send_back") else house.campaigns
    with pytest.raises(GroundswellError) as caught:
        async with house.store.write() as work:
            await getattr(desk, step)(work, *args)
    assert (await house.counts(), await house.rows(tables.campaigns), await house.rows(tables.posts)) == before
    return caught.value


async def seen(house: House, campaign_id: int) -> str:
    async with house.store.read() as work:
        campaign = await work.campaigns.get(campaign_id)
    return campaign.approval_hash(campaign.precincts)[:12]


async def test_a_text_longer_than_people_read_is_refused_when_it_is_handed_in(house: House, author: Person) -> None:
    campaign_id = await drafted(house, author, texts={"en": "x" * 601, "es": "Hola"})
    error = await refused(house, "submit", author, campaign_id)
    assert (error.code, error.values["language"]) == ("long_text", "en")


async def test_only_its_author_hands_a_campaign_in(house: House, author: Person) -> None:
    other = await person(house, "oak3", Role.ORGANIZER)
    campaign_id = await drafted(house, author)
    assert isinstance(await refused(house, "submit", other, campaign_id), NotAllowed)
    assert isinstance(await refused(house, "submit", Person(), campaign_id), NotAllowed)
    assert isinstance(await refused(house, "submit", author, 99), NotFound)
    assert isinstance(await refused(house, "preview", other, campaign_id), NotFound)


async def test_a_campaign_is_handed_in_once(house: House, author: Person) -> None:
    campaign_id = await drafted(house, author)
    async with house.store.write() as work:
        await house.campaigns.submit(work, author, campaign_id)
    assert isinstance(await refused(house, "submit", author, campaign_id), ForbiddenTransition)
    assert (await refused(house, "change_draft", author, {"goal": 5})).code == "no_draft"
    assert (await refused(house, "drop_draft", author)).code == "no_draft"


async def test_S1_what_was_approved_is_what_is_kept_to_be_sent(house: House, author: Person) -> None:
    approver = await person(house, "oak3", Role.APPROVER)
    campaign_id = await drafted(house, author)
    assert isinstance(await refused(house, "approve", approver, campaign_id, "0" * 12), ForbiddenTransition)
    async with house.store.write() as work:
        await house.campaigns.submit(work, author, campaign_id)
    shown = await seen(house, campaign_id)
    for wrong in (shown[:11], "", "0" * 12):
        assert (await refused(house, "approve", approver, campaign_id, wrong)).code == "conflict"
    async with house.store.write() as work:
        await house.approval.approve(work, approver, campaign_id, shown)
        (post,) = (await work.campaigns.get(campaign_id)).posts
    (version,) = await house.rows(tables.post_versions)
    assert version.content_hash == post.content.content_hash()
    assert (version.author_id, version.approver_id) == (author.contact_id, approver.contact_id)
    assert isinstance(await refused(house, "approve", approver, campaign_id, shown), ForbiddenTransition)


async def test_S1_a_sole_operator_with_both_roles_approves_nothing_of_their_own(house: House, author: Person) -> None:
    both = replace(author, grants=tuple(RoleGrant(role) for role in Role))
    campaign_id = await drafted(house, author)
    async with house.store.write() as work:
        await house.campaigns.submit(work, both, campaign_id)
    error = await refused(house, "approve", both, campaign_id, await seen(house, campaign_id))
    assert error.code == "own_campaign"
    assert (await refused(house, "send_back", both, campaign_id, ReturnReason.TIME)).code == "own_campaign"


async def test_S1_an_approval_after_its_time_is_none_and_the_next_free_time_is_offered(
    house: House, author: Person
) -> None:
    approver = await person(house, "oak3", Role.APPROVER)
    campaign_id = await drafted(house, author)
    async with house.store.write() as work:
        await house.campaigns.submit(work, author, campaign_id)
    house.clock.advance(timedelta(days=8))
    shown = await seen(house, campaign_id)
    async with house.store.write() as work:
        (card,) = (await house.approval.approve(work, approver, campaign_id, shown)).replies
        campaign = await work.campaigns.get(campaign_id)
    assert card.template == "approval.passed"
    assert card.values["slot"] is not None
    assert campaign.status is CampaignStatus.SUBMITTED


async def test_targets_are_frozen_at_approval_whatever_is_ranked_later(house: House, author: Person) -> None:
    approver = await person(house, "oak3", Role.APPROVER)
    campaign_id = await drafted(house, author)
    async with house.store.write() as work:
        await house.campaigns.submit(work, author, campaign_id)
        campaign = await work.campaigns.get(campaign_id)
        await house.approval.approve(work, approver, campaign_id, campaign.approval_hash(campaign.precincts)[:12])
        before = await work.campaigns.get(campaign_id)
        ranking = (await work.targeting.latest_ranking()).ranking
        turned = replace(ranking, precincts=tuple(reversed(ranking.precincts)))
        await work.targeting.save_ranking(turned, house.clock())
        after = await work.campaigns.get(campaign_id)
    assert len(before.precincts) == 30
    assert (after.precincts, after.ranking_id) == (before.precincts, before.ranking_id) == (before.precincts, 1)


async def test_an_approval_of_targets_that_a_new_ranking_moved_is_refused(house: House, author: Person) -> None:
    approver = await person(house, "oak3", Role.APPROVER)
    campaign_id = await drafted(house, author)
    async with house.store.write() as work:
        await house.campaigns.submit(work, author, campaign_id)
    shown = await seen(house, campaign_id)
    async with house.store.write() as work:
        ranking = (await work.targeting.latest_ranking()).ranking
        turned = replace(ranking, precincts=tuple(reversed(ranking.precincts)))
        await work.targeting.save_ranking(turned, house.clock())
    assert (await refused(house, "approve", approver, campaign_id, shown)).code == "conflict"


@pytest.mark.parametrize(("verb", "error"), [("launch", ForbiddenTransition), ("explode", InvalidInput)])
async def test_a_step_that_cannot_be_is_refused(
    house: House, author: Person, verb: str, error: type[Exception]
) -> None:
    campaign_id = await drafted(house, author)
    assert isinstance(await refused(house, "move", author, campaign_id, verb), error)
    stranger = await person(house, "oak3", Role.ADMIN)
    assert isinstance(await refused(house, "move", stranger, campaign_id, "cancel"), NotAllowed)


async def test_a_draft_is_cancelled_by_its_author_and_is_nobodys_draft_any_more(house: House, author: Person) -> None:
    campaign_id = await drafted(house, author)
    async with house.store.write() as work:
        await house.campaigns.drop_draft(work, author)
        assert (await work.campaigns.get(campaign_id)).status is CampaignStatus.CANCELLED
        assert await work.campaigns.current_draft(author.contact_id or 0) is None
        assert await work.audit.verify() is None
