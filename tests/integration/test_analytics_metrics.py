"""Every measure against rows counted by hand, on both databases."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from analytics import content, frames, metrics, rooms
from analytics.editions import HIDDEN, Edition, View, latest
from campaign_engine.domain.errors import NotFound, StoreUnavailable
from campaign_engine.domain.precinct import Borough
from campaign_engine.services.retention import Retention
from campaign_engine.store import tables as t
from campaign_engine.store.migrations.versions import v0019_room_reach
from campaign_engine.store.unit_of_work import SqlStore
from tests.support.counted import LAUNCH, NOW, CountedCampaign

TARGETS = (44, 73, 75)


@pytest.fixture
def drive(database_url: str) -> Iterator[CountedCampaign]:
    campaign = CountedCampaign(database_url, TARGETS)
    yield campaign
    campaign.engine.dispose()


def read(drive: CountedCampaign, url: str) -> frames.Frames:
    return frames.read(url, drive.id, NOW)


def test_joins_count_by_their_post_else_by_precinct_and_time(drive: CountedCampaign, database_url: str) -> None:
    by_area = drive.person(75)
    by_post = drive.person(None)
    drive.action(by_post, "join", drive.id)
    drive.person(75, days=-1)
    drive.person(1)
    drive.person(None)
    of_another = drive.person(75)
    drive.action(of_another, "join", drive.campaign((75,), title="another"))
    drive.staff(75)
    assert set(metrics.joined(read(drive, database_url))) == {by_area, by_post}


def test_reached_engaged_and_pledged_count_each_person_once(drive: CountedCampaign, database_url: str) -> None:
    tapped, pledged, twice, _silent = (drive.person(precinct, days=-30) for precinct in (75, 73, 44, 44))
    drive.action(tapped, "tap", drive.id)
    drive.pledge(pledged, 73)
    for kind in ("tap", "answer", "pledge"):
        drive.action(twice, kind, drive.id)
    drive.pledge(twice, 44)
    drive.pledge(None, 75)
    staff = drive.staff(75)
    drive.action(staff, "tap", drive.id)
    drive.pledge(staff, 75)
    newcomer = drive.person(75)
    rows = read(drive, database_url)
    assert set(metrics.pledged(rows)) == {pledged, twice}
    assert set(metrics.engaged(rows)) == {tapped, pledged, twice}
    assert set(metrics.reached(rows)) >= {tapped, pledged, twice, newcomer}
    assert len(metrics.reached(rows)) == 4
    assert metrics.pledges_without_person(rows) == 1


def test_a_person_counts_for_the_precinct_of_their_pledge_and_the_way_they_came(
    drive: CountedCampaign, database_url: str
) -> None:
    site, room = drive.site(75), drive.room()
    at_school = drive.person(75, site_id=site)
    under_post = drive.person(None, channel="telegram")
    alone = drive.person(73)
    drive.pledge(at_school, 75, site_id=site, room_id=room)
    drive.pledge(under_post, 44, room_id=room)
    profile = metrics.profile(read(drive, database_url))
    assert profile.loc[[at_school, under_post, alone], "area"].tolist() == [75, 44, 73]
    assert profile.loc[[at_school, under_post, alone], "source"].tolist() == ["site", "post", "none"]
    assert profile.loc[at_school, "site_id"] == site
    assert profile.loc[under_post, "channel"] == "telegram"


def test_messages_are_not_people_and_rooms_are_neither(drive: CountedCampaign, database_url: str) -> None:
    first, second = drive.occurrence(), drive.occurrence(LAUNCH + timedelta(days=2))
    person, other, room = drive.person(75), drive.person(73), drive.room()
    for occurrence, members in ((first, 40), (second, 60)):
        drive.delivery(occurrence, person)
        drive.delivery(occurrence, None, room_id=room, lane="telegram", room_members=members)
    drive.delivery(first, other, "failed", reason="blocked")
    rows = read(drive, database_url)
    assert len(metrics.delivered(rows)) == 2
    assert metrics.delivered_people(rows).tolist() == [person]
    assert metrics.room_audience(rows).to_dict() == {room: 60}
    assert metrics.rooms(rows).loc[room, "posts"] == 2
    assert metrics.posts_made(rows) == 2
    assert metrics.days_left(rows) == 6


@pytest.fixture
def rooms_there(drive: CountedCampaign) -> dict[str, int]:
    """Posted in, and with what came back; not from other campaigns, posts or links."""
    site = drive.site(73)
    made = {
        "city": drive.room(),
        "bronx": drive.room(scope=("borough", "Bronx"), kind="channel"),
        "75": drive.room("discord", ("precinct", "75")),
        "site": drive.room("discord", ("site", str(site))),
        "elsewhere": drive.room("discord", ("precinct", "1")),
    }
    first, second, mine = drive.occurrence(), drive.occurrence(LAUNCH + timedelta(days=2)), drive.post
    for name, members in (("city", 403), ("bronx", 57), ("75", 68), ("site", 26), ("elsewhere", 9)):
        lane = "telegram" if name in ("city", "bronx") else "discord"
        drive.delivery(first, None, room_id=made[name], lane=lane, room_members=members)
    other = drive.campaign((75,), title="another")
    drive.came_back(made["city"], "reactions", 21, f"post {mine}")
    drive.came_back(made["city"], "reactions", 13, f"post {mine}/{second}")
    drive.came_back(made["city"], "reactions", 99, f"post {mine}0/{second}")
    drive.came_back(made["city"], "reactions", 99, f"post {drive.post}/7")
    drive.came_back(made["75"], "joins", 12)
    drive.came_back(made["75"], "joins_meanwhile", 8)
    drive.came_back(made["75"], "joins", 99, f"campaign {other}")
    drive.came_back(made["75"], "joins", 99, "room")
    drive.came_back(made["site"], "joins", 14)
    drive.came_back(made["bronx"], "taps", 4)
    drive.came_back(made["75"], "taps", 27)
    return made


def test_rooms_give_members_reactions_joins_and_taps_of_this_campaign_only(
    drive: CountedCampaign, database_url: str, rooms_there: dict[str, int]
) -> None:
    rows = read(drive, database_url)
    counted = {name: measure(rows)[lambda count: count > 0].to_dict() for name, measure in metrics.ROOMS.items()}
    assert counted == {
        "room_audience": dict(zip(rooms_there.values(), (403, 57, 68, 26, 9), strict=True)),
        "room_reactions": {rooms_there["city"]: 34},
        "room_joins": {rooms_there["75"]: 20, rooms_there["site"]: 14},
        "room_taps": {rooms_there["bronx"]: 4, rooms_there["75"]: 27},
    }
    assert metrics.reached(rows).empty, "rooms are no people"


async def test_A5_room_figures_outlive_the_messages_and_acts_that_go_after_30_days(
    drive: CountedCampaign, database_url: str, rooms_there: dict[str, int], store: SqlStore
) -> None:
    with drive.engine.begin() as connection:
        connection.execute(t.rooms.update().values(active=False, linked_at=NOW - timedelta(days=760)))
    before = tables(drive).figures
    await Retention(store).run(NOW + timedelta(days=40))
    after = tables(drive).figures
    assert rooms_there
    assert [after[name] for name in metrics.ROOMS] == [before[name] for name in metrics.ROOMS]


def test_reactions_counted_before_0019_stay_with_the_last_message_of_their_post(drive: CountedCampaign) -> None:
    room, elsewhere = drive.room(), drive.room()
    last = [drive.occurrence(LAUNCH + timedelta(days=day)) for day in (0, 2)][-1]
    for occurrence in (last - 1, last):
        drive.delivery(occurrence, None, room_id=room, lane="telegram")
    for where in (room, elsewhere):
        drive.came_back(where, "reactions", 5, f"post {drive.post}")
    drive.came_back(room, "joins", 2, "room")
    with drive.engine.begin() as connection:
        with Operations.context(MigrationContext.configure(connection)):
            v0019_room_reach.upgrade()
        c = t.room_figures.c
        rows = connection.execute(sa.select(c.room_id, c.subject, c["count"]).order_by(c.room_id, c.figure))
        found = [tuple(row) for row in rows]
    assert found == [(room, "room", 2), (room, f"post {drive.post}/{last}", 5), (elsewhere, f"post {drive.post}", 5)]


def test_K1_K2_K3_room_figures_are_hidden_by_channel_and_area_and_move_in_steps(
    drive: CountedCampaign, database_url: str, rooms_there: dict[str, int]
) -> None:
    public = tables(drive)
    members, joins, taps = (public.figures[f"room_{name}"] for name in ("audience", "joins", "taps"))
    assert (members["city"], members["citywide"], members["channel:telegram"]) == (560, 400, 460)
    # Nine elsewhere would follow from the others, so the smallest of those is hidden too.
    assert (members["beyond"], members["borough:Bronx"], members["precinct:73"]) == (HIDDEN, HIDDEN, 20)
    assert (joins["city"], joins["precinct:75"], joins["precinct:73"], joins["channel:discord"]) == (
        30,
        20,
        HIDDEN,
        HIDDEN,
    )
    assert {joins[key] for key in ("boroughwide:Bronx", "citywide", "beyond", "channel:telegram")} == {HIDDEN}
    assert "precinct:44" not in joins, "no room is there, and rooms are public"
    # Four taps in the Bronx would follow from the city's 31 and Brooklyn's 27.
    assert (taps["city"], taps["borough:Bronx"]) == (30, HIDDEN)
    assert HIDDEN in (taps["borough:Brooklyn"], taps["precinct:75"])
    organizer = tables(drive, "organizer").figures["room_audience"]
    assert (organizer["beyond"], organizer["borough:Bronx"], organizer["city"]) == (5, 55, 560)
    drive.came_back(rooms_there["bronx"], "joins", 3)
    assert tables(drive).figures["room_joins"]["city"] == 30, "34 and 37 look the same"


def test_outcomes_of_people_and_rooms_each_add_up_to_what_was_frozen(drive: CountedCampaign, database_url: str) -> None:
    occurrence = drive.occurrence()
    for status in ("sent", "sent", "failed", "unconfirmed", "expired"):
        drive.delivery(occurrence, drive.person(75), status)
    drive.delivery(occurrence, None, is_room=False)
    drive.delivery(occurrence, drive.staff(75))
    drive.delivery(occurrence, None, "suppressed", room_id=drive.room())
    outcomes = metrics.outcomes(read(drive, database_url))
    assert len(outcomes) == 12
    assert outcomes["people"].to_dict() == {
        **dict.fromkeys(outcomes.index, 0),
        "sent": 4,
        "failed": 1,
        "unconfirmed": 1,
        "expired": 1,
    }
    assert outcomes.sum().to_dict() == {"people": 7, "rooms": 1}


def test_harm_counts_those_who_left_while_it_ran(drive: CountedCampaign, database_url: str) -> None:
    occurrence = drive.occurrence()
    written, blocking, elsewhere = drive.person(1), drive.person(75), drive.person(1)
    drive.delivery(occurrence, written)
    drive.delivery(occurrence, blocking, "failed", reason="blocked")
    drive.delivery(occurrence, drive.person(75), "failed", reason="refused")
    drive.action(written, "opt_out")
    drive.action(blocking, "opt_out", precinct=75)
    drive.action(blocking, "opt_out", precinct=75, day=NOW.date() - timedelta(days=1))
    drive.action(elsewhere, "opt_out", precinct=1)
    drive.action(blocking, "pause", precinct=75, day=LAUNCH.date() - timedelta(days=9))
    drive.action(None, "delete", precinct=44)
    drive.action(None, "delete", precinct=1)
    drive.action(drive.staff(75), "opt_out", precinct=75)
    rows = read(drive, database_url)
    assert {name: len(harm(rows)) for name, harm in metrics.HARM.items()} == {
        "opt_outs": 2,
        "deletes": 1,
        "blocks": 1,
        "pauses": 0,
    }


def tables(drive: CountedCampaign, view: View = "public") -> rooms.RoomTables:
    """As the newest page shows them."""
    with drive.engine.connect() as connection:
        found = content.read(connection, content.Asked(drive.id, view, NOW)).rooms
    assert found is not None
    return found


def edition(drive: CountedCampaign, view: View = "public") -> Edition:
    """Of this week, made where it is not there yet."""
    with drive.engine.connect() as connection:
        found = latest(connection, drive.id, view)
    if found is None:
        drive.freeze()
        return edition(drive, view)
    return found


def test_K1_small_precincts_are_hidden_and_their_totals_do_not_tell(drive: CountedCampaign, database_url: str) -> None:
    drive.joined_and_pledged(75, 40, 25)
    drive.joined_and_pledged(73, 12, 11)
    drive.joined_and_pledged(44, 9, 9)
    public = edition(drive)
    assert public.figure("reached", "city") == 61
    assert public.figure("reached", "precinct:44") == HIDDEN
    assert public.figure("reached", "borough:Bronx") == HIDDEN
    assert public.figure("reached", "borough:Brooklyn") == HIDDEN
    assert public.shown("reached") == {75: 40}
    organizer = edition(drive, "organizer")
    assert organizer.shown("pledged") == {73: 11, 75: 25}
    assert organizer.figure("pledged", "city") == 45


def test_K1_what_is_hidden_of_reached_is_hidden_of_its_parts(drive: CountedCampaign, database_url: str) -> None:
    drive.joined_and_pledged(75, 40, 40)
    drive.joined_and_pledged(73, 12, 12)
    drive.joined_and_pledged(44, 3, 3)
    public = edition(drive)
    hidden = [key for key, figure in public.tables["reached"].cells.items() if figure == HIDDEN]
    assert hidden
    for part in ("engaged", "pledged", "joined"):
        assert all(public.figure(part, key) == HIDDEN for key in hidden)


def test_K3_a_site_that_brings_nearly_all_of_its_precinct_stands_behind_it(
    drive: CountedCampaign, database_url: str
) -> None:
    for precinct, by_site, others in ((75, 19, 1), (73, 20, 20), (44, 15, 25)):
        site = drive.site(precinct)
        drive.joined_and_pledged(precinct, by_site, by_site, site)
        drive.joined_and_pledged(precinct, others, others)
    drive.joined_and_pledged(73, 30, 30, site)
    public = edition(drive)
    by_name = {key: public.figure("pledged", key) for key in public.tables["pledged"].cells if key.startswith("site:")}
    precincts = [precinct for _, precinct in public.layout.sites.values()]
    shown = dict(zip(precincts, by_name.values(), strict=False))
    assert shown[75] == HIDDEN
    assert shown[73] == 20
    assert shown[44] == 45, "whoever lives elsewhere hides no site"
    assert public.figure("pledged", "precinct:75") == 20


def test_cells_follow_from_what_is_public(drive: CountedCampaign) -> None:
    drive.action(drive.person(75, channel="discord"), "join", precinct=75)
    site = drive.site(75)
    drive.site(1)
    layout = edition(drive).layout
    assert layout.boroughs == {Borough.BRONX: (44,), Borough.BROOKLYN: (73, 75)}
    assert layout.channels == ("discord", "telegram", "web")
    assert layout.sites == {site: ("=HYPERLINK(school)", 75)}


def test_an_empty_campaign_has_an_edition(drive: CountedCampaign, database_url: str) -> None:
    rows = read(drive, database_url)
    assert all(len(measure(rows)) == 0 for measure in metrics.PEOPLE.values())
    public = edition(drive)
    assert {figure for table in public.tables.values() for figure in table.cells.values()} == {HIDDEN}
    assert public.number == 1


@pytest.mark.parametrize("status", ["draft", "submitted"])
def test_a_campaign_that_was_never_approved_has_none(drive: CountedCampaign, database_url: str, status: str) -> None:
    waiting = drive.campaign((75,), status=status)
    with pytest.raises(NotFound):
        frames.read(database_url, waiting, NOW)


def test_the_snapshot_cannot_write(drive: CountedCampaign, database_url: str) -> None:
    with pytest.raises(StoreUnavailable), frames.snapshot(database_url) as connection:
        connection.exec_driver_sql("DELETE FROM pledges")
