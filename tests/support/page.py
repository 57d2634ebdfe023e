"""Somebody at the page with a browser that knows forms and cookies, and no JavaScript."""

from html.parser import HTMLParser
from types import TracebackType
from typing import Self

import httpx


class _Reader(HTMLParser):
    """Forms as (action, fields, buttons by words) and all text."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str], dict[str, tuple[str, str]]]] = []
        self.words: list[str] = []
        self._button: tuple[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((named.get("action", ""), {}, {}))
        elif tag == "input" and self.forms and named.get("name"):
            self.forms[-1][1][named["name"]] = named.get("value", "")
        elif tag == "button":
            self._button = (named.get("name", ""), named.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "button":
            self._button = None

    def handle_data(self, data: str) -> None:
        if text := data.strip():
            self.words.append(text)
            if self._button is not None and self.forms:
                self.forms[-1][2][text] = self._button


class Page:
    """One browser; `text` is what stands on the page now."""

    def __init__(self, root: str, **cookies: str) -> None:
        self._client = httpx.AsyncClient(base_url=root, follow_redirects=True, cookies=cookies)
        self._read = _Reader()
        self._path = ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, e: BaseException | None, t: TracebackType | None
    ) -> None:
        await self._client.aclose()

    @property
    def text(self) -> str:
        return "\n".join(self._read.words)

    @property
    def path(self) -> str:
        """Of the page that is shown."""
        return self._path

    @property
    def labels(self) -> list[str]:
        return [label for _, _, buttons in self._read.forms for label in buttons]

    async def open(self, path: str) -> str:
        return self._take(await self._client.get(path))

    async def press(self, words: str) -> str:
        """The first button whose words contain these."""
        for action, fields, buttons in self._read.forms:
            for label, (name, value) in buttons.items():
                if words in label:
                    return await self._send(action, {**fields, **({name: value} if name else {})})
        raise AssertionError(f"no button says {words!r}; there are {self.labels}")

    async def type(self, text: str) -> str:
        """Into the one field for text."""
        action, fields = next((action, fields) for action, fields, _ in self._read.forms if "text" in fields)
        return await self._send(action, {**fields, "text": text})

    async def _send(self, action: str, fields: dict[str, str]) -> str:
        return self._take(await self._client.post(action, data=fields))

    def _take(self, answer: httpx.Response) -> str:
        answer.raise_for_status()
        self._read = _Reader()
        self._read.feed(answer.text)
        self._path = answer.url.path
        return self.text
