"""Documents of every shape for round trips: fields are well-formed, sums need not agree."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from app.documents.model.invoice import CreditNote, Delivery, Invoice, InvoiceReference, Note, SupportingDocument
from app.documents.model.line import AllowanceCharge, Attribute, Classification, Line, Period
from app.documents.model.party import Address, Contact, Identifier, Party, Payee, TaxRepresentative
from app.documents.model.payment import CashDiscount, PaymentMeans, PaymentTerms
from app.documents.model.totals import Totals, VatBreakdown, VatCategory

_signs = st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="#")


def _stripped(value: str) -> str:
    return value.strip()


texts = st.text(_signs, min_size=1, max_size=20).map(_stripped).filter(bool)
maybe = st.one_of(st.just(""), texts)
codes = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=6)
days = st.dates(date(2000, 1, 1), date(2099, 12, 31))
maybe_days = st.none() | days
amounts = st.decimals(-(10**9), 10**9, places=2)
prices = st.decimals(0, 10**6, places=6)
quantities = st.decimals(-(10**6), 10**6, places=4)
rates = st.decimals(0, 100, places=2)
countries = st.sampled_from(["DE", "NL", "UA", "KZ", "FR"])

identifiers = st.builds(Identifier, texts, st.sampled_from(["0002", "0060", "0204"]))
own_identifiers = st.builds(Identifier, texts)
registrations = st.none() | st.builds(Identifier, texts, st.sampled_from(["", "0002"]))
addresses = st.builds(
    Address,
    country=countries, street=maybe, additional=maybe, third_line=maybe, city=maybe, postal_code=maybe, region=maybe,
)  # fmt: skip
contacts = st.none() | st.builds(Contact, name=maybe, phone=maybe, email=maybe).filter(lambda c: c != Contact())
parties = st.builds(
    Party,
    name=texts, trading_name=maybe, address=st.none() | addresses, vat_id=maybe, tax_number=maybe,
    registration=registrations, legal_form=maybe, endpoint=st.none() | identifiers,
    gln=st.sampled_from(["", "4012345000009"]),
    # CII keeps ids without a scheme before those with one
    identifiers=st.tuples(st.lists(own_identifiers, max_size=2), st.lists(identifiers, max_size=2)).map(
        lambda parts: tuple(parts[0] + parts[1])
    ),
    contact=contacts,
)  # fmt: skip
allowances = st.builds(
    AllowanceCharge,
    amount=amounts, is_charge=st.booleans(), reason=maybe, reason_code=st.one_of(st.just(""), codes),
    percent=st.none() | rates, base=st.none() | amounts,
)  # fmt: skip
document_allowances = st.builds(
    AllowanceCharge,
    amount=amounts, is_charge=st.booleans(), reason=maybe, vat_category=st.sampled_from(VatCategory), vat_rate=rates,
)  # fmt: skip
periods = st.none() | st.builds(Period, start=maybe_days, end=maybe_days).filter(lambda p: p != Period())
lines = st.builds(
    Line,
    position=codes, name=texts, quantity=quantities, unit=codes, unit_price=prices, net=amounts,
    vat_category=st.sampled_from(VatCategory), vat_rate=st.none() | rates,
    price_base_quantity=st.none() | st.decimals(1, 1000, places=2), list_price=st.none() | prices,
    description=maybe, sku=maybe, buyer_sku=maybe, gtin=st.sampled_from(["", "4006381333931", "96385074"]),
    order_line=maybe, note=maybe, accounting_reference=maybe, period=periods,
    country_of_origin=st.one_of(st.just(""), countries), allowances_charges=st.lists(allowances, max_size=2).map(tuple),
    classifications=st.lists(st.builds(Classification, codes, codes, st.one_of(st.just(""), codes)), max_size=2).map(tuple),
    attributes=st.lists(st.builds(Attribute, texts, texts), max_size=2).map(tuple),
    object_id=st.none() | st.builds(Identifier, texts, st.sampled_from(["", "ABZ"])),
)  # fmt: skip
breakdowns = st.builds(
    VatBreakdown,
    category=st.sampled_from(VatCategory), rate=st.none() | rates, base=amounts, tax=amounts,
    exemption_reason=maybe, exemption_code=st.one_of(st.just(""), codes),
)  # fmt: skip
terms = st.none() | st.builds(
    PaymentTerms,
    due_date=maybe_days, text=maybe,
    discounts=st.lists(
        st.builds(CashDiscount, days=st.integers(0, 999), percent=rates, base=st.none() | amounts), max_size=2
    ).map(tuple),
).filter(lambda t: t != PaymentTerms())  # fmt: skip
transfers = st.builds(
    PaymentMeans,
    code=st.sampled_from(["30", "58"]), text=maybe, account=st.sampled_from(["", "DE89370400440532013000", "12345678"]),
    account_name=maybe, bic=st.one_of(st.just(""), codes),
) | st.builds(PaymentMeans, code=st.just("48"), card=st.just("1234"), card_holder=maybe)  # fmt: skip
supporting = st.builds(SupportingDocument, number=texts, description=maybe, location=maybe) | st.builds(
    SupportingDocument,
    number=texts, content=st.just("YTtiCg=="), media_type=st.just("text/csv"), file_name=st.just("a.csv"),
)  # fmt: skip
deliveries = st.none() | st.builds(
    Delivery, date=maybe_days, name=maybe, location=st.none() | identifiers, address=st.none() | addresses
).filter(lambda d: d != Delivery())


@st.composite
def documents(draw, language: bool = False):
    """An Invoice or CreditNote; CII and UBL have one payment reference for all means and no language."""
    kind, type_code = draw(st.sampled_from([(Invoice, "380"), (Invoice, "384"), (CreditNote, "381")]))
    tax_currency = draw(st.sampled_from(["", "PLN"]))
    reference = draw(maybe)
    means = tuple(
        PaymentMeans(**{**{name: getattr(item, name) for name in PaymentMeans.__slots__}, "reference": reference})
        for item in draw(st.lists(transfers, max_size=2))
    )
    vat = tuple(draw(st.lists(breakdowns, min_size=1, max_size=3)))
    return kind(
        number=draw(texts),
        issue_date=draw(days),
        currency=draw(st.sampled_from(["EUR", "JPY"])),
        seller=draw(parties),
        buyer=draw(parties),
        lines=tuple(draw(st.lists(lines, min_size=1, max_size=3))),
        vat=vat,
        totals=draw(
            st.builds(
                Totals,
                line_net=amounts, net=amounts, gross=amounts, payable=amounts, tax=amounts,
                allowances=st.none() | amounts, charges=st.none() | amounts, prepaid=st.none() | amounts,
                rounding=st.none() | amounts, tax_in_tax_currency=amounts if tax_currency else st.none(),
            )
        ),
        type_code=type_code,
        language=draw(st.sampled_from(["en", "ru", "uk"])) if language else "",
        tax_currency=tax_currency,
        tax_point_date=draw(maybe_days),
        buyer_reference=draw(maybe),
        order_reference=draw(maybe),
        sales_order_reference=draw(maybe),
        contract_reference=draw(maybe),
        project_reference=draw(maybe),
        tender_reference=draw(maybe),
        despatch_reference=draw(maybe),
        receipt_reference=draw(maybe),
        accounting_reference=draw(maybe),
        notes=tuple(draw(st.lists(st.builds(Note, texts, st.sampled_from(["", "AAI", "REG"])), max_size=2))),
        preceding=tuple(draw(st.lists(st.builds(InvoiceReference, texts, maybe_days), max_size=2))),
        payee=draw(st.none() | st.builds(Payee, name=texts, identifier=st.none() | identifiers, registration=registrations)),
        tax_representative=draw(st.none() | st.builds(TaxRepresentative, name=texts, vat_id=texts, address=addresses)),
        delivery=draw(deliveries),
        period=draw(periods),
        payment_terms=draw(terms),
        payment_means=means,
        allowances_charges=tuple(draw(st.lists(document_allowances, max_size=2))),
        object_id=draw(st.none() | st.builds(Identifier, texts, st.sampled_from(["", "ABZ"]))),
        supporting=tuple(draw(st.lists(supporting, max_size=2))),
    )  # fmt: skip
