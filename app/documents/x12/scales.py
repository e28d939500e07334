"""CTP: prices from quantities on, each with its days, as catalogues and quotations have them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from app.documents.model.reference import ScalePrice
from app.documents.segments import Segment
from app.documents.x12 import parts_out as out
from app.documents.x12.content import ContentReader
from app.documents.x12.writer import Body, number

_NET = "NET"
_PER = {"PE": Decimal(1), "HP": Decimal(100), "TP": Decimal(1000)}
_CODES = {base: code for code, base in _PER.items()}
_DAYS = {"007": "start", "092": "start", "036": "end", "093": "end"}


class ScaleReader(ContentReader):
    """Keeps every CTP of a line; DTM and CUR behind one belong to it."""

    def on_ctp(self, segment: Segment) -> None:
        if self.now is self.head or not segment.value(3):
            return
        amount = self.number(segment, 3)
        if amount is None:
            return
        kind, start, code = self.text(segment, 2), self.number(segment, 4), segment.value(9)
        base = _PER.get(code)
        if base is not None:
            self.text(segment, 9)
        elif segment.value(11):
            base = self.number(segment, 11)
        self.now.prices.append(
            ScalePrice(
                amount=amount, from_quantity=start or Decimal(1), base_quantity=base, unit=self.text(segment, 5),
                kind="" if kind == _NET else kind,
            )
        )  # fmt: skip

    def on_dtm(self, segment: Segment) -> None:
        name = _DAYS.get(segment.value(1))
        if self.group != "CTP" or self.now is self.head or not self.now.prices or name is None:
            super().on_dtm(segment)
            return
        self.text(segment, 1)
        day, last = self.day(segment, 2), self.now.prices[-1]
        self.now.prices[-1] = replace(last, start=day) if name == "start" else replace(last, end=day)

    def on_cur(self, segment: Segment) -> None:
        if self.group == "CTP" and self.now is not self.head and self.now.prices:
            self.text(segment, 1)
            self.now.prices[-1] = replace(self.now.prices[-1], currency=self.text(segment, 2))
        else:
            super().on_cur(segment)


def write_scales(body: Body, items: Iterable[ScalePrice], unit: str, currency: str, path: str) -> None:
    """One CTP each, with its own currency and days behind it."""
    for item in items:
        base = item.base_quantity
        code = _CODES.get(base) if base is not None else None
        several = number(base) if base is not None and code is None else ""
        has_start = item.from_quantity != 1 or item.unit
        body.add(
            "CTP", "", item.kind or _NET, number(item.amount), number(item.from_quantity) if has_start else "",
            out.unit(item.unit or unit) if has_start else "", "", "", "", code or "", "", several,
        )  # fmt: skip
        body.day("007", item.start)
        body.day("036", item.end)
        if item.currency and item.currency != currency:
            body.add("CUR", "SE", item.currency)
        body.lose(f"{path}/price/territory", item.territory)
        body.lose(f"{path}/price/vat_rate", item.vat_rate)
