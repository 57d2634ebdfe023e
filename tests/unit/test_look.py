"""One look: every pair of tokens that may meet can be read, and no sheet brings a colour of its own."""

import re
from collections.abc import Mapping
from importlib.resources import files

import pytest

from analytics import sheet
from campaign_engine import look
from web.look import STATIC

SHEET = "".join((sheet.head(), *((STATIC / name).read_text("utf-8") for name in ("fonts.css", "style.css"))))
REPORT = (files("analytics") / "pages" / "report.css").read_text("utf-8")
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")


@pytest.mark.parametrize("colours", [look.LIGHT, look.DARK], ids=["light", "dark"])
def test_P1_every_pair_of_tokens_has_enough_contrast(colours: Mapping[str, str]) -> None:
    assert look.contrast("#ffffff", "#000000") == pytest.approx(21)
    for grounds, least in ((look.TEXT_ON, 4.5), (look.MARK_ON, 3.0)):
        for ground, over in grounds.items():
            for name in over:
                found = look.contrast(colours[ground], colours[name])
                assert found >= least, f"{name} on {ground}: {found:.2f}"
    assert look.LIGHT.keys() == look.DARK.keys()


def test_P1_a_rule_that_sets_ground_and_ink_uses_a_pair_that_was_checked() -> None:
    seen = 0
    for selector, body in RULE.findall(SHEET):
        ground = re.search(r"background: var\(--([\w-]+)\)", body)
        ink = re.search(r"(?<![\w-])color: var\(--([\w-]+)\)", body)
        if ground and ink:
            seen += 1
            assert ink[1] in look.TEXT_ON[ground[1]], selector.strip()
    assert seen > 10


def test_colours_come_from_the_tokens_alone() -> None:
    for style in (SHEET, sheet.head() + REPORT):
        assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", style)) <= {"#fff"}, (
            "only paper and the ground of a code are white"
        )
        own = set(re.findall(r"(--[\w-]+):", style))
        used = {name.removeprefix("--") for name in set(re.findall(r"var\((--[\w-]+)", style)) - own}
        assert used <= look.LIGHT.keys()
    mark = (STATIC / "mark.svg").read_text("utf-8")
    assert set(re.findall(r"#[0-9a-f]{6}", mark)) <= set(look.LIGHT.values())


def test_our_type_is_ours_small_and_under_an_open_licence() -> None:
    fonts = STATIC / "fonts"
    sizes = {path.name: path.stat().st_size for path in fonts.glob("*.woff2")}
    asked = set(re.findall(r"url\(/static/fonts/([\w.-]+)\)", SHEET))
    assert asked == set(sizes)
    assert sum(sizes.values()) + len(look.css()) + len(SHEET) < 75_000, "a page has 25 kB left for itself"
    assert "SIL OPEN FONT LICENSE" in (fonts / "OFL.txt").read_text("utf-8")
    assert not re.findall(r"https?:|@import", SHEET)
