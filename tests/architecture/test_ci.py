"""CI notices what it did not run."""

from pathlib import Path

import pytest

PLUGIN = (Path(__file__).parents[1] / "support" / "no_silent_skips.py").read_text(encoding="utf-8")
SKIPPED = """
import pytest

@pytest.mark.{marker}
def test_needs_more():
    pytest.skip("{reason}")
"""
UNMARKED = """
import pytest

@pytest.fixture
def postgres_server():
    pytest.skip("{reason}")

def test_needs_more(postgres_server):
    pass
"""
MISSING = "it is not installed"


def outcomes(pytester: pytest.Pytester, marker: str, reason: str = MISSING) -> dict[str, int]:
    pytester.makeconftest(PLUGIN)
    pytester.makeini("[pytest]\nmarkers =\n    postgres: x\n    browser: x\n    city_files: x\n")
    pytester.makepyfile(SKIPPED.format(marker=marker, reason=reason))
    return pytester.runpytest_subprocess("-p", "no:cacheprovider").parseoutcomes()


@pytest.mark.parametrize("marker", ["postgres", "browser"])
def test_a_skipped_server_test_fails_in_ci(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, marker: str
) -> None:
    monkeypatch.setenv("CI", "true")
    assert outcomes(pytester, marker) == {"failed": 1}


def test_a_server_test_that_lacks_its_mark_fails_in_ci_too(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    pytester.makeconftest(PLUGIN)
    pytester.makepyfile(UNMARKED.format(reason=MISSING))
    assert pytester.runpytest_subprocess("-p", "no:cacheprovider").parseoutcomes() == {"errors": 1}


def test_it_skips_with_its_reason_elsewhere(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    assert outcomes(pytester, "postgres") == {"skipped": 1}


def test_city_files_may_be_absent_in_ci(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    assert outcomes(pytester, "city_files") == {"skipped": 1}


def test_a_server_test_without_its_city_file_is_excused_for_that_reason_only(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    both = "city_files\n@pytest.mark.postgres"
    assert outcomes(pytester, both, "the City's file x.csv does not lie in ../shared/data") == {"skipped": 1}
    assert outcomes(pytester, both) == {"failed": 1}
