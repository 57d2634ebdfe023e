"""Posters and cards: every language is set with real letters, and every code can be scanned from the printed page."""

import re
from dataclasses import replace

import pypdfium2
import pytest
import zxingcpp

from campaign_engine.domain.action import Site, SiteKind
from campaign_engine.domain.languages import RIGHT_TO_LEFT, SAFETY_LANGUAGES
from campaign_engine.posters import Paper, Sheet, sheet, sheets
from campaign_engine.rendering import Renderer

SITE = Site(1, "Maple High School, East New York", SiteKind.SCHOOL, 75, "k7x2m9", "MAPLE75")
PAGE = "https://groundswell.example"
LINK = f"{PAGE}/s/k7x2m9"
DOTS = 150 / 72
"""150 to the inch: what a plain office printer shows at least."""


def of(language: str, site: Site = SITE, page: str = PAGE) -> Sheet:
    return sheet(Renderer().reply, site, page, language)


def printed(content: bytes) -> pypdfium2.PdfPage:
    document = pypdfium2.PdfDocument(content)
    assert len(document) == 1
    return document[0]


def scanned(content: bytes) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(printed(content).render(scale=DOTS).to_pil())]


@pytest.mark.parametrize("language", SAFETY_LANGUAGES)
def test_F18_a_poster_can_be_scanned_and_read_in_every_language(language: str) -> None:
    made = of(language)
    for paper in Paper:
        content = made.pdf(paper)
        width, height = printed(content).get_size()
        assert (round(width * 25.4 / 72, 1), round(height * 25.4 / 72, 1)) == paper.size
        assert scanned(content) == [LINK] * (8 if paper.value.startswith("cards") else 1)
        assert len(content) < 150_000
    page = printed(made.pdf(Paper.LETTER))
    assert pypdfium2.raw.FPDFCatalog_IsTagged(page.pdf.raw), "it can be read aloud"
    text = page.get_textpage().get_text_range()
    assert {"911", "988"} <= set(re.findall(r"\d{3}", text))
    assert "MAPLE75" in text or language in RIGHT_TO_LEFT, "there pdfium gives the signs one by one"


@pytest.mark.parametrize("language", SAFETY_LANGUAGES)
def test_P2_every_letter_of_a_poster_is_in_our_fonts(language: str) -> None:
    words = of(language).words
    whole = "".join(getattr(words, name) for name in words.__slots__)
    assert sheets.lacking(whole) == "", "run scripts/poster_fonts.py"
    missing = shapes(sheets._alone(sheets.NEVER_ASSIGNED))
    for paper in (Paper.LETTER, Paper.CARDS):
        assert not missing & shapes(of(language).svg(paper)), "a box stands where a letter should"


def shapes(svg: bytes) -> set[str]:
    """Outlines of the letters in a picture."""
    return set(re.findall(r'<symbol[^>]*>\s*<path d="([^"]+)"', svg.decode()))


def test_P2_letters_are_joined_as_their_script_joins_them() -> None:
    def drawn(text: str) -> int:
        return sheets._alone(text).count(b"<use")

    assert drawn("\u0995\u09cd\u09b7") == 1, "a Bengali conjunct is one shape of three signs"
    alone, joined = (shapes(sheets._alone(text)) for text in ("\u0633", "\u0633\u0627"))
    assert alone.isdisjoint(joined), "an Arabic letter changes beside another"


def test_a_right_to_left_poster_begins_at_the_right() -> None:
    def middle(language: str) -> float:
        image = printed(of(language).pdf(Paper.LETTER)).render(scale=DOTS).to_pil()
        (code,) = zxingcpp.read_barcodes(image)
        return float(code.position.top_left.x + code.position.bottom_right.x) / 2 / float(image.width)

    for language in ("en", "ar", "ur"):
        assert (middle(language) > 0.5) == (language in RIGHT_TO_LEFT)


@pytest.mark.parametrize(
    ("name", "written", "left_out"),
    [
        ("Школа № 5", "Школа № 5", False),
        ("مدرسة النور", "مدرسة النور", False),
        ("বাংলা স্কুল", "বাংলা স্কুল", False),
        ("Łódź Ñandú Việt Center", "Łódź Ñandú Việt Center", False),
        ("Peace 🕊️ House\n#1 *bold* $x$ \\", "Peace House #1 *bold* $x$ \\", False),
        ("華埠社區中心", "", True),
        ("M" * 10_000, "M" * 90 + "…", False),
    ],
)
def test_whatever_a_site_is_called_its_poster_can_be_printed(name: str, written: str, left_out: bool) -> None:
    made = of("en", replace(SITE, name=name))
    assert (made.words.name, made.left_out) == (written, left_out)
    for paper in (Paper.LETTER, Paper.CARDS_A4):
        assert set(scanned(made.pdf(paper))) == {LINK}


def test_a_long_address_and_a_long_word_still_fit() -> None:
    page = "https://groundswell.a-rather-long-name-of-a-youth-organization.example/of/new-york"
    made = of("ur", replace(SITE, word_code="UNDERSTANDING115"), page)
    for paper in (Paper.A4, Paper.CARDS):
        assert set(scanned(made.pdf(paper))) == {f"{page}/s/k7x2m9"}
