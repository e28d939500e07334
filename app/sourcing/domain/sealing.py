"""How a bid is sealed: readable by its supplier and, once the tender's private key is given back, by its opening.

A part (one lot, one envelope) is canonical JSON, padded so that its length tells little, under AES-256-GCM with a key
of its own. That key is wrapped twice: for the tender (ephemeral X25519, HKDF-SHA-256) and for the supplier. Both the
part and the wraps are bound to tender, lot, owner, bid, version and envelope: nothing can be moved elsewhere.

The owner stands in the binding as a keyed hash (`owner_tag`), not as a company, since stored rows must not tell who
has bid; who it was stands inside the sealed part.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from app.sourcing.domain.chain import canonical

KEY = 32
NONCE = 12
STEP = 4096


class SealBrokenError(Exception):
    """What was stored is not what was sealed, or the key is another one."""


@dataclass(frozen=True, slots=True)
class Binding:
    """What a part belongs to; `owner` is the owner's tag in hexadecimal."""

    tender: int
    lot: int
    owner: str
    bid: str
    version: int
    envelope: int

    def as_bytes(self) -> bytes:
        return canonical(
            {
                "tender": self.tender, "lot": self.lot, "owner": self.owner, "bid": self.bid,
                "version": self.version, "envelope": self.envelope,
            }
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sealed:
    """One sealed part as it is stored; nonces stand before what they belong to."""

    body: bytes
    wrapped: bytes  # the data key for the tender: ephemeral public key, nonce, ciphertext
    own: bytes  # the data key for the supplier

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


def new_key_pair() -> tuple[bytes, bytes]:
    """(private, public), 32 bytes each."""
    private = X25519PrivateKey.generate()
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()


def public_of(private: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def fingerprint(public: bytes) -> str:
    """SHA-256 of a public key in groups of four, as it is printed on the notice."""
    text = hashlib.sha256(public).hexdigest()[:32]
    return " ".join(text[i : i + 4] for i in range(0, 32, 4))


def owner_tag(master: bytes, tender: int, supplier: int) -> bytes:
    """The same for the same supplier and tender, without the master key nobody can tell whose."""
    key = derived(master, "owner of a bid")
    return hmac.new(key, f"{tender}|{supplier}".encode(), hashlib.sha256).digest()


def derived(master: bytes, purpose: str) -> bytes:
    """A key for one purpose."""
    return HKDF(algorithm=SHA256(), length=KEY, salt=None, info=f"kontor {purpose}".encode()).derive(master)


def stretched(passphrase: str, salt: bytes) -> bytes:
    """A key from what a person remembers; slow on purpose (scrypt, 32 MiB)."""
    return Scrypt(salt=salt, length=KEY, n=2**15, r=8, p=1).derive(passphrase.encode())


def lock(key: bytes, data: bytes, bound_to: bytes) -> bytes:
    """AES-256-GCM with a random nonce in front."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, data, bound_to)


def unlock(key: bytes, data: bytes, bound_to: bytes) -> bytes:
    """Raises SealBrokenError when a byte of data or binding is another one, or the key."""
    try:
        return AESGCM(key).decrypt(data[:NONCE], data[NONCE:], bound_to)
    except (InvalidTag, ValueError) as error:
        raise SealBrokenError from error


def wrap_for(public: bytes, data: bytes, bound_to: bytes) -> bytes:
    """Lock so that only the holder of the private key can unlock."""
    ephemeral = X25519PrivateKey.generate()
    own = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
    return own + lock(_shared_key(shared, own, public), data, bound_to)


def unwrap_with(private: bytes, data: bytes, bound_to: bytes) -> bytes:
    ephemeral = data[:KEY]
    try:
        shared = X25519PrivateKey.from_private_bytes(private).exchange(X25519PublicKey.from_public_bytes(ephemeral))
    except ValueError as error:
        raise SealBrokenError from error
    return unlock(_shared_key(shared, ephemeral, public_of(private)), data[KEY:], bound_to)


def _shared_key(shared: bytes, ephemeral: bytes, public: bytes) -> bytes:
    info = b"kontor wrap" + ephemeral + public
    return HKDF(algorithm=SHA256(), length=KEY, salt=None, info=info).derive(shared)


def pad(data: bytes) -> bytes:
    """Length, data, zeros up to the next 4 KiB."""
    whole = len(data).to_bytes(4, "big") + data
    return whole + bytes(-len(whole) % STEP)


def unpad(data: bytes) -> bytes:
    length = int.from_bytes(data[:4], "big")
    if len(data) % STEP or not 4 + length <= len(data) or len(data) - length - 4 >= STEP:
        raise SealBrokenError
    return data[4 : 4 + length]


def seal(content: dict[str, Any], binding: Binding, *, tender_key: bytes, own_key: bytes) -> Sealed:
    """Seal a part for the tender's public key and for the supplier's own key."""
    bound, data_key = binding.as_bytes(), secrets.token_bytes(KEY)
    return Sealed(
        body=lock(data_key, pad(canonical(content)), bound),
        wrapped=wrap_for(tender_key, data_key, bound),
        own=lock(own_key, data_key, bound),
    )


def open_part(sealed: Sealed, binding: Binding, private: bytes) -> dict[str, Any]:
    """What was sealed; raises SealBrokenError when anything was changed."""
    bound = binding.as_bytes()
    return _content(sealed.body, unwrap_with(private, sealed.wrapped, bound), bound)


def read_own(sealed: Sealed, binding: Binding, own_key: bytes) -> dict[str, Any]:
    """What the supplier sealed, by its own key."""
    bound = binding.as_bytes()
    return _content(sealed.body, unlock(own_key, sealed.own, bound), bound)


def _content(body: bytes, data_key: bytes, bound: bytes) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(unpad(unlock(data_key, body, bound)))
    return content
