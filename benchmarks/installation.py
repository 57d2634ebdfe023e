"""A new installation in a folder of its own, as `groundswell init` makes it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from campaign_engine.bootstrap import Engine, open_engine, prepare
from campaign_engine.settings import Settings


@asynccontextmanager
async def open_new(folder: Path) -> AsyncIterator[Engine]:
    """Its engine, over SQLite."""
    settings = Settings(data_dir=folder / "data", key_file=folder / "keys" / "key.json")
    await prepare(settings)
    async with open_engine(settings) as engine:
        yield engine
