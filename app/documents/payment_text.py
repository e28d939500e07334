"""Discounts for early payment inside the terms in words, in the form XRechnung prescribes (BR-DE-18)."""

from __future__ import annotations

import re
from decimal import Decimal

from app.documents.model.payment import CashDiscount

# A line break ends each mark by the rule; it is not asked for when reading.
_MARK = re.compile(r"#SKONTO#TAGE=([0-9]+)#PROZENT=([0-9]+\.[0-9]{2})(?:#BASISBETRAG=(-?[0-9]+\.[0-9]{2}))?#[ \t]*\n?")


def join_terms(text: str, discounts: tuple[CashDiscount, ...]) -> str:
    """BT-20: the words, then one line for each discount."""
    marks = [
        f"#SKONTO#TAGE={item.days}#PROZENT={item.percent:.2f}#"
        + ("" if item.base is None else f"BASISBETRAG={item.base:.2f}#")
        for item in discounts
    ]
    return "\n".join([text, *marks] if text else marks) + ("\n" if marks else "")


def split_terms(terms: str) -> tuple[str, tuple[CashDiscount, ...]]:
    """The words without the marks, and the discounts."""
    discounts = tuple(
        CashDiscount(days=int(days), percent=Decimal(percent), base=Decimal(base) if base else None)
        for days, percent, base in _MARK.findall(terms)
    )
    return _MARK.sub("", terms).strip(), discounts
