"""Facts follow their rows by triggers of the database, so in the same transaction whoever writes (ADR 21).

SQLite runs them for each row, PostgreSQL once for a statement over all the rows that it changed. Their names carry a
hash of their text: a program whose rules differ makes them anew.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

import sqlalchemy as sa

from campaign_engine.domain.action import ActionKind
from campaign_engine.domain.lesson import DONE
from campaign_engine.store import fact_rules as rules
from campaign_engine.store.fact_forms import of_one
from campaign_engine.store.fact_rules import POSTGRES, SQLITE, Words, of_week, written

_PREFIX = "facts_"
_REACHING = ", ".join(f"'{kind}'" for kind in ("join", "tap", "answer", "pledge", ActionKind.INVITE))
_LEAVING = ", ".join(f"'{kind}'" for kind in rules.LEAVING)
_ACTION = ("contact_id", "kind", "campaign_id", "channel", "precinct", "site_id", "generation", "day")
_DELIVERY = ("occurrence_id", "contact_id", "is_room", "lane", "precinct", "site_id", "status", "reason")
_CONTACT = ("id", "precinct", "site_id", "generation", "created_at")
_NOT_PAUSED = "NOT EXISTS (SELECT 1 FROM fact_pause)"
_PAUSE = "groundswell.uncounted"
_COUNTS = f"coalesce(current_setting('{_PAUSE}', true), '') <> 'on'"
"""As `_NOT_PAUSED`, where a row that comes and goes would leave a dead one each time."""

_IN_FLIGHT = "PERFORM 1 FROM deliveries d WHERE d.contact_id = OLD.id ORDER BY d.id FOR UPDATE"
"""Who records the end of a message holds its row and sets flags: they are waited for, so that these flags are seen."""

_FORGET = "DELETE FROM {} WHERE contact_id = OLD.id"
"""Where no foreign key does it."""

_CHANGED = "(OLD.status <> NEW.status OR OLD.reason <> NEW.reason)"


@dataclass(frozen=True, slots=True)
class Trigger:
    """`each` row or a whole statement, as `when`; a guard stands before the statements that need not always run."""

    name: str
    event: str
    table: str
    body: tuple[tuple[str, str], ...]
    each: bool = True
    when: str = ""
    sees: tuple[str, ...] = field(default=())


def _row(which: str, columns: tuple[str, ...]) -> str:
    return f"(SELECT {', '.join(f'{which}.{name} AS {name}' for name in columns)})"


def _flags(which: str, column: str = "id", when: str = "") -> str:
    mine = f"SELECT f.contact_id, f.campaign_id, f.what FROM first_times f WHERE f.contact_id = {which}.{column}"
    return f"({mine} AND {when})" if when else f"({mine})"


def _people(words: Words) -> Iterator[Trigger]:
    """Where somebody counts changes: everything that they did moves along, in both databases row by row.

    Before the change, so that what the same statement adds, which PostgreSQL counts at its end, is not moved as well.
    """
    kept = ", ".join(_CONTACT[1:])
    places = [{"contacts": _row(which, _CONTACT)} for which in ("OLD", "NEW")]
    differs = " OR ".join(f"OLD.{name} {_differs(words)} NEW.{name}" for name in _CONTACT[1:])
    body = _moved(words, _flags("OLD"), *places)
    yield Trigger("contact_moved", f"BEFORE UPDATE OF {kept}", "contacts", body, when=differs)
    gone = written(rules.PEOPLE, words, _flags("OLD"), people="0", gone="count(*)", **places[0])
    weeks = "(SELECT f.* FROM week_times f WHERE f.contact_id = OLD.id)"
    leaves: tuple[tuple[str, str], ...] = (("", gone), ("", written(rules.GONE_OF_WEEK, words, weeks)))
    if words is POSTGRES:
        leaves = (("", _IN_FLIGHT), *leaves, *(("", _FORGET.format(flags)) for flags in ("first_times", "week_times")))
    yield Trigger("contact_gone", "BEFORE DELETE", "contacts", leaves)
    joins = f"(SELECT i.* FROM actions i WHERE i.contact_id = NEW.id AND i.kind = '{ActionKind.JOIN}')"
    found = (
        ("", written(rules.OF_JOINS_WITHOUT_POST, words, joins)),
        ("", written(of_week(rules.OF_JOINS_WITHOUT_POST), words, joins)),
        ("", written(rules.OF_WHO_IS_REACHED, words, "(SELECT NEW.id AS contact_id)")),
    )
    when = f"OLD.precinct {_differs(words)} NEW.precinct"
    yield Trigger("contact_found", "AFTER UPDATE OF precinct", "contacts", found, when=when)
    channels = [{"addresses": _row(which, ("contact_id", "channel"))} for which in ("OLD", "NEW")]
    body = _moved(words, _flags("OLD", "contact_id"), *channels)
    when = "OLD.channel <> NEW.channel"
    yield Trigger("address_moved", "BEFORE UPDATE OF channel", "addresses", body, when=when)
    yield from _uncounted(words)


def _moved(words: Words, rows: str, old: dict[str, str], new: dict[str, str]) -> tuple[tuple[str, str], ...]:
    taken = written(rules.PEOPLE, words, rows, people="-count(*)", **old)
    return (("", taken), ("", written(rules.PEOPLE, words, rows, **new)))


def _uncounted(words: Words) -> Iterator[Trigger]:
    """Staff, and sign-ups that do not count: whoever comes there or goes stops counting or counts again."""
    staff, signup, no = {"counted": rules.CONFIRMED}, {"counted": rules.NO_STAFF}, {"counted": words.no}
    old, new = _flags("OLD", "contact_id"), _flags("NEW", "contact_id")
    came = "NOT EXISTS (SELECT 1 FROM staff_members x WHERE x.contact_id = NEW.contact_id)"
    coming = _moved(words, _flags("NEW", "contact_id", came), staff, no)
    yield Trigger("staff_came", "BEFORE INSERT", "staff_members", coming)
    yield Trigger("staff_left", "BEFORE DELETE", "staff_members", _moved(words, old, no, staff))
    table, waits, counts = "recent_signups", _moved(words, new, signup, no), _moved(words, old, no, signup)
    yield Trigger("signup_waits", "BEFORE INSERT", table, waits, when="NOT NEW.counts")
    changes = "BEFORE UPDATE OF counts"
    yield Trigger("signup_taken_back", changes, table, waits, when="OLD.counts AND NOT NEW.counts")
    yield Trigger("signup_counts", changes, table, counts, when="NEW.counts AND NOT OLD.counts")
    yield Trigger("signup_confirmed", "BEFORE DELETE", table, counts, when="NOT OLD.counts")


def _differs(words: Words) -> str:
    return "IS NOT" if words is SQLITE else "IS DISTINCT FROM"


def _lessons(words: Words) -> Iterator[Trigger]:
    body = (("", written(rules.OF_WHO_IS_REACHED, words, "(SELECT NEW.contact_id AS contact_id)")),)
    for name, event in (("lesson_begun", "AFTER INSERT"), ("lesson_done", "AFTER UPDATE")):
        yield Trigger(name, event, "lesson_progress", body, when=f"NEW.reached >= {DONE}")


def _follow_ups(words: Words) -> Iterator[Trigger]:
    """Once there is an outcome; that it is forgotten later changes nothing."""
    row = "(SELECT NEW.contact_id AS contact_id, NEW.pledge_id AS pledge_id, NEW.outcome AS outcome)"
    body, there = (("", written(rules.OF_FOLLOW_UPS, words, row)),), "NEW.outcome IS NOT NULL"
    yield Trigger("follow_up", "AFTER INSERT", "follow_ups", body, when=there)
    when = f"OLD.outcome IS NULL AND {there}"
    yield Trigger("follow_up_over", "AFTER UPDATE OF outcome", "follow_ups", body, when=when)


def _one(statement: str, which: str, **more: str) -> tuple[str, str]:
    """`which` is the row before (OLD) or after (NEW)."""
    return ("", re.sub(r"\br\.", f"{which}.", written(of_one(statement), SQLITE, "", **more)))


def _both(statement: str) -> tuple[tuple[str, str], ...]:
    """Flags to date and of the week."""
    return _one(statement, "NEW"), _one(of_week(statement), "NEW")


def _on_sqlite() -> Iterator[Trigger]:
    settled = (_one(rules.DELIVERIES, "NEW", messages="1"), *_both(rules.OF_DELIVERIES))
    back = (_one(rules.DELIVERIES, "OLD", messages="-1"),)
    ends = "AFTER UPDATE OF status, reason"
    follows = f"{rules.settled('NEW.status')} AND {_CHANGED} AND {_NOT_PAUSED}"
    yield Trigger("delivery_settled", ends, "deliveries", settled, when=follows)
    yield _settled_at_once(settled)
    yield Trigger("delivery_back", ends, "deliveries", back, when=f"{rules.settled('OLD.status')} AND {_CHANGED}")
    yield Trigger("delivery_gone", "AFTER DELETE", "deliveries", back, when=rules.settled("OLD.status"))


def _settled_at_once(body: tuple[tuple[str, str], ...]) -> Trigger:
    """Nothing comes so, but from hand or from a program that is still to be written: for each row on both databases."""
    return Trigger("delivery_came_settled", "AFTER INSERT", "deliveries", body, when=rules.settled("NEW.status"))


def _acts_on_sqlite() -> Iterator[Trigger]:
    yield Trigger("action", "AFTER INSERT", "actions", (_one(rules.ACTIONS, "NEW", actions="1"),))
    removed = (_one(rules.ACTIONS, "OLD", actions="-1"),)
    yield Trigger("action_gone", "AFTER DELETE", "actions", removed)
    reached = ("", written(rules.OF_WHO_IS_REACHED, SQLITE, "(SELECT NEW.contact_id AS contact_id)"))
    reaching = (*_both(rules.OF_ACTIONS), *_both(rules.OF_JOINS_WITHOUT_POST), reached)
    yield Trigger("action_reaches", "AFTER INSERT", "actions", reaching, when=f"NEW.kind IN ({_REACHING})")
    act = _row("NEW", _ACTION)
    leaves = tuple(("", written(one, SQLITE, act)) for one in (rules.OF_LEAVING, of_week(rules.OF_LEAVING)))
    yield Trigger("action_leaves", "AFTER INSERT", "actions", leaves, when=f"NEW.kind IN ({_LEAVING})")
    given = (*_both(rules.OF_PLEDGES), reached)
    yield Trigger("pledge", "AFTER INSERT", "pledges", given, when="NEW.contact_id IS NOT NULL")
    alone = (_one(rules.PLEDGES_WITHOUT_PERSON, "NEW", people="1"),)
    yield Trigger("pledge_alone", "AFTER INSERT", "pledges", alone, when="NEW.contact_id IS NULL")
    undone = (_one(rules.PLEDGES_WITHOUT_PERSON, "OLD", people="-1"),)
    yield Trigger("pledge_undone", "AFTER DELETE", "pledges", undone, when="OLD.contact_id IS NULL")
    people = (_one(rules.PEOPLE, "NEW", people="1"),)
    yield Trigger("first_time", "AFTER INSERT", "first_times", people, when=_NOT_PAUSED)


def _over(statement: str, rows: str = "new_rows", **more: str) -> str:
    return written(statement, POSTGRES, rows, **more)


def _over_both(statement: str, rows: str = "new_rows") -> str:
    return f"{_over(statement, rows)};\n{_over(of_week(statement), rows)}"


def _found(where: str, rows: str = "new_rows") -> str:
    return f"EXISTS (SELECT 1 FROM {rows} r WHERE {where})"


_CHANGES = (
    f"(SELECT {', '.join(_DELIVERY)}, 1 AS one FROM new_rows UNION ALL SELECT {', '.join(_DELIVERY)}, -1 FROM old_rows)"
)
"""What did not change adds nothing, so the rows before and after need not be brought together."""


def _on_postgres() -> Iterator[Trigger]:
    settled, back = _found(rules.settled("r.status")), _found(rules.settled("r.status"), "old_rows")
    taken = {"messages": "-count(*)"}
    body = (
        (f"{settled} OR {back}", _over(rules.net_deliveries(), _CHANGES, messages="sum(r.one)")),
        (settled, _over(rules.delivered_in_both())),
    )
    both = ("OLD TABLE AS old_rows", "NEW TABLE AS new_rows")
    yield Trigger("delivery_settled", "AFTER UPDATE", "deliveries", body, each=False, sees=both)
    row = _row("NEW", _DELIVERY)
    yield _settled_at_once((("", _over(rules.DELIVERIES, row)), ("", _over_both(rules.OF_DELIVERIES, row))))
    gone = (back, _over(rules.DELIVERIES, "old_rows", **taken))
    yield _whole("delivery_gone", "AFTER DELETE", "deliveries", (gone,))


def _acts_on_postgres() -> Iterator[Trigger]:
    removed = _over(rules.ACTIONS, "old_rows", actions="-count(*)")
    yield _whole("action_gone", "AFTER DELETE", "actions", (("", removed),))
    joined = f"r.kind = '{ActionKind.JOIN}' AND r.campaign_id IS NULL"
    acted = (
        ("", _over(rules.ACTIONS)),
        (_found("r.campaign_id IS NOT NULL"), _over_both(rules.OF_ACTIONS)),
        (_found(joined), _over_both(rules.OF_JOINS_WITHOUT_POST)),
        (_found(f"r.kind IN ({_LEAVING})"), _over_both(rules.OF_LEAVING)),
        (_found(f"r.kind IN ({_REACHING})"), _over(rules.OF_WHO_IS_REACHED)),
    )
    yield _whole("action", "AFTER INSERT", "actions", acted)
    somebody = _found("r.contact_id IS NOT NULL")
    pledged = (
        (somebody, _over_both(rules.OF_PLEDGES)),
        (_found(rules.ALONE), _over(rules.PLEDGES_WITHOUT_PERSON)),
        (somebody, _over(rules.OF_WHO_IS_REACHED)),
    )
    yield _whole("pledge", "AFTER INSERT", "pledges", pledged)
    undone = _over(rules.PLEDGES_WITHOUT_PERSON, "old_rows", people="-count(*)")
    yield _whole("pledge_undone", "AFTER DELETE", "pledges", ((_found(rules.ALONE, "old_rows"), undone),))
    counted = ((f"{_COUNTS} AND {_found('true')}", _over(rules.PEOPLE)),)
    yield _whole("first_time", "AFTER INSERT", "first_times", counted)


def _whole(name: str, event: str, table: str, body: tuple[tuple[str, str], ...]) -> Trigger:
    sees = "OLD TABLE AS old_rows" if event.endswith("DELETE") else "NEW TABLE AS new_rows"
    return Trigger(name, event, table, body, each=False, sees=(sees,))


@cache
def triggers(dialect: str) -> tuple[Trigger, ...]:
    """All of a database."""
    if dialect == "sqlite":
        return (*_on_sqlite(), *_acts_on_sqlite(), *_people(SQLITE), *_lessons(SQLITE), *_follow_ups(SQLITE))
    return (*_on_postgres(), *_acts_on_postgres(), *_people(POSTGRES), *_lessons(POSTGRES), *_follow_ups(POSTGRES))


@cache
def _hash(dialect: str) -> str:
    return hashlib.sha256(repr(triggers(dialect)).encode()).hexdigest()[:8]


def installed(connection: sa.Connection) -> bool:
    """Whether the database has those of this program."""
    dialect = connection.dialect.name
    return {f"{_PREFIX}{_hash(dialect)}_{trigger.name}" for trigger in triggers(dialect)} == {*_names(connection)}


def install(connection: sa.Connection) -> None:
    """In the place of those that are there."""
    drop(connection)
    dialect = connection.dialect.name
    write = _sqlite_text if dialect == "sqlite" else _postgres_text
    for trigger in triggers(dialect):
        for statement in write(f"{_PREFIX}{_hash(dialect)}_{trigger.name}", trigger):
            connection.exec_driver_sql(statement)


def drop(connection: sa.Connection) -> None:
    """SQLite alters no table that a trigger names; a copy of a database brings its facts along."""
    on_sqlite = connection.dialect.name == "sqlite"
    for name, table in _names(connection).items():
        connection.exec_driver_sql(f"DROP TRIGGER {name}" if on_sqlite else f"DROP TRIGGER {name} ON {table}")
        if not on_sqlite:
            connection.exec_driver_sql(f"DROP FUNCTION {name}()")


@contextmanager
def trusted(connection: sa.Connection) -> Iterator[None]:
    """New first times of this transaction are not counted until the end of the block; those of others are."""
    on_sqlite = connection.dialect.name == "sqlite"
    connection.exec_driver_sql("INSERT INTO fact_pause VALUES (1)" if on_sqlite else f"SET LOCAL {_PAUSE} = 'on'")
    yield
    connection.exec_driver_sql("DELETE FROM fact_pause" if on_sqlite else f"SET LOCAL {_PAUSE} = 'off'")


def _names(connection: sa.Connection) -> dict[str, str]:
    """With their tables."""
    if connection.dialect.name == "sqlite":
        found = "SELECT name, tbl_name FROM main.sqlite_master WHERE type = 'trigger' AND substr(name, 1, 6) = 'facts_'"
    else:
        found = (
            "SELECT tgname, relname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid "
            "WHERE relnamespace = 'public'::regnamespace AND starts_with(tgname::text, 'facts_')"
        )
    return {row[0]: row[1] for row in connection.exec_driver_sql(found)}


def _sqlite_text(name: str, trigger: Trigger) -> Iterator[str]:
    when = f" WHEN {trigger.when}" if trigger.when else ""
    body = ";\n".join(statement for _, statement in trigger.body)
    yield f"CREATE TRIGGER {name} {trigger.event} ON {trigger.table} FOR EACH ROW{when} BEGIN\n{body};\nEND"


def _postgres_text(name: str, trigger: Trigger) -> Iterator[str]:
    body = "\n".join(
        f"IF {guard} THEN\n{statement};\nEND IF;" if guard else f"{statement};" for guard, statement in trigger.body
    )
    back = "NULL" if trigger.event.startswith("AFTER") else "OLD" if "DELETE" in trigger.event else "NEW"
    function = f"BEGIN\n{body}\nRETURN {back};\nEND"
    yield f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $facts$ {function} $facts$"
    each, sees = "ROW" if trigger.each else "STATEMENT", " ".join(trigger.sees)
    seen = f" REFERENCING {sees}" if sees else ""
    when = f" WHEN ({trigger.when})" if trigger.when else ""
    on = f"{trigger.event} ON {trigger.table}{seen} FOR EACH {each}{when}"
    yield f"CREATE TRIGGER {name} {on} EXECUTE FUNCTION {name}()"
