"""One thing found in a text, and what can be done about it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """`must` stops a submit, `better` is a hint that the author may keep, `task` waits for a teammate."""

    MUST = "must"
    TASK = "task"
    BETTER = "better"


@dataclass(frozen=True, slots=True)
class Finding:
    """`found` is what stands in the text, `why` a reason's name in templates or an operator's own sentence.

    `better` is a wording that fits in its place, empty where there is none. `fixed` is the whole text with the fix
    applied, None where a person has to write it. `language` is empty for the title. `start` counts characters.
    """

    code: str
    severity: Severity
    language: str = ""
    found: str = ""
    why: str = ""
    better: str = ""
    start: int = 0
    line: int = 1
    values: Mapping[str, Any] = field(default_factory=dict)
    fixed: str | None = None

    @property
    def key(self) -> str:
        """Eight digits that name it as long as the text around it stays as it is."""
        named = f"{self.code}|{self.language}|{self.found}|{self.start}|{self.fixed}"
        return hashlib.sha256(named.encode()).hexdigest()[:8]

    def as_values(self) -> dict[str, Any]:
        """Plain values for the template that says it."""
        return {
            **self.values,
            "code": self.code,
            "severity": self.severity.value,
            "language": self.language,
            "found": self.found,
            "why": self.why,
            "better": self.better,
            "line": self.line,
        }


def must(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What has to change before anybody else reads it."""
    return tuple(finding for finding in findings if finding.severity is Severity.MUST)


def hints(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What the author may keep."""
    return tuple(finding for finding in findings if finding.severity is Severity.BETTER)


_ORDER = {severity: place for place, severity in enumerate(Severity)}


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What must change first, then as the text is read."""
    return tuple(sorted(findings, key=lambda one: (_ORDER[one.severity], one.language, one.start, one.code)))
