"""Who may do what with a campaign (safety S1, R1)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from campaign_engine.domain import permission
from campaign_engine.domain.campaign import Campaign, CampaignKind, CampaignStatus, Post, PostContent, PostStatus
from campaign_engine.domain.contact import Person, Role, RoleGrant, Scope, ScopeKind
from campaign_engine.domain.errors import NotAllowed
from campaign_engine.domain.precinct import PRECINCT_NUMBERS, TargetRule
from campaign_engine.domain.schedule import Schedule

CITY, BROOKLYN = Scope(), Scope(ScopeKind.BOROUGH, "Brooklyn")
PRECINCT_75, SITE = Scope(ScopeKind.PRECINCT, "75"), Scope(ScopeKind.SITE, "4")
CONTENT = PostContent({"en": "Hi"}, Schedule(datetime.fromisoformat("2026-12-01T16:00")), ("web",), TargetRule())
POST = Post(3, 7, 1, PostStatus.SUBMITTED, CONTENT, author_id=1)
CAMPAIGN = Campaign(
    id=7,
    title="Winter",
    kind=CampaignKind.PLEDGE,
    status=CampaignStatus.SUBMITTED,
    languages=("en",),
    goal=300,
    author_id=1,
    created_at=datetime(2026, 11, 24, tzinfo=UTC),
    precincts=(73, 75),
    posts=(POST,),
)


def staff(role: Role, scope: Scope = CITY, contact_id: int | None = 2) -> Person:
    return Person(contact_id=contact_id, grants=(RoleGrant(role, scope),))


@pytest.mark.parametrize(
    ("scope", "count"), [(CITY, 78), (BROOKLYN, 23), (PRECINCT_75, 1), (SITE, 0), (Scope(ScopeKind.BOROUGH, "?"), 0)]
)
def test_a_scope_covers_its_precincts(scope: Scope, count: int) -> None:
    assert len(permission.precincts_in(scope)) == count


def test_roles_reach_together_what_each_covers() -> None:
    grants = (RoleGrant(Role.APPROVER, PRECINCT_75), RoleGrant(Role.SAFETY_LEAD, Scope(ScopeKind.PRECINCT, "73")))
    assert permission.reach(grants, (Role.APPROVER, Role.SAFETY_LEAD)) == {73, 75}
    assert permission.reach(grants, (Role.ORGANIZER,)) == frozenset()
    assert permission.may_approve(Person(contact_id=2, grants=grants), CAMPAIGN)


@pytest.mark.parametrize("kind", CampaignKind)
@pytest.mark.parametrize("role", Role)
def test_S1_every_kind_is_approved_by_the_roles_it_needs(kind: CampaignKind, role: Role) -> None:
    adults = {CampaignKind.PRESENCE, CampaignKind.MEMORIAL, CampaignKind.AFTERMATH}
    expected = role is Role.SAFETY_LEAD or (role is Role.APPROVER and kind not in adults)
    campaign = replace(CAMPAIGN, kind=kind)
    assert permission.may_approve(staff(role), campaign) is expected
    if expected:
        assert permission.check_approver(staff(role), campaign) == 2
    else:
        with pytest.raises(NotAllowed):
            permission.check_approver(staff(role), campaign)


@pytest.mark.parametrize(
    ("person", "campaign", "code"),
    [
        (staff(Role.APPROVER, contact_id=1), CAMPAIGN, "own_campaign"),
        (staff(Role.SAFETY_LEAD, contact_id=5), replace(CAMPAIGN, posts=(replace(POST, author_id=5),)), "own_campaign"),
        (staff(Role.APPROVER, PRECINCT_75), CAMPAIGN, "beyond_scope"),
        (staff(Role.APPROVER), replace(CAMPAIGN, precincts=()), "beyond_scope"),
        (staff(Role.APPROVER), replace(CAMPAIGN, kind=CampaignKind.MEMORIAL), "needs_safety_lead"),
        (staff(Role.ADMIN), CAMPAIGN, "not_approver"),
        (staff(Role.APPROVER, contact_id=None), CAMPAIGN, "not_approver"),
    ],
)
def test_S1_a_refused_approval_says_why(person: Person, campaign: Campaign, code: str) -> None:
    with pytest.raises(NotAllowed) as caught:
        permission.check_approver(person, campaign)
    assert caught.value.code == code
    assert caught.value.hint


@pytest.mark.parametrize("status", CampaignStatus)
@pytest.mark.parametrize("post", PostStatus)
def test_only_a_submitted_post_of_an_open_campaign_waits(status: CampaignStatus, post: PostStatus) -> None:
    campaign = replace(CAMPAIGN, status=status, posts=(replace(POST, status=post),))
    closed = (CampaignStatus.DRAFT, CampaignStatus.FINISHED, CampaignStatus.CANCELLED)
    assert permission.waits(campaign) is (post is PostStatus.SUBMITTED and status not in closed)


def test_authors_see_their_drafts_and_others_see_what_was_submitted_in_their_area() -> None:
    draft = replace(CAMPAIGN, status=CampaignStatus.DRAFT)
    assert permission.may_see(staff(Role.ORGANIZER, contact_id=1), draft)
    assert not permission.may_see(staff(Role.APPROVER), draft)
    assert permission.may_see(staff(Role.ORGANIZER, PRECINCT_75), CAMPAIGN)
    assert not permission.may_see(staff(Role.ORGANIZER, Scope(ScopeKind.PRECINCT, "44")), CAMPAIGN)
    assert not permission.may_see(staff(Role.SITE_HOST), CAMPAIGN)
    assert not permission.may_see(Person(), CAMPAIGN)


def test_R1_an_organizer_plans_inside_their_scope_only() -> None:
    permission.check_targets(staff(Role.ORGANIZER), PRECINCT_NUMBERS)
    permission.check_targets(staff(Role.ORGANIZER, BROOKLYN), (73, 75))
    with pytest.raises(NotAllowed, match="precinct 44") as caught:
        permission.check_targets(staff(Role.ORGANIZER, BROOKLYN), (44, 75))
    assert caught.value.code == "beyond_scope"
    with pytest.raises(NotAllowed, match="and others"):
        permission.check_targets(staff(Role.APPROVER), PRECINCT_NUMBERS)
    assert permission.check_organizer(staff(Role.ORGANIZER)) == 2
    for nobody in (Person(contact_id=1), staff(Role.APPROVER), staff(Role.ORGANIZER, contact_id=None)):
        with pytest.raises(NotAllowed):
            permission.check_organizer(nobody)


@pytest.mark.parametrize(
    ("person", "allowed"),
    [
        (staff(Role.ORGANIZER, contact_id=1), True),
        (staff(Role.APPROVER), True),
        (staff(Role.SAFETY_LEAD, BROOKLYN), True),
        (staff(Role.APPROVER, PRECINCT_75), False),
        (staff(Role.ORGANIZER), False),
        (staff(Role.ADMIN), False),
        (Person(), False),
    ],
)
def test_R1_a_campaign_is_moved_by_its_author_or_an_approver_of_all_of_it(person: Person, allowed: bool) -> None:
    if allowed:
        permission.check_mover(person, CAMPAIGN)
        return
    with pytest.raises(NotAllowed):
        permission.check_mover(person, CAMPAIGN)
