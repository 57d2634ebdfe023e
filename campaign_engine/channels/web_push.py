"""Web push over the browsers' own services: signed by our key (RFC 8292), encrypted for one browser (RFC 8291)."""

import asyncio
import base64
import binascii
import logging
from collections.abc import Sequence
from urllib.parse import urlsplit

import http_ece
from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from campaign_engine.ports.push import PushAnswer, Subscription, Told, Waiting

SERVICES = (
    "https://fcm.googleapis.com",
    "https://.push.services.mozilla.com",
    "https://.push.apple.com",
    "https://.notify.windows.com",
)
"""Those of the browsers; a dot stands for any name before it. Whoever subscribes chooses what we write to."""

SAID = b"something new"
"""All that a service carries, and it cannot read even that; the words are the page's own (safety P4)."""

TOPIC = "new"
"""A later word takes the place of one that a sleeping device did not get yet."""

AT_ONCE = 10
SECONDS = 15.0
AGAIN_SECONDS, REFUSED_SECONDS, MOST_SECONDS = 60.0, 86_400.0, 86_400.0
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the group of P-256."""

_GONE = frozenset({404, 410})
_TAKEN = frozenset({200, 201, 202})
_LONGEST_ENDPOINT, _POINT_BYTES, _AUTH_BYTES = 1000, 65, 16

log = logging.getLogger(__name__)


class WebPush:
    """`secret` makes our key, `subject` is how a service finds us: the https address of the pages, or a mailto."""

    def __init__(self, secret: bytes, subject: str, services: Sequence[str] = SERVICES) -> None:
        number = int.from_bytes(secret) % (_ORDER - 1) + 1
        self._vapid = Vapid02(ec.derive_private_key(number, ec.SECP256R1()))
        self._subject = subject if subject.startswith("https://") else "mailto:operator@localhost"
        self._services = services

    @property
    def key(self) -> str:
        """As `applicationServerKey` of a browser."""
        public = self._vapid.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return base64.urlsafe_b64encode(public).decode().rstrip("=")

    def accepts(self, subscription: Subscription) -> bool:
        """By address and by both keys."""
        return self._is_known(subscription.endpoint) and _keys(subscription) is not None

    async def tell(self, waiting: Sequence[Waiting], ttl: int) -> dict[int, PushAnswer]:
        """Some at once; a redirect is not followed."""
        gate = asyncio.Semaphore(AT_ONCE)
        timeout = ClientTimeout(total=SECONDS)
        async with ClientSession(timeout=timeout, cookie_jar=DummyCookieJar(), trust_env=True) as session:

            async def one(subscription: Subscription) -> PushAnswer:
                async with gate:
                    return await self._tell(session, subscription, ttl)

            answers = await asyncio.gather(*(one(each.subscription) for each in waiting))
        return {each.id: answer for each, answer in zip(waiting, answers, strict=True)}

    async def _tell(self, session: ClientSession, subscription: Subscription, ttl: int) -> PushAnswer:
        keys = _keys(subscription)
        if keys is None or not self._is_known(subscription.endpoint):
            return PushAnswer(Told.GONE)
        at = urlsplit(subscription.endpoint)
        point, auth = keys
        own = ec.generate_private_key(ec.SECP256R1())
        body = http_ece.encrypt(SAID, private_key=own, dh=point, auth_secret=auth, version="aes128gcm")
        signed = self._vapid.sign({"aud": f"{at.scheme}://{at.netloc}", "sub": self._subject})
        headers = {
            "Authorization": signed["Authorization"],
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(ttl),
            "Topic": TOPIC,
            "Urgency": "normal",
        }
        try:
            async with session.post(subscription.endpoint, data=body, headers=headers, allow_redirects=False) as answer:
                return _read(answer.status, answer.headers.get("Retry-After", ""))
        except (ClientError, TimeoutError, OSError):
            return PushAnswer(Told.LATER, AGAIN_SECONDS)

    def _is_known(self, endpoint: str) -> bool:
        if len(endpoint) > _LONGEST_ENDPOINT or not endpoint.isascii():
            return False
        try:
            at = urlsplit(endpoint)
        except ValueError:
            return False
        for service in self._services:
            known = urlsplit(service)
            host = at.netloc.endswith(known.netloc) if known.netloc.startswith(".") else at.netloc == known.netloc
            if at.scheme == known.scheme and host and "@" not in at.netloc:
                return True
        return False


def _read(status: int, retry_after: str) -> PushAnswer:
    if status in _TAKEN:
        return PushAnswer(Told.YES)
    if status in _GONE:
        return PushAnswer(Told.GONE)
    if status in (429, 503) and retry_after.isdecimal():
        return PushAnswer(Told.LATER, min(float(retry_after), MOST_SECONDS))
    if status == 429 or status >= 500:
        return PushAnswer(Told.LATER, AGAIN_SECONDS)
    log.warning("a push service refused with %s", status)
    return PushAnswer(Told.LATER, REFUSED_SECONDS)


def _keys(subscription: Subscription) -> tuple[bytes, bytes] | None:
    """None for what is no point of the curve, or no secret."""
    try:
        point, auth = (_decoded(part) for part in (subscription.p256dh, subscription.auth))
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except (binascii.Error, ValueError):
        return None
    return (point, auth) if len(point) == _POINT_BYTES and len(auth) == _AUTH_BYTES else None


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
