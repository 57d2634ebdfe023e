"""Settings: environment over file, secrets redacted, mistakes named."""

from pathlib import Path

import pytest

from campaign_engine.domain.errors import ConfigurationError
from campaign_engine.settings import Settings, load_settings

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
    [("web_port = 99999", "WEB_PORT"), ("web_prot = 8000", "WEB_PROT"), ("web_port = ", "not valid TOML")],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        load_settings(write(tmp_path / "g.toml", text))


def test_A1_the_key_file_never_lies_inside_the_data_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="KEY_FILE lies inside DATA_DIR"):
        load_settings(data_dir=tmp_path, key_file=tmp_path / "deep" / "key.json")


def test_every_setting_is_documented_for_operators() -> None:
    page = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    missing = [name for name in Settings.model_fields if f"GROUNDSWELL_{name.upper()}" not in page]
    assert not missing
