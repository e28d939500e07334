"""Parties and addresses."""

from __future__ import annotations

from datetime import date

from app.core.xml import XmlWriter
from app.documents.cii.values import read_identifiers, write_identifiers
from app.documents.codes import GLN
from app.documents.model.invoice import Delivery
from app.documents.model.party import Address, Contact, Identifier, Party, Payee, TaxRepresentative
from app.documents.xml_node import Node


def _write_address(writer: XmlWriter, address: Address | None) -> None:
    if address is None:
        return
    with writer.group("ram:PostalTradeAddress"):
        writer.leaf("ram:PostcodeCode", address.postal_code)
        writer.leaf("ram:LineOne", address.street)
        writer.leaf("ram:LineTwo", address.additional)
        writer.leaf("ram:LineThree", address.third_line)
        writer.leaf("ram:CityName", address.city)
        writer.leaf("ram:CountryID", address.country)
        writer.leaf("ram:CountrySubDivisionName", address.region)


def _read_address(party: Node) -> Address | None:
    found = party.find("ram:PostalTradeAddress")
    if found is None:
        return None
    return Address(
        country=found.text("ram:CountryID"),
        street=found.text("ram:LineOne"),
        additional=found.text("ram:LineTwo"),
        third_line=found.text("ram:LineThree"),
        city=found.text("ram:CityName"),
        postal_code=found.text("ram:PostcodeCode"),
        region=found.text("ram:CountrySubDivisionName"),
    )


def write_party(writer: XmlWriter, tag: str, party: Party) -> None:
    with writer.group(tag):
        write_identifiers(writer, [Identifier(party.gln, GLN), *party.identifiers])
        writer.leaf("ram:Name", party.name)
        writer.leaf("ram:Description", party.legal_form)
        with writer.group("ram:SpecifiedLegalOrganization"):
            _write_registration(writer, party.registration)
            writer.leaf("ram:TradingBusinessName", party.trading_name)
        if party.contact is not None:
            _write_contact(writer, party.contact)
        _write_address(writer, party.address)
        if party.endpoint is not None:
            with writer.group("ram:URIUniversalCommunication"):
                writer.leaf("ram:URIID", party.endpoint.value, schemeID=party.endpoint.scheme)
        _write_tax(writer, party.tax_number, "FC")
        _write_tax(writer, party.vat_id, "VA")


def read_party(party: Node) -> Party:
    gln, identifiers = "", []
    for identifier in read_identifiers(party):
        if identifier.scheme == GLN and not gln:
            gln = identifier.value
        else:
            identifiers.append(identifier)
    endpoint = party.text("ram:URIUniversalCommunication/ram:URIID")
    scheme = party.attribute("ram:URIUniversalCommunication/ram:URIID", "schemeID")
    return Party(
        name=party.text("ram:Name"),
        trading_name=party.text("ram:SpecifiedLegalOrganization/ram:TradingBusinessName"),
        address=_read_address(party),
        vat_id=_read_tax(party, "VA"),
        tax_number=_read_tax(party, "FC"),
        registration=_read_registration(party),
        legal_form=party.text("ram:Description"),
        endpoint=Identifier(endpoint, scheme) if endpoint else None,
        gln=gln,
        identifiers=tuple(identifiers),
        contact=_read_contact(party),
    )


def _write_contact(writer: XmlWriter, contact: Contact) -> None:
    with writer.group("ram:DefinedTradeContact"):
        writer.leaf("ram:PersonName", contact.name)
        with writer.group("ram:TelephoneUniversalCommunication"):
            writer.leaf("ram:CompleteNumber", contact.phone)
        with writer.group("ram:EmailURIUniversalCommunication"):
            writer.leaf("ram:URIID", contact.email)


def _read_contact(party: Node) -> Contact | None:
    found = party.find("ram:DefinedTradeContact")
    if found is None:
        return None
    contact = Contact(
        name=found.text("ram:PersonName") or found.text("ram:DepartmentName"),
        phone=found.text("ram:TelephoneUniversalCommunication/ram:CompleteNumber"),
        email=found.text("ram:EmailURIUniversalCommunication/ram:URIID"),
    )
    return None if contact == Contact() else contact


def write_payee(writer: XmlWriter, payee: Payee) -> None:
    with writer.group("ram:PayeeTradeParty"):
        write_identifiers(writer, [payee.identifier] if payee.identifier else [])
        writer.leaf("ram:Name", payee.name)
        with writer.group("ram:SpecifiedLegalOrganization"):
            _write_registration(writer, payee.registration)


def read_payee(payee: Node) -> Payee:
    return Payee(
        name=payee.text("ram:Name"),
        identifier=next(iter(read_identifiers(payee)), None),
        registration=_read_registration(payee),
    )


def write_tax_representative(writer: XmlWriter, representative: TaxRepresentative) -> None:
    with writer.group("ram:SellerTaxRepresentativeTradeParty"):
        writer.leaf("ram:Name", representative.name)
        _write_address(writer, representative.address)
        _write_tax(writer, representative.vat_id, "VA")


def read_tax_representative(party: Node) -> TaxRepresentative:
    return TaxRepresentative(name=party.text("ram:Name"), vat_id=_read_tax(party, "VA"), address=_read_address(party))


def write_ship_to(writer: XmlWriter, delivery: Delivery) -> None:
    with writer.group("ram:ShipToTradeParty"):
        write_identifiers(writer, [delivery.location] if delivery.location else [])
        writer.leaf("ram:Name", delivery.name)
        _write_address(writer, delivery.address)


def read_delivery(day: date | None, ship_to: Node | None) -> Delivery | None:
    if ship_to is None:
        return Delivery(date=day) if day else None
    location = next(iter(read_identifiers(ship_to)), None)
    delivery = Delivery(date=day, name=ship_to.text("ram:Name"), location=location, address=_read_address(ship_to))
    return None if delivery == Delivery() else delivery


def _write_registration(writer: XmlWriter, registration: Identifier | None) -> None:
    if registration is not None:
        writer.leaf("ram:ID", registration.value, schemeID=registration.scheme)


def _read_registration(party: Node) -> Identifier | None:
    path = "ram:SpecifiedLegalOrganization/ram:ID"
    value = party.text(path)
    return Identifier(value, party.attribute(path, "schemeID")) if value else None


def _write_tax(writer: XmlWriter, value: str, scheme: str) -> None:
    if value:
        with writer.group("ram:SpecifiedTaxRegistration"):
            writer.leaf("ram:ID", value, schemeID=scheme)


def _read_tax(party: Node, scheme: str) -> str:
    for item in party.all("ram:SpecifiedTaxRegistration"):
        if item.attribute("ram:ID", "schemeID") == scheme:
            return item.text("ram:ID")
    return ""
