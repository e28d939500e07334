"""Ids by which an invoice says what rules it follows, and what these ask for beyond EN 16931."""

from __future__ import annotations

from collections.abc import Iterator

from app.core.texts import N_
from app.documents.formats import FormatError
from app.documents.model.invoice import BillingDocument
from app.documents.model.party import Address, Party
from app.documents.model.payment import PaymentMeans
from app.documents.model.totals import VatCategory

EN16931 = "urn:cen.eu:en16931:2017"
PEPPOL = EN16931 + "#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PEPPOL_PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
XRECHNUNG = EN16931 + "#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
MINIMUM = "urn:factur-x.eu:1p0:minimum"
BASIC_WL = "urn:factur-x.eu:1p0:basicwl"
BASIC = EN16931 + "#compliant#urn:factur-x.eu:1p0:basic"
EXTENDED = EN16931 + "#conformant#urn:factur-x.eu:1p0:extended"

# What a way to pay (UNTDID 4461) must say in XRechnung.
_TRANSFER, _CARD = (("account", "BT-84"),), (("card", "BT-87"),)
_DEBIT = (("mandate", "BT-89"), ("creditor_id", "BT-90"), ("debited_account", "BT-91"))
_NEEDED_BY_MEANS = {"30": _TRANSFER, "58": _TRANSFER, "48": _CARD, "54": _CARD, "55": _CARD, "59": _DEBIT}


def need_for_peppol(document: BillingDocument) -> None:
    """FormatError, naming the fields, where Peppol BIS Billing 3 would refuse the document."""
    _need("Peppol BIS Billing 3", _missing_for_peppol(document))


def need_for_xrechnung(document: BillingDocument) -> None:
    """FormatError, naming the fields, where XRechnung would refuse it (BR-DE-1 to 16, 23 to 25, 30 and 31).

    PEPPOL-EN16931-R010 and R020, the electronic addresses, are rules of XRechnung, too.
    """
    _need("XRechnung", _missing_for_xrechnung(document))


def _need(profile: str, missing: Iterator[str]) -> None:
    fields = ", ".join(missing)
    if fields:
        raise FormatError(
            N_("{profile} asks for what this document has not: {fields}.", profile=profile, fields=fields)
        )


def _missing_for_peppol(document: BillingDocument) -> Iterator[str]:
    if not document.buyer_reference and not document.order_reference:
        yield "buyer_reference (BT-10)"
    yield from _missing_endpoints(document)


def _missing_endpoints(document: BillingDocument) -> Iterator[str]:
    if document.seller.endpoint is None:
        yield "seller.endpoint (BT-34)"
    if document.buyer.endpoint is None:
        yield "buyer.endpoint (BT-49)"


def _missing_for_xrechnung(document: BillingDocument) -> Iterator[str]:
    if not document.buyer_reference:
        yield "buyer_reference (BT-10)"
    if not document.payment_means:
        yield "payment_means (BG-16)"
    for at, means in enumerate(document.payment_means, 1):
        yield from (f"payment_means[{at}].{name}" for name in _missing_in_means(means))
    seller = document.seller
    if not (seller.vat_id or seller.tax_number or document.tax_representative) and _is_taxed(document):
        yield "seller.vat_id (BT-31)"
    yield from _missing_endpoints(document)
    yield from _missing_place("seller", document.seller, "BT-37", "BT-38")
    yield from _missing_place("buyer", document.buyer, "BT-52", "BT-53")
    contact = document.seller.contact
    for name, term in (("name", "BT-41"), ("phone", "BT-42"), ("email", "BT-43")):
        if not getattr(contact, name, ""):
            yield f"seller.contact.{name} ({term})"
    place = document.delivery.address if document.delivery else None
    if place is not None:
        yield from _missing_in("delivery", place, "BT-77", "BT-78")


def _is_taxed(document: BillingDocument) -> bool:
    return any(vat.category is not VatCategory.OUT_OF_SCOPE for vat in document.vat)


def _missing_in_means(means: PaymentMeans) -> Iterator[str]:
    for name, term in _NEEDED_BY_MEANS.get(means.code, ()):
        if not getattr(means, name):
            yield f"{name} ({term})"


def _missing_place(role: str, party: Party, city: str, code: str) -> Iterator[str]:
    yield from _missing_in(role, party.address or Address(country=""), city, code)


def _missing_in(role: str, address: Address, city: str, code: str) -> Iterator[str]:
    if not address.city:
        yield f"{role}.address.city ({city})"
    if not address.postal_code:
        yield f"{role}.address.postal_code ({code})"
