"""In CI a skipped PostgreSQL, browser or aiogram test is a failed one: a missing server must not look like success."""

import os
from collections.abc import Generator

import pytest

NEVER_SKIPPED = {"postgres": "postgres_server", "browser": "one_browser", "aiogram": ""}
"""Marks, and fixtures that stand for one where somebody forgot it."""

CITY_FILE = "the City's file"
"""How the reason begins when a raw file of the City does not lie beside the project, which it need not."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip into a failure that keeps its reason."""
    report = yield
    asked = getattr(item, "fixturenames", ())
    needed = [name for name, fixture in NEVER_SKIPPED.items() if item.get_closest_marker(name) or fixture in asked]
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    excused = item.get_closest_marker("city_files") and CITY_FILE in reason
    if os.environ.get("CI") and report.skipped and needed and not excused:
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, although it needs {', '.join(needed)}: {reason}"
    return report
