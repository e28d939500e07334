"""HEADER: the catalogue itself, who sells and who buys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lxml import etree

from app.documents.bmecat.names import NAMES, language
from app.documents.bmecat.notes import Notes
from app.documents.model.order import Reference
from app.documents.model.party import Address, Contact, Identifier, Party

_PATH = "/BMECAT/HEADER"
DUNS = "0060"
_GLN_TYPES = ("iln", "gln")
_FIELDS = {"CATALOG_ID": "number", "CATALOG_VERSION": "version", "CATALOG_NAME": "name", "CURRENCY": "currency"}


@dataclass(slots=True)
class Header:
    """What the catalogue says of itself. `mime_root` goes before relative names of files."""

    number: str = ""
    version: str = ""
    name: str = ""
    currency: str = ""
    language: str = ""
    issue_date: date | None = None
    start: date | None = None
    end: date | None = None
    mime_root: str = ""
    territories: tuple[str, ...] = ()
    seller: Party | None = None
    buyer: Party | None = None
    references: tuple[Reference, ...] = ()


def text_of(element: etree._Element) -> str:
    return (element.text or "").strip()


def children(element: etree._Element) -> list[tuple[str, etree._Element]]:
    return [(NAMES[child.tag], child) for child in element]


def read_header(element: etree._Element, notes: Notes) -> Header:
    header = Header()
    notes.base = _PATH
    for name, child in children(element):
        if name == "CATALOG":
            _catalogue(child, header, notes)
        elif name == "SUPPLIER":
            header.seller = _party(child, "SUPPLIER", notes)
        elif name == "BUYER":
            header.buyer = _party(child, "BUYER", notes)
        elif name == "AGREEMENT":
            _agreement(child, header, notes)
        elif name != "GENERATOR_INFO":
            notes.leave(child, _PATH)
    return header


def _catalogue(element: etree._Element, header: Header, notes: Notes) -> None:
    path, languages = f"{_PATH}/CATALOG", []
    for name, child in children(element):
        text = text_of(child)
        if field := _FIELDS.get(name):
            setattr(header, field, getattr(header, field) or text)
        elif name == "LANGUAGE":
            languages.append((child.get("default", "").casefold() != "true", language(text)))
        elif name == "TERRITORY":
            header.territories += (text,) if text else ()
        elif name == "MIME_ROOT":
            header.mime_root = header.mime_root or text
        elif name in ("DATETIME", "GENERATION_DATE", "VALID_START_DATE", "VALID_END_DATE"):
            _day(name, child, header, notes)
        else:
            notes.leave(child, path)
    header.language = min(languages, key=lambda pair: pair[0])[1] if languages else ""


def _day(name: str, element: etree._Element, header: Header, notes: Notes) -> None:
    kind, day = moment(name, element, notes)
    if kind == "valid_start_date":
        header.start = day
    elif kind == "valid_end_date":
        header.end = day
    else:
        header.issue_date = day


def moment(name: str, element: etree._Element, notes: Notes) -> tuple[str, date | None]:
    """Kind and day: DATETIME with its type and DATE, or an element of its own (2005)."""
    if name == "DATETIME":
        found = next((child for key, child in children(element) if key == "DATE"), None)
        return element.get("type", ""), notes.day(found, text_of(found) if found is not None else "")
    return name.lower(), notes.day(element, text_of(element))


def _agreement(element: etree._Element, header: Header, notes: Notes) -> None:
    for name, child in children(element):
        if name == "AGREEMENT_ID" and text_of(child):
            header.references += (Reference("CT", text_of(child)),)
        else:
            notes.leave(child, f"{_PATH}/AGREEMENT")


def _party(element: etree._Element, role: str, notes: Notes) -> Party:
    path, values, identifiers = f"{_PATH}/{role}", {"name": "", "gln": "", "vat_id": ""}, []
    address, contact = None, None
    for name, child in children(element):
        if name == f"{role}_NAME":
            values["name"] = text_of(child)
        elif name == f"{role}_ID" and text_of(child):
            kind = child.get("type", "")
            if kind.casefold() in _GLN_TYPES and not values["gln"]:
                values["gln"] = text_of(child)
            else:
                identifiers.append(Identifier(text_of(child), DUNS if kind.casefold() == "duns" else kind))
        elif name == "ADDRESS":
            address, contact = _address(child, f"{path}/ADDRESS", values, notes)
        else:
            notes.leave(child, path)
    return Party(
        name=values["name"], address=address, gln=values["gln"], vat_id=values["vat_id"], identifiers=tuple(identifiers),
        contact=contact if contact and contact != Contact() else None,
    )  # fmt: skip


def _address(
    element: etree._Element, path: str, values: dict[str, str], notes: Notes
) -> tuple[Address | None, Contact | None]:
    found: dict[str, str] = {}
    known = (
        "STREET",
        "ZIP",
        "CITY",
        "STATE",
        "COUNTRY_CODED",
        "CONTACT",
        "PHONE",
        "EMAIL",
        "NAME2",
        "VAT_ID",
        "COUNTRY",
    )
    for name, child in children(element):
        text = text_of(child)
        if name == "NAME" and text == values["name"]:
            continue
        if name in known and name not in found and not (name == "COUNTRY" and len(text) != 2):
            found[name] = text
        else:
            notes.leave(child, path)
    values["vat_id"] = found.get("VAT_ID", "")
    address = Address(
        country=found.get("COUNTRY_CODED") or found.get("COUNTRY", ""), street=found.get("STREET", ""),
        postal_code=found.get("ZIP", ""), city=found.get("CITY", ""), region=found.get("STATE", ""),
        additional=found.get("NAME2", ""),
    )  # fmt: skip
    contact = Contact(name=found.get("CONTACT", ""), phone=found.get("PHONE", ""), email=found.get("EMAIL", ""))
    return address if address != Address(country="") else None, contact
