"""The bench that a test of the contract asks for by name."""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager

import pytest

from campaign_engine.cli.logs import quieten
from campaign_engine.store.cipher import AddressCipher
from tests.contract import benches
from tests.contract.benches import Bench


@pytest.fixture
def opening(request: pytest.FixtureRequest, cipher: AddressCipher) -> AbstractAsyncContextManager[Bench]:
    """`web` runs over both databases."""
    name = str(request.param)
    if name.startswith("web-"):
        return benches.web(request.getfixturevalue(f"{name.removeprefix('web-')}_url"), cipher)
    return {"telegram": benches.telegram, "discord": benches.discord, "console": benches.console}[name]()


@pytest.fixture
async def bench(opening: AbstractAsyncContextManager[Bench]) -> AsyncIterator[Bench]:
    async with opening as opened:
        yield opened


@pytest.fixture
def quiet_libraries() -> Iterator[None]:
    """Log levels as the program sets them; put back afterwards."""
    loggers = [one for one in logging.Logger.manager.loggerDict.values() if isinstance(one, logging.Logger)]
    before = {one: one.level for one in loggers}
    quieten()
    yield
    for one in logging.Logger.manager.loggerDict.values():
        if isinstance(one, logging.Logger):
            one.setLevel(before.get(one, logging.NOTSET))
