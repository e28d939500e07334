"""Secrets that people carry: session tokens at random, mailed links derived from their row.

A derived token can be made again when the mail is sent, so no table ever holds it; the row has only its hash.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import UTC, datetime
from enum import StrEnum

from app.core.settings import settings


class Purpose(StrEnum):
    INVITATION = "invitation"
    RESET = "reset"
    STATUS = "status"
    APPROVAL = "approval"
    CART = "cart"
    QUOTE = "quote"
    UNSUBSCRIBE = "unsubscribe"


def session_token() -> str:
    return secrets.token_urlsafe(32)


def _derived(purpose: Purpose, key: str, created_at: datetime) -> str:
    """256 bits from the secret key, what the row is about and the instant it was made."""
    text = f"kontor:{purpose}:{key}:{created_at.astimezone(UTC).isoformat(timespec='microseconds')}"
    mac = hmac.new(settings().secret_key.encode(), text.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def invitation_token(company_id: int, email: str, created_at: datetime) -> str:
    return _derived(Purpose.INVITATION, f"{company_id}:{email}", created_at)


def reset_token(user_id: int, created_at: datetime) -> str:
    return _derived(Purpose.RESET, str(user_id), created_at)


def approval_token(approval_id: int, user_id: int, created_at: datetime) -> str:
    """Lets one person decide one request by mail."""
    return _derived(Purpose.APPROVAL, f"{approval_id}:{user_id}", created_at)


def status_token(company_id: int, created_at: datetime) -> str:
    """The token of a registration's status page; it names the company, because no table has its hash."""
    return f"{company_id}.{_derived(Purpose.STATUS, str(company_id), created_at)}"


def is_status_token(token: str, company_id: int, created_at: datetime) -> bool:
    return hmac.compare_digest(token.encode(), status_token(company_id, created_at).encode())


def cart_token(cart_id: int, handed_over_at: datetime) -> str:
    """The token with which a colleague takes over a cart; it names the cart, because no table has its hash."""
    return f"{cart_id}.{_derived(Purpose.CART, str(cart_id), handed_over_at)}"


def is_cart_token(token: str, cart_id: int, handed_over_at: datetime) -> bool:
    return hmac.compare_digest(token.encode(), cart_token(cart_id, handed_over_at).encode())


def quote_token(link_id: int, created_at: datetime) -> str:
    """The token under which somebody without an account sees a quote; it names its link, no table has its hash."""
    return f"{link_id}.{_derived(Purpose.QUOTE, str(link_id), created_at)}"


def is_quote_token(token: str, link_id: int, created_at: datetime) -> bool:
    return hmac.compare_digest(token.encode(), quote_token(link_id, created_at).encode())


def unsubscribe_token(user_id: int, created_at: datetime) -> str:
    """The token with which somebody ends marketing messages without signing in; `created_at` is the person's."""
    return f"{user_id}.{_derived(Purpose.UNSUBSCRIBE, str(user_id), created_at)}"


def is_unsubscribe_token(token: str, user_id: int, created_at: datetime) -> bool:
    return hmac.compare_digest(token.encode(), unsubscribe_token(user_id, created_at).encode())


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
