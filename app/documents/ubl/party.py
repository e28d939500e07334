"""Parties and addresses."""

from __future__ import annotations

from app.core.xml import XmlWriter
from app.documents.codes import GLN
from app.documents.model.party import Address, Contact, Identifier, Party, Payee, TaxRepresentative
from app.documents.ubl.values import read_identifier, write_identifier
from app.documents.xml_node import Node

_GLNS = (GLN, "GLN")  # the scheme by its number, and by its name as documents before Peppol have it
_SEPA = "SEPA"  # the scheme of a creditor id (BT-90) among the identifiers of the one who is paid


def write_address(writer: XmlWriter, tag: str, address: Address | None) -> None:
    if address is None:
        return
    with writer.group(tag):
        writer.leaf("cbc:StreetName", address.street)
        writer.leaf("cbc:AdditionalStreetName", address.additional)
        writer.leaf("cbc:CityName", address.city)
        writer.leaf("cbc:PostalZone", address.postal_code)
        writer.leaf("cbc:CountrySubentity", address.region)
        with writer.group("cac:AddressLine"):
            writer.leaf("cbc:Line", address.third_line)
        with writer.group("cac:Country"):
            writer.leaf("cbc:IdentificationCode", address.country)


def read_address(node: Node, path: str) -> Address | None:
    found = node.find(path)
    if found is None:
        return None
    return Address(
        country=found.text("cac:Country/cbc:IdentificationCode"),
        street=found.text("cbc:StreetName"),
        additional=found.text("cbc:AdditionalStreetName"),
        third_line=found.text("cac:AddressLine/cbc:Line"),
        city=found.text("cbc:CityName"),
        postal_code=found.text("cbc:PostalZone"),
        region=found.text("cbc:CountrySubentity"),
    )


def write_party(writer: XmlWriter, party: Party, *, creditor_id: str = "", tag: str = "cac:Party") -> None:
    with writer.group(tag):
        write_identifier(writer, "cbc:EndpointID", party.endpoint)
        _write_identifications(writer, (Identifier(party.gln, GLN), *party.identifiers, Identifier(creditor_id, _SEPA)))
        with writer.group("cac:PartyName"):
            writer.leaf("cbc:Name", party.trading_name)
        write_address(writer, "cac:PostalAddress", party.address)
        _write_tax_scheme(writer, party.vat_id, "VAT")
        _write_tax_scheme(writer, party.tax_number, "TAX")
        with writer.group("cac:PartyLegalEntity"):
            writer.leaf("cbc:RegistrationName", party.name)
            write_identifier(writer, "cbc:CompanyID", party.registration)
            writer.leaf("cbc:CompanyLegalForm", party.legal_form)
        if party.contact is not None:
            with writer.group("cac:Contact"):
                writer.leaf("cbc:Name", party.contact.name)
                writer.leaf("cbc:Telephone", party.contact.phone)
                writer.leaf("cbc:ElectronicMail", party.contact.email)


def read_party(party: Node) -> Party:
    """From `cac:Party` or an element of the same content. A party without a registered name is known by its PartyName alone."""
    gln, identifiers = "", []
    for identifier in _identifications(party):
        if identifier.scheme in _GLNS and not gln:
            gln = identifier.value
        elif identifier.scheme != _SEPA:
            identifiers.append(identifier)
    registered, known_as = party.text("cac:PartyLegalEntity/cbc:RegistrationName"), party.text("cac:PartyName/cbc:Name")
    return Party(
        name=registered or known_as,
        trading_name=known_as if registered else "",
        address=read_address(party, "cac:PostalAddress"),
        vat_id=_tax_scheme(party, is_vat=True),
        tax_number=_tax_scheme(party, is_vat=False),
        registration=read_identifier(party, "cac:PartyLegalEntity/cbc:CompanyID"),
        legal_form=party.text("cac:PartyLegalEntity/cbc:CompanyLegalForm"),
        endpoint=read_identifier(party, "cbc:EndpointID"),
        gln=gln,
        identifiers=tuple(identifiers),
        contact=_read_contact(party),
    )


def write_payee(writer: XmlWriter, payee: Payee, creditor_id: str) -> None:
    with writer.group("cac:PayeeParty"):
        _write_identifications(writer, (payee.identifier, Identifier(creditor_id, _SEPA)))
        with writer.group("cac:PartyName"):
            writer.leaf("cbc:Name", payee.name)
        with writer.group("cac:PartyLegalEntity"):
            write_identifier(writer, "cbc:CompanyID", payee.registration)


def read_payee(payee: Node) -> Payee:
    return Payee(
        name=payee.text("cac:PartyName/cbc:Name"),
        identifier=next((item for item in _identifications(payee) if item.scheme != _SEPA), None),
        registration=read_identifier(payee, "cac:PartyLegalEntity/cbc:CompanyID"),
    )


def read_creditor_id(party: Node | None) -> str:
    identifiers = _identifications(party) if party else ()
    return next((item.value for item in identifiers if item.scheme == _SEPA), "")


def write_tax_representative(writer: XmlWriter, representative: TaxRepresentative) -> None:
    with writer.group("cac:TaxRepresentativeParty"):
        with writer.group("cac:PartyName"):
            writer.leaf("cbc:Name", representative.name)
        write_address(writer, "cac:PostalAddress", representative.address)
        _write_tax_scheme(writer, representative.vat_id, "VAT")


def read_tax_representative(representative: Node) -> TaxRepresentative:
    return TaxRepresentative(
        name=representative.text("cac:PartyName/cbc:Name"),
        vat_id=_tax_scheme(representative, is_vat=True),
        address=read_address(representative, "cac:PostalAddress"),
    )


def _write_identifications(writer: XmlWriter, identifiers: tuple[Identifier | None, ...]) -> None:
    for identifier in identifiers:
        with writer.group("cac:PartyIdentification"):
            write_identifier(writer, "cbc:ID", identifier)


def _identifications(party: Node) -> list[Identifier]:
    found = (read_identifier(node, "cbc:ID") for node in party.all("cac:PartyIdentification"))
    return [identifier for identifier in found if identifier]


def _write_tax_scheme(writer: XmlWriter, value: str, scheme: str) -> None:
    if value:
        with writer.group("cac:PartyTaxScheme"):
            writer.leaf("cbc:CompanyID", value)
            with writer.group("cac:TaxScheme"):
                writer.leaf("cbc:ID", scheme)


def _tax_scheme(party: Node, *, is_vat: bool) -> str:
    for node in party.all("cac:PartyTaxScheme"):
        if (node.text("cac:TaxScheme/cbc:ID").upper() == "VAT") is is_vat:
            return node.text("cbc:CompanyID")
    return ""


def _read_contact(party: Node) -> Contact | None:
    found = party.find("cac:Contact")
    if found is None:
        return None
    contact = Contact(
        name=found.text("cbc:Name"), phone=found.text("cbc:Telephone"), email=found.text("cbc:ElectronicMail")
    )
    return None if contact == Contact() else contact
