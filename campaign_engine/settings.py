"""Settings, from the environment (`GROUNDSWELL_*`) or one TOML file; the environment wins."""

from pathlib import Path
from typing import Any, Self

from platformdirs import user_config_path, user_data_path
from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from campaign_engine.domain.errors import ConfigurationError

DEFAULT_FILE = Path("groundswell.toml")
_HINT = "Settings are described in docs/operators.md; `groundswell doctor` checks them."


class Settings(BaseSettings):
    """Everything an operator can set; tokens are redacted wherever they are shown."""

    model_config = SettingsConfigDict(env_prefix="GROUNDSWELL_", extra="forbid", frozen=True)

    database_url: SecretStr = Field(
        default=SecretStr(""), description="SQLite or PostgreSQL; empty means a SQLite file in DATA_DIR."
    )
    data_dir: Path = Field(
        default_factory=lambda: user_data_path("groundswell"), description="Folder of the database and of reports."
    )
    key_file: Path = Field(
        default_factory=lambda: user_config_path("groundswell") / "key.json",
        description="Keys that encrypt addresses; never inside DATA_DIR, kept apart from backups.",
    )
    telegram_token: SecretStr = Field(default=SecretStr(""), description="Token of the Telegram bot; empty is off.")
    telegram_api: str = Field(
        default="https://api.telegram.org", description="Root of the Bot API; `/bot<token>/` is appended."
    )
    discord_token: SecretStr = Field(default=SecretStr(""), description="Token of the Discord bot; empty is off.")
    discord_api: str = Field(default="https://discord.com/api/v10", description="Root of Discord's REST API.")
    discord_gateway: str = Field(
        default="wss://gateway.discord.gg/", description="Address of Discord's gateway before the first READY."
    )
    web_host: str = Field(default="127.0.0.1", description="Address that the pages listen on.")
    web_port: int = Field(default=8000, ge=0, le=65535, description="Port of the pages; 0 takes a free one.")
    public_url: str = Field(
        default="", description="Address that people reach the pages at; empty means the one they listen on."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - signature of pydantic-settings
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - signature of pydantic-settings
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then the TOML file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @model_validator(mode="after")
    def _keep_key_apart(self) -> Self:
        if self.key_file.resolve().is_relative_to(self.data_dir.resolve()):
            raise ValueError("KEY_FILE lies inside DATA_DIR, so that one stolen folder would open everything")
        return self

    @property
    def database(self) -> str:
        """URL of the database, with the default filled in."""
        return self.database_url.get_secret_value() or f"sqlite:///{self.data_dir / 'groundswell.db'}"

    @property
    def site_url(self) -> str:
        """Where people reach the pages, without a slash at the end."""
        return (self.public_url or f"http://{self.web_host}:{self.web_port}").rstrip("/")


def load_settings(file: Path | None = None, **overrides: Any) -> Settings:
    """Read them all. `file` or groundswell.toml in this folder; raises ConfigurationError naming the setting."""
    chosen = file or (DEFAULT_FILE if DEFAULT_FILE.is_file() else None)
    if file is not None and not file.is_file():
        raise ConfigurationError("The settings file does not exist.", hint="Check the path given with --config.")

    class FileSettings(Settings):
        model_config = SettingsConfigDict(toml_file=chosen)

    try:
        return FileSettings(**overrides)
    except ValidationError as error:
        problems = "; ".join(f"{_name(entry['loc'])}: {entry['msg']}" for entry in error.errors(include_input=False))
        raise ConfigurationError(f"Settings cannot be used: {problems}.", hint=_HINT) from None
    except ValueError as error:
        raise ConfigurationError(f"The settings file is not valid TOML: {error}.", hint=_HINT) from None


def _name(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part).upper() for part in location) or "KEY_FILE"
