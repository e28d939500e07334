"""A secret in n shares of which any k give it back and fewer tell nothing (Shamir, over GF(256))."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

MOST_SHARES = 255


@dataclass(frozen=True, slots=True)
class Share:
    """The value of every byte's polynomial at `x`, which is 1 to 255."""

    x: int
    data: bytes


def _tables() -> tuple[list[int], list[int]]:
    """Powers of the generator 3 modulo x^8 + x^4 + x^3 + x + 1, and their logarithms."""
    powers, logarithms, value = [0] * 255, [0] * 256, 1
    for exponent in range(255):
        powers[exponent], logarithms[value] = value, exponent
        value ^= (value << 1) ^ (0x11B if value & 0x80 else 0)
    return powers, logarithms


_POWERS, _LOGARITHMS = _tables()


def _times(a: int, b: int) -> int:
    return _POWERS[(_LOGARITHMS[a] + _LOGARITHMS[b]) % 255] if a and b else 0


def _divided(a: int, b: int) -> int:
    return _POWERS[(_LOGARITHMS[a] - _LOGARITHMS[b]) % 255] if a else 0


def split(secret: bytes, *, needed: int, total: int) -> list[Share]:
    """`total` shares, any `needed` of which suffice."""
    if not 1 <= needed <= total <= MOST_SHARES:
        raise ValueError(f"{needed} of {total} shares")
    polynomials = [bytes([byte]) + secrets.token_bytes(needed - 1) for byte in secret]
    return [Share(x, bytes(_value(polynomial, x) for polynomial in polynomials)) for x in range(1, total + 1)]


def _value(polynomial: bytes, x: int) -> int:
    result = 0
    for coefficient in reversed(polynomial):
        result = _times(result, x) ^ coefficient
    return result


def combine(shares: Iterable[Share]) -> bytes:
    """The secret, when these shares are enough; otherwise bytes without meaning: check what comes out."""
    by_x = {share.x: share.data for share in shares}
    if not by_x or len({len(data) for data in by_x.values()}) != 1:
        raise ValueError("shares of one secret are needed")
    weights = {}
    for x in by_x:
        weight = 1
        for other in by_x:
            if other != x:
                weight = _times(weight, _divided(other, other ^ x))
        weights[x] = weight
    secret = bytearray(len(next(iter(by_x.values()))))
    for x, data in by_x.items():
        for position, byte in enumerate(data):
            secret[position] ^= _times(weights[x], byte)
    return bytes(secret)
