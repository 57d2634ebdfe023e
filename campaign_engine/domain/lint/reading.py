"""How old a reader has to be: published formulas over sentences, words and syllables.

English: Flesch-Kincaid grade level (Kincaid, Fishburne, Rogers and Chissom 1975, Naval Technical Training Command,
Research Branch Report 8-75); a school grade plus five years is an age.
Spanish: reading ease of Fernández Huerta (1959), "Medidas sencillas de lecturabilidad", Consigna 214, in the form
without the misprint in its sentence term (Gwillim Law 2011, "Error in the Fernández Huerta readability formula"); its
own table turns the ease into school years.

No library: textstat brings nltk and its downloads, pyphen divides words for print and not for the ear.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from campaign_engine.domain.lint.source import GAP

OLDEST = 12
"""Years: the product is read at 11 to 12 (safety P1)."""

FEWEST_WORDS = 15
"""Below this one long word decides, so nothing is said."""

_SENTENCE = re.compile(r"[.!?…]+(?=\s|$)|\n+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Counted:
    """What both formulas take; numbers and gaps are no words."""

    sentences: int
    words: int
    syllables: int


def counted(text: str, language: str) -> Counted:
    """Raises KeyError for a language without a formula."""
    syllables = SYLLABLES[language]
    words = _WORD.findall(text)
    sentences = sum(1 for part in _SENTENCE.split(text.replace(GAP, " ")) if _WORD.search(part))
    return Counted(max(1, sentences), len(words), sum(syllables(word) for word in words))


def age(text: str, language: str) -> float | None:
    """Years that a reader needs; None where the text is too short to tell or the language has no formula."""
    if language not in SYLLABLES:
        return None
    count = counted(text, language)
    if count.words < FEWEST_WORDS:
        return None
    return round(english_grade(count) + 5 if language == "en" else spanish_age(spanish_ease(count)), 1)


def english_grade(count: Counted) -> float:
    """Flesch-Kincaid grade level."""
    return 0.39 * count.words / count.sentences + 11.8 * count.syllables / count.words - 15.59


def spanish_ease(count: Counted) -> float:
    """Fernández Huerta: 100 is easiest."""
    return 206.84 - 60.0 * count.syllables / count.words - 1.02 * count.words / count.sentences


_EASE = ((90.0, 9.0), (80.0, 10.0), (70.0, 11.0), (60.0, 13.0), (50.0, 15.0), (30.0, 17.0))
"""From this ease on a text suits this age: school years 4, 5, 6, 7 to 8, the last before and after the bachillerato."""


def spanish_age(ease: float) -> float:
    """By Fernández Huerta's table, in years."""
    return next((years for least, years in _EASE if ease >= least), 19.0)


_ENGLISH_EXCEPTIONS: Mapping[str, int] = {
    **dict.fromkeys(("lives", "gives", "comes", "makes", "takes", "names", "homes", "cares", "shares", "clothes"), 1),
    **dict.fromkeys(("used", "shared", "cared", "saved", "hoped", "loved", "lived", "named", "phone", "phones"), 1),
    **dict.fromkeys(("people", "someone", "something", "sometimes", "somewhere", "hopeful", "careful", "lonely"), 2),
    **dict.fromkeys(("safety", "safely", "lately", "likely", "surely", "being", "going", "doing", "seeing"), 2),
    **dict.fromkeys(("create", "quiet", "science", "diet", "riot", "lion", "poem", "react", "trial"), 2),
    **dict.fromkeys(("every", "evening", "different", "business", "average", "several"), 2),
    **dict.fromkeys(("somebody", "everyone", "area", "areas", "idea", "ideas", "museum", "violence", "violent"), 3),
    **dict.fromkeys(("video", "videos", "media", "radio", "studio", "period", "medium", "created", "cereal"), 3),
    **dict.fromkeys(("family", "families", "evenings", "anything", "everything", "anywhere", "everywhere"), 3),
    **dict.fromkeys(("community", "everybody", "experience", "immediate", "material"), 4),
    **dict.fromkeys(("immediately", "communities"), 5),
}
_ENGLISH_GROUP = re.compile(r"[aeiouy]+")
_SILENT = re.compile(r"(?:[^laeiouy]e|[aeiouy]le|[^aeioulstzxcghy]es|[aeiou](?:[rnvmtkpd]|l)es|[^aeiouytd]ed)$")
_PARTED = re.compile(
    r"(?<![cstg])ia(?!l$)|(?<![tc])ie(?=nt|t)|io(?!n|us)|eo(?!us)|iu|ua(?!rd|ge|r)|(?<=[ds])n't$|(?<=[^aeiouy])ier$|sm$|yi"
)


def english_syllables(word: str) -> int:
    """By groups of vowels, with what English leaves silent; words that break the rule are named."""
    plain = word.lower().replace("’", "'")
    stem = re.sub(r"'s$", "", plain)
    if stem in _ENGLISH_EXCEPTIONS:
        return _ENGLISH_EXCEPTIONS[stem]
    groups = len(_ENGLISH_GROUP.findall(stem)) + len(_PARTED.findall(stem))
    return max(1, groups - bool(_SILENT.search(stem)))


_STRONG = "aeoáéó"
_SPANISH_GROUP = re.compile(r"[aeiouáéíóúü]+")


def spanish_syllables(word: str) -> int:
    """By the rules of the Real Academia: two strong vowels part, and so does an accented i or u beside one."""
    plain = unicodedata.normalize("NFC", word.lower())
    plain = re.sub(r"qu(?=[eiéí])|gu(?=[eiéí])", "k", plain)
    plain = re.sub(r"y(?![aeiouáéíóú])", "i", plain)
    return max(1, sum(_nuclei(group) for group in _SPANISH_GROUP.findall(plain)))


def _nuclei(group: str) -> int:
    """Syllables in a run of vowels."""
    found = 1
    for left, right in pairwise(group):
        parted = left in _STRONG and right in _STRONG
        parted = parted or (left in "íú" and right in _STRONG) or (left in _STRONG and right in "íú")
        found += parted
    return found


SYLLABLES: Mapping[str, Callable[[str], int]] = {"en": english_syllables, "es": spanish_syllables}
