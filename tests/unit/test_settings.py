"""Settings: environment over file, secrets redacted, mistakes named."""

import re
from pathlib import Path

import pytest

from campaign_engine.domain.errors import ConfigurationError
from campaign_engine.settings import Settings, load_settings, unknown_variables

ROOT = Path(__file__).parents[2]


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path / "g.toml", 'web_port = 9001\nweb_host = "0.0.0.0"\n')
    monkeypatch.setenv("GROUNDSWELL_WEB_PORT", "9002")
    settings = load_settings(file)
    assert (settings.web_port, settings.web_host) == (9002, "0.0.0.0")  # noqa: S104 - only compared


def test_tokens_are_redacted_wherever_settings_are_shown(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path / "g.toml", 'telegram_token = "123:very-secret"\n'))
    assert settings.telegram_token.get_secret_value() == "123:very-secret"
    assert "very-secret" not in f"{settings!r} {settings} {settings.model_dump_json()}"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("web_port = 99999", "WEB_PORT"),
        ("web_prot = 8000", "WEB_PROT: there is no such setting"),
        ("web_port = ", "not valid TOML"),
        ('public_url = "groundswell.example"', "PUBLIC_URL: it begins with https://"),
        ('database_url = "sqlite://"', "DATABASE_URL: it names no file"),
        ('database_url = "mysql://me:geheim@host/x"', "DATABASE_URL: only sqlite:/// and postgresql://"),
        ('database_url = "postgresql://me:geheim@host:x/y"', "DATABASE_URL: it is not a URL"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(ConfigurationError, match=named) as raised:
        load_settings(write(tmp_path / "g.toml", text))
    assert "geheim" not in str(raised.value)


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDSWELL_WEB_PORT", "")
    assert load_settings().web_port == 8000


def test_a_misspelled_variable_is_found() -> None:
    environment = {"GROUNDSWELL_WEB_PROT": "8000", "GROUNDSWELL_WEB_PORT": "8000", "WEB_HOST": "x"}
    assert unknown_variables(environment) == ("GROUNDSWELL_WEB_PROT",)


def test_A1_the_list_of_leavers_never_lies_inside_the_data_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="LEAVERS_FILE lies inside DATA_DIR"):
        load_settings(data_dir=tmp_path / "data", key_file=tmp_path / "key", leavers_file=tmp_path / "data" / "left")
    assert load_settings(data_dir=tmp_path / "data", key_file=tmp_path / "key").leavers == tmp_path / "leavers.txt"


def test_A1_the_key_file_never_lies_inside_the_data_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="KEY_FILE lies inside DATA_DIR"):
        load_settings(data_dir=tmp_path, key_file=tmp_path / "deep" / "key.json")


def test_every_setting_is_documented_for_operators() -> None:
    page = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `GROUNDSWELL_(\w+)` \|", page, re.MULTILINE)
    assert sorted(rows) == sorted(name.upper() for name in Settings.model_fields)


def test_S2_a_minimum_audience_under_five_is_refused() -> None:
    assert load_settings(min_audience=5).min_audience == 5
    with pytest.raises(ConfigurationError, match="MIN_AUDIENCE"):
        load_settings(min_audience=4)
