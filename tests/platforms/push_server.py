"""A push service of a browser, as strict as the real ones: it checks who sends, how long it keeps, and the encryption.

The browser's half is here too: what arrives is opened with the keys that only the browser has.
"""

import base64
import json
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import http_ece
from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.platforms.loopback import LocalServer

MOST_BYTES = 4096
DAY = 24 * 3600


def url64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def plain64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Browser:
    """One browser's subscription; `opened` reads what its service got for it."""

    def __init__(self, root: str, name: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = b"a secret of 16 b"
        self.endpoint = f"{root}/push/{name}"
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.p256dh, self.auth = url64(point), url64(self._auth)

    def opened(self, body: bytes) -> bytes:
        content = http_ece.decrypt(body, private_key=self._key, auth_secret=self._auth, version="aes128gcm")
        return bytes(content)


@dataclass
class PushServer(LocalServer):
    """Answers by `answers` (status and headers) in turn, else 201; `key` is the one that browsers subscribed with."""

    key: str
    answers: deque[tuple[int, dict[str, str]]] = field(default_factory=deque)
    got: list[tuple[str, bytes, int]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def app(self) -> web.Application:
        app = web.Application(client_max_size=MOST_BYTES)
        app.router.add_post("/push/{name}", self._push)
        return app

    async def _push(self, request: web.Request) -> web.Response:
        body = await request.read()
        problem = self._problem(request, body)
        if problem:
            self.refused.append(problem)
            return web.Response(status=403 if "signed" in problem else 400)
        if self.answers:
            status, headers = self.answers.popleft()
            return web.Response(status=status, headers=headers)
        self.got.append((request.match_info["name"], body, int(request.headers["TTL"])))
        return web.Response(status=201, headers={"Location": f"{self.root}/message/1"})

    def _problem(self, request: web.Request, body: bytes) -> str:
        headers = request.headers
        if not headers.get("TTL", "").isdecimal() or int(headers["TTL"]) > 28 * DAY:
            return "no TTL"
        if headers.get("Content-Encoding") != "aes128gcm" or len(body) < 86 or body[20] != 65:
            return "not encrypted as RFC 8291 says"
        if len(headers.get("Topic", "")) > 32 or headers.get("Urgency") not in ("very-low", "low", "normal", "high"):
            return "bad topic or urgency"
        return self._unsigned(headers.get("Authorization", ""))

    def _unsigned(self, authorization: str) -> str:
        """RFC 8292: by the key that the browser subscribed with, for this service, for a day at most."""
        scheme, _, rest = authorization.partition(" ")
        parts = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
        if scheme != "vapid" or parts.get("k", "").rstrip("=") != self.key:
            return "signed by another key"
        head, claims, signature = parts["t"].split(".")
        raw = plain64(signature)
        numbers = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), plain64(self.key))
        try:
            public.verify(numbers, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return "signed wrongly"
        said: dict[str, Any] = json.loads(plain64(claims))
        if said["aud"] != self.root or not time.time() < said["exp"] <= time.time() + DAY:
            return "signed for another service or too long"
        return "" if said["sub"].startswith(("https://", "mailto:")) else "signed by nobody"
