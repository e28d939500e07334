"""Punch-out into our shop: what was agreed with a buyer's system, where carts may go back to, carts as baskets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from app.core.errors import Invalid
from app.core.texts import N_
from app.documents.model.basket import Basket, BasketLine
from app.documents.model.line import Attribute, Classification
from app.documents.model.reference import ItemIds
from app.documents.oci.fields import LENGTHS, OciTerms
from app.ordering.domain.cart import CartRow

TOKEN_MINUTES = 10
VISIT_HOURS = 12
MAX_RETURN_URL = 2000
MAX_LENGTH = 1000
# A visitor sees the shop and fills a cart, and nothing else of the account.
VISITOR_RIGHTS = frozenset({"ordering:shop:read", "ordering:cart:edit"})


class Protocol(StrEnum):
    CXML = "cxml"
    OCI = "oci"


class VisitState(StrEnum):
    ASKED = "asked"
    OPEN = "open"
    RETURNED = "returned"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessSettings:
    """How a buyer's system wants its basket. `units`: his unit -> ours; `lengths` and `sources` as `OciTerms` has them.

    `vendor` is our number there, `material_group` and `unspsc` stand where an article has none of its own.
    """

    units: Mapping[str, str] = field(default_factory=dict)
    lengths: Mapping[str, int] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    is_cutting: bool = True
    has_matnr: bool = True
    vendor: str = ""
    material_group: str = ""
    unspsc: str = ""

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> AccessSettings:
        known = {name: values[name] for name in cls.__slots__ if name in values}
        return cls(**known)

    def as_json(self) -> dict[str, Any]:
        return {
            name: dict(value) if isinstance(value, Mapping) else value
            for name in self.__slots__
            if (value := getattr(self, name)) not in ({}, "")
        }

    def terms(self) -> OciTerms:
        return OciTerms(
            lengths=self.lengths,
            units=self.units,
            sources=self.sources,
            is_cutting=self.is_cutting,
            has_matnr=self.has_matnr,
        )


def read_pairs(text: str, name: str) -> dict[str, str]:
    """Lines `PCE = C62` as pairs; Invalid names the line that is none."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        key, sign, value = (part.strip() for part in line.partition("="))
        if not (key and sign and value):
            raise Invalid(name, N_("Row {row}: write it as name = value.", row=number))
        found[key] = value
    return found


def read_lengths(text: str, name: str) -> dict[str, int]:
    pairs = read_pairs(text, name)
    for key, value in pairs.items():
        if key not in LENGTHS or not value.isascii() or not value.isdigit() or not 0 < int(value) <= MAX_LENGTH:
            raise Invalid(name, N_("{name}: {value} is no length of a field of OCI.", name=key, value=value))
    return {key: int(value) for key, value in pairs.items()}


def show_pairs(pairs: Mapping[str, Any]) -> str:
    return "\n".join(f"{key} = {value}" for key, value in pairs.items())


def origin_of(url: str) -> str:
    """`https://host:port` of an address, or nothing when it is none that a form may be sent to."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    host = parts.hostname or ""
    if (
        parts.scheme not in ("https", "http")
        or not host
        or parts.username is not None
        or any(sign in host for sign in " ;,'\"")
    ):
        return ""
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{port}" if port else "")


def may_return_to(url: str, hosts: Sequence[str]) -> bool:
    """Whether a cart may be sent there: an address of the web, of one of these hosts where they are named."""
    if not origin_of(url) or len(url) > MAX_RETURN_URL:
        return False
    host = (urlsplit(url).hostname or "").lower()
    return not hosts or any(host == one.lower() or host.endswith(f".{one.lower()}") for one in hosts)


def mark_of(visit_id: int, position: int) -> str:
    """What a line carries to the buyer's system and back, so that its visit is found again."""
    return f"{visit_id}.{position}"


def visit_of(mark: str) -> tuple[int, int] | None:
    visit, _, position = mark.partition(".")
    both = (visit, position)
    if all(part.isascii() and part.isdigit() and len(part) < len("1000000000000000000") for part in both):
        return int(visit), int(position)
    return None


def basket_of(
    rows: Sequence[CartRow],
    *,
    visit_id: int,
    cookie: str,
    currency: str,
    settings: AccessSettings,
    is_inspect: bool = False,
) -> Basket:
    """A priced cart as what the buyer's system takes; Invalid for a line that has no price."""
    lines = tuple(_line(row, visit_id, settings) for row in rows)
    total = sum((row.price.net for row in rows if row.price.net is not None), Decimal(0))
    return Basket(
        lines=lines, cookie=cookie, currency=currency, total=total, allowed="inspect" if is_inspect else "edit"
    )


def _line(row: CartRow, visit_id: int, settings: AccessSettings) -> BasketLine:
    article, price = row.article, row.price
    if price.unit_price is None or price.net is None:
        raise Invalid("cart", N_("{sku} has no price: take it out of the cart first.", sku=article.sku))
    is_same = price.price_unit == row.unit
    unit = {ours: theirs for theirs, ours in settings.units.items()}.get(row.unit, row.unit)
    classes = (Classification(settings.unspsc, "TSP"),) if settings.unspsc else ()
    return BasketLine(
        position=str(row.position), quantity=_plain(row.quantity), unit=unit,
        ids=ItemIds(sku=article.sku, buyer_sku=article.customer_number, gtin=article.gtin, manufacturer_sku=article.mpn),
        auxiliary_id=mark_of(visit_id, row.position), name=article.name, description=row.note,
        unit_price=_plain(price.unit_price) if is_same else price.net,
        price_base_quantity=_plain(price.base_quantity) if is_same else _plain(row.quantity),
        currency=price.currency, vat_rate=price.vat_rate, lead_time_days=article.lead_time_days, manufacturer=article.brand,
        vendor=settings.vendor, material_group=settings.material_group, classifications=classes,
        custom=tuple(
            Attribute(name, source[1:]) for name, source in settings.sources.items() if source.startswith("=") and source[1:]
        ),
    )  # fmt: skip


def _plain(value: Decimal) -> Decimal:
    """Without the noughts that the database adds."""
    return Decimal(format(value.normalize(), "f"))


def kept_lines(rows: Sequence[CartRow]) -> list[dict[str, Any]]:
    """A cart as it was handed back, for opening it again."""
    return [
        {"position": row.position, "article": row.article.id, "sku": row.article.sku, "quantity": format(row.quantity, "f"),
         "unit": row.unit, "note": row.note}
        for row in rows
    ]  # fmt: skip
