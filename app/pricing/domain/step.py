"""One change of a price on its way from the list to the line."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from app.core.texts import Message


class Step(NamedTuple):
    """What changed a price, from how much to how much; `by` names the rule for staff, buyers read only the message."""

    code: str
    before: Decimal
    after: Decimal
    message: Message
    by: str = ""
