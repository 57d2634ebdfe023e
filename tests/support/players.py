"""One person each at the same conversation: in the house itself, on Telegram, on Discord and at the page."""

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Protocol, Self

import httpx

from bots.cards import as_cards
from campaign_engine.channels.split import split
from campaign_engine.channels.telegram import STAYS, utf16_length
from campaign_engine.dialogue.pledge import room_options
from campaign_engine.domain.message import Destination, Inbound, Message
from campaign_engine.services.room_offers import BUTTON as BUTTON_OF_ROOM
from tests.platforms.discord_person import Outcome
from tests.platforms.discord_person import Person as DiscordPerson
from tests.platforms.discord_person import Seen as DiscordSeen
from tests.platforms.discord_rules import BUTTON, SELECTS, walk
from tests.platforms.telegram_driver import Person as TelegramPerson
from tests.platforms.telegram_driver import Room
from tests.platforms.telegram_driver import Seen as TelegramSeen
from tests.support.engine import House, Phone
from tests.support.posted import POST, ROOM
from tests.support.transcripts import LINK_SIGN, ROOM_VERBS, Said, as_said, label_of
from web.cookies import CHAT, new_address

TELEGRAM_CHARACTERS = 4096
LOOKS = 6000
"""A minute: many tests share the machine."""
FIELD_BUTTONS = ("type", "picture")
"""Custom ids of Discord's buttons that open a field, which the others show without a button."""


class Player(Protocol):
    """Somebody with a chat."""

    channel: str

    @property
    def address(self) -> str:
        """Plain."""

    async def act(self, verb: str, words: str, expected: int, /) -> tuple[Said, ...]:
        """What they were told; `expected` messages come of it in the house."""


SUMMARY = "summary"
"""Name of a step that ends with a whole draft, ready to be handed in."""


def meant(words: str, labels: Iterable[str]) -> str:
    """The label that is these words or begins with them; empty when there is none."""
    shown = list(labels)
    return words if words in shown else next((label for label in shown if label.startswith(words)), "")


@dataclass
class Ear:
    """Stands in front of the conversation and remembers what it answered last, so that nobody has to wait blindly."""

    house: House
    answers: dict[str, list[tuple[Message, ...]]] = field(default_factory=dict)

    async def handle(self, inbound: Inbound) -> tuple[Message, ...]:
        said = await self.house.conversation.handle(inbound)
        self.answers.setdefault(inbound.address, []).append(said)
        return said


@dataclass
class AtHome:
    """Counts the statements of each step."""

    phone: Phone
    costs: list[tuple[str, int]]
    channel: str = "telegram"

    @property
    def address(self) -> str:
        return self.phone.address

    async def act(self, verb: str, words: str, _: int) -> tuple[Said, ...]:
        data = self._data(words) if verb == "tap" else self._under_post(words) if verb == "press" else ""
        named = data or await self._named(verb, words)
        with self.phone.house.statements() as seen:
            match verb:
                case "start":
                    await self.phone.start(words)
                case "say":
                    await self.phone.say(words)
                case "command":
                    await self.phone.command(words)
                case "tap":
                    await self.phone.press(data)
                case "press":
                    await self.phone.press(data, room=ROOM)
                case _:
                    raise ValueError(f"nobody can {verb}")
        summary = any(shown.startswith("su:") for shown in self.phone.buttons.values())
        self.costs.append((SUMMARY if summary else named, len(seen)))
        return tuple(map(as_said, self.phone.screen))

    async def _named(self, verb: str, words: str) -> str:
        """What was typed by the question that it answers, else by its first word."""
        async with self.phone.house.store.read() as work:
            who = Destination(self.channel, self.address)
            saved = (await work.dialogues.look(who, self.phone.house.clock())).saved
        asked = f"{saved.flow}.{saved.field}" if verb == "say" and saved.field else words.partition(" ")[0]
        return f"{verb} {asked}"

    def _under_post(self, label: str) -> str:
        """In a Telegram group nothing can be asked in private, so that its buttons are ages (ADR 8)."""
        rows = room_options(POST, "age" if self.channel == "telegram" else "")
        shown = self.phone.house.renderer.choices(rows, self.phone.language)
        return next(one.data for row in shown for one in row if one.label == label)

    def _data(self, label: str) -> str:
        shown = self.phone.buttons
        found = meant(label, shown)
        assert found, f"no button {label!r} among {list(shown)}"
        return shown[found]


