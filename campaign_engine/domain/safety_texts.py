"""Texts that exist in every language (safety P2), and what a translation must keep (safety C9, H2, P2)."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping

from campaign_engine.domain.command_words import COMMAND_WORDS, STOP, STOP_WORDS
from campaign_engine.domain.words import squeezed

_COMMANDS = tuple(
    f"command.{name}"
    for name in (
        *("start", "join", "menu", "help", "privacy", "language", "pause", "resume", "stop", "delete", "export"),
        *("type", "code"),
    )
)
SAFETY_TEXTS: tuple[str, ...] = (
    *("join.welcome", "join.age", "join.age_u13", "join.age_13", "join.age_16", "join.age_18", "join.age_22"),
    *("join.change_language", "join.under_13_sure"),
    *("join.rather_not", "join.updates", "join.updates_direct", "join.updates_no", "join.updates_yes", "join.done"),
    *("menu.title", "menu.open", "menu.pledge", "menu.language", "menu.languages", "menu.privacy", "menu.privacy_text"),
    "menu.learn",
    *("menu.more", "menu.help", "menu.stop", "menu.stopped", "menu.still_stopped", "menu.welcome_back", "menu.delete"),
    *("menu.delete_sure", "menu.delete_yes", "menu.delete_no", "menu.deleted", "menu.export"),
    *("consent.open", "consent.ask_area_updates", "consent.break", "consent.how_long", "consent.break_1"),
    *("consent.break_7", "consent.break_30", "consent.break_open", "consent.paused", "consent.resume"),
    "consent.resumed",
    *("help.card", "help.short", "help.under_13", "help.under_13_alert", "help.blocked", "help.quiet"),
    "help.near",
    *("contact.unavailable", "contact.in_english"),
    *("page.skip", "page.get_help", "page.leave", "page.automated", "page.privacy", "page.type", "page.send"),
    *("page.call_911", "page.text_911", "page.call_988", "page.text_988", "page.unavailable", "page.unavailable_hint"),
    *("page.reports", "page.chat_title", "page.session_note", "page.signup_title", "page.signup_who"),
    *("page.signup_line", "page.signup_go", "page.signup_small", "page.privacy_text"),
    *("poster.scan", "poster.word", "poster.help"),
    *_COMMANDS,
)
"""Blocks of templates/messages as `file.block`: age, consent, STOP, privacy, help and the way to them."""

IN_ENGLISH = "contact.in_english"
"""Says, in the reader's language, why a text is in English."""

LONGEST: Mapping[str, int] = {
    "help.card": 600,
    "help.under_13_alert": 200,
    "contact.in_english": 120,
    **dict.fromkeys(_COMMANDS, 100),
}
LONGEST_TEXT = 1200
LONGEST_LABEL = 64
"""Characters: the card (safety H2), a Telegram pop-up, what Discord says of a command, buttons, and anything else."""

SHARED = 12
"""Two languages may have the same text up to this length; a longer one was copied and not translated."""

_LABELS = frozenset(
    {
        *("join.age_u13", "join.age_13", "join.age_16", "join.age_18", "join.age_22", "join.rather_not"),
        "join.change_language",
        *(
            "join.updates_no",
            "join.updates_yes",
            "menu.open",
            "menu.more",
            "menu.learn",
            "menu.pledge",
            "menu.language",
            "menu.privacy",
            "menu.help",
        ),
        *("menu.stop", "menu.delete", "menu.delete_yes", "menu.delete_no", "menu.export", "consent.open"),
        *("consent.break", "consent.break_1", "consent.break_7", "consent.break_30", "consent.break_open"),
        *("consent.resume", "help.near", "page.get_help", "page.leave", "page.privacy", "page.send", "page.call_911"),
        *("page.text_911", "page.call_988", "page.text_988", "page.signup_go"),
    }
)
NOTES: Mapping[str, str] = {
    "consent.how_long": "Say it without the day that an earlier break ends.",
    "consent.paused": "Say it without the day: the break has begun, and what is missed is not sent later.",
}
"""What a translator must know of texts whose English is put together by the program."""

_KEPT = re.compile(r"/[a-z]+|\b(?:MENU|STOP|HELP|HOME)\b|(?<!\d)\d+")
_TYPED = re.compile(r"(?:\b(STOP|MENU|HELP)|/(start|export|delete))\b")
_SPANISH = {"STOP": ("STOP", "PARAR"), "HELP": ("HELP", "AYUDA"), "HOME": ("AYUDA",)}
_NUMBER = re.compile(r"[0-9]+")
_VALUE = re.compile(r"\{\{ *(\w+) *\}\}")
_NOT_WORDS = re.compile(r"\{\{.*?\}\}|/[a-z]+|\b[A-Z]{3,}\b|Groundswell", re.ASCII)
_LINK = re.compile(r"://|\bwww\.|\b[\w-]+\.(?:com|org|net|gov|me|gg|ly|io|info)\b", re.IGNORECASE)
_NEVER = re.compile(
    r"confiden[tcz]|конфиденц|секретн|机密|機密|保密|গোপন রাখ|konfidans|비밀|سري[ةّ]|سرّ|خفیہ|poufn", re.IGNORECASE
)
"""Nothing that is sent over a platform is confidential, so no help text says so (safety H2)."""

