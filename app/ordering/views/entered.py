"""How people write numbers on the pages of this slice."""

from __future__ import annotations

from app.web.texts import language


def decimal_sign_here() -> str:
    """The decimal sign of the reader's language."""
    return "." if language() == "en" else ","
