"""Python's own collector keeps its hands off what pytest makes once and keeps to the end."""

import gc
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Nothing of 12,000 tests becomes garbage, and looking through them takes a third of the time of finding them."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
