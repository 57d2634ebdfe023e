"""Addresses at rest: AES-GCM for reading back, HMAC for looking up (safety A1)."""

import base64
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from campaign_engine.domain.errors import ConfigurationError, Conflict

_NONCE_BYTES = 12
KEY_BYTES = 32
_MOST_KEYS = 255
"""A key's number is one byte of what it encrypts."""


class AddressCipher:
    """Encrypts addresses with the newest key of a key file; older keys still decrypt.

    Look-up hashes use a key of their own that never rotates.
    """

    def __init__(self, keys: tuple[bytes, ...], lookup_key: bytes) -> None:
        self._keys = keys
        self._openers = tuple(AESGCM(key) for key in keys)
        self._lookup_key = lookup_key
        self._mac = hmac.new(lookup_key, digestmod="sha256")

    def encrypt(self, channel: str, address: str) -> bytes:
        """Key number, nonce and ciphertext; the channel is authenticated with it."""
        nonce = os.urandom(_NONCE_BYTES)
        number = self.newest
        sealed = self._openers[number].encrypt(nonce, address.encode(), channel.encode())
        return bytes([number]) + nonce + sealed

    @property
    def newest(self) -> int:
        """Number of the key that encrypts, the first byte of what it encrypts."""
        return len(self._keys) - 1

    def decrypt(self, channel: str, sealed: bytes) -> str:
        """Plain address. Raises ConfigurationError when the key file does not fit the database."""
        try:
            opener, nonce = self._openers[sealed[0]], sealed[1 : 1 + _NONCE_BYTES]
            return opener.decrypt(nonce, sealed[1 + _NONCE_BYTES :], channel.encode()).decode()
        except (InvalidTag, IndexError) as error:
            raise wrong_key_error() from error

    def lookup(self, channel: str, address: str) -> str:
        """HMAC-SHA-256 as 64 hexadecimal digits; equal addresses of one channel have equal values."""
        return self._keyed(f"address:{channel}:{address}")

    def code_hash(self, code: str) -> str:
        """HMAC of an invite code, as 64 hexadecimal digits."""
        return self._keyed(f"code:{code}")

    def secret(self, purpose: str) -> bytes:
        """32 bytes that follow from the key that never rotates, so that they need no keeping of their own."""
        return hmac.digest(self._lookup_key, f"secret:{purpose}".encode(), "sha256")

    def fingerprint(self) -> str:
        """Tells whether a key file belongs to a database; says nothing about the key."""
        return self._keyed("fingerprint")

    def _keyed(self, text: str) -> str:
        mac = self._mac.copy()  # the key was taken in once: that takes longer than the rest
        mac.update(text.encode())
        return mac.hexdigest()


def wrong_key_error() -> ConfigurationError:
    """The one error for a key file that does not fit."""
    return ConfigurationError(
        "This key file does not fit the database.",
        hint="Set GROUNDSWELL_KEY_FILE to the file that `groundswell init` wrote for this database, or restore it from "
        "your recovery sheet.",
        code="wrong_key",
    )


def missing_key_error() -> ConfigurationError:
    """The one error for a key file that is not there."""
    return ConfigurationError(
        "The key file is missing.",
        hint="Run `groundswell init`, or restore it from your recovery sheet.",
        code="no_key",
    )


@dataclass(frozen=True, slots=True)
class Keys:
    """What a key file holds, 32 bytes each; the last address key is the newest."""

    address: tuple[bytes, ...]
    lookup: bytes

    def __repr__(self) -> str:
        return f"Keys({len(self.address)})"


def create_key_file(path: Path, keys: Keys | None = None) -> None:
    """Write these keys or new random ones, readable by the owner only. Raises FileExistsError rather than replace."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, keys or Keys((secrets.token_bytes(KEY_BYTES),), secrets.token_bytes(KEY_BYTES)))


def add_key(path: Path) -> None:
    """One more address key, which encrypts from now on; the older ones still open backups.

    The file is the old one or the new one at any moment. Raises ConfigurationError, and Conflict at 255 keys.
    """
    keys = read_keys(path)
    if len(keys.address) == _MOST_KEYS:
        raise Conflict("This key file holds as many keys as it can.", "Begin a new installation.", "too_many_keys")
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        _write(beside, Keys((*keys.address, secrets.token_bytes(KEY_BYTES)), keys.lookup))
        beside.replace(path)
    except OSError as error:
        raise ConfigurationError("The key file cannot be written.", "Check its folder, then try again.") from error
    finally:
        beside.unlink(missing_ok=True)


def _write(path: Path, keys: Keys) -> None:
    content = {
        "address_keys": [base64.b64encode(key).decode() for key in keys.address],
        "lookup_key": base64.b64encode(keys.lookup).decode(),
    }
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())


def read_keys(path: Path) -> Keys:
    """Raises ConfigurationError when the file is missing or is not a key file."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        address = tuple(base64.b64decode(key, validate=True) for key in content["address_keys"])
        lookup = base64.b64decode(content["lookup_key"], validate=True)
    except FileNotFoundError as error:
        raise missing_key_error() from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            "The key file cannot be read.", hint="Restore it from your recovery sheet.", code="broken_key_file"
        ) from error
    if not address or any(len(key) != KEY_BYTES for key in (*address, lookup)):
        raise ConfigurationError("The key file is damaged.", hint="Restore it from your recovery sheet.")
    return Keys(address, lookup)


def load_cipher(path: Path) -> AddressCipher:
    """From a key file; raises like read_keys."""
    keys = read_keys(path)
    return AddressCipher(keys.address, keys.lookup)
