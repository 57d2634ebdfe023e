"""`groundswell hold` and `groundswell release`, on both databases."""

import pytest

from campaign_engine.bootstrap import Engine
from campaign_engine.store import tables
from tests.support.cli import Cli, code_of, with_role


@pytest.fixture
def team(cli: Cli) -> Cli:
    """ana7 organizes in Brooklyn, ben2 approves in the whole city."""
    codes = [
        code_of(cli.run("invite", "organizer", "--scope", "borough:Brooklyn")),
        code_of(cli.run("invite", "approver")),
    ]

    async def join(engine: Engine) -> None:
        for code, handle in zip(codes, ("ana7", "ben2"), strict=True):
            await with_role(engine, code, handle)

    cli.within(join)
    return cli


async def _holds(engine: Engine) -> list[tuple[int, bool]]:
    async with engine.database.read() as connection:
        rows = await connection.execute(tables.holds.select().order_by(tables.holds.c.precinct))
        return [(row.precinct, row.ended_at is None) for row in rows]


def test_I1_one_holds_and_two_release_from_the_command_line(team: Cli) -> None:
    said = team.run("hold", "73", "75", "--as", "Ana7")
    assert "Held, by ana7: 73 (" in said
    assert "The log says that the operator did this in their name" in said
    said = team.run("release", "75", "--as", "ana7")
    assert "somebody else has to agree" in said
    assert "The log says that the operator did this in their name" in said
    assert team.within(_holds) == [(73, True), (75, True)]
    assert "is released, by ana7 and ben2" in team.run("release", "75", "--as", "ben2")
    assert team.within(_holds) == [(73, True), (75, False)]
    said = team.run("hold", "--timeline", "75")
    assert "held by ana7" in said
    assert "released by ana7 and ben2" in said
    assert "73 (" not in said
    assert "73 (" in team.run("hold", "--timeline")


async def _log(engine: Engine) -> list[str]:
    async with engine.database.read() as connection:
        rows = await connection.execute(tables.audit_entries.select().order_by(tables.audit_entries.c.id))
        return [f"{row.actor} {row.action} {row.object}" for row in rows]


def test_R3_the_log_tells_that_it_was_done_from_the_server(team: Cli) -> None:
    team.run("hold", "75", "--as", "Ana7")
    team.run("release", "75", "--as", "ben2")
    assert team.within(_log)[-4:] == [
        "ana7 hold precinct:75",
        "operator hold as ana7 precinct:75",
        "ben2 ask_release precinct:75",
        "operator release as ben2 precinct:75",
    ]
    assert "whole" in team.run("audit", "verify")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("hold", "74", "--as", "ana7"), "There is no precinct 74"),
        (("hold", "75", "74", "--as", "ana7"), "There is no precinct 74"),
        (("hold", "101", "--as", "ana7"), "does not reach precinct 101"),
        (("hold", "75", "--as", "nobody9"), "Nobody has this work handle"),
        (("hold", "75"), "who does it"),
        (("hold", "--as", "ana7"), "Say which precincts"),
        (("release", "75", "--as", "ana7"), "Precinct 75 is not held"),
        (("hold", "--timeline", "74"), "There is no precinct 74"),
    ],
)
def test_I1_bad_input_says_what_to_do_and_changes_nothing(team: Cli, arguments: tuple[str, ...], says: str) -> None:
    assert says in team.run(*arguments, code=1)
    assert team.within(_holds) == []
