"""The proof a supplier keeps: what was received and when, signed with Ed25519. It names no price.

`kontor tender receipt verify FILE` checks such a file without a database.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.sourcing.domain.chain import canonical
from app.sourcing.domain.sealing import derived


def signing_key(master: bytes) -> bytes:
    return derived(master, "receipts")


def public_key(private: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def signed(receipt: Mapping[str, Any], private: bytes) -> dict[str, Any]:
    """The receipt with its signature and the key that checks it."""
    signature = Ed25519PrivateKey.from_private_bytes(private).sign(canonical(receipt))
    return {"receipt": dict(receipt), "signature": _text(signature), "public_key": _text(public_key(private))}


def problem_of(data: bytes, *, expected_key: bytes | None = None) -> str:
    """What is wrong with a receipt file, "" when nothing is. `expected_key`: the key this portal signs with."""
    try:
        whole = json.loads(data)
        key, signature = (base64.b64decode(whole[name], validate=True) for name in ("public_key", "signature"))
        Ed25519PublicKey.from_public_bytes(key).verify(signature, canonical(whole["receipt"]))
    except InvalidSignature:
        return "changed"
    except (ValueError, KeyError, TypeError, binascii.Error):
        return "unreadable"
    return "foreign" if expected_key is not None and key != expected_key else ""


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