@dataclass
class OnTelegram:
    """Through python-telegram-bot and the local server."""

    person: TelegramPerson
    ear: Ear
    rooms: list[Room] = field(default_factory=list)
    channel: str = "telegram"

    @property
    def address(self) -> str:
        return str(self.person.id)

    async def act(self, verb: str, words: str, expected: int) -> tuple[Said, ...]:
        if verb == "press":
            return (Said(await self._popped(words)),)
        before = {seen.message_id: seen for seen in await self.person.messages()}
        heard = len(self.ear.answers.get(self.address, ()))
        if verb in ROOM_VERBS or self._is_about_room(words, before):
            await self._do(verb, words)
            after = await self.person.wait_until(lambda messages: len(_changed(before, messages)) >= max(expected, 1))
            return tuple(map(_telegram_said, _changed(before, after)))
        await self._do(verb, words)

        def came(messages: list[TelegramSeen]) -> bool:
            said = self.ear.answers.get(self.address, [])[heard:]
            return bool(said) and len(_changed(before, messages)) >= len(pieces(said[-1]))

        after = await self.person.wait_until(came)
        return tuple(map(_telegram_said, _changed(before, after)))

    def _is_about_room(self, label: str, shown: Mapping[int, TelegramSeen]) -> bool:
        """The newest button that is called so."""
        of = [dict(zip(seen.labels, seen.data, strict=False)) for seen in shown.values()]
        found = next((one[label] for one in reversed(of) if label in one), "")
        return found.removeprefix(STAYS).startswith(BUTTON_OF_ROOM)

    async def _popped(self, label: str) -> str:
        """What pops up over the room, which nobody else sees."""
        (room,) = self.rooms
        await self.person.join(room)
        query = await self.person.tap(label, room)
        for _ in range(LOOKS):
            if (answer := await self.person.telegram.answer_of(query)) is not None:
                return str(answer["text"])
            await asyncio.sleep(0.01)
        raise AssertionError("no answer")

    async def _do(self, verb: str, words: str) -> None:
        match verb:
            case "start":
                await self.person.start(words)
            case "say":
                await self.person.say(words)
            case "command":
                await self.person.say(f"/{words}")
            case "add":
                self.rooms.append(await self.person.telegram.room("group", words, [self.person]))
                await self.rooms[-1].set_bot("member", self.person)
            case "link":
                await self.person.say(f"/link {words}".strip(), self.rooms[-1])
            case "tap":
                shown = reversed(await self.person.messages())
                message, label = next(
                    ((one, found) for one in shown if (found := meant(words, one.labels))), (None, "")
                )
                assert message is not None, f"no button {words!r} in sight"
                await self.person.tap(label, message_id=message.message_id)


def pieces(answers: tuple[Message, ...]) -> list[Message]:
    """What Telegram is asked to show."""
    cards = as_cards(answers, TELEGRAM_CHARACTERS, utf16_length)
    return [part for card in cards for part in split(card, TELEGRAM_CHARACTERS, utf16_length)]


def _changed(before: Mapping[int, TelegramSeen], after: list[TelegramSeen]) -> list[TelegramSeen]:
    """New and edited ones of the bot, the edited one first: it takes the first card."""
    bots = [seen for seen in after if seen.from_bot]
    return [seen for seen in bots if before.get(seen.message_id) != seen]


def _telegram_said(seen: TelegramSeen) -> Said:
    rows = tuple(tuple(label_of(one["text"], one.get("url", "")) for one in row) for row in seen.buttons)
    return Said(seen.text, rows)


@dataclass
class OnDiscord:
    """In the direct chat with the bot, or in `where`, through discord.py and the local server."""

    person: DiscordPerson
    ear: Ear
    rooms: list[str] = field(default_factory=list)
    channel: str = "discord"
    where: str | None = None
    """The channel where the conversation is held, which nobody else there sees; the direct chat without one."""

    @property
    def address(self) -> str:
        return self.person.id

    async def act(self, verb: str, words: str, expected: int) -> tuple[Said, ...]:
        match verb:
            case "start":
                given = {"code": words} if words else {}
                outcome = await self.person.slash("start", given, channel=self.where, at_least=expected)
            case "command":
                outcome = await self.person.slash(words, at_least=expected)
            case "say":
                return await self._say(words, expected)
            case "press":
                (self.where,) = self.rooms
                outcome = await self.person.press(words, at_least=expected)
            case "link":
                given = {"area": words} if words else {}
                outcome = await self.person.slash("link", given, channel=self.where, at_least=max(expected, 1))
            case _:
                outcome = await self._tap(words, expected or 1)
        return tuple(map(_discord_said, outcome.answers))

    async def _tap(self, label: str, expected: int) -> Outcome:
        shown = list(reversed(await self.person.sees(self.where)))
        for seen in shown:
            if found := meant(label, seen.options):
                return await self.person.choose([found], message=seen.id, at_least=expected)
            if found := meant(label, seen.buttons):
                return await self.person.press(found, message=seen.id, at_least=expected)
        raise AssertionError(f"no choice {label!r} in sight")

    async def _say(self, words: str, expected: int) -> tuple[Said, ...]:
        known = {seen.id for seen in await self.person.sees()}
        await self.person.say(words)
        for _ in range(LOOKS):
            new = [s for s in await self.person.sees() if s.id not in known and s.text != words]
            if len(new) >= expected:
                return tuple(map(_discord_said, new))
            await asyncio.sleep(0.01)
        raise AssertionError("no answer")


_UNESCAPED = re.compile(r"(?<!\\)(?:__|~~)")


