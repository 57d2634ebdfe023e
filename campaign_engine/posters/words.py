"""What stands on a sheet: the words of templates/messages in twelve languages, the site's name and its code."""

from collections.abc import Callable
from urllib.parse import urlsplit

from campaign_engine.domain.action import Site
from campaign_engine.domain.message import Message, Reply
from campaign_engine.posters.sheets import Sheet, Words, fitted

Say = Callable[[Reply, str], Message]


def sheet(say: Say, site: Site, site_url: str, language: str) -> Sheet:
    """For one site; `language` is one of SAFETY_LANGUAGES."""
    address = urlsplit(site_url).netloc + urlsplit(site_url).path.rstrip("/")

    def plain(name: str, **values: object) -> str:
        return say(Reply(name, values), language).text

    words = Words(
        headline=plain("page.signup_title"),
        line=plain("page.signup_line"),
        scan=plain("poster.scan"),
        word_line=plain("poster.word", address=address),
        word=site.word_code,
        help=plain("poster.help"),
        small=plain("page.signup_small"),
        code_alt=f"{site_url}/s/{site.code}",
        name=site.name,
    )
    return fitted(words, f"{site_url}/s/{site.code}", language)
