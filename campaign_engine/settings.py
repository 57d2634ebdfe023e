"""Settings, from the environment (`GROUNDSWELL_*`) or one TOML file; the environment wins."""

from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from platformdirs import user_config_path, user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from campaign_engine.domain.audience import LEAST_MIN_AUDIENCE, MIN_AUDIENCE
from campaign_engine.domain.errors import ConfigurationError, InvalidInput
from campaign_engine.domain.school_calendar import SchoolCalendar
from campaign_engine.domain.windows import SendingHours, Window

PREFIX = "GROUNDSWELL_"
TELEGRAM_HOOK_PATH = "/hooks/telegram"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
DEFAULT_FILE = Path("groundswell.toml")
_HINT = "Settings are described in docs/operators.md; `groundswell doctor` checks them."


class Settings(BaseSettings):
    """Everything an operator can set; tokens are redacted wherever they are shown."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True)

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
    leavers_file: Path | None = Field(
        default=None,
        description="Keyed hashes of who has left, for a restore; empty means beside KEY_FILE, never in DATA_DIR.",
    )
    telegram_token: SecretStr = Field(default=SecretStr(""), description="Token of the Telegram bot; empty is off.")
    telegram_api: str = Field(
        default="https://api.telegram.org", description="Root of the Bot API; `/bot<token>/` is appended."
    )
    telegram_webhook: str = Field(
        default="",
        description="How updates come: empty asks for them; `on` has Telegram post them to PUBLIC_URL, or to this URL.",
    )
    telegram_name: str = Field(
        default="",
        pattern=r"^([A-Za-z0-9_]{5,32})?$",
        description="Name of the Telegram bot without @, for links and for people who check that it is us; empty takes"
        " what Telegram says when the bot starts.",
    )
    discord_token: SecretStr = Field(default=SecretStr(""), description="Token of the Discord bot; empty is off.")
    discord_name: str = Field(
        default="",
        max_length=40,
        description="Name of the Discord bot, for people who check that it is us; empty takes what Discord says.",
    )
    discord_api: str = Field(default="https://discord.com/api/v10", description="Root of Discord's REST API.")
    discord_gateway: str = Field(
        default="wss://gateway.discord.gg/", description="Address of Discord's gateway before the first READY."
    )
    discord_chats_a_day: int = Field(
        default=20, ge=0, le=40, description="Direct chats that the bot opens on Discord in a day, at people's own tap."
    )
    open_data_url: str = Field(
        default="https://data.cityofnewyork.us", description="Root of NYC Open Data, which `data sync` asks."
    )
    open_data_token: SecretStr = Field(
        default=SecretStr(""), description="App token of NYC Open Data: fewer refusals when busy; empty asks without."
    )
    open_data_sync: bool = Field(
        default=False,
        description="Ask NYC Open Data for news by itself, once a week at night; off asks only when told.",
    )
    web_host: str = Field(default="127.0.0.1", description="Address that the pages listen on.")
    web_port: int = Field(default=8000, ge=0, le=65535, description="Port of the pages; 0 takes a free one.")
    school_calendar: Path | None = Field(
        default=None, description="Your own calendar of school days, a TOML file; empty takes the one that is shipped."
    )
    school_day_hours: str = Field(
        default="15:00-19:30", description="When posts leave on school days, New York time; narrower than this only."
    )
    other_day_hours: str = Field(
        default="11:00-19:30", description="When posts leave on all other days; narrower than this only."
    )
    takeover_seconds: int = Field(
        default=30,
        ge=3,
        le=30,
        description="How long a process on PostgreSQL may be silent before another one takes over its lanes and jobs.",
    )
    public_url: str = Field(
        default="", description="Address that people reach the pages at; empty means the one they listen on."
    )

    min_audience: int = Field(
        default=MIN_AUDIENCE,
        ge=LEAST_MIN_AUDIENCE,
        description="People that a direct post in an organizer's own words must reach; never under 5 (safety S2).",
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

    @field_validator("database_url")
    @classmethod
    def _check_database(cls, url: SecretStr) -> SecretStr:
        """The errors of the libraries below quote the URL, password and all; these do not (safety A2)."""
        if not url.get_secret_value():
            return url
        import sqlalchemy as sa

        try:
            parsed = sa.make_url(url.get_secret_value())
        except (sa.exc.ArgumentError, ValueError):
            raise ValueError("it is not a URL such as postgresql://name:password@host/database") from None
        name = parsed.get_backend_name()
        if name not in ("sqlite", "postgresql"):
            raise ValueError("only sqlite:/// and postgresql:// databases can be used")
        if name == "sqlite" and parsed.database in (None, "", ":memory:"):
            raise ValueError("it names no file, and a database in memory would forget everybody")
        return url

    @field_validator("school_day_hours", "other_day_hours")
    @classmethod
    def _check_hours(cls, hours: str) -> str:
        _window(hours)
        return hours

    @model_validator(mode="after")
    def _keep_hours_narrow(self) -> Self:
        try:
            self.hours_with(SchoolCalendar())
        except InvalidInput as error:
            raise ValueError(f"SCHOOL_DAY_HOURS, OTHER_DAY_HOURS: {error.message} {error.hint}") from None
        return self

    @model_validator(mode="after")
    def _check_webhook(self) -> Self:
        url = self.telegram_hook
        if url and urlsplit(url).hostname not in LOOPBACK and not url.startswith("https://"):
            raise ValueError("TELEGRAM_WEBHOOK is `on` or an https:// address; `on` needs an https PUBLIC_URL")
        return self

    @property
    def telegram_hook(self) -> str:
        """Address that Telegram posts updates to; empty for polling."""
        if self.telegram_webhook.lower() in ("", "off"):
            return ""
        base = self.site_url if self.telegram_webhook.lower() == "on" else self.telegram_webhook.rstrip("/")
        return base if base.endswith(TELEGRAM_HOOK_PATH) else base + TELEGRAM_HOOK_PATH

    @field_validator("open_data_url")
    @classmethod
    def _check_open_data(cls, url: str) -> str:
        parts = urlsplit(url)
        if not parts.hostname or (parts.scheme != "https" and parts.hostname not in LOOPBACK):
            raise ValueError("it begins with https://")
        return url

    @field_validator("public_url")
    @classmethod
    def _check_address(cls, url: str) -> str:
        if url and not url.startswith(("http://", "https://")):
            raise ValueError("it begins with https:// or http://")
        return url

    @model_validator(mode="after")
    def _keep_key_apart(self) -> Self:
        if self.key_file.resolve().is_relative_to(self.data_dir.resolve()):
            raise ValueError("KEY_FILE lies inside DATA_DIR, so that one stolen folder would open everything")
        if self.leavers.resolve().is_relative_to(self.data_dir.resolve()):
            raise ValueError("LEAVERS_FILE lies inside DATA_DIR, so that it would be lost together with the database")
        return self

    @property
    def leavers(self) -> Path:
        """The list of who has left, with the default filled in."""
        return self.leavers_file or self.key_file.with_name("leavers.txt")

    @property
    def database(self) -> str:
        """URL of the database, with the default filled in."""
        return self.database_url.get_secret_value() or f"sqlite:///{self.data_dir / 'groundswell.db'}"

    @property
    def lease(self) -> timedelta:
        """How long who has something may be silent; the rest of the time is for the taker, who looks each second."""
        return timedelta(seconds=self.takeover_seconds) * 5 / 6

    def hours_with(self, calendar: SchoolCalendar) -> SendingHours:
        """When anything proactive may leave (safety S4)."""
        return SendingHours(calendar, _window(self.school_day_hours), _window(self.other_day_hours))

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
        problems = "; ".join(_problem(entry) for entry in error.errors(include_input=False, include_url=False))
        raise ConfigurationError(f"Settings cannot be used: {problems}.", hint=_HINT) from None
    except OSError:
        raise ConfigurationError("The settings file cannot be opened.", hint="Check that you may read it.") from None
    except ValueError as error:
        raise ConfigurationError(f"The settings file is not valid TOML: {error}.", hint=_HINT) from None


def _window(text: str) -> Window:
    """From "15:00-19:30". Raises ValueError."""
    try:
        first, last = (time.fromisoformat(part.strip()) for part in text.split("-"))
    except ValueError:
        raise ValueError("hours are written like 15:00-19:30") from None
    if first.tzinfo is not None or last.tzinfo is not None:
        raise ValueError("hours are New York time, without a zone")
    return first, last


def unknown_variables(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Variables with our prefix that are no setting: most often one that was misspelled."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    return tuple(sorted(name for name in environment if name.startswith(PREFIX) and name not in known))


def _problem(entry: ErrorDetails) -> str:
    name = ".".join(str(part).upper() for part in entry["loc"]) or "KEY_FILE"
    if entry["type"] == "extra_forbidden":
        return f"{name}: there is no such setting"
    return f"{name}: {entry['msg'].removeprefix('Value error, ')}"
