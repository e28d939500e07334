"""A catalogue written as BMEcat 2005 or 1.2, in chunks: memory does not grow with its articles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from app.core.texts import N_
from app.documents.bmecat.article_out import ArticleWriter
from app.documents.bmecat.header import DUNS
from app.documents.bmecat.names import NAMESPACE_12, NAMESPACE_2005, clean, long_language
from app.documents.bmecat.stream import TRANSACTIONS
from app.documents.formats import FormatError
from app.documents.model.catalogue import Catalogue, CatalogueGroup, CatalogueMode
from app.documents.model.party import Party

VERSIONS = ("2005", "1.2")
_NAMES = {mode: name for name, mode in TRANSACTIONS.items()}
_OLD_SPACES = {
    CatalogueMode.NEW: "new_catalog", CatalogueMode.UPDATE_ITEMS: "update_products",
    CatalogueMode.UPDATE_PRICES: "update_prices",
}  # fmt: skip
_ID_TYPES = ("buyer_specific", "supplier_specific")
_LINES = 200  # articles of a chunk


@dataclass(frozen=True, slots=True)
class BmecatOptions:
    version: str = "2005"


def write_catalogue(catalogue: Catalogue, options: BmecatOptions | None = None) -> bytes:
    return b"".join(catalogue_chunks(catalogue, options))


def catalogue_chunks(catalogue: Catalogue, options: BmecatOptions | None = None) -> Iterator[bytes]:
    """FormatError, before anything is written, where the catalogue lacks what an update must have."""
    version = (options or BmecatOptions()).version
    if version not in VERSIONS:
        raise FormatError(
            N_("There is no version {version} of BMEcat; known are {known}.", version=version, known="2005, 1.2")
        )
    if catalogue.mode is not CatalogueMode.NEW and not catalogue.previous_version:
        raise FormatError(N_("An update of a catalogue names the version that it follows on."))
    return _chunks(catalogue, version)


def _chunks(catalogue: Catalogue, version: str) -> Iterator[bytes]:
    transaction = _NAMES[catalogue.mode]
    space = NAMESPACE_2005 if version == "2005" else NAMESPACE_12 + _OLD_SPACES[catalogue.mode]
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<BMECAT version="{version}" xmlns="{space}">\n'.encode()
    yield _text(_header(catalogue, version))
    previous = f' prev_version="{int(catalogue.previous_version)}"' if catalogue.previous_version.isdecimal() else ""
    if catalogue.mode is CatalogueMode.NEW:
        previous = ""
    elif not previous:
        holder = etree.Element("T", {"prev_version": clean(catalogue.previous_version)})
        previous = etree.tostring(holder, encoding="unicode")[2:-2]
    yield f"<{transaction}{previous}>\n".encode()
    if catalogue.groups and catalogue.mode is CatalogueMode.NEW:
        yield _text(_groups(catalogue.groups))
    writer = ArticleWriter(catalogue, version)
    placed: list[tuple[str, str]] = []
    buffer: list[bytes] = []
    for item in catalogue.items:
        buffer.append(_text(writer.write(item)))
        placed += [(item.ids.sku, group) for group in item.groups]
        if len(buffer) >= _LINES:
            yield b"".join(buffer)
            buffer.clear()
    if catalogue.mode is not CatalogueMode.UPDATE_PRICES:
        for sku, group in placed:
            buffer.append(_text(writer.write_map(sku, group)))
            if len(buffer) >= _LINES:
                yield b"".join(buffer)
                buffer.clear()
    yield b"".join(buffer)
    yield f"</{transaction}>\n</BMECAT>\n".encode()


def _text(element: etree._Element) -> bytes:
    return etree.tostring(element, encoding="utf-8", xml_declaration=False) + b"\n"


def _leaf(parent: etree._Element, tag: str, text: str, **attributes: str) -> None:
    if text:
        element: etree._Element = etree.SubElement(parent, tag)
        element.text = clean(text)
        for name, value in attributes.items():
            if value:
                element.set(name, clean(value))


def _header(catalogue: Catalogue, version: str) -> etree._Element:
    header = etree.Element("HEADER")
    _leaf(header, "GENERATOR_INFO", "Kontor")
    about = etree.SubElement(header, "CATALOG")
    _leaf(about, "LANGUAGE", long_language(catalogue.language or "en"))
    _leaf(about, "CATALOG_ID", (catalogue.number or "-")[:20])
    _leaf(about, "CATALOG_VERSION", _version(catalogue.version))
    _leaf(about, "CATALOG_NAME", catalogue.name[:100])
    if catalogue.issue_date is not None:
        _leaf(
            etree.SubElement(about, "DATETIME", {"type": "generation_date"}), "DATE", catalogue.issue_date.isoformat()
        )
    for territory in catalogue.territories:
        _leaf(about, "TERRITORY", territory)
    _leaf(about, "CURRENCY", catalogue.currency)
    if version == "2005":
        for tag, day in (("VALID_START_DATE", catalogue.start), ("VALID_END_DATE", catalogue.end)):
            _leaf(about, tag, f"{day.isoformat()}T00:00:00" if day else "")
    if catalogue.buyer is not None:
        _party(header, "BUYER", catalogue.buyer, version)
    _party(header, "SUPPLIER", catalogue.seller or Party(name="-", address=None), version)
    return header


def _version(text: str) -> str:
    """Two numbers, as the format asks for; what is no number at all stays as it is."""
    return f"{text}.0" if text.isascii() and text.isdecimal() and len(text) <= 3 else text or "1.0"


def _party(header: etree._Element, role: str, party: Party, version: str) -> None:
    element = etree.SubElement(header, role)
    ids = [(party.gln, "iln")] + [
        (one.value, "duns" if one.scheme == DUNS else one.scheme) for one in party.identifiers
    ]
    given = [(value, kind) for value, kind in ids if value]
    for value, kind in given[:1] if role == "BUYER" or version == "1.2" else given:
        is_known = kind in ("iln", "duns", *_ID_TYPES) or (version == "2005" and kind.isalnum())
        must = f"{role.lower()}_specific" if version == "1.2" else ""
        _leaf(element, f"{role}_ID", value, type=kind if is_known else must)
    _leaf(element, f"{role}_NAME", party.name[:50] or "-")
    address, contact = party.address, party.contact
    if address is None and contact is None and not party.vat_id:
        return
    block = etree.SubElement(element, "ADDRESS", {"type": role.lower()})
    values = [
        ("NAME", party.name[:50]), ("NAME2", address.additional[:50] if address else ""),
        ("CONTACT", contact.name[:50] if contact else ""), ("STREET", address.street[:50] if address else ""),
        ("ZIP", address.postal_code[:20] if address else ""), ("CITY", address.city[:50] if address else ""),
        ("STATE", address.region[:50] if address else ""), ("COUNTRY", address.country if address else ""),
        ("PHONE", contact.phone[:30] if contact else ""), ("EMAIL", contact.email[:100] if contact else ""),
    ]  # fmt: skip
    if version == "2005":
        values.insert(8, ("COUNTRY_CODED", address.country if address else ""))
        values.insert(9, ("VAT_ID", party.vat_id))
        values.remove(("COUNTRY", address.country if address else ""))
    for tag, text in values:
        _leaf(block, tag, text)


def _groups(groups: tuple[CatalogueGroup, ...]) -> etree._Element:
    system = etree.Element("CATALOG_GROUP_SYSTEM")
    parents = {group.parent for group in groups}
    for group in groups:
        kind = "root" if not group.parent else "node" if group.id in parents else "leaf"
        element = etree.SubElement(system, "CATALOG_STRUCTURE", {"type": kind})
        _leaf(element, "GROUP_ID", group.id[:50])
        _leaf(element, "GROUP_NAME", group.name[:50] or group.id)
        _leaf(element, "PARENT_ID", group.parent[:50] or "0")
        _leaf(element, "GROUP_ORDER", "" if group.position is None else str(group.position))
    return system
