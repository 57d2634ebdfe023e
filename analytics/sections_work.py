"""Sections that are not about persons: rooms, what became of each message, why these precincts, what words mean."""

from collections.abc import Sequence

from analytics import rooms
from analytics.content import Report
from analytics.document import Level, Row, Section, Table
from analytics.editions import HIDDEN
from analytics.layout import HARM
from analytics.rooms import RoomTables
from analytics.words import Words, area, percent
from campaign_engine.domain.area import CITY
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.domain.precinct import RankedPrecinct, borough_of

_BY_CHANNEL = ("channel", "room")
_LEVELS: dict[str, Level] = {
    "borough": "borough",
    "channel": "borough",
    "room": "inner",
    "boroughwide": "inner",
    "precinct": "inner",
}

_DEFINED = {
    "name": ("delivered", "delivered_people", "pledges_without_person"),
    "column": ("reached", "engaged", "pledged", "joined"),
    "harm": HARM,
}
STEPS = ("trained", "inviting")
SURE = ("interval", "r", "edition")
"""Words that a page leaves out where it shows nothing of the kind."""


def in_rooms(report: Report, say: Words) -> Section:
    """Apart from people; only on the newest page."""
    title = say("measures.rooms_title")
    if report.rooms is None:
        return Section("rooms", title, (say("rooms_newest"),))
    if not report.rooms.rooms:
        return Section("rooms", title, (say("measures.rooms_none"),))
    keys = [key for key, counts in report.rooms.places.items() if key != CITY and counts["rooms"]]
    by_channel = [key for key in keys if key.partition(":")[0] in _BY_CHANNEL]
    by_area = [key for key in keys if key not in by_channel]
    words = tuple((say(f"measures.column_{name}"), say(f"measures.define_{name}")) for name in rooms.MEASURES)
    return Section(
        "rooms",
        title,
        (say("measures.rooms_note"),),
        _table("channel", report.rooms, by_channel, say, report.k),
        more=(_table("area", report.rooms, by_area, say, report.k),),
        words=words,
    )


def rooms_of(report: Report, say: Words, number: int) -> Section | None:
    """Those tied to a precinct, beside its borough's and the campaign's; None where no post has gone to one."""
    found, keys = report.rooms, (f"precinct:{number}", f"borough:{borough_of(number)}", CITY)
    if found is None or not found.places.get(keys[0], {}).get("rooms"):
        return None
    rows = (
        _room_row(found, keys[0], area(number), say, "", str(number)),
        _room_row(found, keys[1], borough_of(number).value, say, ""),
        _room_row(found, CITY, say("measures.row_city"), say, "sum"),
    )
    table = Table(say("measures.rooms_by", by="area", k=report.k), _columns("area", say), rows, frozenset({1, 2}))
    return Section("rooms", say("measures.rooms_title"), (say("measures.rooms_note"),), table)


def _table(by: str, found: RoomTables, keys: list[str], say: Words, k: int) -> Table:
    rows = [_room_row(found, CITY, say("measures.row_city"), say, "sum")]
    for key in keys:
        level, _, value = key.partition(":")
        number = value if level == "precinct" else ""
        said = area(int(value)) if number else say("measures.room_place", level=level, value=value)
        rows.append(_room_row(found, key, said, say, _LEVELS.get(level, ""), number))
    return Table(say("measures.rooms_by", by=by, k=k), _columns(by, say), tuple(rows), frozenset({1, 2}))


def _columns(by: str, say: Words) -> tuple[str, ...]:
    names = (by, "rooms", "posts", *rooms.MEASURES)
    return tuple(say(f"measures.column_{name}") for name in names)


def _room_row(found: RoomTables, key: str, said: str, say: Words, level: Level, number: str = "") -> Row:
    counts = found.places[key]
    cells = (
        f"{counts['rooms']:,}",
        f"{counts['posts']:,}",
        *(say.figure(found.figure(name, key)) for name in rooms.MEASURES),
    )
    return Row(said, cells, level, number)


def outcomes(report: Report, say: Words) -> Section:
    """Each column adds up to all that was frozen (measures: accounting identity), of which some is hidden."""
    counted = report.work.outcomes
    rows = [
        Row(say("measures.outcome_name", status=status.value), (say.figure(counts["people"]), f"{counts['rooms']:,}"))
        for status, counts in counted.items()
        if counts["people"] or counts["rooms"] or status is DeliveryStatus.UNCONFIRMED
    ]
    to_rooms = sum(counts["rooms"] for counts in counted.values() if counts["rooms"] != HIDDEN)
    # With the sum of a column whoever reads the rest of it knows what is hidden or rounded there.
    rows.append(Row(say("measures.row_sum"), (say.hidden, f"{to_rooms:,}"), "sum"))
    columns = tuple(say(f"measures.column_{name}") for name in ("outcome", "people", "to_rooms"))
    table = Table(say("measures.outcomes_note", k=report.k), columns, tuple(rows))
    return Section("outcomes", say("measures.outcomes_title"), table=table, half=True)


def chosen(report: Report, say: Words) -> Section | None:
    """In order of number, never of shootings: that would read as a list of the worst. None where somebody chose the
    precincts by hand.
    """
    ranking = report.campaign.ranking
    if ranking is None:
        return None
    rule = ranking.rule
    mine = (one for one in ranking.precincts if one.precinct in report.campaign.targets)
    ranked = sorted(mine, key=lambda one: one.precinct)
    said = say(
        "measures.chosen",
        by=rule.by.value,
        first=rule.first_year,
        last=rule.last_year,
        top=rule.top,
        boundaries="code" if ranking.boundaries == "code" else "today",
        through=ranking.data_through,
    )
    columns = tuple(say(f"measures.column_{name}") for name in ("area", "incidents", "p_top"))
    table = Table(say("measures.p_top_note", top=rule.top), columns, tuple(_ranked(one) for one in ranked))
    fold = say("measures.chosen_list", count=len(ranked))
    return Section("chosen", say("measures.chosen_title"), (said, say("evidence.people")), table, fold=fold)


def _ranked(one: RankedPrecinct) -> Row:
    cells = (f"{one.incidents:,}", chance(one.p_top))
    return Row(area(one.precinct), cells, number=str(one.precinct))


def chance(probability: float) -> str:
    """Never a certainty: a posterior has none."""
    hundredths = round(100 * probability)
    if 1 <= hundredths <= 99:
        return percent(probability)
    return f"> {percent(0.99)}" if hundredths > 99 else f"< {percent(0.01)}"


def meanings(report: Report, say: Words, steps: Sequence[str] = STEPS, sure: Sequence[str] = SURE) -> Section:
    """Why numbers are hidden, how sure the others are, and what each word means."""
    words = [
        (say(f"measures.{kind}_{name}"), say(f"measures.define_{name}"))
        for kind, names in _DEFINED.items()
        for name in names
    ]
    words += [(say(f"step_{name}"), say(f"measures.define_{name}")) for name in steps]
    words += [(say(f"word_{name}"), say(f"define_{name}")) for name in sure]
    text = (say("measures.protected", k=report.k), say("protected_weekly", k=report.k))
    return Section("words", say("measures.protected_title"), text, words=tuple(words), fold=say("measures.words_title"))
