"""Requests to Telegram over aiohttp, and whether one that failed may have left."""

import io
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, MultipartWriter, TCPConnector
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import BytesPayload, Payload
from pydantic_core import from_json
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from campaign_engine.channels.http_wire import KEPT_SECONDS, Waits, Wire, WireError

POOL_SECONDS, CONNECT_SECONDS, WRITE_SECONDS, UPLOAD_SECONDS, READ_SECONDS = 20.0, 5.0, 10.0, 30.0, 20.0
"""Longest waits for a free connection, a new one, the writing (with files), and each part of the answer."""

_UNSET = BaseRequest.DEFAULT_NONE


class NotSent(NetworkError):
    """Nothing of the request was written: it can be made again without doubling anything."""


class AiohttpRequest(BaseRequest):
    """What carries a bot's requests; several times as fast as the library's own httpx transport when many run at once.

    Raises NotSent where not one byte was written (no connection, none free in time, a kept one that was closed before
    it was used), else TimedOut or NetworkError: without an answer nobody knows. None of them carries the error under
    it, because those quote the address and with it the token (safety A2). A redirect is not followed: it would send
    the message again, to somewhere else. A proxy is what the environment says when the first connection is made.
    """

    def __init__(self, connections: int) -> None:
        self._connections = connections
        self._session: ClientSession | None = None
        self._wires: dict[str, Wire | None] = {}
        self._ways: dict[str, tuple[Wire | None, str]] = {}
        self._closed = False

    async def call(self, url: str, fields: bytes) -> Any:
        """The result of a method without files, as Telegram wrote it; `fields` are JSON. Raises TelegramError.

        Past the library and aiohttp as long as all is well, because a post goes out in thousands (ADR 24); what a
        refusal means the library says.
        """
        wire, path = self._ways.get(url) or self._way(url)
        if wire is None:
            return await self.post(url, cast("RequestData", _Fields(fields)))
        waits = Waits(POOL_SECONDS, CONNECT_SECONDS, READ_SECONDS, WRITE_SECONDS + READ_SECONDS)
        try:
            status, payload = await wire.post(path, fields, waits)
        except WireError as error:
            told = _told(error, left=error.left, late=error.late)
        else:
            if status == HTTPStatus.OK:
                answer = self.parse_json_payload(payload)
                if answer["ok"] is True:
                    return answer["result"]
            return await _Answered(status, payload).post(url)
        raise told  # out here, where it gets no context

    @property
    def read_timeout(self) -> float:
        """See BaseRequest."""
        return READ_SECONDS

    async def initialize(self) -> None:
        """Connections are opened when they are needed, also again after a shutdown."""
        self._closed = False

    async def shutdown(self) -> None:
        """What is asked for afterwards is NotSent."""
        self._closed = True
        session, self._session = self._session, None
        wires, self._wires, self._ways = self._wires, {}, {}
        for wire in wires.values():
            if wire is not None:
                await wire.close()
        if session is not None:
            await session.close()

    async def do_request(  # noqa: PLR0913 - the library's
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = _UNSET,
        write_timeout: Any = _UNSET,
        connect_timeout: Any = _UNSET,
        pool_timeout: Any = _UNSET,
    ) -> tuple[int, bytes]:
        """Status and body."""
        body = _body(request_data)
        usual = UPLOAD_SECONDS if isinstance(body, _Upload) else WRITE_SECONDS
        timeout = _timeout(
            _given(pool_timeout, POOL_SECONDS),
            _given(connect_timeout, CONNECT_SECONDS),
            _given(write_timeout, usual),
            _given(read_timeout, READ_SECONDS),
        )
        session = self._open(url)
        try:
            async with session.request(method, url, data=body, timeout=timeout, allow_redirects=False) as answer:
                return answer.status, await answer.read()
        except (ClientError, OSError, ValueError) as error:
            left = body is None or body.left
            told = _told(error, left=left, late=isinstance(error, TimeoutError))
        raise told  # out here, where it gets no context

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """Raises TelegramError; the library's own logs what it cannot read, texts and all (safety A2)."""
        try:
            answer = from_json(payload)
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or "ok" not in answer:
            raise TelegramError("Invalid server response")
        return answer

    def _way(self, url: str) -> tuple[Wire | None, str]:
        """To its host, and the path there; without a wire where a proxy is in the way."""
        self._check_open()
        parsed = urlsplit(url)
        root = f"{parsed.scheme}://{parsed.netloc}"
        if root not in self._wires:
            self._wires[root] = None if proxy_for(url) else Wire(root, self._connections, self.USER_AGENT)
        self._ways[url] = self._wires[root], parsed.path
        return self._ways[url]

    def _check_open(self) -> None:
        if self._closed:
            raise NotSent("the connections are closed")

    def _open(self, url: str) -> ClientSession:
        self._check_open()
        if self._session is None:
            self._session = ClientSession(
                connector=TCPConnector(limit=self._connections, keepalive_timeout=KEPT_SECONDS),
                cookie_jar=DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                proxy=proxy_for(url),
            )
        return self._session


