"""Words that work in every conversation whatever is open: STOP and the few that open something."""

import unicodedata
from collections.abc import Mapping

STOP_WORDS: Mapping[str, tuple[str, ...]] = {
    "en": ("stop", "stop all", "quit", "end", "unsubscribe", "opt out", "cancel", "revoke", "stop messages"),
    "es": (
        *("para", "parar", "alto", "basta", "salir", "cancelar", "baja", "darme de baja", "detener", "fin", "no más"),
        *("cancelar suscripción", "parar mensajes"),
    ),
    "zh": ("停止", "停", "结束", "結束", "退订", "退訂", "取消订阅", "取消訂閱", "取消"),
    "ru": ("стоп", "остановить", "прекратить", "отписаться", "отписка", "хватит", "конец"),
    "bn": ("বন্ধ", "বন্ধ করুন", "বন্ধ করো", "থামুন", "থামো", "স্টপ", "শেষ"),
    "ht": ("sispann", "rete", "kanpe", "fini", "dezabòne", "anile"),
    "ko": ("중지", "정지", "그만", "중단", "종료", "수신거부", "구독 취소", "스톱"),
    "ar": ("توقف", "قف", "إيقاف", "أوقف", "إلغاء", "إلغاء الاشتراك", "كفى", "انهاء"),
    "ur": ("بند", "بند کریں", "بند کرو", "روکیں", "روکو", "رکیں", "ختم", "ختم کریں"),
    "fr": ("arrêt", "arrêter", "arrête", "arrêtez", "désabonner", "se désabonner", "désinscrire", "annuler"),
    "pl": ("stój", "zatrzymaj", "koniec", "wypisz", "wypisz mnie", "rezygnuję", "anuluj", "przestań"),
}
"""Whole messages that end everything, in English and the ten languages of Local Law 30 (safety C7).

Chinese words are both Simplified and Traditional.
"""

COMMAND_WORDS: Mapping[str, tuple[str, ...]] = {
    "help": ("help", "help me", "ayuda", "ayúdame", "sos", "auxilio", "socorro"),
    "menu": ("menu",),
    "start": ("start", "empezar"),
    "language": ("language", "idioma"),
    "privacy": ("privacy", "privacidad"),
}
"""Whole messages that do what the command of that name does; texts tell people to send them."""

_LATIN_MARKS = range(0x300, 0x370)
_ARABIC_MARKS = range(0x64B, 0x660)


def squeezed(text: str) -> str:
    """Letters and digits only, in lower case, without accents: "¡S T O P!" and "stop" are the same.

    Vowel signs of other scripts stay, because they make another word (বন্ধ is stop, বন্ধু a friend).
    """
    kept = (
        sign
        for sign in unicodedata.normalize("NFKD", text.casefold())
        if unicodedata.category(sign)[0] in "LNM" and ord(sign) not in _LATIN_MARKS and ord(sign) not in _ARABIC_MARKS
    )
    return "".join(sign for sign in kept if not "\ufe00" <= sign <= "\ufe0f")


def is_stop(text: str) -> bool:
    """The whole message is a word for STOP, whatever its case, blanks and punctuation."""
    return squeezed(text) in _STOPS


def command_in(text: str) -> str:
    """Name of the command that the whole message stands for, or ""."""
    return _COMMANDS.get(squeezed(text), "")


_STOPS = frozenset(squeezed(word) for words in STOP_WORDS.values() for word in words)
_COMMANDS = {squeezed(word): name for name, words in COMMAND_WORDS.items() for word in words}
