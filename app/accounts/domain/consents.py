"""What a person agrees to, in the words he is shown."""

from __future__ import annotations

from app.core.texts import N_

MARKETING = "marketing"
MARKETING_TEXT = N_(
    "I agree that you write to me by mail about offers, new articles and events. "
    "I can take this back at any time: here, or by the link in each mail."
)
