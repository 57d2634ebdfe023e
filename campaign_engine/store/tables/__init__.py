"""Every table, in the order of the story: places, people, campaigns, deliveries."""

from campaign_engine.store.tables.approvals import looks, small_audiences, waits
from campaign_engine.store.tables.automatic import event_changes, text_approvals
from campaign_engine.store.tables.base import Id, metadata
from campaign_engine.store.tables.campaigns import campaign_targets, campaigns, occurrences, post_versions, posts, rooms
from campaign_engine.store.tables.deliveries import (
    COUNTED_ONCE,
    actions,
    audit_entries,
    backlogs,
    deliveries,
    inbox,
    kill_switch,
    lanes,
    pledges,
)
from campaign_engine.store.tables.help import directory_looks
from campaign_engine.store.tables.holds import event_notices, held_posts, hold_events, holds, incidents
from campaign_engine.store.tables.people import (
    addresses,
    age_gates,
    consent_questions,
    consents,
    contacts,
    counters,
    dialogues,
    do_not_contact,
    imported_optouts,
    role_grants,
    role_invites,
    seen_updates,
    staff_members,
)
from campaign_engine.store.tables.places import datasets, meta, precincts, rankings, shootings, sites, source_codes
from campaign_engine.store.tables.roles import role_requests, trainings

__all__ = [
    "COUNTED_ONCE",
    "Id",
    "actions",
    "addresses",
    "age_gates",
    "audit_entries",
    "backlogs",
    "campaign_targets",
    "campaigns",
    "consent_questions",
    "consents",
    "contacts",
    "counters",
    "datasets",
    "deliveries",
    "dialogues",
    "directory_looks",
    "do_not_contact",
    "event_changes",
    "event_notices",
    "held_posts",
    "hold_events",
    "holds",
    "imported_optouts",
    "inbox",
    "incidents",
    "kill_switch",
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
    "role_requests",
    "rooms",
    "seen_updates",
    "shootings",
    "sites",
    "small_audiences",
    "source_codes",
    "staff_members",
    "text_approvals",
    "trainings",
    "waits",
]
