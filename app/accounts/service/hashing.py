"""Passwords as Argon2id hashes (RFC 9106, second recommended option, as argon2-cffi sets it)."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()


def use_hasher(hasher: PasswordHasher) -> None:
    """Other parameters: stronger ones for a large machine, cheap ones for tests. Hashes renew themselves at sign-in."""
    global _hasher  # noqa: PLW0603 -- one hasher a process
    _hasher = hasher
    _nobodys_hash.cache_clear()


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def is_right(password_hash: str, password: str) -> bool:
    """Whether the password fits. Takes the same time where there is no hash, so that timing tells nothing."""
    try:
        return _hasher.verify(password_hash or _nobodys_hash(), password) and bool(password_hash)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)
