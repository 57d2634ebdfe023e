"""Every page there is, as somebody may come upon it: whoever adds a route says here how it is looked at."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from campaign_engine.domain.action import Site
from campaign_engine.domain.codes import LETTERS
from campaign_engine.domain.contact import Role, Scope, ScopeKind
from campaign_engine.domain.inviting import CODE_LENGTH
from tests.support.browser import Visit
from tests.support.counted import CountedCampaign
from tests.support.engine import House, Phone

INVITE = LETTERS[1] * CODE_LENGTH
"""Whether it still works is said when it is used."""

LONG_NAME = "Simulated community center of the long name, East New York"

NOT_PAGES: Mapping[str, str] = {
    "/s": "leads to a site",
    "/leave": "leads away",
    "/favicon.ico": "a picture",
    "/static": "files",
    "/static/style.css": "the style sheet",
    "/health": "for machines",
    "/picture/{key}": "a picture",
    "/poster/{code}/{tongue}/{paper}.{kind}": "what is printed",
    "/precincts/evidence.csv": "a file",
    "/precincts/evidence.json": "a file",
    "/kiosk/worker.js": "a script",
    "/chat/events": "a stream",
    "/chat/{word}/events": "a stream",
    "/reports/{campaign_id}": "leads to the newest edition",
    "/reports/{campaign_id}/{edition}/{view}/{name}": "files, tests/integration/test_report_pages.py",
    "/reports/{campaign_id}/{edition}/{view}/precinct/{number}/{name}": "files, tests/integration/test_report_pages.py",
    "/reports/{campaign_id}/{edition}/site/{site_id}/{name}": "files, tests/integration/test_report_pages.py",
}
"""Routes that answer a GET with something else than a page."""


@dataclass
class Walker:
    """One browser window of somebody who is a host of a site and has a chat of their own."""

    house: House
    seen: Visit
    site: Site
    phone: Phone
    campaign: int = 0

    @classmethod
    async def at(cls, house: House, seen: Visit, name: str = LONG_NAME) -> "Walker":
        """With a site and its host."""
        site = await house.site(75, name)
        phone = await house.staff("oak3", Role.SITE_HOST, Scope(ScopeKind.SITE, str(site.id)))
        return cls(house, seen, site, phone)

    async def link(self) -> str:
        """A new way in for the host, as a path."""
        found = re.search(r"https://groundswell\.example(/enter/\S+)", await self.phone.command("dashboard"))
        assert found
        return found[1]

    async def sign_in(self) -> None:
        await self.seen.open(await self.link())
        await self.seen.press_first("main button")

    def reported(self) -> int:
        """Number of a campaign with an edition, in which the site is."""
        if not self.campaign:
            drive = CountedCampaign(self.house.store.database.engine.url.render_as_string(), (self.site.precinct,))
            drive.joined_and_pledged(self.site.precinct, 12, 11, self.site.id)
            drive.freeze()
            drive.engine.dispose()
            self.campaign = drive.id
        return self.campaign

    async def begun(self, path: str, button: str) -> str:
        """Where the first answer of a chat or a sign-up leads, as a path."""
        await self.seen.open(path)
        await self.seen.page.locator(button).first.click()
        await self.seen.page.wait_for_url(re.compile(f"{re.escape(self.seen.root + path)}/[^/]+$"))
        return self.seen.page.url.removeprefix(self.seen.root)


Opened = Callable[[Walker], Awaitable[str]]
"""Gives the path of a page, after what must come before it; empty when the page is open."""


async def _chat(walker: Walker) -> str:
    return await walker.begun("/chat", "main button[value='a:13-15']")


async def _posts(walker: Walker) -> str:
    return f"{await _chat(walker)}/posts"


async def _sign_up(walker: Walker) -> str:
    return await walker.begun(f"/s/{walker.site.code}", "main button[value='a:13-15']")


async def _preview(walker: Walker) -> str:
    """Of a paper tally, before it counts."""
    await walker.seen.open(f"/host/{walker.site.id}/tally")
    await walker.seen.page.fill("#date", walker.house.clock().date().isoformat())
    await walker.seen.page.fill("input[inputmode=numeric] >> nth=0", "17")
    await walker.seen.press_first("main button.primary")
    return ""


async def _refused(walker: Walker) -> str:
    """A table whose second row has a mistake."""
    await walker.seen.open(f"/host/{walker.site.id}/tally")
    table = {"name": "tally.csv", "mimeType": "text/csv", "buffer": b"date,pledge,count\nsoon,A,many\n"}
    await walker.seen.page.set_input_files("#file", table)  # type: ignore[arg-type]
    await walker.seen.press_first("form[enctype] button")
    return ""


async def _done(walker: Walker) -> str:
    """The end of a sign-up, with the ways to go on."""
    await _sign_up(walker)
    for _ in range(3):
        await walker.seen.press_first("main .ask button[name=data]")
    return ""


async def _window(walker: Walker) -> str:
    """Open for an assembly."""
    await walker.seen.open(f"/host/{walker.site.id}/window")
    await walker.seen.page.fill("input[name=headcount]", "300")
    await walker.seen.press_first("main button.primary")
    return f"/host/{walker.site.id}/window"


async def _tablet(walker: Walker) -> str:
    link = await walker.house.kiosks.link_for("oak3", walker.site.id)
    return f"/kiosk/open/{link.rpartition('/')[2]}"


async def _kiosk(walker: Walker) -> str:
    await walker.seen.open(await _tablet(walker))
    await walker.seen.press_first("main button")
    return "/kiosk"


def _plain(path: str) -> Opened:
    async def path_of(walker: Walker) -> str:
        return path.format(code=walker.site.code, site=walker.site.id)

    return path_of


def _report(path: str) -> Opened:
    async def path_of(walker: Walker) -> str:
        return f"/reports/{walker.reported()}/latest/{path.format(site=walker.site.id)}"

    return path_of


async def _door(walker: Walker) -> str:
    return await walker.link()


async def _home(walker: Walker) -> str:
    await walker.sign_in()
    return "/staff"


PAGES: Mapping[str, Opened] = {
    "/": _plain("/"),
    "/verify": _plain("/verify"),
    "/help": _plain("/help"),
    "/privacy": _plain("/privacy"),
    "/reports": _plain("/reports"),
    "/precincts": _plain("/precincts"),
    "/chat": _plain("/chat"),
    "/chat/{word}": _chat,
    "/chat/posts": _plain("/chat/posts"),
    "/chat/{word}/posts": _posts,
    "/embed/{code}": _plain("/embed/{code}"),
    "/embed/{code}/snippet": _plain("/embed/{code}/snippet"),
    "/sites": _plain("/sites?q=Simulated"),
    "/s/{code}": _plain("/s/{code}"),
    "/s/{code}/{word}": _sign_up,
    "/p/{post_id}": _plain("/p/1"),
    "/join/{payload}": _plain("/join/r_abc"),
    "/i/{code}": _plain(f"/i/{INVITE}"),
    "/i/{code}/show": _plain(f"/i/{INVITE}/show"),
    "/poster/{code}": _plain("/poster/{code}"),
    "/enter/{token}": _door,
    "/staff": _home,
    "/reports/{campaign_id}/{edition}/{view}": _report("public"),
    "/reports/{campaign_id}/{edition}/{view}/precinct/{number}": _report("public/precinct/75"),
    "/reports/{campaign_id}/{edition}/site/{site_id}": _report("site/{site}"),
    "/host/{site_id}": _plain("/host/{site}"),
    "/host/{site_id}/code": _plain("/host/{site}/code"),
    "/host/{site_id}/letter/{name}": _plain("/host/{site}/letter/it"),
    "/host/{site_id}/tally": _plain("/host/{site}/tally"),
    "/host/{site_id}/kiosk": _plain("/host/{site}/kiosk"),
    "/host/{site_id}/window": _plain("/host/{site}/window"),
    "/kiosk/open/{link}": _tablet,
    "/kiosk": _kiosk,
}
"""By route; in this order, since later ones need who signed in before."""

STATES: Mapping[str, Opened] = {
    "no site found": _plain("/sites?q=zzzz"),
    "a letter to parents": _plain("/host/{site}/letter/parents"),
    "the preview of a tally": _preview,
    "an open window": _window,
    "a sign-up that is done": _done,
    "a tally with mistakes": _refused,
}
"""Further looks of a page that was signed in to."""

FRAMED = frozenset({"/embed/{code}"})
"""A piece of somebody else's page: it leads to a page of ours, which has the ways out."""

PROBLEMS: Mapping[str, int] = {
    "/nowhere": 404,
    "/s/NOSUCH22": 404,
    "/enter/edited": 404,
    "/chat/AAAAAAAAAAAAAAAAAAAAAA": 410,
    "/reports/99/latest/public": 404,
}
"""Pages that say what went wrong, with their status."""
