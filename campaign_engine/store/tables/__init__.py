"""Every table, in the order of the story: places, people, campaigns, deliveries."""

from campaign_engine.store.tables.approvals import looks, small_audiences, waits
from campaign_engine.store.tables.base import Id, metadata
from campaign_engine.store.tables.campaigns import campaign_targets, campaigns, occurrences, post_versions, posts, rooms
from campaign_engine.store.tables.deliveries import (
    COUNTED_ONCE,
    actions,
    audit_entries,
    deliveries,
    inbox,
    lanes,
    pledges,
)
from campaign_engine.store.tables.holds import event_notices, held_posts, hold_events, holds, incidents
from campaign_engine.store.tables.people import (
    addresses,
    age_gates,
    consents,
    contacts,
    counters,
    dialogues,
    do_not_contact,
    role_grants,
    role_invites,
    seen_updates,
    staff_members,
)
from campaign_engine.store.tables.places import datasets, meta, precincts, rankings, shootings, sites, source_codes

__all__ = [
    "COUNTED_ONCE",
    "Id",
    "actions",
    "addresses",
    "age_gates",
    "audit_entries",
    "campaign_targets",
    "campaigns",
    "consents",
    "contacts",
    "counters",
    "datasets",
    "deliveries",
    "dialogues",
    "do_not_contact",
    "event_notices",
    "held_posts",
    "hold_events",
    "holds",
    "inbox",
    "incidents",
    "lanes",
    "looks",
    "meta",
    "metadata",
    "occurrences",
    "pledges",
    "post_versions",
    "posts",
    "precincts",
    "rankings",
    "role_grants",
    "role_invites",
    "rooms",
    "seen_updates",
    "shootings",
    "sites",
    "small_audiences",
    "source_codes",
    "staff_members",
    "waits",
]
