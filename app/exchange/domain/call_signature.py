"""Signed calls: HMAC-SHA256 over time, reference and body, so that no byte is changed and an old call is worth nothing.

The header reads `t=1735689600,v1=<hexadecimal>`; signed is `<t>.<reference>.` followed by the body.
"""

from __future__ import annotations

import hashlib
import hmac
import re

WINDOW_SECONDS = 300
_HEADER = re.compile(r"t=(\d{1,12}),\s*v1=([0-9a-f]{64})")


def signature(secret: str, at: int, reference: str, body: bytes) -> str:
    """The header of a call made at that second."""
    return f"t={at},v1={_code(secret, at, reference, body)}"


def is_genuine(secret: str, header: str, reference: str, body: bytes, *, now: int) -> bool:
    """Whether the header belongs to this body and is at most five minutes away from now."""
    match = _HEADER.fullmatch(header.strip().lower())
    if match is None or not secret:
        return False
    at = int(match[1])
    fits = hmac.compare_digest(_code(secret, at, reference, body), match[2])
    return fits and abs(now - at) <= WINDOW_SECONDS


def _code(secret: str, at: int, reference: str, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{at}.{reference}.".encode() + body, hashlib.sha256).hexdigest()
