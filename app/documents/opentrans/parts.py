"""What the openTRANS documents share when they are read: parties, dates, remarks, articles and prices."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from app.core.money import round_amount
from app.core.texts import N_
from app.documents.codes import number, read_gtin
from app.documents.model.invoice import Note
from app.documents.model.line import AllowanceCharge, Attribute
from app.documents.model.order import DeliveryDates, OtherParty, Reference
from app.documents.model.party import Address, Contact, Identifier, Party
from app.documents.model.payment import CashDiscount, PaymentMeans
from app.documents.model.reference import ItemIds
from app.documents.model.totals import VatCategory
from app.documents.upd.codes import country_code
from app.documents.xml_taking import Part, Taking

DUNS = "0060"
ROLES = {
    "buyer": "buyer", "customer": "buyer", "supplier": "seller", "invoice_issuer": "seller", "document_creator": "seller",
    "delivery": "ship_to", "final_delivery": "ship_to", "invoice_recipient": "invoicee", "deliverer": "carrier",
}  # fmt: skip
_REFERENCES = {
    "BUYER_IDREF": "buyer", "SUPPLIER_IDREF": "seller", "INVOICE_ISSUER_IDREF": "seller",
    "INVOICE_RECIPIENT_IDREF": "invoicee", "DELIVERY_IDREF": "ship_to", "FINAL_DELIVERY_IDREF": "ship_to",
    "DELIVERER_IDREF": "carrier",
}  # fmt: skip
_HOLDERS = (
    "",
    "ORDER_PARTIES_REFERENCE/",
    "SHIPMENT_PARTIES_REFERENCE/",
    "ORDER_PARTIES_REFERENCE/SHIPMENT_PARTIES_REFERENCE/",
)
CATEGORIES = {
    "standard_rate": VatCategory.STANDARD, "reduced_rate": VatCategory.STANDARD, "zero_rate": VatCategory.ZERO,
    "exemption": VatCategory.EXEMPT, "free_export_item": VatCategory.EXPORT, "reverse_charge": VatCategory.REVERSE_CHARGE,
}  # fmt: skip
OWN = "party_specific"  # the type of the ids that are made up for parties without one
_PLACE = re.compile(r"buyer|seller|ship_to|invoicee|carrier|other[0-9]+")
CONTRACT, QUOTATION, TERMS, PAYMENT_TERMS = "CT", "AAG", "terms", "payment_terms"


@dataclass(slots=True)
class Head:
    """The parts of a header that the documents have in common. `said` are remarks that have a field, by their type."""

    roles: dict[str, Party] = field(default_factory=dict)
    others: list[OtherParty] = field(default_factory=list)
    accounts: list[PaymentMeans] = field(default_factory=list)
    notes: tuple[Note, ...] = ()
    said: dict[str, str] = field(default_factory=dict)
    dates: DeliveryDates = DeliveryDates()


def opened(data: bytes, name: str) -> tuple[Taking, Part, Part]:
    """The document, its header and the header's info; FormatError where it is another one."""
    taking = Taking.of(data)
    root = taking.root
    header = root.find(f"{name}_HEADER")
    info = header.find(f"{name}_INFO") if header else None
    if root.name != name or header is None or info is None:
        raise root.error(N_("This is no openTRANS document of the kind {kind}.", kind=name))
    for path in ("@version", "@type"):
        root.text(path)
    header.text("CONTROL_INFO/GENERATOR_INFO")
    header.text("CONTROL_INFO/GENERATION_DATE")
    return taking, header, info


def read_head(info: Part, *known: str) -> Head:
    head = Head(dates=read_dates(info))
    head.notes, head.said = read_remarks(info, *known, PAYMENT_TERMS)
    if terms := info.text("TERMS_AND_CONDITIONS"):
        head.notes = (*head.notes, Note(terms, TERMS))
    parties = [(read_party(one), list(one.texts("PARTY_ROLE")), one) for one in info.all("PARTIES/PARTY")]
    for party, roles, one in parties:
        for role in roles or [""]:
            place = ROLES.get(role.casefold())
            if place is None:
                head.others.append(OtherParty(role, party))
            elif place not in head.roles or role in ("buyer", "supplier", "delivery"):
                head.roles[place] = party
        head.accounts += read_accounts(one)
    by_id = {one.text("PARTY_ID"): party for party, _, one in parties}
    for holder in _HOLDERS:
        for name, place in _REFERENCES.items():
            found = info.find(f"{holder}{name}")
            text = (found.element.text or "").strip() if found is not None else ""
            if found is None or text not in by_id:
                continue
            found.text("")
            found.text("@type")
            head.roles.setdefault(place, by_id[text])
    named = tuple(head.roles.values())
    head.others = [one for one in head.others if one.role or one.party not in named]
    return head


