"""A period of documents and money as one CommerceML file for 1C."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.billing.queries.books import Issued, Money
from app.documents.commerceml.billing import PAYMENT, REFUND, as_document
from app.documents.commerceml.writing import write_orders
from app.documents.model.invoice import Note
from app.documents.model.order import Order
from app.documents.model.party import Identifier, Party
from app.documents.model.payment_notice import PaymentNotice


def write_books(documents: Iterable[Issued], moves: Iterable[Money], seller: Party) -> bytes:
    """CommerceML 2.10: invoices and credit notes first, then payments and refunds; equal content gives equal bytes."""
    return write_orders(_all(documents, moves, seller))


def _all(documents: Iterable[Issued], moves: Iterable[Money], seller: Party) -> Iterator[Order | PaymentNotice]:
    for one in documents:
        yield as_document(
            one.document,
            customer_code=one.customer_code,
            order_number=one.order_number,
            ordered_on=one.ordered_on,
            rate=one.rate,
        )
    for move in moves:
        yield PaymentNotice(
            number=move.number, issue_date=move.day, amount=move.amount, currency=move.currency,
            type_code=REFUND if move.is_refund else PAYMENT, is_refund=move.is_refund,
            payer=Party(
                name=move.customer_name, address=None, vat_id=move.vat_id, identifiers=(Identifier(move.customer_code),)
            ),
            payee=seller,
            notes=(Note(move.text),) if move.text else (),
        )  # fmt: skip
