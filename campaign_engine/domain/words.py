"""Words that work in every conversation whatever is open: STOP and the few that open something."""

import unicodedata
from collections.abc import Mapping

STOP_WORDS: Mapping[str, tuple[str, ...]] = {
    "en": (
        *("stop", "stop all", "quit", "end", "unsubscribe", "opt out", "cancel", "revoke", "stop messages"),
        *(
            "please stop",
            "stop please",
            "stop it",
            "stop texting me",
            "stop messaging me",
            "leave me alone",
            "remove me",
        ),
    ),
    "es": (
        *(
            "para",
            "pare",
            "parar",
            "alto",
            "basta",
            "ya basta",
            "salir",
            "cancelar",
            "baja",
            "darme de baja",
            "detener",
        ),
        *("fin", "no más", "no más mensajes", "cancelar suscripción", "parar mensajes", "deja de escribirme"),
    ),
    "zh": (
        *("停止", "停", "结束", "結束", "退订", "退訂", "取消订阅", "取消訂閱", "取消", "停止发送", "停止發送"),
        *("停止信息", "停止訊息", "不要再发", "不要再發", "不要再发了", "不要再發了", "别再发了", "別再發了"),
    ),
    "ru": (
        *("стоп", "остановить", "остановись", "остановите", "прекратить", "прекратите", "отписаться", "отписка"),
        *("отпишите меня", "хватит", "конец", "отмена", "отменить", "не пишите мне", "otpisatsya"),
    ),
    "bn": (
        *("বন্ধ", "বন্ধ করুন", "বন্ধ করো", "বন্ধ করেন", "থামুন", "থামো", "থামাও", "থামান", "স্টপ", "শেষ", "বাতিল"),
        *("বাতিল করুন", "আর না", "আনসাবস্ক্রাইব", "bondho", "bondho koro", "bondho korun", "thamo"),
    ),
    "ht": (
        *("sispann", "sispann mesaj", "sispann voye mesaj", "rete", "kanpe", "fini", "dezabòne", "dezabòne m", "anile"),
        *("ase", "retire m", "kite m trankil"),
    ),
    "ko": (
        *("중지", "정지", "그만", "그만해", "그만하세요", "중단", "종료", "수신거부", "수신 거부", "구독 취소", "스톱"),
        *("해지", "구독 해지", "취소", "탈퇴", "멈춰", "그만 보내"),
    ),
    "ar": (
        *("توقف", "توقفوا", "قف", "وقف", "إيقاف", "أوقف", "أوقفوا", "إلغاء", "إلغاء الاشتراك", "كفى", "انهاء", "ستوب"),
        *("إيقاف الرسائل", "أوقف الرسائل", "لا ترسل", "لا ترسلوا"),
    ),
    "ur": (
        *("بند", "بند کریں", "بند کرو", "بند کر دیں", "بند کر دو", "روکیں", "روکو", "روک دیں", "رکیں", "رک جاؤ", "ختم"),
        *("ختم کریں", "منسوخ", "منسوخ کریں", "سٹاپ", "اسٹاپ", "ان سبسکرائب", "band karo", "band karein", "band kar do"),
    ),
    "fr": (
        *("arrêt", "arrêter", "arrête", "arrêtez", "désabonner", "se désabonner", "me désabonner", "désinscrire"),
        *("me désinscrire", "désinscription", "désabonnement", "annuler", "résilier", "ça suffit", "fin", "stoppe"),
    ),
    "pl": (
        *("stój", "zatrzymaj", "koniec", "wypisz", "wypisz mnie", "wypisuję się", "rezygnuję", "rezygnacja", "anuluj"),
        *("przestań", "przestańcie", "dość", "zrezygnuj", "nie pisz", "nie piszcie"),
    ),
}
"""Whole messages that end everything, in English and the ten languages of Local Law 30 (safety C7).

Chinese words are both Simplified and Traditional; some Bengali, Urdu and Russian ones are as people write them with
Latin letters. Said two or three times over they mean the same.
"""

COMMAND_WORDS: Mapping[str, tuple[str, ...]] = {
    "help": ("help", "help me", "ayuda", "ayúdame", "sos", "auxilio", "socorro"),
    "menu": ("menu",),
    "start": ("start", "empezar"),
    "language": ("language", "idioma"),
    "privacy": ("privacy", "privacidad"),
    "delete": ("delete", "delete me", "borrar", "borrarme", "bórrame"),
    "export": ("export", "exportar"),
    "pause": ("pause", "pausa"),
}
"""Whole messages that do what the command of that name does; texts tell people to send them."""

_LATIN_MARKS = range(0x300, 0x370)
_ARABIC_MARKS = range(0x64B, 0x660)
_ARABIC_KEYS = str.maketrans({"ك": "ک", "ي": "ی", "ى": "ی", "ه": "ہ", "ة": "ہ", "ـ": None})
"""Letters that Arabic and Urdu keyboards write differently and readers take for the same, and the stretching sign."""


def storable(text: str) -> str:
    """Without NUL and halves of a sign, which one database refuses and the other keeps until something breaks."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def squeezed(text: str) -> str:
    """Letters and digits only, in lower case, without accents: "¡S T O P!" and "stop" are the same.

    Vowel signs of other scripts stay, because they make another word (বন্ধ is stop, বন্ধু a friend).
    """
    kept = (
        sign
        for sign in unicodedata.normalize("NFKD", text.casefold())
        if unicodedata.category(sign)[0] in "LNM" and ord(sign) not in _LATIN_MARKS and ord(sign) not in _ARABIC_MARKS
    )
    return "".join(sign for sign in kept if not "\ufe00" <= sign <= "\ufe0f").translate(_ARABIC_KEYS)


def is_stop(text: str) -> bool:
    """The whole message is a word for STOP, whatever its case, blanks and punctuation; also said over and over."""
    said = {squeezed(word) for word in text.split()} - {""}
    return squeezed(text) in _STOPS or (len(said) == 1 and said <= _STOPS)


def command_in(text: str) -> str:
    """Name of the command that the whole message stands for, or ""."""
    return _COMMANDS.get(squeezed(text), "")


_STOPS = frozenset(squeezed(word) for words in STOP_WORDS.values() for word in words)
_COMMANDS = {squeezed(word): name for name, words in COMMAND_WORDS.items() for word in words}
