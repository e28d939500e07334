"""Punch-out: a builder's purchasing system opens our shop; the shipyard's people go to a tool maker's shop."""

from __future__ import annotations

from decimal import Decimal

from app.core.actor import Actor
from app.core.tenancy import acting_as
from app.documents.model.basket import Basket, BasketLine
from app.documents.model.reference import ItemIds
from app.documents.oci.fields import form_fields
from app.exchange.domain.punch_out import AccessSettings
from app.exchange.queries.partners import partner_by_code
from app.exchange.service.punch_out_accesses import AccessEntry, add_access
from app.exchange.service.punch_out_trips import ShopEntry, come_back, save_shop, set_out

SECRET = "demo-purchasing-system"  # noqa: S105 -- of the demo only
_BUILDER, _YARD = "10004", "10001"
_BASKET = (
    ("LV-2210", "Torque wrench 20-100 Nm", "6", "H87", "118.00"),
    ("LV-2291", "Bit set, 32 pieces", "12", "H87", "24.50"),
    ("LV-4008", "Cutting oil", "40", "LTR", "7.15"),
)


def add_punch_out(house: Actor, yard: Actor) -> None:
    """Two systems of one account, and a shop that the shipyard has just brought a basket from."""
    with acting_as(house):
        partner = partner_by_code(house, "SOUTH-CXML")
        add_access(house, _BUILDER, AccessEntry(
            name="Budivelnyk Procurement", protocol="cxml", domain="NetworkId", identity="AN01000000004", secret=SECRET,
            user_mail="oksana@budivelnyk.example", our_domain="DUNS", our_identity="312345678", partner_id=partner.id,
            settings=AccessSettings(units={"EA": "H87"}, unspsc="27110000"),
        ))  # fmt: skip
        add_access(house, _YARD, AccessEntry(
            name="Hansewerft SAP SRM", protocol="oci", identity="HANSEWERFT", secret=SECRET, user_mail="lena@hansewerft.example",
            matches_people=True, settings=AccessSettings(units={"PCE": "H87"}, vendor="0000104711", lengths={"DESCRIPTION": 60}),
        ))  # fmt: skip
        shop_id = save_shop(house, None, ShopEntry(
            company=_YARD, name="Lindqvist Verktyg AB", protocol="oci", url="https://shop.lindqvist.example/oci",
            our_identity="HANSEWERFT", secret=SECRET,
        ))  # fmt: skip
    with acting_as(yard):
        way = set_out(yard, shop_id, "{cookie}")
    cookie = dict(way.fields)["HOOK_URL"]
    lines = tuple(
        BasketLine(position=str(at), quantity=Decimal(quantity), unit=unit, ids=ItemIds(sku=sku), name=name,
                   unit_price=Decimal(price), currency="EUR")
        for at, (sku, name, quantity, unit, price) in enumerate(_BASKET, 1)
    )  # fmt: skip
    come_back(cookie, list(form_fields(Basket(lines=lines, currency="EUR")).fields), "")
