"""Every table, in the order of the story: places, people, campaigns, deliveries."""

from campaign_engine.store.tables.approvals import looks, small_audiences, waits
from campaign_engine.store.tables.areas import area_cards, area_figures, own_posts
from campaign_engine.store.tables.automatic import event_changes, text_approvals
from campaign_engine.store.tables.base import Id, metadata
from campaign_engine.store.tables.campaigns import (
    campaign_targets,
    campaigns,
    occurrences,
    post_versions,
    posts,
    rooms,
    stopped_posts,
    translators,
)
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
from campaign_engine.store.tables.editions import editions
from campaign_engine.store.tables.facts import action_facts, delivery_facts, people_facts
from campaign_engine.store.tables.help import directory_looks
from campaign_engine.store.tables.holds import event_notices, held_posts, hold_events, holds, incidents
from campaign_engine.store.tables.inviting import invite_slots, used_invites
from campaign_engine.store.tables.jobs import failing_jobs, processes
from campaign_engine.store.tables.joints import joint_joins, joint_words, joints
from campaign_engine.store.tables.kiosks import kiosk_entries, kiosks
from campaign_engine.store.tables.lessons import lesson_progress, series_steps
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
from campaign_engine.store.tables.pictures import pictures
from campaign_engine.store.tables.places import (
    datasets,
    feed_pages,
    feeds,
    meta,
    precincts,
    rankings,
    shootings,
    site_figures,
    sites,
    source_codes,
    tallies,
    zip_shares,
)
from campaign_engine.store.tables.push import push_subscriptions
from campaign_engine.store.tables.retention import (
    closing_counts,
    closings,
    delivery_counts,
    first_times,
    leaver_counts,
    retention_runs,
)
from campaign_engine.store.tables.reviews import returns, sunday_cards
from campaign_engine.store.tables.roles import role_requests, trainings
from campaign_engine.store.tables.room_figures import room_figures, uploads
from campaign_engine.store.tables.signups import move_codes, recent_signups, signup_sources, site_windows
from campaign_engine.store.tables.staff_sessions import staff_links, staff_sessions

__all__ = [
    "COUNTED_ONCE",
    "Id",
    "action_facts",
    "actions",
    "addresses",
    "age_gates",
    "area_cards",
    "area_figures",
    "audit_entries",
    "backlogs",
    "campaign_targets",
    "campaigns",
    "closing_counts",
    "closings",
    "consent_questions",
    "consents",
    "contacts",
    "counters",
    "datasets",
    "deliveries",
    "delivery_counts",
    "delivery_facts",
    "dialogues",
    "directory_looks",
    "do_not_contact",
    "editions",
    "event_changes",
    "event_notices",
    "failing_jobs",
    "feed_pages",
    "feeds",
    "first_times",
    "held_posts",
    "hold_events",
    "holds",
    "imported_optouts",
    "inbox",
    "incidents",
    "invite_slots",
    "joint_joins",
    "joint_words",
    "joints",
    "kill_switch",
    "kiosk_entries",
    "kiosks",
    "lanes",
    "leaver_counts",
    "lesson_progress",
    "looks",
    "meta",
    "metadata",
    "move_codes",
    "occurrences",
    "own_posts",
    "people_facts",
    "pictures",
    "pledges",
    "post_versions",
    "posts",
    "precincts",
    "processes",
    "push_subscriptions",
    "rankings",
    "recent_signups",
    "retention_runs",
    "returns",
    "role_grants",
    "role_invites",
    "role_requests",
    "room_figures",
    "rooms",
    "seen_updates",
    "series_steps",
    "shootings",
    "signup_sources",
    "site_figures",
    "site_windows",
    "sites",
    "small_audiences",
    "source_codes",
    "staff_links",
    "staff_members",
    "staff_sessions",
    "stopped_posts",
    "sunday_cards",
    "tallies",
    "text_approvals",
    "trainings",
    "translators",
    "uploads",
    "used_invites",
    "waits",
    "zip_shares",
]
