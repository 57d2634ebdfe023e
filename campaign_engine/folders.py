"""The folder and the key file that an installation begins with."""

from pathlib import Path

from campaign_engine.domain.errors import ConfigurationError
from campaign_engine.settings import Settings
from campaign_engine.store.cipher import create_key_file


def make_folder(settings: Settings, database: Path | None) -> None:
    """Also that of the database's file, where it is one. Raises ConfigurationError."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        if database is not None:
            database.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            "The data folder cannot be made.", "Check GROUNDSWELL_DATA_DIR and that you may write there."
        ) from error


def make_key(settings: Settings) -> None:
    """Raises ConfigurationError."""
    try:
        create_key_file(settings.key_file)
    except OSError as error:
        raise ConfigurationError(
            "The key file cannot be made.", "Check GROUNDSWELL_KEY_FILE and that you may write there."
        ) from error
