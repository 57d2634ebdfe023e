"""Help first: the card before any store call, then silence for somebody whose words brought it up (safety H1-H4)."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from campaign_engine.dialogue.help import help_card
from campaign_engine.dialogue.help_finding import CHINESE, help_languages, is_ready
from campaign_engine.domain.consent import longer_break
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.domain.errors import StoreUnavailable
from campaign_engine.domain.languages import SAFETY_LANGUAGES
from campaign_engine.domain.message import Destination, Inbound, InboundKind, Message, Option, Reply
from campaign_engine.domain.words import command_in, is_stop
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.people import ContactChanges, Opened
from campaign_engine.ports.renderer import Renderer
from campaign_engine.ports.unit_of_work import Store

HELP_WAITS = 1.0
"""Seconds that the card waits for the database: to say which language its reader chose, and to keep the silence."""

SILENCE = timedelta(hours=72)
"""How long no campaign message comes after a card that matched text brought up (safety H3)."""

SHORT = 400
"""Characters that are read in under ten milliseconds whatever they say; more of them are read beside the event loop."""

_READ = (InboundKind.TEXT, InboundKind.OTHER)
"""The other kind has words where somebody changed a message: no answer, but a sign of need all the same."""

_DRAFTING = ("organize", "approve", "translate")


class Helping:
    """The card for matched text; the text itself goes no further than the matcher."""

    def __init__(self, store: Store, renderer: Renderer, clock: Clock) -> None:
        self._store = store
        self._renderer = renderer
        self._clock = clock
        # Threads of its own: those that all share may be waiting for a network that is down (safety H4).
        self._readers = ThreadPoolExecutor(1, thread_name_prefix="help")

    async def first(self, inbound: Inbound) -> tuple[Message, ...]:
        """The card whatever the database does; nothing without a match, or for staff whose draft is about such things.

        STOP and a typed command are what they are.
        """
        found = await self._found(inbound)
        if not found:
            return ()
        try:
            async with asyncio.timeout(HELP_WAITS), self._store.read() as work:
                opened = await work.dialogues.look(Destination(inbound.channel, inbound.address), self._clock())
        except (StoreUnavailable, TimeoutError):
            return self.cards(inbound.language_hint, found)
        if opened.saved.flow in _DRAFTING and opened.person.is_staff:
            return ()
        language = opened.person.language if opened.language_known else inbound.language_hint
        return (*self.cards(language, found), *await self._silence(inbound, opened, language))

    def cards(self, language: str, found: Sequence[str] = (), *, unavailable: bool = False) -> tuple[Message, ...]:
        """In the reader's language and, where it is another, in the one they wrote in.

        In English and Spanish where their language is not known (safety H4). No card comes twice.
        """
        languages = [language] if language in SAFETY_LANGUAGES else list(LANGUAGES)
        if found and not _covers(language, found):
            languages.insert(0 if language not in SAFETY_LANGUAGES else 1, found[0])
        replies = (help_card(), Reply("contact.unavailable")) if unavailable else (help_card(),)
        said: dict[str, Message] = {}
        for one in languages:
            for message in self._renderer.answers(replies, one):
                said.setdefault(message.text, message)
        return tuple(said.values())

    async def _found(self, inbound: Inbound) -> tuple[str, ...]:
        if inbound.kind not in _READ or not inbound.text or is_stop(inbound.text) or command_in(inbound.text):
            return ()
        if is_ready() and len(inbound.text) <= SHORT:
            return help_languages(inbound.text)
        return await asyncio.get_running_loop().run_in_executor(self._readers, help_languages, inbound.text)

    async def _silence(self, inbound: Inbound, opened: Opened, language: str) -> tuple[Message, ...]:
        """For a contact only, and only if the database takes it now: it is not tried again later.

        Nothing is said to somebody whose own break lasts longer: it stays as they set it.
        """
        if opened.person.contact_id is None:
            return ()
        now = self._clock()
        try:
            async with asyncio.timeout(HELP_WAITS), self._store.write() as work:
                fresh = await work.dialogues.look(Destination(inbound.channel, inbound.address), now)
                until = longer_break(fresh.person.paused_until, now + SILENCE)
                if fresh.person.contact_id is not None:
                    changes = ContactChanges(paused_until=until, last_seen_at=now)
                    await work.contacts.change(fresh.person.contact_id, changes)
        except (StoreUnavailable, TimeoutError):
            return ()
        if until != now + SILENCE:
            return ()
        return self._renderer.answers((quiet_reply(),), language or LANGUAGES[0])


def quiet_reply() -> Reply:
    """Says that nothing else comes for 72 hours, with the way to have it come again and to places near."""
    rows = ((Option(label="consent.resume", data="pa:end"), Option(label="help.near", data="m:near")),)
    return Reply("help.quiet", options=rows, stays=True)


def _covers(language: str, found: Sequence[str]) -> bool:
    """One Chinese script will do for the other: a text may hold no sign that tells them apart."""
    return language in found or (language in CHINESE and any(one in CHINESE for one in found))
