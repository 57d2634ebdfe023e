"""What counts as what, written once: triggers run these statements over the rows that just changed, a rebuild over all.

SQL as text because both databases must have it inside of triggers. `$rows` is the source of rows, as in the table that
they come from; the other names in `Words` are what SQLite and PostgreSQL write differently.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from string import Template

from campaign_engine.domain.action import ActionKind
from campaign_engine.domain.delivery import TO_LEAVE, DeliveryStatus
from campaign_engine.domain.follow_up import FollowThrough
from campaign_engine.domain.kiosk import CHANNEL as KIOSK
from campaign_engine.domain.lesson import DONE
from campaign_engine.domain.tally import PAPER

TRAINED_AT = 9
"""Of the twelve lessons (measures: trained)."""

REACHED, ENGAGED, JOINED, PLEDGED = "reached", "engaged", "joined", "pledged"
DELIVERED, BLOCKED, TRAINED, INVITING = "delivered", "blocked", "trained", "inviting"
FOLLOWED, NOT_FOLLOWED, NO_ANSWER = FOLLOW_THROUGH = ("followed", "not_followed", "no_answer")
JOINED_BY_POST = "join"
"""As `store.closing` has it: a join that a post of the campaign brought."""

LEAVING = (ActionKind.OPT_OUT, ActionKind.PAUSE, ActionKind.DELETE)
WITHOUT_PERSON = "pledge_alone"
"""Pledges of nobody (kiosk, paper): no people, but counted by the same places."""

OF_NOBODY = (KIOSK, PAPER)
"""Their channels: a pledge on another one that names nobody is of somebody who is gone."""

OPEN_ENDED = (*TO_LEAVE, DeliveryStatus.SENDING)
"""Something must still happen to these by itself; all others are settled and counted."""

_BY_KIND = (
    (ActionKind.JOIN, (JOINED_BY_POST, JOINED, REACHED)),
    (ActionKind.TAP, (ENGAGED, REACHED)),
    (ActionKind.ANSWER, (ENGAGED, REACHED)),
    (ActionKind.PLEDGE, (ENGAGED, REACHED)),
)

_BY_OUTCOME = (
    (FollowThrough.DID, (FOLLOWED,)),
    (FollowThrough.DID_NOT, (NOT_FOLLOWED,)),
    (FollowThrough.SILENT, (NO_ANSWER,)),
)


@dataclass(frozen=True, slots=True)
class Words:
    """What each database calls it; days and weeks are New York's, weeks by their Sunday (domain.area.week_begin)."""

    part: str
    no: str
    week: str
    day: str
    sunday: str
    shut_out: str


_SQLITE_OFFSET = """CASE WHEN substr($at, 12, 2) = '04'
AND $at > date(substr($at, 1, 4) || '-03-08', 'weekday 0') || ' 07'
AND $at < date(substr($at, 1, 4) || '-11-01', 'weekday 0') || ' 06' THEN '-4 hours' ELSE '-5 hours' END"""
"""Summer time (second Sunday of March to the first of November, 15 USC 260a) makes another day of one hour only.

Fractions of a second are cut off, because SQLite rounds them up."""

_A_DAY = "interval '1 day'"
"""PostgreSQL's own weeks begin on Mondays."""

SQLITE = Words(
    part="0",
    no="0",
    week=f"date(substr($at, 1, 19), {_SQLITE_OFFSET}, '-6 days', 'weekday 0')",
    day=f"date(substr($at, 1, 19), {_SQLITE_OFFSET})",
    sunday="date($at, '-6 days', 'weekday 0')",
    shut_out="(r.reason IN ('blocked', 'chat_not_found') OR "
    "(r.reason GLOB 'discord_[0-9]*' AND substr(r.reason, 9) NOT GLOB '*[^0-9]*'))",
)
POSTGRES = Words(
    part="mod(pg_backend_pid(), 16)",
    no="false",
    week=f"(date_trunc('week', $at AT TIME ZONE 'America/New_York' + {_A_DAY}) - {_A_DAY})::date",
    day="($at AT TIME ZONE 'America/New_York')::date",
    sunday=f"(date_trunc('week', $at + {_A_DAY}) - {_A_DAY})::date",
    shut_out="r.reason ~ '^(blocked|chat_not_found|discord_[0-9]+)$'",
)


