"""What an operator does first: init, the recovery sheet, and what goes wrong with keys and settings."""

import json
import shutil
from pathlib import Path

import pytest

from campaign_engine.cli.recovery import read_sheet, sheet
from campaign_engine.domain.errors import InvalidInput
from campaign_engine.store.cipher import Keys, read_keys
from tests.support.cli import Cli

KEYS = Keys((b"a" * 32, bytes(range(32))), b"l" * 32)


@pytest.fixture
def bare(empty_database_url: str, tmp_path: Path) -> Cli:
    """Nothing but a folder, and on PostgreSQL an empty database."""
    return Cli(tmp_path, empty_database_url)


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_init_makes_everything_and_says_what_comes_next(bare: Cli) -> None:
    said = bare.run("init")
    assert said.count("made ") == 3
    assert "groundswell invite organizer" in said
    assert (bare.folder / "keys" / "key.json").stat().st_mode & 0o777 == 0o600
    assert "78 precincts, 1 rankings" in bare.run("doctor")


def test_init_twice_changes_nothing_and_says_what_is_there(cli: Cli) -> None:
    before = (cli.folder / "keys" / "key.json").read_bytes()
    head = cli.run("audit", "head")
    assert cli.run("init").count("there already") == 3
    assert (cli.folder / "keys" / "key.json").read_bytes() == before
    assert cli.run("audit", "head") == head
    assert "78 precincts, 1 rankings" in cli.run("doctor")


def test_A1_the_recovery_sheet_gives_the_same_key_back(cli: Cli) -> None:
    key, paper = cli.folder / "keys" / "key.json", cli.folder / "paper.txt"
    cli.run("site", "add", "Maple High", "--precinct", "75")
    said = cli.run("init", "--sheet", str(paper))
    words = paper.read_text(encoding="utf-8")
    assert paper.stat().st_mode & 0o077 == 0
    assert "Print it" in said
    assert "apart from the backups" in " ".join(words.split())
    original = read_keys(key)
    key.unlink()
    paper.write_text(words.lower(), encoding="utf-8")
    cli.run("init", "--restore", str(paper))
    assert read_keys(key) == original
    assert "Maple High" in cli.run("site", "list")


def test_A1_the_sheet_never_lies_with_the_database_nor_over_another_file(sqlite_cli: Cli) -> None:
    inside, there = sqlite_cli.folder / "data" / "sheet.txt", sqlite_cli.folder / "sheet.txt"
    there.write_text("mine", encoding="utf-8")
    assert "inside the data folder" in sqlite_cli.run("init", "--sheet", str(inside), code=1)
    assert "is there already" in sqlite_cli.run("init", "--sheet", str(there), code=1)
    assert "does not exist" in sqlite_cli.run("init", "--sheet", str(sqlite_cli.folder / "no" / "s.txt"), code=1)
    assert there.read_text(encoding="utf-8") == "mine"
    assert not inside.exists()


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("  2  ", "  3  ", "Row 2 is missing"),
        ("   1  NRWG", "   1  NRGW", "Row 1 was mistyped"),
        ("\n   7  ", "\n   x  ", "11 rows"),
        ("Look-up key\n   1  ", "Look-up key\n   1  7", "Row 1 was mistyped"),
    ],
)
def test_a_mistyped_sheet_names_the_row(old: str, new: str, named: str) -> None:
    words = sheet(KEYS)
    start = words.index("Look-up key")
    assert read_sheet(words) == KEYS
    with pytest.raises(InvalidInput, match=named):
        read_sheet(words[:start] + words[start:].replace(old, new, 1))


def test_rows_in_each_others_place_are_noticed() -> None:
    first, second = (line for line in sheet(KEYS).splitlines() if line.startswith(("   1 ", "   2 ")))
    changed = sheet(KEYS).replace(first, "   1" + second[4:]).replace(second, "   2" + first[4:], 1)
    with pytest.raises(InvalidInput, match="Row 1"):
        read_sheet(changed)


def test_a_restore_never_replaces_a_key_file(sqlite_cli: Cli) -> None:
    paper = sqlite_cli.folder / "paper.txt"
    paper.write_text(sheet(KEYS), encoding="utf-8")
    before = everything(sqlite_cli.folder / "keys")
    assert "There is a key file already" in sqlite_cli.run("init", "--restore", str(paper), code=1)
    assert everything(sqlite_cli.folder / "keys") == before