def read_party(one: Part) -> Party:
    gln, identifiers = "", []
    for given in one.all("PARTY_ID"):
        value, kind = given.text(""), given.text("@type")
        if kind.casefold() in ("iln", "gln") and not gln:
            gln = value
        elif value and not (kind == OWN and _PLACE.fullmatch(value)):
            identifiers.append(Identifier(value, DUNS if kind == "duns" else kind))
    found = one.find("ADDRESS") or one
    for path in ("CONTACT_DETAILS/PHONE/@type", "PHONE/@type"):
        found.text(path)
    first, last = found.text("CONTACT_DETAILS/FIRST_NAME"), found.text("CONTACT_DETAILS/CONTACT_NAME")
    contact = Contact(
        name=f"{first} {last}".strip(), phone=found.text("CONTACT_DETAILS/PHONE", "PHONE"),
        email=found.text("CONTACT_DETAILS/EMAILS/EMAIL", "EMAIL"),
    )  # fmt: skip
    country = found.text("COUNTRY_CODED")
    address = Address(
        country=country_code(country) if country.isdecimal() else country, street=found.text("STREET"),
        additional=found.text("NAME2"), third_line=found.text("NAME3"), city=found.text("CITY"), postal_code=found.text("ZIP"),
        region=found.text("STATE"),
    )  # fmt: skip
    return Party(
        name=found.text("NAME"), address=address if address != Address(country="") else None, gln=gln,
        identifiers=tuple(identifiers), vat_id=found.text("VAT_ID"), tax_number=found.text("TAX_NUMBER"),
        contact=contact if contact != Contact() else None,
    )  # fmt: skip


def read_accounts(one: Part) -> list[PaymentMeans]:
    found = []
    for account in one.all("ACCOUNT"):
        number = account.text("BANK_ACCOUNT")
        account.text("BANK_ACCOUNT/@type")
        account.text("BANK_CODE/@type")
        if number:
            found.append(
                PaymentMeans(account=number, account_name=account.text("HOLDER"), bic=account.text("BANK_CODE"),
                             text=account.text("BANK_NAME"))
            )  # fmt: skip
    return found


def read_dates(parent: Part, path: str = "DELIVERY_DATE") -> DeliveryDates:
    """One day, or from one to another."""
    start, end = parent.day(f"{path}/DELIVERY_START_DATE"), parent.day(f"{path}/DELIVERY_END_DATE")
    parent.text(f"{path}/@type")
    if start == end or end is None:
        return DeliveryDates(requested=start)
    return DeliveryDates(earliest=start, latest=end)


def read_remarks(parent: Part, *known: str) -> tuple[tuple[Note, ...], dict[str, str]]:
    """Notes, and by their type the remarks that hold what openTRANS has no element for."""
    notes, said = [], {}
    for one in parent.all("REMARKS"):
        text, kind = one.text(""), one.text("@type")
        if kind in known and kind not in said:
            said[kind] = text
        elif text:
            notes.append(Note(text, kind))
    return tuple(notes), said


def decimal_of(parent: Part, said: dict[str, str], kind: str) -> Decimal | None:
    """A number that a remark holds."""
    text = said.get(kind, "")
    if not text.replace(".", "", 1).isdecimal() or not text.isascii() or len(text) > 30:
        if text:
            parent.fault("NUMBER", N_("{path}: {value} is not a number.", path=f"REMARKS/{kind}", value=text[:40]))
        return None
    return Decimal(text)


def read_terms(info: Part, said: dict[str, str]) -> str:
    """Payment terms in words; discounts as `10 d 2 %`."""
    found = [said[PAYMENT_TERMS]] if said.get(PAYMENT_TERMS) else []
    found += [f"{one.days} d {format(one.percent.normalize(), 'f')} %" for one in read_discounts(info)]
    return "; ".join((*found, *read_days(info)))


def read_days(info: Part) -> list[str]:
    """Terms of payment without a discount."""
    terms = info.all("PAYMENT/PAYMENT_TERMS/TIME_FOR_PAYMENT")
    return [
        f"{one.text('DAYS')} d" for one in terms if one.find("DISCOUNT_FACTOR") is None and one.find("DAYS") is not None
    ]


def read_discounts(info: Part) -> tuple[CashDiscount, ...]:
    found = []
    for one in info.all("PAYMENT/PAYMENT_TERMS/TIME_FOR_PAYMENT"):
        factor, days = one.number("DISCOUNT_FACTOR"), one.number("DAYS")
        if factor is not None and days is not None and 0 <= days < 10_000:
            found.append(CashDiscount(days=int(days), percent=Decimal(number(factor * 100))))
    return tuple(found)


def read_transport(info: Part) -> str:
    """The delivery term and its place."""
    return " ".join(text for name in ("INCOTERM", "LOCATION") if (text := info.text(f"TRANSPORT/{name}")))


def read_sources(*parents: Part | None) -> tuple[Reference, ...]:
    """Quotation and agreements that the document rests on."""
    found: list[Reference] = []
    for parent in parents:
        if parent is None:
            continue
        if number := parent.text("QUOTATION_ID"):
            found.append(Reference(QUOTATION, number))
        found += [
            Reference(CONTRACT, number, one.text("AGREEMENT_LINE_ID"))
            for one in parent.all("AGREEMENT")
            if (number := one.text("AGREEMENT_ID"))
        ]
    return tuple(found)