def _listed(values: object) -> str:
    return ", ".join(f"'{value}'" for value in values)  # type: ignore[attr-defined] # any iterable of str


def _pairs(pairs: object) -> str:
    """As a table w (kind, what)."""
    rows = [f"SELECT '{kind}' AS kind, '{what}' AS what" for kind, whats in pairs for what in whats]  # type: ignore[attr-defined] # pairs
    return f"({' UNION ALL '.join(rows)}) w"


def settled(status: str) -> str:
    """SQLite would make a table of a list for each row."""
    return "(" + " AND ".join(f"{status} <> '{one}'" for one in OPEN_ENDED) + ")"


_FLAG = "INSERT INTO first_times (contact_id, campaign_id, what, precinct)\n"
_FLAG_OF_WEEK = "INSERT INTO week_times (contact_id, campaign_id, what, week)\n"
_NO_PLACE = "CAST(NULL AS INTEGER)"
_ONCE = "ON CONFLICT DO NOTHING"
_OPEN = "NOT EXISTS (SELECT 1 FROM closings z WHERE z.campaign_id = {})"

OF_ACTIONS = (
    _FLAG
    + f"""SELECT DISTINCT r.contact_id, r.campaign_id, w.what, {_NO_PLACE}
FROM $rows r CROSS JOIN {_pairs(_BY_KIND)}
WHERE w.kind = r.kind AND r.contact_id IS NOT NULL AND r.campaign_id IS NOT NULL AND {_OPEN.format("r.campaign_id")}
{_ONCE}"""
)

OF_JOINS_WITHOUT_POST = (
    _FLAG
    + f"""SELECT DISTINCT c.id, k.id, w.what, {_NO_PLACE}
FROM $rows r JOIN contacts c ON c.id = r.contact_id
JOIN campaign_targets t ON t.precinct = c.precinct
JOIN campaigns k ON k.id = t.campaign_id
JOIN {_pairs([(ActionKind.JOIN, (JOINED, REACHED))])} ON w.kind = r.kind
WHERE r.campaign_id IS NULL AND k.launched_at <= c.created_at
AND (k.finished_at IS NULL OR c.created_at <= k.finished_at) AND {_OPEN.format("k.id")}
{_ONCE}"""
)

OF_LEAVING = (
    _FLAG
    + f"""SELECT r.contact_id, k.id, r.kind, min(r.precinct)
FROM $rows r JOIN campaigns k ON $day_launched <= r.day AND (k.finished_at IS NULL OR r.day <= $day_finished)
WHERE r.kind IN ({_listed(LEAVING)}) AND r.contact_id IS NOT NULL AND {_OPEN.format("k.id")} AND (
  r.campaign_id = k.id
  OR EXISTS (SELECT 1 FROM campaign_targets t WHERE t.campaign_id = k.id AND t.precinct = r.precinct)
  OR EXISTS (SELECT 1 FROM first_times f
             WHERE f.contact_id = r.contact_id AND f.campaign_id = k.id AND f.what = '{DELIVERED}'))
GROUP BY r.contact_id, k.id, r.kind
{_ONCE}"""
)

OF_PLEDGES = (
    _FLAG
    + f"""SELECT DISTINCT r.contact_id, r.campaign_id, w.what, {_NO_PLACE}
FROM $rows r CROSS JOIN {_pairs([("", (PLEDGED, ENGAGED, REACHED))])}
WHERE r.contact_id IS NOT NULL AND r.campaign_id IS NOT NULL AND {_OPEN.format("r.campaign_id")}
{_ONCE}"""
)


_JOINED_TO_FIRED = "JOIN $occurrences o ON o.id = r.occurrence_id JOIN posts p ON p.id = o.post_id"
_AND_OPEN = f" AND {_OPEN.format('p.campaign_id')}"