def test_a_key_file_that_does_not_fit_is_refused_everywhere(cli: Cli) -> None:
    key = cli.folder / "keys" / "key.json"
    key.unlink()
    paper = cli.folder / "paper.txt"
    paper.write_text(sheet(KEYS), encoding="utf-8")
    refused = "This key file does not fit the database."
    assert refused in cli.run("init", "--restore", str(paper), code=1)
    for command in (("site", "list"), ("invite", "organizer"), ("db", "upgrade"), ("doctor",), ("init",)):
        assert refused in cli.run(*command, code=1)


def test_a_lost_key_file_is_not_replaced_by_a_new_one(cli: Cli) -> None:
    key = cli.folder / "keys" / "key.json"
    key.unlink()
    said = cli.run("init", code=1)
    assert "The key file is missing." in said
    assert "recovery sheet" in said
    assert not key.exists()


def test_a_damaged_key_file_says_so(sqlite_cli: Cli) -> None:
    key = sqlite_cli.folder / "keys" / "key.json"
    key.write_text(json.dumps({"address_keys": ["AAAA"], "lookup_key": "AAAA"}), encoding="utf-8")
    assert "The key file is damaged." in sqlite_cli.run("site", "list", code=1)
    key.write_text("{", encoding="utf-8")
    assert "The key file cannot be read." in sqlite_cli.run("site", "list", code=1)


def test_A1_a_key_inside_the_data_folder_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    inside = tmp_path / "data" / "key.json"
    said = Cli(tmp_path).run("init", code=1, KEY_FILE=str(inside))
    assert "KEY_FILE lies inside DATA_DIR" in said
    assert not (tmp_path / "data").exists()


def test_a_settings_file_that_is_missing_or_wrong(sqlite_cli: Cli) -> None:
    file = sqlite_cli.folder / "g.toml"
    assert "does not exist" in sqlite_cli.run("--config", str(file), "site", "list", code=1)
    file.write_text("web_prot = 8000\n", encoding="utf-8")
    assert "WEB_PROT: there is no such setting" in sqlite_cli.run("--config", str(file), "site", "list", code=1)
    file.write_text('public_url = "https://groundswell.example/"\n', encoding="utf-8")
    said = sqlite_cli.run("--config", str(file), "invite", "organizer")
    assert "https://groundswell.example/join/r_" in said


def test_before_init_every_command_says_so(tmp_path: Path) -> None:
    missing = Cli(tmp_path)
    for command in (("site", "list"), ("data", "status"), ("db", "upgrade"), ("audit", "verify"), ("doctor",)):
        assert "groundswell init" in missing.run(*command, code=1)
    assert not list(tmp_path.iterdir())


def test_a_data_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file", encoding="utf-8")
    assert "The data folder cannot be made." in Cli(tmp_path).run("init", code=1)


def test_A2_an_unreachable_postgresql_is_named_without_its_password(sqlite_cli: Cli) -> None:
    url = "postgresql://operator:geheim@127.0.0.1:1/groundswell"
    for command in ("init", "doctor"):
        said = sqlite_cli.run(command, code=1, DATABASE_URL=url)
        assert "127.0.0.1:1/groundswell" in said
        assert "geheim" not in said
    assert "operator:***@" in sqlite_cli.run("db", "url", DATABASE_URL=url)
    for broken in ("postgresql://operator:geheim@host:port/x", "mysql://operator:geheim@host/x", "geheim"):
        said = sqlite_cli.run("db", "url", code=1, DATABASE_URL=broken)
        assert "DATABASE_URL" in said
        assert "geheim" not in said


def test_a_file_that_is_no_database(sqlite_cli: Cli) -> None:
    for old in (sqlite_cli.folder / "data").iterdir():
        old.unlink()
    (sqlite_cli.folder / "data" / "groundswell.db").write_bytes(b"not a database, but long enough to be read" * 100)
    for command in (("init",), ("site", "list"), ("db", "status"), ("doctor",)):
        assert "is damaged or is no database" in sqlite_cli.run(*command, code=1)


def test_a_database_of_a_newer_program_is_left_alone(cli: Cli) -> None:
    async def age(engine: object) -> None:
        async with engine.database.write() as connection:  # type: ignore[attr-defined] # an Engine
            await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    cli.within(age)
    assert "newer version" in cli.run("db", "upgrade", code=1)
    assert "another version" in cli.run("init", code=1)
    assert "another version" in cli.run("site", "list", code=1)
    assert "Version 9999" in cli.run("db", "status")


def test_two_folders_have_two_keys(sqlite_cli: Cli, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = Cli(tmp_path_factory.mktemp("other"))
    other.run("init")
    assert read_keys(other.settings.key_file) != read_keys(sqlite_cli.settings.key_file)
    shutil.copy(sqlite_cli.settings.key_file, other.settings.key_file)
    assert "does not fit" in other.run("site", "list", code=1)
