"""The parties of cXML: Address with its numbers, Contact; read and write side by side."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from app.documents.cxml.envelope import DUNS
from app.documents.cxml.tree import LANGUAGE, Node, add, leaf
from app.documents.model.party import Address, Contact, Identifier, Party

DEFAULT_LANGUAGE = "en"
_GLN_DOMAINS = frozenset({"gln", "iln", "0088"})
_VAT_DOMAINS = frozenset({"vatid", "vat_id", "vat", "suppliertaxid", "buyertaxid"})
_TAX_DOMAINS = frozenset({"taxid", "federaltaxid", "statetaxid"})


def read_place(node: Node | None, *, is_contact: bool = False) -> Party | None:
    """The party of an element with an Address (and IdReference beside it), or of a Contact."""
    if node is None:
        return None
    at = node if is_contact else node.find("Address")
    if at is None:
        return None
    postal = at.find("PostalAddress")
    at.get(LANGUAGE, "Name")
    at.get("name", "Email")
    at.get("name", "Phone")
    people = [text for one in postal.all("DeliverTo") if (text := one.text())] if postal else []
    contact = Contact(
        name=", ".join(people), phone=_read_phone(at.find("Phone/TelephoneNumber")), email=at.text("Email")
    )
    ids = _read_ids(at, node)
    return Party(
        name=at.text("Name"), address=_read_address(postal, at) if postal else None,
        contact=contact if contact != Contact() else None, gln=ids.gln, vat_id=ids.vat_id, tax_number=ids.tax_number,
        identifiers=ids.identifiers,
    )  # fmt: skip


def _read_ids(at: Node, node: Node) -> Party:
    """The numbers of a party, in a party that has nothing else."""
    found = [(one.get("domain"), one.get("identifier")) for one in node.all("IdReference")]
    own = at.get("addressID")
    if own:
        found.insert(0, (at.get("addressIDDomain"), own))
    gln = vat = tax = ""
    others = []
    for domain, value in found:
        name = domain.lower()
        if name in _GLN_DOMAINS and not gln:
            gln = value
        elif name in _VAT_DOMAINS and not vat:
            vat = value
        elif name in _TAX_DOMAINS and not tax:
            tax = value
        elif value:
            others.append(Identifier(value, DUNS if name == "duns" else domain))
    return Party(name="", address=None, gln=gln, vat_id=vat, tax_number=tax, identifiers=tuple(others))


def _read_address(postal: Node, at: Node) -> Address:
    streets = [text for one in postal.all("Street") if (text := one.text())]
    country, name = postal.get("isoCountryCode", "Country"), postal.text("Country")
    other = at.get("isoCountryCode")
    postal.get("name")
    streets += ["", "", ""]
    return Address(
        country=country or other or (name if len(name) == len("DE") else ""), street=streets[0], additional=streets[1],
        third_line=", ".join(filter(None, streets[2:])), city=postal.text("City"), region=postal.text("State"),
        postal_code=postal.text("PostalCode"),
    )  # fmt: skip


def _read_phone(node: Node | None) -> str:
    if node is None:
        return ""
    node.get("isoCountryCode", "CountryCode")
    code = node.text("CountryCode")
    parts = [
        f"+{code.lstrip('+')}" if code else "",
        node.text("AreaOrCityCode"),
        node.text("Number"),
        node.text("Extension"),
    ]
    return " ".join(filter(None, parts))


def write_place(parent: etree._Element, tag: str, party: Party, language: str = "") -> None:
    """`BillTo` or `ShipTo` with its Address and numbers."""
    place = add(parent, tag)
    numbers = _numbers(party)
    plain = next((one for one in numbers if not one.scheme), None)
    address = add(place, "Address", addressID=plain.value if plain else "")
    add(address, "Name", party.name or "-", lang=language or DEFAULT_LANGUAGE)
    _write_reach(address, party)
    _write_ids(place, [one for one in numbers if one is not plain])


def write_contact(parent: etree._Element, role: str, party: Party, language: str = "") -> None:
    numbers = _numbers(party)
    plain = next((one for one in numbers if not one.scheme), None)
    contact = add(parent, "Contact", role=role, addressID=plain.value if plain else "")
    add(contact, "Name", party.name or "-", lang=language or DEFAULT_LANGUAGE)
    _write_reach(contact, party)
    _write_ids(contact, [one for one in numbers if one is not plain])


def _numbers(party: Party) -> list[Identifier]:
    own = [Identifier(party.gln, "GLN"), Identifier(party.vat_id, "vatID"), Identifier(party.tax_number, "taxID")]
    others = [Identifier(one.value, "DUNS" if one.scheme == DUNS else one.scheme) for one in party.identifiers]
    return [one for one in (*own, *others) if one.value]


def _write_ids(parent: etree._Element, numbers: Iterable[Identifier]) -> None:
    for one in numbers:
        add(parent, "IdReference", domain=one.scheme or "PrivateID", identifier=one.value)


def _write_reach(parent: etree._Element, party: Party) -> None:
    """Postal address, mail and telephone, as `Address` and `Contact` have them alike."""
    address, contact = party.address, party.contact or Contact()
    if address is not None:
        postal = add(parent, "PostalAddress")
        leaf(postal, "DeliverTo", contact.name)
        streets = [one for one in (address.street, address.additional, address.third_line) if one]
        for street in streets or [""]:
            add(postal, "Street", street)
        add(postal, "City", address.city)
        leaf(postal, "State", address.region)
        leaf(postal, "PostalCode", address.postal_code)
        country = add(postal, "Country", address.country)
        country.set("isoCountryCode", address.country)
    leaf(parent, "Email", contact.email)
    if contact.phone:
        code, area, rest = _phone_parts(contact.phone)
        phone = add(add(parent, "Phone"), "TelephoneNumber")
        add(phone, "CountryCode", code).set("isoCountryCode", address.country if address else "")
        add(phone, "AreaOrCityCode", area)
        add(phone, "Number", rest)


def _phone_parts(phone: str) -> tuple[str, str, str]:
    parts = phone.split(" ", 2)
    if phone.startswith("+") and len(parts) == len(("code", "area", "rest")) and parts[0][1:].isdigit():
        return parts[0][1:], parts[1], parts[2]
    return "", "", phone


def is_number_only(party: Party) -> bool:
    """A party of which nothing is known but its number in the envelope."""
    endpoint = party.endpoint
    return endpoint is not None and party == Party(name=endpoint.value, address=None, endpoint=endpoint)
