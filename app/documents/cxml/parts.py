"""What the documents of cXML share: money, items, taxes, comments; each with read and write side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal

from lxml import etree

from app.core.texts import N_
from app.documents.codes import number, read_gtin
from app.documents.cxml.parties import DEFAULT_LANGUAGE
from app.documents.cxml.tree import Node, Source, add, leaf
from app.documents.formats import FormatError
from app.documents.model.invoice import Note
from app.documents.model.line import Classification
from app.documents.model.order import OrderLine, Reference
from app.documents.model.reference import ItemIds
from app.documents.model.totals import VatCategory

NO_CURRENCY = "X" * 3  # ISO 4217: no currency
CONTRACT, REQUISITION = "CT", "RQ"  # UNTDID 1153 and X12 128
NO_CLASS = Classification("0", "custom")  # cXML wants a class of every article
_UNSPSC = {"unspsc": "TSP", "eclass": "CLA", "cpv": "STI"}  # UNTDID 7143
_CLASS_DOMAINS = {"TSP": "UNSPSC", "CLA": "eClass", "STI": "CPV"}
_GTIN_DOMAINS = frozenset(
    {
        "ean-13",
        "ean-8",
        "ean-14",
        "eanid",
        "ean",
        "gtin",
        "gtin-14",
        "gtin-13",
        "upc",
        "upc-12",
        "europeanarticlenumber",
    }
)
_EXEMPT = {"zeroRated": VatCategory.ZERO, "exempt": VatCategory.EXEMPT}
_CATEGORY = "vatCategory"
_CENT, _EXACT = Decimal("0.01"), Decimal("0.000001")


# Extrinsics, money, taxes, comments


def extrinsic(node: Node, name: str) -> str:
    """The text of an Extrinsic, by its name without regard to case."""
    for one in node.all("Extrinsic"):
        if (one.element.get("name") or "").lower() == name.lower() and not len(one.element):
            one.get("name")
            return one.text()
    return ""


def extrinsic_number(node: Node, name: str) -> Decimal | None:
    for one in node.all("Extrinsic"):
        if one.element.get("name") == name:
            one.get("name")
            return one.number()
    return None


def read_money(node: Node | None, path: str = "Money") -> tuple[Decimal | None, str]:
    """Amount and currency. The second amount in another currency is left over."""
    if node is None:
        return None, ""
    found = node.find(path)
    return (found.number(), found.get("currency")) if found else (None, "")


def currency_of(source: Source) -> str:
    """The first currency of the document."""
    for element in source.root.element.iter("Money"):
        if element.get("currency"):
            return (element.get("currency") or "").strip()
    return ""


def write_money(parent: etree._Element, tag: str, amount: Decimal | None, currency: str) -> etree._Element | None:
    """`<tag><Money/></tag>`, left out without an amount."""
    if amount is None:
        return None
    place = add(parent, tag)
    add(place, "Money", number(amount)).set("currency", currency)
    return place


def read_vat(node: Node | None) -> tuple[str, Decimal | None]:
    """Category (UNTDID 5305) and rate of a TaxDetail."""
    if node is None:
        return "", None
    rate = node.number(attribute="percentageRate")
    exempt, said = node.get("exemptDetail"), ""
    for one in node.all("Extrinsic"):
        if one.element.get("name") == _CATEGORY:
            one.get("name")
            said = one.text()
    node.get("category")
    node.get("purpose")
    category = said or _EXEMPT.get(exempt, "")
    return category or ("S" if rate else "Z" if rate is not None else ""), rate


def write_vat(
    parent: etree._Element, category: str, rate: Decimal | None, *, base: Decimal | None, tax: Decimal, currency: str,
    reason: str = "", language: str = "", day: str = "",
) -> None:  # fmt: skip
    exempt = {"Z": "zeroRated", "E": "exempt"}.get(category, "")
    percent = format(rate, "f") if rate is not None else ""
    detail = add(
        parent,
        "TaxDetail",
        purpose="tax",
        category="vat",
        percentageRate=percent,
        exemptDetail=exempt,
        taxPointDate=day,
    )
    write_money(detail, "TaxableAmount", base, currency)
    write_money(detail, "TaxAmount", tax, currency)
    if reason:
        add(detail, "Description", reason, lang=language or DEFAULT_LANGUAGE)
    if category not in ("S", "Z", "E", "") or (category == "Z" and rate is None) or (category == "S" and not rate):
        add(detail, "Extrinsic", category, name=_CATEGORY)


def tax_of(base: Decimal, rate: Decimal | None) -> Decimal:
    return (base * (rate or 0) / 100).quantize(_CENT, ROUND_HALF_UP)


def read_comments(node: Node) -> tuple[Note, ...]:
    return tuple(_comments(node))


def _comments(node: Node) -> Iterator[Note]:
    for one in node.all("Comments"):
        text, kind = one.text(), one.get("type")
        if text:
            yield Note(text, kind)


def write_comments(parent: etree._Element, notes: Iterable[Note], language: str = "") -> None:
    for note in notes:
        add(parent, "Comments", note.text, type=note.subject, lang=language or DEFAULT_LANGUAGE)


def one_comment(parent: etree._Element, notes: Iterable[Note], language: str = "") -> None:
    """Where only one Comments may stand, all texts go into it."""
    text = "\n".join(note.text for note in notes if note.text)
    if text:
        add(parent, "Comments", text, lang=language or DEFAULT_LANGUAGE)


def read_id_references(node: Node) -> tuple[Reference, ...]:
    found = ((one.get("domain"), one.get("identifier")) for one in node.all("IdReference"))
    return tuple(Reference(domain, value) for domain, value in found if value)


# Items


def read_item_id(node: Node | None) -> tuple[ItemIds, str]:
    """The numbers of an article (ItemID), and what the shop needs besides."""
    if node is None:
        return ItemIds(), ""
    gtin = ""
    for one in node.all("IdReference"):
        domain, value = one.element.get("domain") or "", one.element.get("identifier") or ""
        if domain.lower() in _GTIN_DOMAINS and not gtin and read_gtin(value.strip()):
            gtin = read_gtin(value.strip())
            one.get("domain")
            one.get("identifier")
    ids = ItemIds(sku=node.text("SupplierPartID"), buyer_sku=node.text("BuyerPartID"), gtin=gtin)
    return ids, _auxiliary(node.find("SupplierPartAuxiliaryID"))


def _auxiliary(node: Node | None) -> str:
    """Anything may stand in it: a text is taken as it is, elements as their XML."""
    if node is None:
        return ""
    text = node.text()
    if len(node.element):
        for element in node.element.iter(etree.Element):
            node.source.taken |= {(element, ""), *((element, str(name)) for name in element.attrib)}
        text = (node.element.text or "") + "".join(etree.tostring(child, encoding="unicode") for child in node.element)
    return text.strip()


def write_item_id(parent: etree._Element, ids: ItemIds, auxiliary: str = "") -> None:
    item = add(parent, "ItemID")
    add(item, "SupplierPartID", ids.sku or ids.gtin or ids.manufacturer_sku or ids.buyer_sku)
    leaf(item, "SupplierPartAuxiliaryID", auxiliary)
    leaf(item, "BuyerPartID", ids.buyer_sku)
    if ids.gtin:
        domain = {8: "EAN-8", 12: "UPC-12", 13: "EAN-13", 14: "GTIN-14"}.get(len(ids.gtin), "GTIN")
        add(item, "IdReference", domain=domain, identifier=ids.gtin)


def read_description(node: Node) -> tuple[str, str]:
    """Name and longer text: of several languages the first."""
    found = next(node.all("Description"), None)
    if found is None:
        return "", ""
    found.get("type")
    short, text = found.text("ShortName"), found.text()
    return (short, text) if short else (text, "")


def write_description(parent: etree._Element, name: str, text: str = "", language: str = "") -> None:
    found = add(parent, "Description", text if name and text else name or text, lang=language or DEFAULT_LANGUAGE)
    if name and text:
        add(found, "ShortName", name)


def read_classes(node: Node) -> tuple[Classification, ...]:
    found = []
    for one in node.all("Classification"):
        domain, code = one.get("domain"), one.text() or one.get("code")
        made = Classification(code, _UNSPSC.get(domain.lower(), domain))
        if code and made != NO_CLASS:
            found.append(made)
    return tuple(found)


def pass_no_class(node: Node) -> None:
    """The class that stands for none is no leftover where classes are not read."""
    for one in node.all("Classification"):
        if (one.element.text, one.element.get("domain")) == (NO_CLASS.code, NO_CLASS.scheme):
            one.text()
            one.get("domain")


def write_classes(parent: etree._Element, classes: Iterable[Classification]) -> None:
    for one in tuple(classes) or (NO_CLASS,):
        add(parent, "Classification", one.code, domain=_CLASS_DOMAINS.get(one.scheme, one.scheme) or "custom")


def read_basis(node: Node, unit: str) -> tuple[Decimal | None, str]:
    """How much of `unit` a price is for. Where that cannot be said exactly, how much of another unit, which is named."""
    basis = node.find("PriceBasisQuantity")
    if basis is None:
        return None, ""
    amount, factor = basis.number(attribute="quantity"), basis.number(attribute="conversionFactor")
    named = basis.text("UnitOfMeasure")
    basis.text("Description")
    if named in ("", unit):
        return amount, ""
    if amount is not None and factor:
        exact = (amount / factor).quantize(_EXACT)
        if exact and exact * factor == amount:
            return Decimal(format(exact.normalize(), "f")), ""
    basis.untake("conversionFactor")
    return amount, named


def write_basis(parent: etree._Element, base: Decimal | None, price_unit: str, unit: str, position: str) -> None:
    if price_unit not in ("", unit):
        raise FormatError(
            N_(
                "Line {line}: the price is for another unit ({unit}), which cXML cannot say here.",
                line=position,
                unit=price_unit,
            )
        )
    if base not in (None, Decimal(1)):
        basis = add(parent, "PriceBasisQuantity", quantity=number(base), conversionFactor="1")
        add(basis, "UnitOfMeasure", unit or "EA")


def ids_of(line: OrderLine) -> ItemIds:
    return ItemIds(sku=line.sku, buyer_sku=line.buyer_sku, gtin=line.gtin, manufacturer_sku=line.manufacturer_sku)
