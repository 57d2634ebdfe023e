"""Daily work of an operator: sites, invites, campaigns, the database, on both databases."""

import re
import xml.etree.ElementTree as ET
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from campaign_engine.bootstrap import Engine
from campaign_engine.cli.invite import read_scope
from campaign_engine.domain.contact import Role, RoleGrant, Scope, ScopeKind
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.domain.errors import GroundswellError
from campaign_engine.domain.message import Destination
from campaign_engine.domain.schedule import to_wall
from campaign_engine.store.tables import audit_entries, deliveries, occurrences
from tests.support.cli import Cli, approved_campaign, code_of, with_role


def leave_unconfirmed(cli: Cli, campaign: int, count: int) -> None:
    """As a lane that died in the middle of sending leaves them, and one that was sent."""

    async def insert(engine: Engine) -> None:
        async with engine.store.read() as work:
            post = (await work.campaigns.get(campaign)).posts[0]
        now = engine.time.clock()
        async with engine.database.write() as connection:
            occurrence = await connection.execute(
                occurrences.insert()
                .values(
                    post_id=post.id,
                    version=post.version,
                    wall_time=to_wall(now),
                    due_at=now,
                    stale_at=now + timedelta(hours=3),
                    status="frozen",
                    frozen_at=now,
                )
                .returning(occurrences.c.id)
            )
            row = {
                "occurrence_id": occurrence.scalar_one(),
                "is_room": False,
                "lane": "telegram",
                "language": "en",
                "reason": "",
                "attempts": 1,
                "epoch": 1,
                "platform_id": "",
                "updated_at": now,
            }
            left = [{**row, "status": DeliveryStatus.UNCONFIRMED} for _ in range(count)]
            await connection.execute(deliveries.insert(), [*left, {**row, "status": DeliveryStatus.SENT}])

    cli.within(insert)


def logged(cli: Cli) -> list[tuple[str, str]]:
    async def read(engine: Engine) -> list[tuple[str, str]]:
        async with engine.database.read() as connection:
            rows = await connection.execute(audit_entries.select().order_by(audit_entries.c.id))
            return [(row.action, row.object) for row in rows if row.actor == "operator"]

    return cli.within(read)


def test_a_site_has_a_link_a_word_and_a_picture(cli: Cli) -> None:
    picture = cli.folder / "maple.svg"
    name = "Maple High [bold](annex)[/]"
    said = cli.run("site", "add", name, "--precinct", "75", "--qr", str(picture), PUBLIC_URL="https://gs.example")
    assert name in said
    link = re.search(r"https://gs\.example/s/(\w{8})\b", said)
    word = re.search(r"Word +([A-Z]+\d\d)", said)
    assert link is not None
    assert word is not None
    assert "█" in said
    assert name in ET.parse(picture).getroot().findtext("{http://www.w3.org/2000/svg}title", "")  # noqa: S314 - ours
    assert word[1] in cli.run("site", "list")
    assert name in cli.run("site", "list", "annex")
    assert link[1] in cli.run("site", "show", "1")

    async def found(engine: Engine) -> list[object]:
        async with engine.store.read() as work:
            return [await work.sites.by_code(code) for code in (link[1], word[1])]

    assert all(cli.within(found))
    changed = cli.run("site", "rotate", "1", "--yes")
    assert link[1] not in changed
    assert word[1] not in changed
    assert cli.within(found) == [None, None]
    assert logged(cli) == [("add_site", "site:1"), ("rotate_site", "site:1")]


def test_F18_a_site_has_a_poster_in_a_language_of_ones_own(cli: Cli) -> None:
    cli.run("site", "add", "Maple High 華", "--precinct", "75")
    out = cli.folder / "poster.pdf"
    asked = ("site", "poster", "1", "--out", str(out))
    assert "There is no poster in 'tlh'" in cli.run(*asked, "--language", "tlh", code=1)
    assert "There is no such site" in cli.run("site", "poster", "7", "--out", str(out), code=1)
    assert not out.exists()
    said = cli.run(*asked, "--language", "ur", "--paper", "cards", PUBLIC_URL="https://gs.example")
    assert "اردو" in said
    assert "write it on by hand" in said, "the name has a letter that our fonts do not have"
    assert out.read_bytes().startswith(b"%PDF")
    assert "is there already" in cli.run(*asked, code=1)


