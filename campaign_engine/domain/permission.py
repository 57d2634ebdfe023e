"""Who may do what with a campaign, by role, scope and the two-person rule (safety S1, R1)."""

from collections.abc import Iterable, Mapping

from campaign_engine.domain.campaign import ADULT_APPROVED_KINDS, Campaign, CampaignKind, CampaignStatus, PostStatus
from campaign_engine.domain.contact import Person, Role, RoleGrant, Scope, ScopeKind
from campaign_engine.domain.errors import NotAllowed, NotFound
from campaign_engine.domain.precinct import PRECINCT_NUMBERS, borough_of
from campaign_engine.domain.roles import Capability, may, roles_with

_READERS = roles_with(Capability.APPROVE)
WATCHERS = roles_with(Capability.HOLD)
"""Who may hold a precinct (safety I1)."""

_GONE = 0
"""Stands for an author who deleted themselves: it may be whoever came back and would approve it now (safety S1)."""

LIVE = frozenset({CampaignStatus.APPROVED, CampaignStatus.SCHEDULED, CampaignStatus.RUNNING, CampaignStatus.PAUSED})
"""Between approval and the end."""

OPEN = LIVE | {CampaignStatus.SUBMITTED}
"""In which something of a campaign may wait for a second person."""


def precincts_in(scope: Scope) -> frozenset[int]:
    """All 78 for the city; none for a site, whose host plans no campaigns."""
    if scope.kind is ScopeKind.CITY:
        return frozenset(PRECINCT_NUMBERS)
    if scope.kind is ScopeKind.BOROUGH:
        return frozenset(number for number in PRECINCT_NUMBERS if borough_of(number) == scope.value)
    return frozenset({int(scope.value)}) if scope.kind is ScopeKind.PRECINCT else frozenset()


def reach(grants: tuple[RoleGrant, ...], roles: tuple[Role, ...]) -> frozenset[int]:
    """Precincts that these roles cover together."""
    return frozenset().union(*(precincts_in(grant.scope) for grant in grants if grant.role in roles))


def area(person: Person, capability: Capability) -> frozenset[int]:
    """Precincts in which this person may do it."""
    return reach(person.grants, roles_with(capability))


def alone_in(contact_id: int, team: Mapping[int, tuple[RoleGrant, ...]]) -> frozenset[int]:
    """Precincts in which this organizer writes and nobody else could approve it (safety S1)."""
    others = [grants for other, grants in team.items() if other != contact_id]
    covered = frozenset[int]().union(*(reach(grants, _READERS) for grants in others))
    return reach(team[contact_id], roles_with(Capability.DRAFT)) - covered


def approving_roles(kind: CampaignKind) -> tuple[Role, ...]:
    """Presence, memorial and aftermath need an adult safety lead (safety S1)."""
    return roles_with(Capability.APPROVE_ADULT) if kind in ADULT_APPROVED_KINDS else _READERS


def waits(campaign: Campaign) -> bool:
    """Whether anything in it waits for an approver."""
    return campaign.status in OPEN and any(post.status is PostStatus.SUBMITTED for post in campaign.posts)


def waits_for_author(campaign: Campaign) -> bool:
    """Whether an approver fixed something in it that its author has not said yes to."""
    return campaign.status in OPEN and any(post.status is PostStatus.FIXED for post in campaign.posts)


def check_author(person: Person, campaign: Campaign) -> int:
    """Contact id of the one who wrote it. Raises NotAllowed."""
    contact_id = check_organizer(person)
    if contact_id != campaign.author_id:
        raise NotAllowed("Only its author can do that.", "Ask them.", "not_its_author")
    return contact_id


def may_approve(person: Person, campaign: Campaign) -> bool:
    """No author or translator of it, with a role for this kind whose scope covers all its precincts (safety S1)."""
    return stands_behind(person, campaign.kind, _authors(campaign) | campaign.translators, campaign.precincts)


def stands_behind(person: Person, kind: CampaignKind, authors: frozenset[int], precincts: tuple[int, ...]) -> bool:
    """The same of as much of a campaign as it takes."""
    if person.contact_id is None or person.contact_id in authors or _GONE in authors:
        return False
    return bool(precincts) and reach(person.grants, approving_roles(kind)) >= {*precincts}


def may_see(person: Person, campaign: Campaign) -> bool:
    """Authors while they are organizers; other staff once it was submitted, where their scope meets its precincts."""
    if _is_author(person, campaign):
        return True
    submitted = campaign.status is not CampaignStatus.DRAFT
    return submitted and bool(visible_precincts(person).intersection(campaign.precincts))


def visible_precincts(person: Person) -> frozenset[int]:
    """Where this person sees campaigns of others."""
    return area(person, Capability.SEE_CAMPAIGNS)


def may_read_report(person: Person, campaign: Campaign) -> bool:
    """Figures without content, of what was handed in and meets their scope; authors of their own."""
    submitted = campaign.status is not CampaignStatus.DRAFT
    covered = area(person, Capability.READ_REPORTS)
    return submitted and (_is_author(person, campaign) or bool(covered.intersection(campaign.precincts)))


