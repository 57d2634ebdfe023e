"""What can be done about a finding, as buttons; their data is read by dialogue.organize."""

from collections.abc import Iterable

from campaign_engine.dialogue.flow import Rows, option
from campaign_engine.dialogue.state import Draft
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.domain.lint.finding import Finding
from campaign_engine.domain.message import Option, Reply

_MOST_FIXES = 6
_MOST_SHOWN = 8
"""Nobody reads more at once, and a message has an end; the others come when these are done."""
_LABEL_LETTERS = 30


def hints_reply(campaign_id: int, findings: Iterable[Finding], draft: Draft) -> Reply:
    """All that was found, each with why, and a button for each thing that can be done."""
    found = tuple(findings)
    rows = [row for finding in found for row in _fix_rows(campaign_id, finding, draft)][:_MOST_FIXES]
    for field in _fields_to_write(found):
        rows.append((option(f"organize.field_{field}", f"ed:{field}"),))
    shown = tuple(finding.as_values() for finding in found[:_MOST_SHOWN])
    return Reply("lint.hints", {"findings": shown, "more": len(found) - len(shown)}, tuple(rows))


def language_rows(language: str, draft: Draft | None) -> Rows:
    """Ways on where this language's text is missing: a teammate, or without it; English stands in for the others."""
    if draft is None or language == LANGUAGES[0] or not draft.texts:
        return ()
    values = {"language": language}
    ask = Option(label="lint.ask_teammate", data=f"lg:ask:{language}", values=values)
    out = Option(label="lint.leave_out", data=f"lg:out:{language}", values=values)
    asked: Rows = () if language in draft.asked else ((ask,),)
    return asked if draft.live else (*asked, (out,))


def changes_without(language: str, draft: Draft) -> dict[str, object]:
    """Fields of the draft when this language is promised no more."""
    left = [one for one in draft.languages if one != language]
    return {"languages": left, "texts": {**draft.texts, language: ""}}


def _fix_rows(campaign_id: int, finding: Finding, draft: Draft) -> Rows:
    if finding.code in ("missing_language", "waiting_translation"):
        write = Option(label=f"organize.field_text_{finding.language}", data=f"ed:text_{finding.language}")
        return ((write,), *language_rows(finding.language, draft))
    if finding.fixed is None:
        return ()
    label = "lint.add_help" if finding.code == "no_help_line" else "lint.use"
    values = {"better": finding.better[:_LABEL_LETTERS], "language": finding.language}
    return ((Option(label=label, data=f"lf:{campaign_id}:{finding.key}", values=values),),)


def _fields_to_write(findings: Iterable[Finding]) -> tuple[str, ...]:
    """What a person has to write anew, each once."""
    done = ("missing_language", "waiting_translation")
    open_ones = (finding for finding in findings if finding.fixed is None and finding.code not in done)
    return tuple(dict.fromkeys(f"text_{one.language}" if one.language else "title" for one in open_ones))
