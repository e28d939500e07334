"""What the official DTD of 1.2 and schema of 2005 refuse and reading does not mind: attributes and extensions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from lxml import etree

from app.core.texts import N_
from app.core.xml import XmlStart, parts
from app.documents.bmecat.names import MAX_CATALOGUE
from app.documents.segments import Fault, Severity

MAX_FAULTS = 200
_PARTS = ("HEADER", "ARTICLE", "PRODUCT", "CATALOG_STRUCTURE")
_EXTENSIONS = "USER_DEFINED_EXTENSIONS"
_PARTY = frozenset({"duns", "iln", "buyer_specific", "supplier_specific"})
# Of 1.2: the values an attribute `type` may have; "?" beside them: it may be left out.
_TYPES = {
    "BUYER_ID": _PARTY | {"?"},
    "SUPPLIER_ID": _PARTY,
    "ADDRESS": frozenset({"buyer", "supplier"}),
    "DATETIME": frozenset(
        {"generation_date", "agreement_start_date", "agreement_end_date", "valid_start_date", "valid_end_date"}
    ),
    "PRICE_FLAG": frozenset({"incl_freight", "incl_packing", "incl_assurance", "incl_duty"}),
    "ARTICLE_STATUS": frozenset(
        {"bargain", "new_article", "old_article", "new", "used", "refurbished", "core_article", "others"}
    ),
    "ARTICLE_REFERENCE": frozenset(
        {"sparepart", "similar", "followup", "mandatory", "select", "others", "accessories", "diff_orderunit", "consists_of"}
    ),
    "CATALOG_STRUCTURE": frozenset({"root", "node", "leaf"}),
    "FEATURE_TEMPLATE": frozenset({"free_entry", "defaults", "?"}),
}  # fmt: skip


def form_faults(chunks: Iterable[bytes], start: XmlStart) -> Iterator[Fault]:
    """At most `MAX_FAULTS`, in the order of the file."""
    is_12 = start.attributes.get("version", "") == "1.2"
    return islice(_faults(chunks, start, is_12), MAX_FAULTS)


def _faults(chunks: Iterable[bytes], start: XmlStart, is_12: bool) -> Iterator[Fault]:
    is_first = True
    tags = tuple(f"{{*}}{name}" for name in _TYPES) if is_12 else (f"{{*}}{_EXTENSIONS}",)
    for part in parts(chunks, _PARTS, max_bytes=MAX_CATALOGUE):
        if is_first and is_12:
            yield from _of_root(part, start)
        is_first = False
        for element in part.iter(*tags):
            fault = _of_type(element) if is_12 else _of_extension(element)
            if fault is not None:
                yield fault


def _of_root(part: etree._Element, start: XmlStart) -> Iterator[Fault]:
    line = part.getroottree().getroot().sourceline or 0
    for attribute in start.attributes:
        name = attribute.rpartition("}")[2]
        if name != "version":
            text = N_("{element} must not have the attribute {attribute}.", element=start.name, attribute=name)
            yield Fault("ATTRIBUTE", text, line, 0, f"/{start.name}/@{name}", Severity.FATAL)


def _of_type(element: etree._Element) -> Fault | None:
    name = str(element.tag).rpartition("}")[2]
    allowed, value = _TYPES[name], element.get("type")
    if value is None:
        if "?" in allowed:
            return None
        text = N_("{element} lacks the attribute {attribute}.", element=name, attribute="type")
        return Fault("ATTRIBUTE", text, element.sourceline or 0, 0, _path(element), Severity.FATAL)
    if value in allowed:
        return None
    text = N_("{element} has a value that is not in its list: {value}", element=f"{name}/@type", value=value[:100])
    return Fault("ATTRIBUTE", text, element.sourceline or 0, 0, f"{_path(element)}/@type", Severity.FATAL)


def _of_extension(element: etree._Element) -> Fault | None:
    """The schema has the place, but nothing in it: what stands there was agreed by two partners."""
    if not len(element) and not element.text:
        return None
    text = N_("{element} has no place here and is not read by others.", element=_EXTENSIONS)
    return Fault("EXTENSION", text, element.sourceline or 0, 0, _path(element), Severity.FATAL)


def _path(element: etree._Element) -> str:
    names = [str(one.tag).rpartition("}")[2] for one in (element, *element.iterancestors())]
    return "/" + "/".join(reversed(names))