def _of_deliveries(what: str, which: str, told: str = "") -> str:
    return (
        _FLAG
        + f"""SELECT DISTINCT r.contact_id, p.campaign_id, {what}, {_NO_PLACE}
FROM $rows r {_JOINED_TO_FIRED}{told}
WHERE r.contact_id IS NOT NULL AND NOT r.is_room AND {which}{_AND_OPEN}
{_ONCE}"""
    )


OF_DELIVERIES = _of_deliveries(
    f"CASE r.status WHEN 'sent' THEN '{DELIVERED}' ELSE '{BLOCKED}' END",
    "(r.status = 'sent' OR ((r.status = 'failed' OR r.status = 'bounced') AND $shut_out))",
)
_BY_STATUS = (("sent", (DELIVERED,)), ("failed", (BLOCKED,)), ("bounced", (DELIVERED, BLOCKED)))
OF_ENDED = _of_deliveries(
    "w.what", f"w.kind = r.status AND (w.what = '{DELIVERED}' OR $shut_out)", f" CROSS JOIN {_pairs(_BY_STATUS)}"
)
"""What came back was accepted first, which nothing but a rebuild must be told."""

_WEEK_OF = {
    OF_ACTIONS: "$week_acted",
    OF_JOINS_WITHOUT_POST: "$week_acted",
    OF_LEAVING: "$week_acted",
    OF_PLEDGES: "$week_pledged",
    OF_DELIVERIES: "$week_fired",
    OF_ENDED: "$week_fired",
}


def of_week(rule: str) -> str:
    """The same flags for each week in which it was so (measures: the closed week)."""
    one, week = (_NO_PLACE, "min(r.precinct)"), _WEEK_OF[rule]
    for place in one:
        rule = rule.replace(place, week)
    return rule.replace(_FLAG, _FLAG_OF_WEEK).replace("r.kind\nON", f"r.kind, {week}\nON")


def delivered_in_both() -> str:
    """`OF_DELIVERIES` for the week, and of flags that are new there the first times: no week has one without the other.

    For PostgreSQL, which so joins its rows once, and to what is found once for each occurrence among them.
    """
    flag = "contact_id, campaign_id, what"
    each = of_week(OF_DELIVERIES).replace("SELECT DISTINCT", "SELECT").replace(_AND_OPEN, "")
    each = each.replace(_JOINED_TO_FIRED, "JOIN fired p ON p.id = r.occurrence_id").replace("$week_fired", "p.week")
    return f"""WITH fired AS MATERIALIZED (
SELECT o.id, p.campaign_id, $week_fired AS week FROM occurrences o JOIN posts p ON p.id = o.post_id
WHERE o.id IN (SELECT r.occurrence_id FROM $rows r){_AND_OPEN}),
of_week AS (
{each}
RETURNING {flag})
INSERT INTO first_times ({flag})
SELECT {flag} FROM of_week
{_ONCE}"""


def told(rule: str, table: str) -> str:
    """Its flags and their weeks as rows of `table` (contact, campaign, what, week), whether or not they are new."""
    return f"INSERT INTO {table}\n{selected(of_week(rule))}"


def selected(rule: str) -> str:
    """Its flags alone, each as often as its rows say so."""
    flags = rule.removeprefix(_FLAG).removeprefix(_FLAG_OF_WEEK).removesuffix(_ONCE)
    return flags.replace("SELECT DISTINCT", "SELECT")


def missing(table: str, flags: str, people: str) -> str:
    """Of `flags`, SELECTs of these people, what `table` has not: PostgreSQL takes a third of the time to insert it.

    It fails where a writer adds one of them at the same moment.
    """
    key = {"first_times": "contact_id, campaign_id, what", "week_times": "contact_id, campaign_id, what, week"}[table]
    return f"""INSERT INTO {table} ({key})
SELECT {key} FROM (
{flags}) f ({key})
EXCEPT
SELECT {key} FROM {table} {people}
ORDER BY {key}"""


