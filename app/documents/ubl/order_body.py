"""What an order and its change say alike, from the delivery to the last line, in the element order of both schemas."""

from __future__ import annotations

from app.core.xml import XmlWriter
from app.documents.model.order import Order
from app.documents.ubl.amounts import write_allowance
from app.documents.ubl.order_lines import write_line, write_totals
from app.documents.ubl.trade import write_delivery, write_role, write_terms


def write_body(writer: XmlWriter, order: Order) -> None:
    """Who pays the invoice, where to and when, terms, allowances, sums, lines."""
    write_role(writer, "cac:AccountingCustomerParty", order.invoicee)
    write_delivery(writer, order.ship_to, order.delivery)
    write_terms(writer, order.delivery_terms)
    with writer.group("cac:PaymentTerms"):
        writer.leaf("cbc:Note", order.payment_terms)
    for one in order.allowances_charges:
        write_allowance(writer, one, order.currency)
    write_totals(writer, order.totals, order.currency)
    for line in order.lines:
        write_line(writer, line, order.currency)
