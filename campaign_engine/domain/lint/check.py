"""Everything that is said about the texts of one post, in one pass."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from campaign_engine.domain.lint.finding import Finding, Severity, in_order
from campaign_engine.domain.lint.help_line import help_missing
from campaign_engine.domain.lint.length import too_long
from campaign_engine.domain.lint.names import named_in
from campaign_engine.domain.lint.reading import OLDEST, age
from campaign_engine.domain.lint.source import addresses, prose, tidy, variables
from campaign_engine.domain.lint.style import style_of, where_people_are
from campaign_engine.domain.lint.words import WordEntry, found_in


@dataclass(frozen=True, slots=True)
class Texts:
    """What a post says: a title that people see, and a template per language."""

    title: str
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the lint has to know beside the texts.

    `promised` languages, the first of which stands in for one that is missing. `asked` were given to a teammate. `read`
    are the texts with variables filled in, as long as they get. `words` per language, `help_lines` a line per language
    that can be added. `broken` is what the renderer refused (links, variables). `places` are names of neighbourhoods.
    """

    kind: str
    promised: tuple[str, ...]
    channels: tuple[str, ...]
    read: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, tuple[WordEntry, ...]] = field(default_factory=dict)
    help_lines: Mapping[str, str] = field(default_factory=dict)
    broken: tuple[Finding, ...] = ()
    places: frozenset[str] = frozenset()
    asked: tuple[str, ...] = ()
    lesson: str = ""


def findings(content: Texts, facts: Facts) -> tuple[Finding, ...]:
    """What must change first; none for a text that is well as it is."""
    found = [*facts.broken, *_of_title(content.title, facts)]
    texts = {language: tidy(text) for language, text in content.texts.items() if text.strip()}
    for language, text in texts.items():
        found.extend(_of_text(text, language, facts))
    found.extend(_missing(texts, facts))
    found.extend(_unlike(texts, facts))
    return in_order(found)


def _of_text(text: str, language: str, facts: Facts) -> Iterator[Finding]:
    long = too_long(facts.read.get(language, text), language, facts.channels)
    if long is not None:
        yield long
    yield from found_in(text, facts.words.get(language, ()), facts.kind, facts.lesson)
    yield from named_in(text, facts.kind, language, facts.places)
    yield from where_people_are(text, language)
    yield from help_missing(text, language, facts.kind, facts.help_lines.get(language, ""))
    years = age(prose(text), language)
    if years is not None and years > OLDEST:
        yield Finding("reading_age", Severity.BETTER, language, f"{years:.0f}", values={"oldest": OLDEST})
    yield from style_of(text, language)


def _of_title(title: str, facts: Facts) -> Iterator[Finding]:
    """Whatever language it is in: only what must not stand anywhere."""
    seen: set[str] = set()
    for entries in facts.words.values():
        for finding in found_in(title, entries, facts.kind, facts.lesson):
            if finding.severity is Severity.MUST and finding.found not in seen:
                seen.add(finding.found)
                yield Finding("word", finding.severity, "", finding.found, finding.why, finding.better)
    if facts.kind == "aftermath":
        yield from named_in(title, facts.kind, "", facts.places)


def _missing(texts: Mapping[str, str], facts: Facts) -> Iterator[Finding]:
    for language in facts.promised:
        if language not in texts:
            if language in facts.asked:
                yield Finding("waiting_translation", Severity.TASK, language)
            else:
                yield Finding("missing_language", Severity.MUST, language)


def _unlike(texts: Mapping[str, str], facts: Facts) -> Iterator[Finding]:
    """Readers of every language get the same links, which is a must, and the same facts, which is a hint."""
    both = [language for language in facts.promised if language in texts]
    if len(both) < 2:
        return
    carried = {language: variables(texts[language]) | {*addresses(texts[language])} for language in both}
    for language in both:
        lacking = sorted(frozenset().union(*carried.values()) - carried[language])
        if lacking:
            links = any(name == "link" or "://" in name for name in lacking)
            names = (name if "://" in name else "{{ " + name + " }}" for name in lacking)
            yield Finding("unlike", Severity.MUST if links else Severity.BETTER, language, ", ".join(names))