def unescaped(text: str) -> str:
    """As a reader sees what was sent."""
    text = re.sub(r"\n?-# ", "\n\n", text)
    return re.sub(r"\\(.)", r"\1", _UNESCAPED.sub("", text)).replace("\u200b", "")


def _discord_said(seen: DiscordSeen) -> Said:
    rows = []
    for _, one in walk(seen.payload["components"]):
        if one.get("type") == BUTTON and one.get("custom_id") not in FIELD_BUTTONS:
            rows.append((label_of(one.get("label") or "", one.get("url") or ""),))
        elif one.get("type") in SELECTS:
            rows += [(option["label"],) for option in one.get("options", [])]
    return Said(unescaped(seen.text), tuple(rows))


class _Talk(HTMLParser):
    """What the chat page says now, and its forms."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[list[str]] = []
        self.labels: list[list[str]] = []
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.buttons: list[tuple[str, int, str, str]] = []
        self._where: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        kind = named.get("class", "")
        if tag == "form":
            self.forms.append((named.get("action", ""), {}))
        if tag == "input" and self.forms and named.get("name"):
            self.forms[-1][1][named["name"]] = named.get("value", "")
        if tag == "ol" and kind == "talk":
            self._where.append("talk")
        elif tag == "li" and self._where[:1] == ["talk"]:
            self.said.append([])
            self.labels.append([])
        elif tag == "div" and kind == "said" and self._where[:1] == ["talk"]:
            self._where.append("said")
        elif tag == "div" and self._where[-1:] and self._where[-1] in ("said", "passage"):
            self._where.append("passage")
            self.said[-1].append("")
        elif tag == "button" or (tag == "a" and kind == "button"):
            self._where.append("button")
            self.buttons.append(("", len(self.forms) - 1, named.get("name", ""), named.get("value", "")))
            if tag == "a":
                self._where[-1] = "link"

    def handle_endtag(self, tag: str) -> None:
        ends = {"ol": ("talk",), "div": ("said", "passage"), "button": ("button",), "a": ("link",)}
        if self._where and self._where[-1] in ends.get(tag, ()):
            self._where.pop()

    def handle_data(self, data: str) -> None:
        if not self._where:
            return
        if self._where[-1] == "passage":
            self.said[-1][-1] += data
        elif self._where[-1] in ("button", "link") and data.strip():
            label, form, name, value = self.buttons[-1]
            self.buttons[-1] = (label + data.strip(), form, name, value)
            if self._where[0] == "talk" and name == "data":
                self.labels[-1].append(data.strip())
            elif self._where[0] == "talk" and self._where[-1] == "link":
                self.labels[-1].append(data.strip() + LINK_SIGN)


@dataclass
class AtThePage:
    """A browser that knows forms and cookies, over HTTP."""

    browser: httpx.AsyncClient
    channel: str = "web"
    shown: _Talk = field(default_factory=_Talk)

    async def open(self) -> Self:
        """As somebody who has this page open on a device of their own; the browser keeps its cookie."""
        self.browser.cookies.set(CHAT, new_address(), domain=self.browser.base_url.host)
        await self._get("/chat")
        return self

    @property
    def address(self) -> str:
        return str(self.browser.cookies.get(CHAT, ""))

    async def act(self, verb: str, words: str, _: int) -> tuple[Said, ...]:
        match verb:
            case "start" if words.startswith("s_"):
                # A site's page asks one question at a time; its code leads into the chat as well.
                form = next(n for n, (_, fields) in enumerate(self.shown.forms) if "text" in fields)
                await self._post(form, {"start": words})
            case "start" if words:
                await self._get(door(words))
                form = next(n for n, (_, fields) in enumerate(self.shown.forms) if "start" in fields)
                await self._post(form, {})
            case "tap":
                label = meant(words, [one[0] for one in self.shown.buttons])
                assert label, f"no button {words!r} on the page"
                found = next(one for one in self.shown.buttons if one[0] == label)
                await self._post(found[1], {found[2]: found[3]})
            case _:
                form = next(n for n, (_, fields) in enumerate(self.shown.forms) if "text" in fields)
                await self._post(form, {"text": words if verb == "say" else f"/{words or 'start'}"})
        talk = self.shown
        return tuple(
            Said("\n\n".join(parts), (tuple(labels),) if labels else ())
            for parts, labels in zip(talk.said, talk.labels, strict=True)
        )

    async def _get(self, path: str) -> None:
        self._take(await self.browser.get(path))

    async def _post(self, form: int, more: Mapping[str, str]) -> None:
        action, fields = self.shown.forms[form]
        self._take(await self.browser.post(action, data={**fields, **more}))

    def _take(self, answer: httpx.Response) -> None:
        answer.raise_for_status()
        self.shown = _Talk()
        self.shown.feed(answer.text)


def door(payload: str) -> str:
    """Page that a start payload leads in by."""
    doors = {"p_": "/p/", "i_": "/i/"}
    return doors.get(payload[:2], f"/join/{payload[:2]}") + payload[2:]
