"""In CI a skipped PostgreSQL, browser or aiogram test is a failed one: a missing server must not look like success."""

import os
from collections.abc import Generator

import pytest

NEVER_SKIPPED = ("postgres", "browser", "aiogram")
CITY_FILE = "the City's file"
"""How the reason begins when a raw file of the City does not lie beside the project, which it need not."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip into a failure that keeps its reason."""
    report = yield
    needed = [name for name in NEVER_SKIPPED if item.get_closest_marker(name)]
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    excused = item.get_closest_marker("city_files") and CITY_FILE in reason
    if os.environ.get("CI") and report.skipped and needed and not excused:
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, although it needs {', '.join(needed)}: {reason}"
    return report