@dataclass(slots=True)
class Goods:
    """An article in a line: PRODUCT_ID with quantity and price."""

    position: str
    ids: ItemIds
    name: str
    description: str
    quantity: Decimal | None
    unit: str
    batch: str
    serials: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    price: Decimal | None
    base: Decimal | None
    net: Decimal | None
    vat_rate: Decimal | None
    vat_category: VatCategory | None
    tax: Decimal | None
    allowances: tuple[AllowanceCharge, ...]


def read_goods(item: Part) -> Goods:
    found = item.find("PRODUCT_ID") or item
    gtin = read_gtin(found.text("INTERNATIONAL_PID"))
    for path in ("INTERNATIONAL_PID/@type", "SUPPLIER_PID/@type", "BUYER_PID/@type"):
        found.text(path)
    price = item.find("PRODUCT_PRICE_FIX")
    rate, category, tax = read_tax(price) if price else (None, None, None)
    quantity, amount = item.number("QUANTITY"), price.number("PRICE_AMOUNT") if price else None
    base = price.number("PRICE_QUANTITY") if price else None
    return Goods(
        position=item.need_text("LINE_ITEM_ID"), name=found.text("DESCRIPTION_SHORT"),
        ids=ItemIds(
            sku=found.text("SUPPLIER_PID", "SUPPLIER_AID"), buyer_sku=found.text("BUYER_PID"), gtin=gtin,
            manufacturer_sku=found.text("MANUFACTURER_INFO/MANUFACTURER_PID"),
        ),
        description=found.text("DESCRIPTION_LONG"), quantity=quantity, unit=item.text("ORDER_UNIT"),
        batch=found.text("LOT_NUMBER"), serials=tuple(found.texts("SERIAL_NUMBER")),
        attributes=tuple(
            Attribute(name, one.text("FVALUE"))
            for features in item.all("PRODUCT_FEATURES")
            for one in features.all("FEATURE")
            if (name := one.text("FNAME"))
        ),
        price=amount, base=base if base != 1 else None, net=item.number("PRICE_LINE_AMOUNT"), vat_rate=rate, vat_category=category,
        tax=tax, allowances=read_allowances(price, (quantity or Decimal(0)) * (amount or 0) / (base or 1)) if price else (),
    )  # fmt: skip


def read_tax(parent: Part) -> tuple[Decimal | None, VatCategory | None, Decimal | None]:
    found = parent.find("TAX_DETAILS_FIX")
    return read_tax_details(found) if found else (None, None, None)


def read_tax_details(found: Part) -> tuple[Decimal | None, VatCategory | None, Decimal | None]:
    """Percentage, category and amount; TAX is a factor."""
    factor, name = found.number("TAX"), found.text("TAX_CATEGORY")
    found.text("TAX_TYPE")
    rate = None if factor is None else Decimal(format((factor if factor > 1 else factor * 100).normalize(), "f"))
    category = CATEGORIES.get(name.casefold())
    if category is None and name in {one.value for one in VatCategory}:
        category = VatCategory(name)
    if category is None and rate is not None:
        category = VatCategory.STANDARD if rate else VatCategory.ZERO
    return rate, category, found.number("TAX_AMOUNT")


def read_allowances(parent: Part, base: Decimal) -> tuple[AllowanceCharge, ...]:
    """Amounts as given, that of a single one also as the total, else worked out from their factor of `base`."""
    found = []
    total = parent.number("ALLOW_OR_CHARGES_FIX/ALLOW_OR_CHARGES_TOTAL_AMOUNT")
    given = parent.all("ALLOW_OR_CHARGES_FIX/ALLOW_OR_CHARGE")
    for one in given:
        amount, factor = (
            one.number("ALLOW_OR_CHARGE_VALUE/AOC_MONETARY_AMOUNT"),
            one.number("ALLOW_OR_CHARGE_VALUE/AOC_PERCENTAGE_FACTOR"),
        )
        percent = None if factor is None else Decimal(format((factor if factor > 1 else factor * 100).normalize(), "f"))
        one.text("ALLOW_OR_CHARGE_SEQUENCE")
        if amount is None and total is not None and len(given) == 1:
            amount = abs(total)
        elif amount is None and percent is not None:
            amount = round_amount(base * percent / 100, "EUR")
        if amount is not None:
            found.append(
                AllowanceCharge(
                    amount=amount, is_charge=one.text("@type") not in ("", "allowance"), percent=percent,
                    reason=one.text("ALLOW_OR_CHARGE_NAME", "ALLOW_OR_CHARGE_DESCR"),
                    reason_code=one.text("ALLOW_OR_CHARGE_TYPE"),
                )
            )  # fmt: skip
    return tuple(found)


def need_party(head: Head, role: str, info: Part) -> Party:
    if role not in head.roles:
        raise info.error(N_("{path} is missing.", path=f"PARTY ({role})"), "PARTIES")
    return head.roles[role]