def test_a_site_that_cannot_be_leaves_nothing(cli: Cli) -> None:
    there = cli.folder / "there.svg"
    there.write_text("mine", encoding="utf-8")
    assert "no precinct 74" in cli.run("site", "add", "Maple High", "--precinct", "74", code=1)
    assert "no name" in cli.run("site", "add", " ", "--precinct", "75", code=1)
    for path in (there, cli.folder / "no" / "folder.svg"):
        cli.run("site", "add", "Maple High", "--precinct", "75", "--qr", str(path), code=1)
    assert "There is no such site" in cli.run("site", "rotate", "7", "--yes", code=1)
    assert "There is no such site" in cli.run("site", "list")
    assert logged(cli) == []
    assert there.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("city", Scope()),
        ("borough:staten island", Scope(ScopeKind.BOROUGH, "Staten Island")),
        (" Borough: Bronx", Scope(ScopeKind.BOROUGH, "Bronx")),
        ("precinct:075", Scope(ScopeKind.PRECINCT, "75")),
        ("site:3", Scope(ScopeKind.SITE, "3")),
    ],
)
def test_a_scope_as_it_is_typed(text: str, scope: Scope) -> None:
    assert read_scope(text) == scope


@pytest.mark.parametrize(
    "text", ["", "city:1", "borough:Jersey", "precinct:74", "precinct:x", "site:", "75", "site:-1"]
)
def test_a_scope_that_is_none(text: str) -> None:
    with pytest.raises(GroundswellError):
        read_scope(text)


def test_an_invite_gives_its_role_once(cli: Cli) -> None:
    said = cli.run("invite", "safety_lead", "--scope", "borough:bronx")
    payload = code_of(said)
    assert "until " in said
    assert f"/start {payload}" in said

    async def use(engine: Engine, handle: str) -> tuple[RoleGrant, ...]:
        player = await with_role(engine, payload, handle)
        async with engine.store.read() as work:
            seen = await work.dialogues.look(Destination("web", player.address), engine.time.clock())
        return seen.person.grants

    first, second = (cli.within(partial(use, handle=handle)) for handle in ("river7", "harbor3"))
    assert first == (RoleGrant(Role.SAFETY_LEAD, Scope(ScopeKind.BOROUGH, "Bronx")),)
    assert second == ()


def test_an_invite_that_makes_no_sense(cli: Cli) -> None:
    assert "A site host has a site" in cli.run("invite", "site_host", code=1)
    assert "A site host has a site" in cli.run("invite", "organizer", "--scope", "site:1", code=1)
    assert "There is no such site" in cli.run("invite", "site_host", "--scope", "site:1", code=1)
    assert "no area" in cli.run("invite", "organizer", "--scope", "borough:Jersey", code=1)
    assert cli.invoke("invite", "boss").exit_code == 2
    assert logged(cli) == []


def test_a_campaign_is_paused_resumed_and_cancelled(cli: Cli) -> None:
    assert "No campaign" in cli.run("campaign", "list")
    number = str(approved_campaign(cli))
    assert "Brownsville [b]rises[/b]" in cli.run("campaign", "list")
    assert "scheduled" in cli.run("campaign", "list")
    assert "Messages: 0" in cli.run("campaign", "status", number)
    assert "Brownsville" in cli.run("campaign", "preview", number)
    cli.run("campaign", "pause", number)
    assert "paused" in cli.run("campaign", "list")
    cli.run("campaign", "resume", number)
    assert "Nothing was changed" in cli.run("campaign", "cancel", number, typed="n\n")
    assert "scheduled" in cli.run("campaign", "list")
    cli.run("campaign", "cancel", number, typed="y\n")
    assert "cancelled" in cli.run("campaign", "list")
    assert "cannot become" in cli.run("campaign", "resume", number, code=1)
    assert [action for action, _ in logged(cli)] == ["invite", "invite", "pause", "resume", "cancel"]


def test_a_campaign_that_does_not_exist(cli: Cli) -> None:
    for command in ("status", "pause", "resume", "unconfirmed"):
        assert "There is no such campaign" in cli.run("campaign", command, "9", code=1)
        assert "less than or equal" in cli.run("campaign", command, "9" * 20, code=2), "no database has such a number"


def test_S1_the_command_line_approves_nothing(cli: Cli) -> None:
    assert cli.invoke("campaign", "approve", "1").exit_code == 2