_SCRIPTS = {
    **dict.fromkeys(("zh-Hans", "zh-Hant"), "CJK"),
    **dict.fromkeys(("ar", "ur"), "ARABIC"),
    "ru": "CYRILLIC",
    "bn": "BENGALI",
    "ko": "HANGUL",
}
_MOST = 2 / 3
"""Share of letters that belong to the language's script; the rest are names."""

_CHINESE = (
    "们們这這个個说說话話时時问問请請谁誰让讓边邊发發为為从從来來对對没沒会會动動还還进進开開关關过過样樣种種热熱线線难難听聽"
    "车車门門间間岁歲现現见見觉覺语語读讀错錯给給帮幫气氣爱愛头頭办辦单單应應该該实實险險电電机機号號码碼删刪页頁随隨"
    "担擔变變么麼数數译譯顾顧"
)
_FOREIGN = {
    "zh-Hans": frozenset(_CHINESE[1::2]),
    "zh-Hant": frozenset(_CHINESE[::2]),
    "ar": frozenset("یکہےٹڈڑںگچپ"),
    "ur": frozenset("يكى"),
}
"""Letters of the nearest other language: the other Chinese script, Urdu in Arabic, Arabic in Urdu."""

_FORBIDDEN = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Signs that turn the direction of what follows; the program sets its own."""


def longest(name: str) -> int:
    """Characters that a text may have."""
    return LONGEST.get(name, LONGEST_LABEL if name in _LABELS else LONGEST_TEXT)


def kept_words(english: str, language: str) -> tuple[str, ...]:
    """Numbers, keywords and commands that a translation keeps, the first of each choice."""
    return tuple(choices[0] for choices in _kept(english, language))


def own_words(name: str, english: str, language: str) -> tuple[str, ...]:
    """What a reader of this language types for each command that a safety text names, in capitals where it has them."""
    if name not in SAFETY_TEXTS or language == "en":
        return ()
    found = dict.fromkeys("".join(each).lower() for each in _TYPED.findall(english))
    rows = [STOP_WORDS if command == STOP else COMMAND_WORDS[command] for command in found]
    own = {command: words[language][0] for command, words in zip(found, rows, strict=True)}
    return tuple(word.upper() for command, word in own.items() if squeezed(word) != command)


def values_of(text: str) -> tuple[str, ...]:
    """Names of the values that are filled in, as `{{ area }}`."""
    return tuple(_VALUE.findall(text))


def faults(name: str, english: str, text: str, language: str) -> Iterator[str]:
    """What is wrong with one text, each in a sentence for a translator."""
    if not text.strip():
        yield "It is empty."
        return
    if len(text) > longest(name):
        yield f"It has {len(text)} characters; at most {longest(name)} fit."
    yield from _wrong_signs(english, text)
    yield from _wrong_words(name, english, text, language)
    yield from _wrong_script(text, language)


def shared_texts(texts: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str, str]]:
    """Name and the two languages that say the same in more than SHARED characters, so that one was not translated."""
    seen: dict[str, tuple[str, str]] = {}
    for language, own in texts.items():
        for name, text in own.items():
            first, _ = seen.setdefault(text.strip().casefold(), (language, name))
            if first != language and len(text.strip()) > SHARED:
                yield name, first, language


def _kept(english: str, language: str) -> Iterator[tuple[str, ...]]:
    for word in dict.fromkeys(_KEPT.findall(_VALUE.sub("", english))):
        yield _SPANISH.get(word, (word,)) if language == "es" else (word,)


def _wrong_signs(english: str, text: str) -> Iterator[str]:
    if any(sign in _FORBIDDEN or (unicodedata.category(sign) == "Cc" and sign != "\n") for sign in text):
        yield "It has an invisible control sign. Type the text again."
    if any(sign in _VALUE.sub("", text) for sign in "{}"):
        yield "It has a brace that belongs to no {{ value }}."
    if Counter(values_of(text)) != Counter(values_of(english)):
        wanted = ", ".join(f"{{{{ {name} }}}}" for name in values_of(english)) or "no value in braces"
        yield f"It needs {wanted}, just as the English."
    if _LINK.search(text):
        yield "It has a link. Take it out."


def _wrong_words(name: str, english: str, text: str, language: str) -> Iterator[str]:
    numbers = set(_NUMBER.findall(text))
    for choices in _kept(english, language):
        if not any(word in numbers if word.isdecimal() else word in text for word in choices):
            yield f"{' or '.join(choices)} is missing."
    for own in own_words(name, english, language):
        # Where there are no capitals, brackets tell the word to type from the same word in a sentence.
        if not re.search(rf"[(（]{own}[)）]" if own == own.lower() else rf"\b{own}\b", text):
            yield f"It needs {own}, the word that people of this language type, in brackets behind the English one."
    more = sorted(number for number in numbers - set(_NUMBER.findall(english)) if len(number) > 2)
    if more:
        yield f"It has a number that the English has not: {', '.join(more)}."
    if name.startswith("help.") and _NEVER.search(text):
        yield "It says that this is confidential or secret, which nobody can promise."


def _wrong_script(text: str, language: str) -> Iterator[str]:
    letters = [sign for sign in _NOT_WORDS.sub("", text) if unicodedata.category(sign)[0] == "L"]
    script = _SCRIPTS.get(language, "LATIN")
    ours = sum(unicodedata.name(sign, "").startswith(script) for sign in letters)
    if letters and ours < _MOST * len(letters):
        yield "It is not in the letters of this language."
    foreign = sorted(_FOREIGN.get(language, frozenset()).intersection(text))
    if foreign:
        yield f"It has letters of another language: {' '.join(foreign)}"
