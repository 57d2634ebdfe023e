"""A report as a document: of a whole campaign, of one precinct, or of one site."""

from collections.abc import Callable
from datetime import date, timedelta

from analytics import measures
from analytics import sections_compared as compared
from analytics import sections_follow_up as follow_up
from analytics import sections_people as people
from analytics import sections_work as work
from analytics.content import Report
from analytics.document import Document, Head, Notice, Row, Section, Table
from analytics.editions import HIDDEN, Figure
from analytics.layout import HARM
from analytics.words import Words, area
from campaign_engine.domain.area import CITY, week_begin
from campaign_engine.domain.errors import NotFound
from campaign_engine.domain.precinct import borough_of
from campaign_engine.domain.schedule import to_wall

HEADS = ("pledged", "reached", "opt_outs", "joined")
PRECINCT_HEADS = ("pledged", "reached", "joined", "opt_outs")
PRECINCT_COLUMNS = ("delivered_people", "reached", "engaged", "joined", "pledged", "trained", "inviting")
SITE_COLUMNS = ("joined", "pledged")
_NONE = "–"

_SECTIONS: tuple[Callable[[Report, Words], Section | None], ...] = (
    people.places,
    compared.areas,
    people.funnel,
    follow_up.follow_through,
    people.closed_week,
    people.recruitment,
    people.generations,
    people.channels,
    people.ways_in,
    people.harm,
    people.without_person,
    work.outcomes,
    work.in_rooms,
    work.chosen,
    work.meanings,
)

_BEFORE = (people.places, work.outcomes, work.in_rooms, work.chosen, work.meanings)
"""Before the first edition there is nothing to say of people but where."""


def whole(report: Report, language: str) -> Document:
    """The campaign."""
    say = Words(language)
    heads = tuple(_head(report, say, name, CITY) for name in HEADS)
    shown = sum(people.is_open(report, f"precinct:{number}") for number in report.layout.precincts())
    opens = say("measures.areas_open", shown=shown, all=len(report.layout.precincts()), k=report.k)
    made = _SECTIONS if report.edition else _BEFORE
    sections = tuple(section for make in made if (section := make(report, say)) is not None)
    delivered = Head(f"{report.work.delivered:,}", say("measures.head_delivered"), say("measures.note_delivered"))
    return _document(report, say, report.campaign.title, (*heads, delivered), (_made(report, say), opens), sections)


def precinct(report: Report, number: int, language: str) -> Document:
    """One of the campaign's precincts, beside its borough and the city. Raises NotFound."""
    if number not in report.layout.precincts():
        raise NotFound("This precinct is not part of the campaign.", "Choose one from the report.", "no_precinct")
    say, key = Words(language), f"precinct:{number}"
    heads = tuple(_head(report, say, name, key) for name in PRECINCT_HEADS)
    table = _beside(report, say, number)
    sections = [Section("measures", say("precinct_title"), (say("precinct_note"),), table)]
    if len(report.layout.channels) > 1:
        sections.append(_crossed(report, say, key))
    if rooms := work.rooms_of(report, say, number):
        sections.append(rooms)
    if ranked := _place_of(report, say, number):
        sections.append(ranked)
    sections.append(work.meanings(report, say, sure=("edition",)))
    title = say("precinct_head", number=number, area=area(number), title=report.campaign.title)
    opens = () if people.is_open(report, key) else (say("precinct_hidden", k=report.k),)
    made = say("made_whole", made=_made(report, say))
    return _document(report, say, title, heads, (*opens, made), tuple(sections))


def site(report: Report, site_id: int, language: str) -> Document:
    """A site's own total, cumulative and from ten up (safety P3), beside its precinct. Raises NotFound."""
    if site_id not in report.layout.sites:
        raise NotFound("This site is not part of the campaign.", "Choose another campaign.", "no_site")
    say, (name, number) = Words(language), report.layout.sites[site_id]
    key = f"site:{site_id}"
    heads = tuple(_head(report, say, measure, key) for measure in ("joined", "pledged"))
    lines = ((name, key), (f"{number} {area(number)}", f"precinct:{number}"), (say("measures.row_city"), CITY))
    rows = tuple(Row(said, _of_site(report, say, where)) for said, where in lines)
    columns = (say("measures.column_area"), *(say(f"measures.column_{one}") for one in (*SITE_COLUMNS, "opt_outs")))
    section = Section(
        "site", say("site_title"), (say("site_note", k=report.k),), Table(say("site_caption"), columns, rows)
    )
    title = say("site_head", site=name, title=report.campaign.title)
    made = (say("made_whole", made=_made(report, say)),)
    return _document(report, say, title, heads, made, (section, work.meanings(report, say, (), ("edition",))))


def _of_site(report: Report, say: Words, key: str) -> tuple[str, ...]:
    """Who left is counted of areas and never of a site: there it is no hidden cell but none."""
    left = _NONE if key.startswith("site:") else say.figure(report.figure("opt_outs", key))
    return (*people.figures_of(report, say, SITE_COLUMNS, key), left)


def _document(
    report: Report,
    say: Words,
    title: str,
    heads: tuple[Head, ...],
    made: tuple[str, ...],
    sections: tuple[Section, ...],
) -> Document:
    campaign = report.campaign
    kicker = (
        say("measures.kind_name", kind=campaign.kind.value),
        say("measures.status_name", status=campaign.status.value),
        say("view", view=report.view),
    )
    return Document(
        name="report",
        language=say.language,
        title=title,
        kicker=" · ".join(kicker),
        facts=tuple(_facts(report, say)),
        notices=tuple(_notices(report, say)),
        heads=heads,
        made=made,
        sections=sections,
        source=say("measures.source_line"),
    )