@pytest.mark.parametrize(("choice", "after"), [("--resend", "queued"), ("--leave", "left")])
def test_unconfirmed_messages_wait_for_a_decision(cli: Cli, choice: str, after: str) -> None:
    number = approved_campaign(cli)
    assert "Nothing is unconfirmed" in cli.run("campaign", "unconfirmed", str(number))
    leave_unconfirmed(cli, number, 3)
    shown = cli.run("campaign", "unconfirmed", str(number))
    assert re.search(r"telegram +people +3", shown)
    assert "not both" in cli.run("campaign", "unconfirmed", str(number), "--resend", "--leave", code=1)
    assert "Nothing was changed" in cli.run("campaign", "unconfirmed", str(number), choice, typed="n\n")
    assert re.search(r"unconfirmed +3\n", cli.run("campaign", "status", str(number)))
    cli.run("campaign", "unconfirmed", str(number), choice, "--yes")
    status = cli.run("campaign", "status", str(number))
    assert re.search(rf"{after} +3\n", status)
    assert re.search(r"sent +1\n", status)
    assert logged(cli)[-1] == (choice.removeprefix("--"), f"campaign:{number}")
    assert "3 wait for a decision again" in cli.run("campaign", "unconfirmed", str(number), choice, "--undo")
    assert re.search(rf"{number} +\d+ +telegram +people +3 +until ", cli.run("campaign", "unconfirmed"))
    assert "nothing to take back" in cli.run("campaign", "unconfirmed", str(number), choice, "--undo", code=1)
    assert "Name one campaign" in cli.run("campaign", "unconfirmed", choice, code=1)
    assert "Say what to take back" in cli.run("campaign", "unconfirmed", str(number), "--undo", code=1)


def test_the_log_is_whole_until_somebody_changes_it(cli: Cli) -> None:
    cli.run("site", "add", "Maple High", "--precinct", "75")
    cli.run("site", "rotate", "1", "--yes")
    head = cli.run("audit", "head").strip()
    assert head in cli.run("audit", "verify")

    async def forge(engine: Engine) -> None:
        async with engine.database.write() as connection:
            first = audit_entries.update().where(audit_entries.c.id == 1)
            await connection.execute(first.values(object="site:2"))

    cli.within(forge)
    assert "Entry 1 does not follow" in cli.run("audit", "verify", code=1)


def test_the_database_says_where_it_stands(cli: Cli) -> None:
    assert "the newest" in cli.run("db", "status")
    assert "the newest" in cli.run("db", "upgrade")
    assert cli.run("db", "url").startswith(("sqlite:///", "postgresql://"))


def test_R1_staff_are_listed_by_work_name_and_a_role_is_taken_away(cli: Cli) -> None:
    assert "Nobody has a role yet" in cli.run("staff", "list")
    bronx, second = [
        code_of(cli.run("invite", "organizer", "--scope", area)) for area in ("borough:Bronx", "precinct:75")
    ]

    async def once_more(engine: Engine) -> None:
        async with engine.store.write() as work:
            chat = await work.dialogues.look(Destination("web", "chat of river7"), engine.time.clock())
            await engine.staffing.redeem(work, chat.person, second.removeprefix("r_"), "river7")

    for code, handle in ((bronx, "river7"), (code_of(cli.run("invite", "approver")), "oak3")):
        cli.within(partial(with_role, payload=code, handle=handle))
    cli.within(once_more)
    listed = cli.run("staff", "list")
    assert [line.split(maxsplit=2) for line in listed.splitlines()] == [
        ["oak3", "approver", "city"],
        ["river7", "organizer", "borough:Bronx"],
        ["river7", "organizer", "precinct:75"],
    ]
    assert "Organizer, borough:Bronx: taken away" in cli.run(
        "staff", "revoke", "River7", "organizer", "--scope", "borough:Bronx"
    )
    for wrong in (("river7", "approver"), ("nobody1", "organizer"), ("river7", "organizer", "--scope", "precinct:73")):
        assert "does not have this role" in cli.run("staff", "revoke", *wrong, code=1)
    assert "precinct:75: taken away" in cli.run("staff", "revoke", "river7", "organizer")
    assert "river7" not in cli.run("staff", "list")
    assert [entry for entry in logged(cli) if entry[0] == "revoke"] == [
        ("revoke", "river7:organizer:borough:Bronx"),
        ("revoke", "river7:organizer:precinct:75"),
    ]


def test_R1_an_auditor_is_invited_for_the_whole_city(cli: Cli) -> None:
    assert "one log for the whole city" in cli.run("invite", "auditor", "--scope", "precinct:75", code=1)


def test_a_share_kit_is_written_into_a_folder(cli: Cli, tmp_path: Path) -> None:
    number = approved_campaign(cli)
    folder = tmp_path / "kit"
    printed = cli.run("campaign", "sharekit", str(number), "--out", str(folder))
    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == 6
    assert all(name in printed.replace("\n", "") for name in names)
    words = next(path for path in folder.iterdir() if path.name.endswith("-es.txt")).read_text(encoding="utf-8")
    assert "Un código QR" in words
    (tmp_path / "taken").write_text("a file")
    cli.run("campaign", "sharekit", str(number), "--out", str(tmp_path / "taken"), code=1)
    cli.run("campaign", "sharekit", "99", "--out", str(folder), code=1)
