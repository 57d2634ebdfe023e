"""Every page by axe-core, at 400 % zoom, in the dark, right to left; with Get help and Leave always in one place."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from campaign_engine.domain.contact import Role
from campaign_engine.domain.languages import direction
from tests.acceptance.stand import Stand
from tests.integration.test_analytics_report import filled
from tests.support.browser import DESKTOP, NARROW, PHONE, Visit, in_chromium, visit
from tests.support.walk import FRAMED, PAGES, PROBLEMS, STATES, Walker

pytestmark = in_chromium

ALL_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
MOST_BYTES = 100_000
PAPER = "rgb(255, 255, 255)"
"""Its own ground, by night too."""

PICTURES = os.environ.get("KEEP_PICTURES", "")
_MOVES = """[...document.querySelectorAll("*")].filter(one => { const style = getComputedStyle(one);
  return style.animationName !== "none" || style.transitionDuration !== "0s"
}).map(one => one.outerHTML.slice(0, 80))"""


async def found_by_axe(seen: Visit, kind: str, *values: str) -> list[str]:
    """What it complains about; a page with a whole sheet as its picture is judged like any other."""
    if not await seen.page.evaluate("'axe' in window"):
        await seen.page.evaluate(AXE_SCRIPT)
    options: Mapping[str, object] = {"resultTypes": ["violations"], "runOnly": {"type": kind, "values": values}}
    violations = await seen.page.evaluate("how => axe.run(how).then(found => found.violations)", options)
    return [f"{one['id']}: {node['html'][:160]}" for one in violations for node in one["nodes"]]


async def exits(seen: Visit) -> tuple[tuple[float, ...], ...]:
    """Where Get help and Leave are, and how large."""
    boxes = [await seen.page.locator(f"header a.{name}").bounding_box() for name in ("help", "leave")]
    return tuple(tuple(box[side] for side in ("x", "y", "width", "height")) for box in boxes if box)


async def kept(seen: Visit, name: str) -> None:
    """For somebody who wants to look at all of them."""
    if PICTURES:
        file = re.sub(r"\W+", "-", name).strip("-")
        for scheme, size in (("light", PHONE), ("dark", DESKTOP), ("light", DESKTOP), ("dark", PHONE)):
            await seen.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            await seen.page.set_viewport_size({"width": size[0], "height": size[1]})
            await seen.page.screenshot(path=Path(PICTURES) / f"{file}-{scheme}-{size[0]}.png", full_page=True)
        await seen.page.emulate_media(color_scheme="light")
        await seen.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})


def weight(seen: Visit) -> int:
    """Bytes of a page with all that it asked for; a sheet to print is a document of its own."""
    return sum(size for address, size in seen.weights.items() if not address.endswith(".svg") or "/static/" in address)


@pytest.mark.parametrize("language", ["en", "es", "ar"])
async def test_P1_every_page_can_be_read_left_and_asked_for_help(stand: Stand, language: str) -> None:
    faults: dict[str, object] = {}
    places: dict[str, dict[object, list[str]]] = {}
    async with visit(stand.browser, stand.root, scripts=True) as seen:
        await seen.page.emulate_media(reduced_motion="reduce")
        walker = await Walker.at(stand.house, seen)
        for route, opened in {**PAGES, **STATES, **dict.fromkeys(PROBLEMS)}.items():
            path = await opened(walker) if opened else route
            seen.complaints.clear()
            if path:
                seen.weights.clear()
                await seen.open(f"{path}{'&' if '?' in path else '?'}lang={language}")
            told = await found_by_axe(seen, "tag", *ALL_RULES)
            if language == "en":
                await seen.page.emulate_media(color_scheme="dark")
                told += [f"dark {one}" for one in await found_by_axe(seen, "rule", "color-contrast")]
                await seen.page.emulate_media(color_scheme="light")
            spoken = await seen.page.locator("html").get_attribute("lang") or ""
            await kept(seen, f"{language}-{route}")
            await seen.page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
            narrow = () if route in FRAMED else await exits(seen)
            aside = await seen.sideways()
            small = await seen.small_targets()
            await seen.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
            if route not in FRAMED:
                said = await seen.page.locator("header").get_attribute("lang") or spoken
                places.setdefault(said, {}).setdefault((await exits(seen), narrow), []).append(route)
            moves = await seen.page.evaluate(_MOVES)
            turned = await seen.page.evaluate("getComputedStyle(document.body).direction") == direction(spoken)
            heavy = weight(seen) if weight(seen) > MOST_BYTES else 0
            complaints = [one for one in seen.complaints if "status of 4" not in one]
            problems = (told, max(0, aside), small, moves, not turned, heavy, complaints)
            if any(problems):
                faults[route] = problems
        assert seen.hosts == {urlsplit(stand.root).netloc}, "nothing is asked of anybody else"
    assert not faults
    assert {len(found) for found in places.values()} == {1}, f"both are always in the same place: {places}"


async def test_P1_a_report_can_be_read_left_and_asked_for_help(stand: Stand) -> None:
    """Of an edition for everybody, for the team and of one precinct: by day, by night and on a narrow screen."""
    drive = filled(stand.house.store.database.engine.url.set(drivername="sqlite").render_as_string())
    drive.joined_and_pledged(44, 30, 12)
    drive.joined_and_pledged(120, 20, 9)
    drive.freeze()
    drive.engine.dispose()
    here = f"/reports/{drive.id}/1/public"
    organizers = here.replace("public", "organizer")
    async with visit(stand.browser, stand.root, NARROW, scripts=True) as seen:
        said = await (await stand.house.staff("fern7", Role.ANALYST)).command("dashboard")
        (enter,) = re.findall(r"https://groundswell\.example(/enter/\S+)", said)
        await seen.page.request.post(stand.root + enter)
        for path in (here, f"{here}?lang=es", f"{here}/precinct/75?lang=ar", f"{organizers}?lang=en"):
            whole = organizers if path.startswith(organizers) else here
            pdf = f"{stand.root}{whole}/report.pdf?{urlsplit(path).query}"
            await seen.page.request.get(pdf, timeout=60_000)  # waits for the charts
            await seen.open(path)
            told = await found_by_axe(seen, "tag", *ALL_RULES)
            await seen.page.emulate_media(color_scheme="dark")
            told += await found_by_axe(seen, "rule", "color-contrast")
            assert not told, path
            assert await seen.sideways() <= 0
            assert await seen.small_targets() == []
            await kept(seen, path)
        areas = seen.page.locator("#compared svg.chart")
        assert re.search(r"120 St. George: \d+.% \(\d+–\d+.%\)", await areas.locator("desc").text_content() or "")
        assert await areas.locator("text", has_text=re.compile(r"^(73|75|120)$")).all_text_contents() == [
            "73",
            "75",
            "120",
        ]
        await seen.page.emulate_media(media="print", color_scheme="dark")
        assert await seen.page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == PAPER
        assert await seen.page.locator("nav, header a:not(.brand)").evaluate_all(
            "all => all.every(one => !one.offsetHeight)"
        )
        await seen.page.emulate_media(media="screen")
        await seen.press_first("header a.help")
        assert seen.page.url.endswith("/help")
        seen.assert_quiet()
