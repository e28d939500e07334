"""Whom a buyer can ask where the portal has no answer."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from app.accounts.queries.companies import operator_party
from app.web.access import actor
from app.web.texts import _


@dataclass(frozen=True, slots=True)
class Contact:
    """The seller's mail address and telephone; either may be missing."""

    email: str
    phone: str

    def about(self, code: str) -> str:
        """Where a question about an article goes: a mail with a subject, else a call."""
        if self.email:
            subject = str(_("Question about article {code}", code=code))
            return f"mailto:{self.email}?subject={quote(subject)}"
        return f"tel:{self.phone.replace(' ', '')}"


def contact() -> Contact | None:
    """The way to ask the seller, None where it has given none; one statement."""
    seller = operator_party(actor())
    return Contact(seller.email, seller.phone) if seller.email or seller.phone else None
