"""Sets a sheet with Typst, from sheet.typ and fonts that come with us."""

import json
import threading
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import segno

from campaign_engine.domain.languages import direction
from campaign_engine.look import LIGHT
from campaign_engine.posters.paper import Paper

if TYPE_CHECKING:
    from typst import Compiler

NEVER_ASSIGNED = "\u0378"
"""A sign that no font has: what it looks like is what a missing one looks like."""

_LETTERS = frozenset("LNPS")
"""Categories (Unicode) that must be seen; marks and blanks belong to what stands beside them."""

_JOINERS = frozenset("\ufe0e\ufe0f\u20e3")
"""What only stands with a pictograph."""

_LONGEST_NAME = 90

_FAMILIES: Mapping[str, tuple[str, ...]] = {
    "ur": ("Noto Nastaliq Urdu", "Noto Sans Arabic"),
    "zh-Hans": ("Noto Sans CJK SC", "Noto Sans CJK TC"),
    "ko": ("Noto Sans CJK KR", "Noto Sans CJK TC"),
}
_ALL = ("Atkinson Hyperlegible Next", "Noto Sans", "Noto Sans Arabic", "Noto Sans Bengali", "Noto Sans Hebrew")
_CHINESE = ("Noto Sans CJK TC", "Noto Sans CJK SC", "Noto Sans CJK KR", "Noto Nastaliq Urdu")
Kind = Literal["pdf", "svg"]

_QUIET = 4
"""Modules of white around a code (ISO/IEC 18004)."""

_KEPT = 48
"""Sheets that were asked for last."""


@dataclass(frozen=True, slots=True)
class Words:
    """All that stands on a sheet, in one language; `name` is empty where it is left out."""

    headline: str
    line: str
    scan: str
    word_line: str
    word: str
    help: str
    small: str
    code_alt: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One site in one language; `link` is in its code. `left_out` says that our fonts cannot write the site's name."""

    words: Words
    link: str
    language: str
    left_out: bool = False

    def pdf(self, paper: Paper) -> bytes:
        """To print; its text can be read aloud and copied. Takes some 0.2 s of a core: call it in a thread."""
        return _made(self, paper, "pdf")

    def svg(self, paper: Paper) -> bytes:
        """What the PDF shows, with letters as shapes, so that no reader needs a font."""
        return _made(self, paper, "svg")


def fitted(words: Words, link: str, language: str) -> Sheet:
    """Without the name of the site where a letter of it could not be written; pictographs alone are dropped."""
    lost = set(lacking(words.name))
    pictures = {sign for sign in lost if unicodedata.category(sign) == "So"}
    name = " ".join("".join(sign for sign in words.name if sign not in pictures | _JOINERS).split())
    if len(name) > _LONGEST_NAME:
        name = f"{name[:_LONGEST_NAME].rstrip()}…"
    left_out = bool(lost - pictures)
    return Sheet(replace(words, name="" if left_out else name), link, language, left_out)


def lacking(text: str) -> str:
    """Signs of it that our fonts do not have."""
    seen = dict.fromkeys(sign for sign in text if unicodedata.category(sign)[0] in _LETTERS)
    return "".join(sign for sign in seen if not _has(sign))


@lru_cache(maxsize=_KEPT)
def _made(sheet: Sheet, paper: Paper, kind: Kind) -> bytes:
    given = {
        "words": asdict(sheet.words),
        "colours": dict(LIGHT),
        "fonts": (*_ALL[:1], *_FAMILIES.get(sheet.language, ()), *_ALL[1:], *_CHINESE),
        "kind": "cards" if paper.value.startswith("cards") else "poster",
        "width": paper.size[0],
        "height": paper.size[1],
        "language": sheet.language,
        "lang": sheet.language[:2],
        "region": {"zh-Hans": "CN", "zh-Hant": "TW"}.get(sheet.language),
        "direction": direction(sheet.language),
        "name_direction": _written(sheet.words.name),
        "latin": sheet.language in ("en", "es", "ht", "fr", "pl"),
        **_code(sheet.link),
    }
    return _set(_source(), given, kind)


@lru_cache(maxsize=4096)
def _has(sign: str) -> bool:
    return _alone(sign) != _alone(NEVER_ASSIGNED)


def _alone(sign: str) -> bytes:
    source = b"#let given = json(bytes(sys.inputs.given))\n#set text(font: given.fonts, fallback: false)\n#given.sign"
    return _set(source, {"fonts": (*_ALL, *_CHINESE), "sign": sign}, "svg")


_ONE_AT_A_TIME = threading.Lock()


def _set(source: bytes, given: Mapping[str, object], kind: Kind) -> bytes:
    with _ONE_AT_A_TIME:
        made = _compiler().compile(input=source, format=kind, sys_inputs={"given": json.dumps(given)})
    if not isinstance(made, bytes):
        raise TypeError("a sheet is one page")
    return made


@cache
def _compiler() -> "Compiler":
    import typst

    folders = [str(_folder("pictures")), str(_folder("posters"))]
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
    return typst.Compiler(font_paths=fonts)


def _folder(package: str) -> Path:
    return Path(str(files(f"campaign_engine.{package}") / "fonts"))


@cache
def _source() -> bytes:
    return (files("campaign_engine.posters") / "sheet.typ").read_bytes()


def _written(name: str) -> str:
    """`rtl` or `ltr` by its first letter, whatever the language of the sheet is."""
    kinds = (unicodedata.bidirectional(sign) for sign in name)
    return "rtl" if next((kind for kind in kinds if kind in ("L", "R", "AL")), "L") != "L" else "ltr"


def _code(link: str) -> Mapping[str, object]:
    """As SVG, and which share of its width is quiet zone on one side."""
    code, out = segno.make(link, error="m", micro=False), BytesIO()
    code.save(out, kind="svg", border=_QUIET, xmldecl=False, svgns=True)
    return {"code": out.getvalue().decode(), "quiet": _QUIET / code.symbol_size(border=_QUIET)[0]}