OF_WEEKS = (
    _FLAG
    + f"""SELECT DISTINCT r.contact_id, r.campaign_id, r.what, {_NO_PLACE}
FROM $rows r WHERE r.what NOT IN ({_listed(LEAVING)}) AND {_OPEN.format("r.campaign_id")}
{_ONCE}"""
)
"""What was so in a week was so; for a rebuild, which so counts messages and acts once. Of leaving the place is kept."""

OF_WHO_IS_REACHED = (
    _FLAG
    + f"""SELECT f.contact_id, f.campaign_id, w.what, {_NO_PLACE}
FROM first_times f CROSS JOIN {_pairs([("", (INVITING, TRAINED))])}
WHERE f.what = '{REACHED}' AND f.contact_id IN (SELECT r.contact_id FROM $rows r) AND (
  (w.what = '{INVITING}' AND (
    EXISTS (SELECT 1 FROM actions i WHERE i.contact_id = f.contact_id AND i.kind = '{ActionKind.INVITE}')
    OR EXISTS (SELECT 1 FROM first_times i WHERE i.contact_id = f.contact_id AND i.what = '{INVITING}')))
  OR (w.what = '{TRAINED}' AND {TRAINED_AT} <=
    (SELECT count(*) FROM lesson_progress l WHERE l.contact_id = f.contact_id AND l.reached >= {DONE})))
AND {_OPEN.format("f.campaign_id")}
{_ONCE}"""
)
"""An invite or a lesson belongs to no campaign: it counts in every one that reached its person, whatever came first."""

OF_FOLLOW_UPS = (
    _FLAG
    + f"""SELECT DISTINCT r.contact_id, p.campaign_id, w.what, {_NO_PLACE}
FROM $rows r JOIN pledges p ON p.id = r.pledge_id JOIN {_pairs(_BY_OUTCOME)} ON w.kind = r.outcome
WHERE p.campaign_id IS NOT NULL AND {_OPEN.format("p.campaign_id")} AND NOT EXISTS (
  SELECT 1 FROM first_times f WHERE f.contact_id = r.contact_id AND f.campaign_id = p.campaign_id
  AND f.what IN ({_listed(FOLLOW_THROUGH)}))
{_ONCE}"""
)
"""A person is one of the three in a campaign, for good; they have no week."""

_PEOPLE_KEY = "campaign_id, what, precinct, site_id, channel, generation, week, counted, part"
_DIMENSIONS = (
    "coalesce(c.precinct, 0), coalesce(c.site_id, 0), coalesce(a.channel, ''), c.generation, $week_created, $counted"
)

PEOPLE = f"""INSERT INTO people_facts ({_PEOPLE_KEY}, people, gone)
SELECT r.campaign_id, r.what, {_DIMENSIONS}, $part, $people, $gone
FROM $rows r JOIN $contacts c ON c.id = r.contact_id LEFT JOIN $addresses a ON a.contact_id = c.id
WHERE 1 = 1
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
ORDER BY 1, 2, 3, 4, 5, 6, 7, 8
ON CONFLICT ({_PEOPLE_KEY}) DO UPDATE
SET people = people_facts.people + excluded.people, gone = people_facts.gone + excluded.gone"""

ALONE = f"r.contact_id IS NULL AND r.campaign_id IS NOT NULL AND r.channel IN ({_listed(OF_NOBODY)})"
PLEDGES_WITHOUT_PERSON = f"""INSERT INTO people_facts ({_PEOPLE_KEY}, people, gone)
SELECT r.campaign_id, '{WITHOUT_PERSON}', coalesce(r.precinct, 0), coalesce(r.site_id, 0), r.channel, r.generation,
$week_pledged, $yes, $part, $people, $people
FROM $rows r WHERE {ALONE}
GROUP BY 1, 2, 3, 4, 5, 6, 7
ORDER BY 1, 2, 3, 4, 5, 6, 7
ON CONFLICT ({_PEOPLE_KEY}) DO UPDATE
SET people = people_facts.people + excluded.people, gone = people_facts.gone + excluded.gone"""

