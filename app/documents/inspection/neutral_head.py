"""The head of a report from a neutral document, for formats that are read as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from app.documents.inspection.report import DocumentHead, UnusedField, amounts, party_json
from app.documents.model.invoice import BillingDocument
from app.documents.model.party import Party
from app.documents.reading import Leftover

_PARTIES = ("seller", "buyer", "ship_to", "ship_from", "invoicee", "carrier")
_COUNTED = re.compile(r"\[[0-9]+\]")


def neutral_head(
    document: Any, kind: str, *, version: str = "", reference: str = "", leftovers: Iterable[Leftover] = ()
) -> DocumentHead:
    parties = {role: said for role in _PARTIES if (said := _party(getattr(document, role, None)))}
    return DocumentHead(
        kind, document.number, document.issue_date, getattr(document, "currency", ""), version, reference, parties,
        len(getattr(document, "lines", ())), _totals(document), unused_paths(leftovers),
    )  # fmt: skip


def _party(party: Party | None) -> dict[str, str]:
    number = {"tax_number": party.tax_number} if party and party.tax_number else {}
    return party_json(party) | number


def _totals(document: Any) -> dict[str, str]:
    totals = getattr(document, "totals", None)
    if totals is None:
        return {}
    if isinstance(document, BillingDocument):
        return amounts(net=totals.net, tax=totals.tax, total=totals.gross, payable=totals.payable)
    return amounts(net=totals.net, tax=totals.tax, total=totals.total)


def unused_paths(leftovers: Iterable[Leftover]) -> tuple[UnusedField, ...]:
    """Leftovers of one path together, whichever of several elements they are in."""
    found: dict[str, UnusedField] = {}
    for item in leftovers:
        path = _COUNTED.sub("", item.path)
        first = found.get(path)
        found[path] = UnusedField(path, first.count + 1 if first else 1, first.line if first else item.line,
                                  first.value if first else item.value)  # fmt: skip
    return tuple(found.values())