def _facts(report: Report, say: Words) -> list[str]:
    campaign, edition = report.campaign, report.edition
    first, last = (moment and to_wall(moment).date() for moment in (campaign.launched_at, campaign.finished_at))
    said = [say("measures.dates", first=first, last=last)]
    if edition is not None:
        said.append(say("edition", number=edition.number, week=edition.week))
        said.append(say("through", day=edition.data_through))
    else:
        said.append(say("measures.as_of", wall=to_wall(report.now)))
    if campaign.ranking is not None:
        said.append(say("measures.city_data", through=campaign.ranking.data_through))
    return said


def _notices(report: Report, say: Words) -> list[Notice]:
    edition, said = report.edition, []
    if report.simulated:
        said.append(Notice("warn", say("simulated")))
    if edition is None:
        said.append(Notice("note", say("first_edition", day=_first_sunday(report))))
    elif edition.corrected_by is not None:
        said.append(
            Notice(
                "warn", say("corrected_by", number=edition.corrected_by, reason=_reason(report, edition.corrected_by))
            )
        )
    elif edition.corrects is not None:
        said.append(Notice("note", say("corrects", number=edition.corrects, reason=edition.reason)))
    if rising := report.harm_rises():
        names = [say(f"measures.harm_{name}") for name in rising]
        said.append(Notice("warn", say("harm_rises", names=names)))
    elif report.is_success():
        said.append(
            Notice("good", say("goal_reached", goal=f"{report.campaign.goal:,}", has_before=report.before is not None))
        )
    return said


def _reason(report: Report, number: int) -> str:
    return next((each.reason for each in report.editions if each.number == number), "")


def _first_sunday(report: Report) -> date | None:
    """On which the first edition comes out: the one after the launch, or after now."""
    launched = report.campaign.launched_at
    if launched is None:
        return None
    day = max(to_wall(launched).date(), to_wall(report.now).date())
    return week_begin(day) + timedelta(weeks=1)


def _made(report: Report, say: Words) -> str:
    done, rooms = report.work, report.rooms
    return say(
        "made",
        through=report.through,
        posts=done.posts_made,
        messages=done.delivered,
        room_posts=done.room_posts,
        rooms=rooms.rooms if rooms else None,
        days=report.days_left if report.is_newest else None,
    )


def _head(report: Report, say: Words, measure: str, key: str) -> Head:
    value = report.figure(measure, key)
    if value == HIDDEN:
        return Head(say.hidden, say(f"measures.head_{measure}"), say("measures.opens", k=report.k), hidden=True)
    note = say("measures.of_goal", goal=f"{report.campaign.goal:,}") if (measure, key) == ("pledged", CITY) else ""
    if not note and measure != "pledged":
        note = say(f"measures.note_{measure}")
    return Head(say.figure(value), say(f"measures.head_{measure}"), note)


def _beside(report: Report, say: Words, number: int) -> Table:
    """One row per measure: the precinct, its borough and the city; and pledges by residents."""
    keys = (f"precinct:{number}", f"borough:{borough_of(number)}", CITY)
    names = {
        name: say(f"step_{name}" if name in measures.STEPS else f"measures.column_{name}") for name in PRECINCT_COLUMNS
    }
    names |= {name: say(f"measures.harm_{name}") for name in HARM}
    rows = [Row(said, tuple(say.figure(report.figure(name, key)) for key in keys)) for name, said in names.items()]
    rows.append(Row(say("per_1000"), (_per_1000(report.figure("pledged", keys[0]), number, say), _NONE, _NONE)))
    columns = (
        say("column_measure"),
        say("column_precinct", number=number),
        borough_of(number).value,
        say("measures.row_city"),
    )
    return Table(say("precinct_caption"), columns, tuple(rows))


def _per_1000(figure: Figure, number: int, say: Words) -> str:
    """By residents of the 2020 census (measures), or hidden."""
    if figure == HIDDEN:
        return say.hidden
    rate = measures.per_1000(figure, number)
    return "" if rate is None else f"{rate:.1f}"


def _crossed(report: Report, say: Words, key: str) -> Section:
    measures = ("reached", "pledged")
    rows = tuple(
        Row(say("measures.channel_name", channel=one), people.figures_of(report, say, measures, f"{key}|channel:{one}"))
        for one in report.layout.channels
    )
    columns = (say("measures.column_channel"), *(say(f"measures.column_{name}") for name in measures))
    table = Table(say("measures.channels_note"), columns, rows)
    return Section("channels", say("measures.channels_title"), table=table)


def _place_of(report: Report, say: Words, number: int) -> Section | None:
    ranking = report.campaign.ranking
    one = next((each for each in ranking.precincts if each.precinct == number), None) if ranking else None
    if ranking is None or one is None:
        return None
    said = say(
        "precinct_place",
        incidents=f"{one.incidents:,}",
        first=ranking.rule.first_year,
        last=ranking.rule.last_year,
        chance=work.chance(one.p_top),
        top=ranking.rule.top,
    )
    return Section("place", say("measures.chosen_title"), (said, say("evidence.people")))