def proxy_for(url: str) -> str | None:
    """As HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY say."""
    parsed, proxies = urlsplit(url), getproxies()
    if proxy_bypass(parsed.hostname or ""):
        return None
    return proxies.get(parsed.scheme) or proxies.get("all")


@dataclass(frozen=True, slots=True)
class _Fields:
    """Stands in for RequestData, which only the library itself may make; goes to `_body` and nowhere else."""

    fields: bytes


class _Answered(BaseRequest):
    """An answer that is there already, for the library to say what it means."""

    read_timeout = None

    def __init__(self, status: int, payload: bytes) -> None:
        self._answer = (status, payload)

    async def do_request(self, *_: Any, **__: Any) -> tuple[int, bytes]:
        """See BaseRequest."""
        return self._answer

    parse_json_payload = staticmethod(AiohttpRequest.parse_json_payload)

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""


class _Watched(Payload):
    """A body that knows whether any of its request was written: aiohttp writes the head together with its beginning."""

    left = False

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        """See Payload."""
        transport = cast("Any", writer).transport
        self.left = transport is not None and not transport.is_closing()
        await super().write_with_length(writer, content_length)


class _Plain(_Watched, BytesPayload):
    """Fields without files."""


class _Upload(_Watched, MultipartWriter):
    """Fields and files."""


def _body(data: RequestData | _Fields | None) -> _Plain | _Upload | None:
    if data is None:
        return None
    if isinstance(data, _Fields):
        return _Plain(data.fields, content_type="application/json")
    if not data.contains_files:
        return _Plain(data.url_encoded_parameters().encode(), content_type="application/x-www-form-urlencoded")
    upload = _Upload("form-data")
    for name, value in data.json_parameters.items():
        upload.append(value).set_content_disposition("form-data", name=name)
    for name, (filename, content, media_type) in data.multipart_data.items():
        file = io.BytesIO(content) if isinstance(content, bytes) else content
        part = upload.append(file, {"Content-Type": media_type})
        part.set_content_disposition("form-data", name=name, filename=filename)
    return upload


_FOR_EVER = float("inf")


def _given(seconds: Any, usual: float) -> float:
    """None is the library's word for no limit."""
    return usual if seconds is _UNSET else _FOR_EVER if seconds is None else float(seconds)


@lru_cache(maxsize=64)
def _timeout(pool: float, connect: float, write: float, read: float) -> ClientTimeout:
    """aiohttp has no limit for writing; the sum of all cuts a write that hangs."""
    sums = (pool + connect + write + read, pool + connect, connect, read)
    total, connected, sock_connect, sock_read = (None if seconds == _FOR_EVER else seconds for seconds in sums)
    return ClientTimeout(total=total, connect=connected, sock_connect=sock_connect, sock_read=sock_read)


def _told(error: Exception, *, left: bool, late: bool) -> NetworkError:
    name = str(error) if isinstance(error, WireError) else type(error).__name__
    if not left:
        return NotSent(f"not sent ({name})")
    return TimedOut(f"no answer in time ({name})") if late else NetworkError(f"cut ({name})")
