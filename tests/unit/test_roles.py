"""Every role against every capability and every scope (safety R1)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from campaign_engine.domain import permission
from campaign_engine.domain.campaign import Campaign, CampaignKind, CampaignStatus
from campaign_engine.domain.contact import Person, Role, RoleGrant, Scope, ScopeKind
from campaign_engine.domain.errors import GroundswellError, InvalidInput, NotAllowed
from campaign_engine.domain.roles import MATRIX, Capability, check_scope, may, roles_with
from scripts.role_matrix import PAGE, page

MAY = {
    Role.ORGANIZER: "draft see_campaigns hold stop_everything link_rooms read_reports",
    Role.APPROVER: "see_campaigns approve move hold stop_everything link_rooms read_reports answer_requests",
    Role.SAFETY_LEAD: (
        "see_campaigns approve approve_adult move hold stop_everything link_rooms read_reports"
        " answer_requests answer_adults"
    ),
    Role.SITE_HOST: "site_total open_window",
    Role.ANALYST: "read_reports",
    Role.ADMIN: "stop_everything link_rooms answer_requests answer_adults",
    Role.AUDITOR: "read_log",
}
"""Written out a second time by hand: a change of the table is a decision, not a slip."""

BRONX, PRECINCT_75 = Scope(ScopeKind.BOROUGH, "Bronx"), Scope(ScopeKind.PRECINCT, "75")
CAMPAIGN = Campaign(
    id=7,
    title="Winter",
    kind=CampaignKind.PLEDGE,
    status=CampaignStatus.SUBMITTED,
    languages=("en",),
    goal=300,
    author_id=1,
    created_at=datetime(2026, 11, 24, tzinfo=UTC),
    precincts=(75,),
)


def staff(*grants: RoleGrant, contact_id: int = 2) -> Person:
    return Person(contact_id=contact_id, grants=grants)


@pytest.mark.parametrize("role", Role)
def test_R1_each_role_may_do_its_own_and_nothing_else(role: Role) -> None:
    person, allowed = staff(RoleGrant(role)), set(MAY[role].split())
    assert {one for one in Capability if may(person, one)} == allowed
    assert {one for one in Capability if role in roles_with(one)} == allowed
    assert {one for one in Capability if permission.area(person, one)} == allowed


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("scope", "covered"), [(Scope(), True), (PRECINCT_75, True), (BRONX, False)])
def test_R1_a_role_counts_within_its_scope(role: Role, scope: Scope, covered: bool) -> None:
    person = staff(RoleGrant(role, scope))
    reaching = {one for one in Capability if 75 in permission.area(person, one)}
    assert reaching == (set(MATRIX[role]) if covered else set())


@pytest.mark.parametrize("first", Role)
@pytest.mark.parametrize("second", Role)
def test_R1_combined_roles_add_up_each_in_its_own_scope(first: Role, second: Role) -> None:
    person = staff(RoleGrant(first, BRONX), RoleGrant(second, PRECINCT_75))
    for capability in Capability:
        assert may(person, capability) is (capability in MATRIX[first] | MATRIX[second])
        assert (75 in permission.area(person, capability)) is (capability in MATRIX[second])


def test_R1_one_adult_holds_three_roles_and_still_cannot_approve_their_own() -> None:
    roles = (Role.ORGANIZER, Role.APPROVER, Role.SAFETY_LEAD, Role.ADMIN)
    both = staff(*(RoleGrant(role) for role in roles), contact_id=1)
    assert not permission.may_approve(both, CAMPAIGN)
    with pytest.raises(NotAllowed, match="somebody else reads it"):
        permission.check_approver(both, CAMPAIGN)
    assert permission.check_approver(replace(both, contact_id=2), CAMPAIGN) == 2


def test_R1_an_organizer_of_the_bronx_cannot_hand_in_for_the_75th() -> None:
    organizer = staff(RoleGrant(Role.ORGANIZER, BRONX))
    with pytest.raises(NotAllowed, match="does not reach precinct 75"):
        permission.check_targets(organizer, (44, 75))
    permission.check_targets(organizer, (44, 40))


@pytest.mark.parametrize("role", Role)
def test_R1_a_report_is_read_by_those_who_may_in_their_area(role: Role) -> None:
    allowed = Capability.READ_REPORTS in MATRIX[role]
    assert permission.may_read_report(staff(RoleGrant(role)), CAMPAIGN) is allowed
    assert not permission.may_read_report(staff(RoleGrant(role, BRONX)), CAMPAIGN)
    assert not permission.may_read_report(staff(RoleGrant(role)), replace(CAMPAIGN, status=CampaignStatus.DRAFT))


def test_R1_who_gave_the_role_up_no_longer_moves_or_reads_what_they_wrote() -> None:
    before, after = staff(RoleGrant(Role.ORGANIZER, BRONX), contact_id=1), Person(contact_id=1)
    permission.check_mover(before, CAMPAIGN)
    assert permission.may_see(before, CAMPAIGN)
    with pytest.raises(NotAllowed):
        permission.check_mover(after, CAMPAIGN)
    assert not permission.may_see(after, CAMPAIGN)
    assert not permission.may_read_report(after, CAMPAIGN)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("scope", [Scope(), BRONX, PRECINCT_75, Scope(ScopeKind.SITE, "3")])
def test_R1_a_site_is_for_its_host_and_the_log_for_the_whole_city(role: Role, scope: Scope) -> None:
    fits = (role is Role.SITE_HOST) == (scope.kind is ScopeKind.SITE)
    fits = fits and (role is not Role.AUDITOR or scope == Scope())
    refusal: GroundswellError | None = None
    try:
        check_scope(role, scope)
    except InvalidInput as error:
        refusal = error
    assert (refusal is None) is fits


def test_the_page_about_roles_is_what_the_program_asks() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
    assert page().count("| yes |") + page().count(" yes ") > len(Role)