_ACTION_KEY = "campaign_id, day, kind, channel, precinct, site_id, generation, part"
NO_STAFF = "NOT EXISTS (SELECT 1 FROM staff_members s WHERE s.contact_id = c.id)"
CONFIRMED = "NOT EXISTS (SELECT 1 FROM recent_signups u WHERE u.contact_id = c.id AND NOT u.counts)"
"""Threats T10: a sign-up that waits to be confirmed counts in no figure."""

_WEEK_KEY = "campaign_id, week, what"
GONE_OF_WEEK = f"""INSERT INTO week_gone ({_WEEK_KEY}, people)
SELECT r.campaign_id, r.week, r.what, count(*)
FROM $rows r JOIN contacts c ON c.id = r.contact_id
WHERE {NO_STAFF} AND {CONFIRMED}
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
ON CONFLICT ({_WEEK_KEY}) DO UPDATE SET people = week_gone.people + excluded.people"""
"""Before they go; whoever is there is counted from the flags themselves."""

ACTIONS = f"""INSERT INTO action_facts ({_ACTION_KEY}, actions, removed)
SELECT coalesce(r.campaign_id, 0), r.day, r.kind, r.channel, coalesce(r.precinct, 0), coalesce(r.site_id, 0),
r.generation, $part, $actions, $removed
FROM $rows r WHERE 1 = 1
GROUP BY 1, 2, 3, 4, 5, 6, 7
ORDER BY 1, 2, 3, 4, 5, 6, 7
ON CONFLICT ({_ACTION_KEY}) DO UPDATE
SET actions = action_facts.actions + excluded.actions, removed = action_facts.removed + excluded.removed"""

_OF_WHAT_IS_THERE = " AND EXISTS (SELECT 1 FROM occurrences o WHERE o.id = r.occurrence_id)"
"""Messages go after their occurrence."""

_DELIVERY_KEY = "occurrence_id, is_room, lane, precinct, site_id, status, reason, part"
DELIVERIES = f"""INSERT INTO delivery_facts ({_DELIVERY_KEY}, messages)
SELECT r.occurrence_id, r.is_room, r.lane, coalesce(r.precinct, 0), coalesce(r.site_id, 0), r.status, r.reason, $part,
$messages
FROM $rows r WHERE {settled("r.status")}{_OF_WHAT_IS_THERE}
GROUP BY 1, 2, 3, 4, 5, 6, 7
ORDER BY 1, 2, 3, 4, 5, 6, 7
ON CONFLICT ({_DELIVERY_KEY}) DO UPDATE SET messages = delivery_facts.messages + excluded.messages"""


def net_deliveries() -> str:
    """`DELIVERIES` over rows after a change, which count as 1 in `one`, and before it, as -1.

    What comes to nothing is not written. An occurrence whose messages change is there.
    """
    return DELIVERIES.replace(_OF_WHAT_IS_THERE, "").replace("\nORDER BY", "\nHAVING sum(r.one) <> 0\nORDER BY")


def written(statement: str, words: Words, rows: str, **more: str) -> str:
    """One statement of a database over `rows`; `more` replaces what is usual: $counted, $people, $contacts ..."""
    usual: Mapping[str, str] = {
        "occurrences": "occurrences",
        "contacts": "contacts",
        "addresses": "addresses",
        "counted": f"({NO_STAFF} AND {CONFIRMED})",
        "people": "count(*)",
        "gone": "0",
        "actions": "count(*)",
        "removed": "0",
        "messages": "count(*)",
        "yes": "true",
        "week_created": _at(words.week, "c.created_at"),
        "week_pledged": _at(words.week, "r.pledged_at"),
        "week_acted": _at(words.sunday, "r.day"),
        "week_fired": _at(words.sunday, "o.wall_time"),
        "day_launched": _at(words.day, "k.launched_at"),
        "day_finished": _at(words.day, "k.finished_at"),
    }
    return Template(statement).substitute({**asdict(words), **usual, "rows": rows, **more})


def _at(form: str, column: str) -> str:
    return form.replace("$at", column)
