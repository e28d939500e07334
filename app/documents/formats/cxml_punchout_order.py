"""cXML PunchOutOrderMessage: the basket that goes back to the buyer's purchasing system."""

from __future__ import annotations

from app.documents.cxml.basket import read_basket, write_basket
from app.documents.formats import Format, formats
from app.documents.model.basket import Basket

formats.add(
    "cxml-punchout-order", Format("cxml-punchout-order", "application/xml", (Basket,), write_basket, read_basket)
)
