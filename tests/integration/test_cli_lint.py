"""`groundswell lint`, `groundswell campaign lint` and `groundswell words`."""

from pathlib import Path

import pytest

import templates
from campaign_engine.bootstrap import Engine
from campaign_engine.domain.lint.finding import must
from tests.support.cli import Cli, approved_campaign


@pytest.fixture
def cli(sqlite_cli: Cli) -> Cli:
    """Files and lists are the same on both databases."""
    return sqlite_cli


def text(cli: Cli, words: str) -> str:
    path = cli.folder / "post.txt"
    path.write_text(words, encoding="utf-8")
    return str(path)


def test_F6_a_text_in_a_file_is_explained(cli: Cli) -> None:
    assert "Nothing found" in cli.run("lint", text(cli, "Check on a friend: {{ link }}"))
    said = cli.run("lint", text(cli, "No thugs here: {{ link }}"))
    assert "You may keep it as it is" in said
    assert "it turns a person into a label. Better: “people”." in said
    said = cli.run("lint", text(cli, "Violence is everywhere. 988"), code=1)
    assert "Please change before it goes on" in said
    assert "line 2 has a link" in cli.run("lint", text(cli, "Hi\nhttps://bit.ly/x"), code=1)


@pytest.mark.parametrize(
    ("arguments", "words", "code", "says"),
    [
        (("--language", "es"), "Esos matones. {{ link }}", 0, "Spanish: “matones”"),
        (("--kind", "recruit"), "Win a prize: {{ link }}", 1, "No prizes"),
        (("--channel", "sms"), "x" * 161, 1, "2 text messages. People read at most 1 text message"),
        (("--channel", "mail"), "word " * 151, 1, "151 words"),
        (("--kind", "series", "--lesson", "b3"), "Help is not snitching.", 0, "Nothing found"),
        (("--kind", "series"), "Help is not snitching.", 0, "scares people away from help"),
    ],
)
def test_F6_language_kind_channel_and_lesson_count(
    cli: Cli, arguments: tuple[str, ...], words: str, code: int, says: str
) -> None:
    assert says in cli.run("lint", text(cli, words), *arguments, code=code)


def test_a_file_or_an_option_that_cannot_be_is_named(cli: Cli) -> None:
    good = text(cli, "Hi")
    for wrong in (("--language", "fr"), ("--kind", "party"), ("--channel", "fax")):
        assert "Choose from:" in cli.run("lint", good, *wrong, code=1)
    assert "cannot be read" in cli.run("lint", str(cli.folder / "none.txt"), code=1)
    (cli.folder / "picture.png").write_bytes(b"\x89PNG\xff")
    assert "not plain text" in cli.run("lint", str(cli.folder / "picture.png"), code=1)
    assert "too large" in cli.run("lint", text(cli, "x" * 100_001), code=1)


def test_P1_the_reading_age_of_every_lesson_is_printed(cli: Cli) -> None:
    said = cli.run("lessons", "lint")
    for code, title in (("B1", "Read the temperature"), ("A4", "Ir y estar seguro")):
        row = next(line for line in said.splitlines() if code in line and title in line)
        assert "nobody yet" in row
    assert "Nothing found" in said


def test_a_lesson_in_a_file_is_linted_and_what_is_wrong_is_named(cli: Cli) -> None:
    file = cli.folder / "B1.toml"
    shipped = (Path(templates.__file__).parent / "lessons" / "B1.toml").read_text(encoding="utf-8")
    file.write_text(shipped.replace("A loud voice", "A thug"), encoding="utf-8")
    assert "it turns a person into a label" in cli.run("lessons", "lint", str(file))
    file.write_text(shipped.replace("version = 1", "version = 0"), encoding="utf-8")
    assert "B1.toml cannot be used: en.version" in cli.run("lessons", "lint", str(file), code=1)
    file.write_text("right = = 2\n", encoding="utf-8")
    assert "line 1" in cli.run("lessons", "lint", str(file), code=1)
    assert "cannot be read" in cli.run("lessons", "lint", str(cli.folder / "B2.toml"), code=1)
    assert "from B1.toml to A4.toml" in cli.run("lessons", "lint", str(cli.folder / "B9.toml"), code=1)


def test_F6_a_campaign_is_linted_by_its_number(cli: Cli) -> None:
    number = approved_campaign(cli)
    assert "Nothing found" in cli.run("campaign", "lint", str(number))
    assert "no such campaign" in cli.run("campaign", "lint", "99", code=1)

    async def found(engine: Engine) -> bool:
        async with engine.store.read() as work:
            campaign = await work.campaigns.get(number)
        return any(must(engine.texts.linting.of_post(campaign, post)) for post in campaign.posts)

    assert not cli.within(found)


def test_F6_words_are_listed_added_and_removed_with_a_reason(cli: Cli) -> None:
    assert "thug" in cli.run("words", "list", "--language", "en", COLUMNS="400")
    cli.run("words", "add", "turf", "--better", "block", code=2)
    said = cli.run("words", "add", "turf", "--better", "block", "--reason", "It sounds like war.")
    assert "“turf” is on the list now (en)." in said
    assert "is on the list like this already" in cli.run(
        "words", "add", "turf", "--better", "block", "--reason", "It sounds like war."
    )
    assert "“turf”. Why change it: It sounds like war. Better: “block”." in cli.run("lint", text(cli, "our turf"))
    assert "add “turf” (en), because It sounds like war." in cli.run("words", "list")
    cli.run("words", "remove", "thug", "--reason", "A film is called so.")
    assert "Nothing found" in cli.run("lint", text(cli, "a thug"))
    assert "is not on the list" in cli.run("words", "remove", "thug", "--reason", "Again.")
    assert "stays on the list" in cli.run("words", "remove", "mugshot", "--reason", "We want it.", code=1)
    assert "Choose from" in cli.run("words", "list", "--language", "fr", code=1)


def test_F6_a_broken_list_is_named_with_its_line_by_every_command_and_the_doctor(cli: Cli) -> None:
    (cli.folder / "data" / "words.toml").write_text('[[add]]\nlanguage = "en"\nword = "x"\n', encoding="utf-8")
    for arguments in (("words", "list"), ("words", "add", "turf", "--reason", "y"), ("doctor",)):
        said = cli.run(*arguments, code=1)
        assert "Line 1 of words.toml" in said
        assert "reason" in said
    assert "Nothing found" in cli.run("lint", text(cli, "Hi"))


def test_words_need_an_installation(cli: Cli) -> None:
    assert "groundswell init" in cli.run("words", "list", code=1, DATA_DIR=str(cli.folder / "nowhere"))
