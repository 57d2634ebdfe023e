"""Reports from the command line, made by the real process of their own, on both databases."""

import csv
import json

import pytest

from tests.support.cli import Cli, approved_campaign

EVERYTHING = [
    "report.csv",
    "report.es.html",
    "report.es.pdf",
    "report.html",
    "report.json",
    "report.pdf",
    "report_dictionary.csv",
    "report_dictionary.es.csv",
]


def made(cli: Cli, name: str) -> list[str]:
    return sorted(path.name for path in (cli.folder / name).iterdir())


def test_a_report_is_a_page_tables_and_figures(cli: Cli) -> None:
    number = str(approved_campaign(cli))
    said = cli.run("report", number, "--out", str(cli.folder / "all"))
    assert made(cli, "all") == EVERYTHING
    assert all(name in said for name in EVERYTHING)
    assert "Brownsville" in (cli.folder / "all" / "report.html").read_text(encoding="utf-8")
    assert json.loads((cli.folder / "all" / "report.json").read_text(encoding="utf-8"))
    with (cli.folder / "all" / "report.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.reader(file))) > 1
    cli.run("report", number, "--view", "organizer", "--format", "json", "--out", str(cli.folder / "some"))
    assert made(cli, "some") == ["report.json"]
    cli.run("report", number, "--format", "json", "--format", "csv", "--out", str(cli.folder / "some"))
    assert made(cli, "some") == [
        "report.csv",
        "report.json",
        "report_dictionary.csv",
        "report_dictionary.es.csv",
    ]


def test_F25_a_report_of_one_precinct_has_its_part_of_the_table(cli: Cli) -> None:
    number = str(approved_campaign(cli))
    cli.run("report", number, "--precinct", "73", "--format", "csv", "--out", str(cli.folder / "part"))
    with (cli.folder / "part" / "report.csv").open(encoding="utf-8", newline="") as file:
        assert {row["precinct"] for row in csv.DictReader(file)} == {"", "73"}
    told = cli.run("report", number, "--precinct", "1", "--out", str(cli.folder / "none"), code=1)
    assert "This precinct is not part of the campaign" in told
    both = ("--view", "site", "--site", "1", "--precinct", "73")
    assert "Leave out --site or --precinct" in cli.run(
        "report", number, *both, "--out", str(cli.folder / "none"), code=1
    )


def test_a_report_that_cannot_be_leaves_nothing(cli: Cli) -> None:
    assert "There is no report of this campaign" in cli.run("report", "9", "--out", str(cli.folder / "none"), code=1)
    assert not (cli.folder / "none").exists()
    number = str(approved_campaign(cli))
    (cli.folder / "file").write_text("mine", encoding="utf-8")
    told = cli.run("report", number, "--format", "json", "--out", str(cli.folder / "file"), code=1)
    assert "cannot be written there" in told
    assert (cli.folder / "file").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("option", [("--view", "everybody"), ("--format", "docx")])
def test_a_report_that_there_is_not(sqlite_cli: Cli, option: tuple[str, str]) -> None:
    assert sqlite_cli.invoke("report", "1", *option).exit_code == 2
