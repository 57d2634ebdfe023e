"""In CI a skipped PostgreSQL or browser test is a failed one: a missing server must not look like success."""

import os
from collections.abc import Generator

import pytest

NEVER_SKIPPED = ("postgres", "browser")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip into a failure that keeps its reason."""
    report = yield
    needed = [name for name in NEVER_SKIPPED if item.get_closest_marker(name)]
    if os.environ.get("CI") and report.skipped and needed:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, although it needs {', '.join(needed)}: {reason}"
    return report
