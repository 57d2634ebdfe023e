"""Words that work in every conversation whatever is open: STOP and the few that open something."""

import re
import unicodedata

from campaign_engine.domain.command_words import COMMAND_WORDS, STOP_WORDS

_ZIP_DIGITS = 5

_LATIN_MARKS = range(0x300, 0x370)
_ARABIC_MARKS = range(0x64B, 0x660)
_KEYS = str.maketrans({"ك": "ک", "ي": "ی", "ى": "ی", "ه": "ہ", "ة": "ہ", "ـ": None, "ł": "l"})
"""What readers take for the same: letters that Arabic and Urdu keyboards write differently, the stretching sign (which
goes), and the one Polish letter whose mark does not come off."""

_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Embeddings, overrides and isolates of text direction; marks that shape Arabic, Urdu and emoji stay."""


def storable(text: str) -> str:
    """Without NUL and halves of a sign, which one database refuses and the other keeps until something breaks; and
    without signs that turn what follows around, so that a second person reads what will be sent.
    """
    return _TURNING.sub("", text.replace("\x00", "")).encode("utf-8", "ignore").decode()


def squeezed(text: str) -> str:
    """Letters and digits only, in lower case, without accents: "¡S T O P!" and "stop" are the same.

    Vowel signs of other scripts stay, because they make another word (বন্ধ is stop, বন্ধু a friend).
    """
    kept = (
        sign
        for sign in unicodedata.normalize("NFKD", text.casefold())
        if unicodedata.category(sign)[0] in "LNM" and ord(sign) not in _LATIN_MARKS and ord(sign) not in _ARABIC_MARKS
    )
    plain = (sign if unicodedata.category(sign) != "Nd" else str(unicodedata.decimal(sign)) for sign in kept)
    return "".join(sign for sign in plain if not "\ufe00" <= sign <= "\ufe0f").translate(_KEYS)


def plain_digits(text: str) -> str:
    """Digits of any script as 0 to 9, everything else as it is: "١١٢٠٧" is the ZIP code 11207."""
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)


def is_zip_code(text: str) -> bool:
    """Five digits of any script; whether the city has it is another question."""
    plain = text.strip()
    return plain.isdecimal() and len(plain) == _ZIP_DIGITS


def is_stop(text: str) -> bool:
    """The whole message is a word for STOP, whatever its case, blanks and punctuation; also said over and over."""
    said = {squeezed(word) for word in text.split()} - {""}
    return squeezed(text) in _STOPS or (len(said) == 1 and said <= _STOPS)


def command_in(text: str) -> str:
    """Name of the command that the whole message stands for, or ""."""
    return _COMMANDS.get(squeezed(text), "")


def is_small_talk(text: str) -> bool:
    """The whole message is a greeting or thanks, in English or Spanish; no farewell, which may be a sign of need."""
    return squeezed(text) in _SMALL_TALK


_SMALL_TALK = frozenset(
    (
        *(
            "hi",
            "hello",
            "hey",
            "heyy",
            "yo",
            "sup",
            "whatsup",
            "goodmorning",
            "thanks",
            "thankyou",
            "thx",
            "ty",
            "tysm",
        ),
        *("ok", "okay", "cool", "great", "nice", "hola", "holaa", "buenas", "buenosdias", "buenastardes", "quetal"),
        *("gracias", "muchasgracias", "vale", "bueno", "genial"),
    )
)
_STOPS = frozenset(squeezed(word) for words in STOP_WORDS.values() for word in words)
_COMMANDS = {squeezed(word): name for name, rows in COMMAND_WORDS.items() for words in rows.values() for word in words}