def check_organizer(person: Person) -> int:
    """Contact id of an organizer. Raises NotAllowed."""
    if person.contact_id is None or not may(person, Capability.DRAFT):
        raise NotAllowed("Only organizers can plan campaigns.", "Ask your team for an organizer code.", "not_organizer")
    return person.contact_id


def check_watcher(person: Person, precincts: Iterable[int]) -> int:
    """Contact id of somebody who may hold all these precincts (safety I1). Raises NotAllowed, NotFound."""
    if person.contact_id is None or not may(person, Capability.HOLD):
        raise NotAllowed(
            "Only organizers, approvers and safety leads can do that.", "Tell one of them now.", "not_watcher"
        )
    for number in precincts:
        if number not in PRECINCT_NUMBERS:
            raise NotFound(
                f"There is no precinct {number} in New York City.",
                "Use a precinct number such as 75.",
                "no_precinct",
                {"number": number},
            )
    _check_reach(area(person, Capability.HOLD), precincts)
    return person.contact_id


def check_trained(author: Person) -> None:
    """Raise NotAllowed until the organizer's three-step training is done; no invite skips it (safety R1)."""
    if not author.trained:
        raise NotAllowed(
            "The training for organizers comes first.", "It takes 3 minutes and is in the menu.", "training_first"
        )


def check_stopper(person: Person) -> int:
    """Contact id of somebody who may stop everything, whatever their area (safety S3). Raises NotAllowed."""
    if person.contact_id is None or not may(person, Capability.STOP_EVERYTHING):
        raise NotAllowed("Only the team can do that.", "Tell one of them now.", "not_stopper")
    return person.contact_id


def check_targets(person: Person, precincts: tuple[int, ...]) -> None:
    """Raise NotAllowed, naming what is beyond, unless the organizer's scope covers all precincts."""
    _check_reach(area(person, Capability.DRAFT), precincts)


def _check_reach(covered: frozenset[int], precincts: Iterable[int]) -> None:
    beyond = sorted(set(precincts) - covered)
    if beyond:
        named = ", ".join(str(number) for number in beyond[:5]) + (" and others" if len(beyond) > 5 else "")
        raise NotAllowed(
            f"Your role does not reach precinct {named}.",
            "Choose precincts in your own area, or ask an organizer there to plan it with you.",
            "beyond_scope",
        )


def check_approver(person: Person, campaign: Campaign) -> int:
    """Contact id of the second person. Raises NotAllowed with a kind reason."""
    if person.contact_id is None or not may(person, Capability.APPROVE):
        raise NotAllowed("Only approvers can do that.", "Your campaign waits for one of them.", "not_approver")
    if person.contact_id in _authors(campaign):
        raise NotAllowed(
            "You wrote this one, so somebody else reads it before it goes out.",
            "Two people stand behind every post. Ask another approver.",
            "own_campaign",
        )
    if person.contact_id in campaign.translators:
        raise NotAllowed(
            "You wrote a part of this in another language, so somebody else reads it before it goes out.",
            "Two people stand behind every post. Ask another approver.",
            "own_translation",
        )
    if _GONE in _authors(campaign):
        raise NotAllowed(
            "Its author has left, and two people stand behind every post.",
            "Cancel it under its status, and let somebody plan it anew.",
            "author_gone",
        )
    if campaign.kind in ADULT_APPROVED_KINDS and not may(person, Capability.APPROVE_ADULT):
        raise NotAllowed(
            "This kind of campaign needs an adult safety lead.", "A safety lead can approve it.", "needs_safety_lead"
        )
    if not may_approve(person, campaign):
        raise NotAllowed(
            "This campaign reaches beyond your area.", "Ask an approver whose area covers it.", "beyond_scope"
        )
    return person.contact_id


def check_event_canceller(person: Person, campaign: Campaign) -> int:
    """Contact id of an author, or of anybody who may hold all its precincts (safety S9). Raises NotAllowed."""
    if person.contact_id is not None and _is_author(person, campaign):
        return person.contact_id
    return check_watcher(person, campaign.precincts or PRECINCT_NUMBERS)


def check_mover(person: Person, campaign: Campaign) -> None:
    """Raise NotAllowed unless an author, or an approver or safety lead whose scope covers it."""
    if _is_author(person, campaign):
        return
    covered = area(person, Capability.MOVE)
    if not campaign.precincts or not covered >= {*campaign.precincts}:
        raise NotAllowed(
            "Only its author or an approver of its area can do that.", "Ask one of them.", "not_your_campaign"
        )


def _is_author(person: Person, campaign: Campaign) -> bool:
    """Who gave the role up has given their campaigns to the others."""
    return person.contact_id is not None and person.contact_id in _authors(campaign) and may(person, Capability.DRAFT)


def _authors(campaign: Campaign) -> frozenset[int]:
    return frozenset({campaign.author_id, *(post.author_id for post in campaign.posts)})
