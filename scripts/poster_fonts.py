"""Makes the fonts of posters anew: Noto from Debian's packages, cut down to the letters that posters need.

Run it when a poster text has a new letter (tests/unit/test_posters.py says so), with Debian's fonts-noto-core and
fonts-noto-cjk installed: `uv run --no-project --with fonttools python scripts/poster_fonts.py`. They are Noto fonts of
2020 (Google) and Noto Sans CJK of 2022 (Adobe, Google), all under the SIL Open Font License 1.1.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
MESSAGES, OUT = ROOT / "templates" / "messages", ROOT / "campaign_engine" / "posters" / "fonts"
NOTO, CJK = Path("/usr/share/fonts/truetype/noto"), Path("/usr/share/fonts/opentype/noto")
WEIGHTS = ("Regular", "Bold")
ARABIC = "U+600-60F,U+61B-61F,U+620-65F,U+660-66D,U+670,U+679,U+67E,U+686,U+688,U+691,U+698,U+6A9,U+6AF,U+6BA,U+6BE,"
ARABIC += "U+6C1-6C3,U+6CC,U+6D2-6D4,U+6F0-6F9,U+20-22,U+28-29,U+2E,U+3A,U+AB,U+BB,U+200C-200F"
WHOLE = {
    "NotoSans": "U+20-7E,U+A0-24F,U+370-3FF,U+400-45F,U+490-491,U+4D8-4D9,U+1E00-1EFF,U+2010-2027,U+2030-203A,"
    "U+20AC,U+2116,U+2122,U+2190-2193,U+2212",
    "NotoSansArabic": ARABIC,
    "NotoSansBengali": "U+20,U+964-965,U+980-9FF,U+200C-200D,U+25CC",
    "NotoSansHebrew": "U+20,U+5B0-5F4,U+FB1D-FB4F",
}
"""Alphabets are kept whole, so that names of sites can be set in them."""

CHINESE_KOREAN = {"KR": (1, "ko"), "SC": (2, "zh-Hans"), "TC": (3, "zh-Hant")}
"""Place in the collection and the language whose poster texts are all that is kept."""

USED = re.compile(r"{% block (?:signup_title|signup_line|signup_small|scan|word|help) %}(.*?){% endblock %}", re.DOTALL)
ASCII = 0x7F


def main() -> int:
    """Always 0; what fails ends the program."""
    for weight in WEIGHTS:
        for name, letters in WHOLE.items():
            cut(NOTO / f"{name}-{weight}.ttf", f"{name}-{weight}.ttf", f"--unicodes={letters}")
        for name, (number, language) in CHINESE_KOREAN.items():
            place = f"--font-number={number}"
            source = CJK / f"NotoSansCJK-{weight}.ttc"
            cut(source, f"NotoSans{name}-{weight}.otf", f"--text={texts(language)}", place, "--desubroutinize")
    cut(NOTO / "NotoNastaliqUrdu-Regular.ttf", "NotoNastaliqUrdu-Regular.ttf", f"--unicodes={ARABIC}")
    return 0


def texts(language: str) -> str:
    """Letters beyond ASCII of what stands on a poster."""
    files = (MESSAGES / language / f"{flow}.j2" for flow in ("page", "poster"))
    found = "".join("".join(USED.findall(path.read_text("utf-8"))) for path in files)
    return "".join(sorted({sign for sign in found if ord(sign) > ASCII})) + " 、。，：；？！（）「」"


def cut(source: Path, name: str, *letters: str) -> None:
    """One font with the shaping rules of its script."""
    options = ("--layout-features=*", "--no-hinting", f"--output-file={OUT / name}")
    subprocess.run((sys.executable, "-m", "fontTools.subset", str(source), *letters, *options), check=True)
    print(f"{name}: {(OUT / name).stat().st_size // 1000} kB")


if __name__ == "__main__":
    sys.exit(main())
