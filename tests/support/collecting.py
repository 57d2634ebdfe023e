"""Python's own collector keeps its hands off what pytest makes once and keeps to the end."""

import gc
from collections.abc import Generator

import pytest

LONG = frozenset(
    f"test_{name}.py"
    for name in (
        "cli_copy",
        "cli_program",
        "demo_headless",
        "facts_random",
        "jobs",
        "main_job",
        "migrations",
        "platform_outage",
        "processes",
        "rules_machine",
        "stops",
        "telegram_server_aiogram",
        "up",
    )
)
"""Files that wait for programs of their own and for real time."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Nothing of 12,000 tests becomes garbage, and looking through them takes a third of the time of finding them."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits begins first, while other workers have the processors; at the end only short tests are left."""
    items.sort(key=lambda item: item.path.name not in LONG)
