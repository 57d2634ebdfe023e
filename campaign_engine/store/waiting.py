"""Which submitted campaigns wait for whom: the rules of domain.permission as conditions of a query."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.campaign import ADULT_APPROVED_KINDS, Campaign, CampaignKind, PostStatus
from campaign_engine.domain.contact import AddressStatus, Person
from campaign_engine.domain.permission import OPEN, approving_roles, may_approve, reach
from campaign_engine.domain.precinct import PRECINCT_NUMBERS
from campaign_engine.domain.roles import Capability, may
from campaign_engine.ports.planning import StaffContact
from campaign_engine.store import threads
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.grants import grant_of
from campaign_engine.store.tables import (
    addresses,
    campaign_targets,
    campaigns,
    contacts,
    post_versions,
    posts,
    role_grants,
    staff_members,
    translators,
)

_WAITING = tuple(sorted(OPEN))
_PEER_APPROVED_KINDS = tuple(kind for kind in CampaignKind if kind not in ADULT_APPROVED_KINDS)


def for_person(person: Person) -> sa.ColumnElement[bool] | None:
    """Condition on campaigns; None for somebody who approves nothing."""
    if person.contact_id is None or not may(person, Capability.APPROVE):
        return None
    return sa.and_(
        campaigns.c.status.in_(_WAITING),
        _has(posts.c.campaign_id == campaigns.c.id, posts.c.status == PostStatus.SUBMITTED),
        ~_written_by(person.contact_id),
        _has(campaign_targets.c.campaign_id == campaigns.c.id),
        sa.or_(_within(person, _PEER_APPROVED_KINDS), _within(person, tuple(sorted(ADULT_APPROVED_KINDS)))),
    )


def approvers(kind: CampaignKind) -> sa.Select[Any]:
    """Grants of those who may approve this kind, with their address."""
    return (
        sa.select(
            role_grants.c.contact_id,
            role_grants.c.role,
            role_grants.c.scope_kind,
            role_grants.c.scope_value,
            contacts.c.language,
            addresses.c.channel,
            addresses.c.address_cipher,
            threads.THREAD,
            staff_members.c.handle,
        )
        .join(contacts, contacts.c.id == role_grants.c.contact_id)
        .outerjoin(staff_members, staff_members.c.contact_id == role_grants.c.contact_id)
        .join(addresses, addresses.c.contact_id == role_grants.c.contact_id)
        .where(role_grants.c.role.in_(approving_roles(kind)), addresses.c.status == AddressStatus.ACTIVE)
        .order_by(role_grants.c.contact_id)
    )


def staff_contacts(rows: Iterable[Any], campaign: Campaign, cipher: AddressCipher) -> tuple[StaffContact, ...]:
    """Those of `approvers` whose scope covers the campaign and who did not write it."""
    by_person: dict[int, list[Any]] = {}
    for row in rows:
        by_person.setdefault(row.contact_id, []).append(row)
    found = []
    for contact_id, grants in by_person.items():
        person = Person(contact_id=contact_id, grants=tuple(grant_of(row) for row in grants))
        if may_approve(person, campaign):
            found.append(staff_contact(grants[0], cipher))
    return tuple(found)


def reachable(contact_id: int) -> sa.Select[Any]:
    """Language and address of one person who can be written to."""
    return (
        sa.select(
            addresses.c.contact_id,
            contacts.c.language,
            addresses.c.channel,
            addresses.c.address_cipher,
            threads.THREAD,
            staff_members.c.handle,
        )
        .join(contacts, contacts.c.id == addresses.c.contact_id)
        .outerjoin(staff_members, staff_members.c.contact_id == addresses.c.contact_id)
        .where(addresses.c.contact_id == contact_id, addresses.c.status == AddressStatus.ACTIVE)
    )


def staff_contact(row: Any, cipher: AddressCipher) -> StaffContact:
    """From a row of `approvers` or `reachable`."""
    to = threads.destination(row.channel, row.address_cipher, row.thread_cipher, cipher)
    return StaffContact(row.contact_id, row.language, to, row.handle or "")


def _has(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Such rows belong to the campaign, whatever other tables the query around reads."""
    return sa.exists().where(*conditions).correlate(campaigns)


def _written_by(contact_id: int) -> sa.ColumnElement[bool]:
    """A text of it in any language; also where the author is gone: nobody knows who that was."""
    version = _has(
        posts.c.campaign_id == campaigns.c.id,
        post_versions.c.post_id == posts.c.id,
        post_versions.c.version == posts.c.version,
        post_versions.c.author_id == contact_id,
    )
    translated = _has(
        posts.c.campaign_id == campaigns.c.id,
        translators.c.post_id == posts.c.id,
        translators.c.contact_id == contact_id,
    )
    return sa.or_(sa.func.coalesce(campaigns.c.author_id, contact_id) == contact_id, version, translated)


def _within(person: Person, kinds: tuple[CampaignKind, ...]) -> sa.ColumnElement[bool]:
    covered = reach(person.grants, approving_roles(kinds[0]))
    beyond = _has(
        campaign_targets.c.campaign_id == campaigns.c.id,
        campaign_targets.c.precinct.in_(set(PRECINCT_NUMBERS) - covered),
    )
    return sa.and_(campaigns.c.kind.in_(kinds), ~beyond)
