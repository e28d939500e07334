"""The tables that are read and written where no mapping is set up: plain English titles, ISO dates, decimal point."""

from __future__ import annotations

from app.documents.tabular.mapping import Column, TableMapping


def _mapping(document: str, columns: str, needed: tuple[str, ...]) -> TableMapping:
    """`path=Title|Other title` separated by semicolons."""
    pairs = (one.strip().split("=") for one in columns.split(";") if one.strip())
    found = tuple(Column(path, tuple(titles.split("|")), is_needed=path in needed) for path, titles in pairs)
    return TableMapping(document, found)


_HEAD = "number=Number|{kind} number;issue_date=Date|{kind} date;currency=Currency;buyer.name=Buyer;seller.name=Seller"
_ARTICLE = "{of}sku=Article number|SKU|Artikelnummer|Артикул;{of}buyer_sku=Buyer's article number;{of}gtin=GTIN|EAN"
ORDER = _mapping(
    "order",
    _HEAD.format(kind="Order") + ";buyer.gln=Buyer GLN;ship_to.name=Deliver to;ship_to.gln=Delivery GLN;"
    "delivery.requested=Delivery date;lines.position=Line;" + _ARTICLE.format(of="lines.")
    + ";lines.name=Name|Description;lines.quantity=Quantity|Qty|Menge|Количество;lines.unit=Unit;lines.unit_price=Price;"
    "lines.price_base_quantity=Price per;lines.net=Amount;lines.vat_rate=VAT rate;lines.delivery.requested=Line delivery date",
    ("number", "lines.quantity"),
)  # fmt: skip
RESPONSE = _mapping(
    "order-response",
    _HEAD.format(kind="Response") + ";order.number=Order number;answer=Answer;lines.position=Line;lines.order_line.line=Order line;"
    + _ARTICLE.format(of="lines.ids.") + ";lines.name=Name;lines.answer=Line answer;lines.ordered=Ordered;"
    "lines.quantity=Quantity;lines.backordered=Back order;lines.unit=Unit;lines.unit_price=Price;"
    "lines.price_base_quantity=Price per;lines.net=Amount;lines.promised.requested=Promised date;lines.reason=Reason",
    ("number", "order.number", "lines.answer"),
)  # fmt: skip
DESPATCH = _mapping(
    "despatch-advice",
    "number=Number|Despatch number;issue_date=Date;buyer.name=Buyer;seller.name=Seller;ship_to.name=Deliver to;"
    "despatched_on=Despatch date;expected_on=Arrival date;lines.position=Line;lines.order_line.number=Order number;"
    "lines.order_line.line=Order line;" + _ARTICLE.format(of="lines.ids.") + ";lines.name=Name;lines.quantity=Quantity;"
    "lines.unit=Unit;lines.outstanding=To follow;lines.batch=Batch;lines.best_before=Best before",
    ("number", "lines.quantity"),
)  # fmt: skip
INVOICE = _mapping(
    "invoice",
    _HEAD.format(kind="Invoice") + ";order_reference=Order number;payment_terms.due_date=Due date;lines.position=Line;"
    + _ARTICLE.format(of="lines.") + ";lines.name=Name;lines.quantity=Quantity;lines.unit=Unit;lines.unit_price=Price;"
    "lines.price_base_quantity=Price per;lines.net=Amount;lines.vat_category=VAT category;lines.vat_rate=VAT rate;"
    "totals.net=Net total;totals.tax=VAT total;totals.gross=Total;totals.line_net=Lines total;totals.payable=Payable",
    ("number", "issue_date", "currency", "lines.quantity"),
)  # fmt: skip
PRICES = _mapping(
    "catalogue",
    "number=Catalogue;version=Version;currency=Currency;" + _ARTICLE.format(of="items.ids.")
    + ";items.names.any=Name;items.manufacturer=Manufacturer;items.ids.manufacturer_sku=Manufacturer's number;"
    "items.order_unit=Unit;items.contents=Contents;items.content_unit=Content unit;items.minimum=Minimum;items.step=Step;"
    "items.vat_rate=VAT rate;items.prices.1.amount=Price;items.prices.1.base_quantity=Price per;"
    "items.prices.1.currency=Price currency;items.prices.2.from_quantity=From 2;items.prices.2.amount=Price 2;"
    "items.prices.3.from_quantity=From 3;items.prices.3.amount=Price 3",
    ("items.ids.sku",),
)  # fmt: skip
