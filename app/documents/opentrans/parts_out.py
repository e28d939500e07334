"""What the openTRANS documents share when they are written, in the element order of the format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from app.core.xml import XmlWriter
from app.documents.codes import number
from app.documents.model.invoice import Note
from app.documents.model.line import AllowanceCharge, Attribute
from app.documents.model.order import DeliveryDates, OtherParty, Reference
from app.documents.model.party import Party
from app.documents.model.payment import PaymentMeans
from app.documents.model.reference import ItemIds
from app.documents.opentrans.parts import CATEGORIES, CONTRACT, DUNS, OWN, QUOTATION, TERMS

NAMESPACES = {"": "http://www.opentrans.org/XMLSchema/2.1", "bmecat": "http://www.bmecat.org/bmecat/2005"}
_CATEGORY_NAMES = {category: name for name, category in reversed(CATEGORIES.items())}
_ROLE_NAMES = {
    "buyer": "buyer",
    "seller": "supplier",
    "ship_to": "delivery",
    "invoicee": "invoice_recipient",
    "carrier": "deliverer",
}


class OpenTransWriter(XmlWriter):
    """The root is the kind of the document and version 2.1."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind, NAMESPACES)
        opening = self._parts[0]
        self._parts[0] = opening.replace(f"<{kind} ", f'<{kind} version="2.1" ', 1)
        self.kind = kind

    def moment(self, tag: str, day: date | None) -> None:
        self.leaf(tag, f"{day.isoformat()}T00:00:00" if day else "")

    def dates(self, dates: DeliveryDates) -> None:
        start, end = dates.requested or dates.earliest, dates.requested or dates.latest
        with self.group("DELIVERY_DATE"):
            self.moment("DELIVERY_START_DATE", start or end)
            self.moment("DELIVERY_END_DATE", end or start)

    def parties(
        self, roles: Mapping[str, Party | None], others: Iterable[OtherParty] = (), means: Iterable[PaymentMeans] = ()
    ) -> None:
        """PARTIES; the seller's accounts stand with it."""
        with self.group("PARTIES"):
            for role, party in roles.items():
                if party is not None:
                    self._party(party, _ROLE_NAMES[role], party_id(party, role), means if role == "seller" else ())
            for at, other in enumerate(others, 1):
                self._party(other.party, other.role or "other", party_id(other.party, f"other{at}"), ())

    def _party(self, party: Party, role: str, own_id: tuple[str, str], means: Iterable[PaymentMeans]) -> None:
        with self.group("PARTY"):
            ids = [
                (party.gln, "iln"),
                *((one.value, "duns" if one.scheme == DUNS else one.scheme) for one in party.identifiers),
            ]
            for value, kind in [pair for pair in ids if pair[0]] or [own_id]:
                self.leaf("bmecat:PARTY_ID", value, type=kind)
            self.leaf("PARTY_ROLE", role)
            self._address(party)
            for one in means:
                if not one.account:
                    continue
                with self.group("ACCOUNT"):
                    self.leaf("HOLDER", one.account_name)
                    self.leaf("BANK_ACCOUNT", one.account, type="iban" if one.account[:2].isalpha() else "standard")
                    self.leaf("BANK_CODE", one.bic, type="bic")
                    self.leaf("BANK_NAME", one.text)

    def _address(self, party: Party) -> None:
        address, contact = party.address, party.contact
        with self.group("ADDRESS"):
            self.leaf("bmecat:NAME", party.name)
            if address is not None:
                self.leaf("bmecat:NAME2", address.additional)
                self.leaf("bmecat:NAME3", address.third_line)
            if contact is not None:
                with self.group("CONTACT_DETAILS"):
                    self.leaf("bmecat:CONTACT_NAME", contact.name)
                    self.leaf("bmecat:PHONE", contact.phone, type="office")
                    with self.group("bmecat:EMAILS"):
                        self.leaf("bmecat:EMAIL", contact.email)
            if address is not None:
                self.leaf("bmecat:STREET", address.street)
                self.leaf("bmecat:ZIP", address.postal_code)
                self.leaf("bmecat:CITY", address.city)
                self.leaf("bmecat:STATE", address.region)
                self.leaf("bmecat:COUNTRY_CODED", address.country)
            self.leaf("bmecat:VAT_ID", party.vat_id)
            self.leaf("TAX_NUMBER", party.tax_number)

    def idref(self, tag: str, party: Party | None, role: str) -> None:
        if party is not None:
            value, kind = party_id(party, role)
            self.leaf(tag, value, type=kind)

    def party_references(self, roles: Mapping[str, Party | None]) -> None:
        with self.group("ORDER_PARTIES_REFERENCE"):
            self.idref("bmecat:BUYER_IDREF", roles.get("buyer"), "buyer")
            self.idref("bmecat:SUPPLIER_IDREF", roles.get("seller"), "seller")
            self.idref("INVOICE_RECIPIENT_IDREF", roles.get("invoicee"), "invoicee")
            with self.group("SHIPMENT_PARTIES_REFERENCE"):
                self.idref("DELIVERY_IDREF", roles.get("ship_to"), "ship_to")

    def sources(self, references: Iterable[Reference]) -> None:
        """SOURCING_INFO; other references have no place."""
        with self.group("SOURCING_INFO"):
            known = list(references)
            self.leaf("QUOTATION_ID", next((one.number for one in known if one.kind == QUOTATION), ""))
            for one in known:
                if one.kind == CONTRACT:
                    with self.group("AGREEMENT"):
                        self.leaf("bmecat:AGREEMENT_ID", one.number)
                        self.leaf("bmecat:AGREEMENT_LINE_ID", one.line)

    def remarks(self, notes: Iterable[Note], said: Mapping[str, str] | None = None) -> None:
        """Notes, and by their type what the format has no element for."""
        for kind, text in (said or {}).items():
            self.leaf("REMARKS", text, type=kind)
        for note in notes:
            if note.subject != TERMS:
                self.leaf("REMARKS", note.text, type=note.subject)

    def terms(self, notes: Iterable[Note]) -> None:
        self.leaf("TERMS_AND_CONDITIONS", "\n".join(note.text for note in notes if note.subject == TERMS))

    def transport(self, text: str) -> None:
        term, _, place = text.partition(" ")
        with self.group("bmecat:TRANSPORT"):
            self.leaf("bmecat:INCOTERM", term)
            self.leaf("bmecat:LOCATION", place)

    def product(
        self, ids: ItemIds, name: str, description: str = "", batch: str = "", serials: Iterable[str] = ()
    ) -> None:
        with self.group("PRODUCT_ID"):
            self.leaf("bmecat:SUPPLIER_PID", ids.sku)
            self.leaf("LOT_NUMBER", batch)
            for serial in serials:
                self.leaf("SERIAL_NUMBER", serial)
            self.leaf("bmecat:INTERNATIONAL_PID", ids.gtin, type="gtin")
            self.leaf("bmecat:BUYER_PID", ids.buyer_sku)
            self.leaf("bmecat:DESCRIPTION_SHORT", name)
            self.leaf("bmecat:DESCRIPTION_LONG", description)
            with self.group("MANUFACTURER_INFO"):
                self.leaf("bmecat:MANUFACTURER_PID", ids.manufacturer_sku)

    def features(self, attributes: Iterable[Attribute]) -> None:
        with self.group("PRODUCT_FEATURES"):
            for one in attributes:
                with self.group("FEATURE"):
                    self.leaf("bmecat:FNAME", one.name)
                    self.leaf("bmecat:FVALUE", one.value)

    def quantity(self, value: Decimal | None, unit: str) -> None:
        self.leaf("QUANTITY", number(value))
        self.leaf("bmecat:ORDER_UNIT", unit)

    def price(
        self, price: Decimal | None, base: Decimal | None, allowances: Iterable[AllowanceCharge] = (), *,
        vat_rate: Decimal | None = None, category: str = "", tax: Decimal | None = None,
    ) -> None:  # fmt: skip
        with self.group("PRODUCT_PRICE_FIX"):
            self.leaf("bmecat:PRICE_AMOUNT", number(price))
            self.allowances(allowances)
            self.tax(vat_rate, category, tax)
            self.leaf("bmecat:PRICE_QUANTITY", number(base))

    def tax(
        self, rate: Decimal | None, category: str, amount: Decimal | None = None, *, base: Decimal | None = None,
        reason: str = "",
    ) -> None:  # fmt: skip
        if rate is None and amount is None:
            return
        names = {one.value: name for one, name in _CATEGORY_NAMES.items()}
        with self.group("TAX_DETAILS_FIX"):
            self.leaf("bmecat:TAX_CATEGORY", names.get(category, category))
            self.leaf("bmecat:TAX_TYPE", "vat")
            self.leaf("bmecat:TAX", number(None if rate is None else (rate / 100).normalize()))
            self.leaf("TAX_AMOUNT", number(amount))
            self.leaf("TAX_BASE", number(base))
            self.leaf("bmecat:EXEMPTION_REASON", reason)

    def allowances(self, allowances: Iterable[AllowanceCharge]) -> None:
        found = list(allowances)
        with self.group("ALLOW_OR_CHARGES_FIX"):
            for at, one in enumerate(found, 1):
                self._parts.append(
                    f'{self._indent}<ALLOW_OR_CHARGE type="{"surcharge" if one.is_charge else "allowance"}">\n'
                )
                self.leaf("ALLOW_OR_CHARGE_SEQUENCE", str(at))
                self.leaf("ALLOW_OR_CHARGE_NAME", one.reason)
                self.leaf("ALLOW_OR_CHARGE_TYPE", one.reason_code)
                with self.group("ALLOW_OR_CHARGE_VALUE"):
                    self.leaf("AOC_MONETARY_AMOUNT", number(one.amount))
                self._parts.append(f"{self._indent}</ALLOW_OR_CHARGE>\n")
            total = sum((one.amount if one.is_charge else -one.amount for one in found), Decimal(0))
            self.leaf("ALLOW_OR_CHARGES_TOTAL_AMOUNT", number(total) if found else "")


def party_id(party: Party, role: str) -> tuple[str, str]:
    """What other elements name the party by: its first id, else its role."""
    if party.gln:
        return party.gln, "iln"
    if party.identifiers:
        one = party.identifiers[0]
        return one.value, "duns" if one.scheme == DUNS else one.scheme
    return role, OWN
