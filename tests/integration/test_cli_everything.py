"""`groundswell pause --all`, `resume --all` and `campaign rehearse`: what whoever runs the server sees of sending."""

from pathlib import Path

from tests.support.cli import Cli, approved_campaign


def test_S3_the_operator_stops_everything_and_lets_it_go_on(cli: Cli) -> None:
    assert "Say what to pause." in cli.run("pause", code=1)
    assert "Everything is stopped" in cli.run("pause", "--all")
    assert "stopped already" in cli.run("pause", "--all")
    assert "Everything is stopped since" in cli.run("doctor")
    assert "goes on now" in cli.run("resume", "--all")
    assert "Nothing is stopped" in cli.run("resume", "--all")


def test_a_campaign_is_rehearsed_without_sending(cli: Cli) -> None:
    campaign = approved_campaign(cli)
    said = cli.run("rehearse", str(campaign))
    assert said == cli.run("campaign", "rehearse", str(campaign))
    assert "Nothing was sent." in said
    assert "under 20 people" in said
    assert "unverified" in said


def test_S4_doctor_and_up_refuse_a_calendar_that_cannot_be_right(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "calendar.toml"
    path.write_text('[[terms]]\nname = "x"\nfirst = 2026-09-10\nlast = 2026-09-09\nsource = "y"\n', encoding="utf-8")
    said = cli.run("doctor", code=1, SCHOOL_CALENDAR=str(path))
    assert "line 1" in said
    assert "line 1" in cli.run("campaign", "list", code=1, SCHOOL_CALENDAR=str(path))
