"""Lines of a catalogue: one article with its quantities, prices, classes and features."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from app.core.xml import XmlWriter
from app.documents.codes import number
from app.documents.model.catalogue import CatalogueItem, Feature, ItemAction, MediaFile
from app.documents.model.line import Classification
from app.documents.model.reference import ScalePrice
from app.documents.ubl.trade import read_classifications, read_ids
from app.documents.ubl.values import day, write_reference
from app.documents.xml_node import Node

_ACTIONS = {ItemAction.NEW: "Add", ItemAction.UPDATE: "Update", ItemAction.DELETE: "Delete"}
_READ_ACTIONS = {code.lower(): action for action, code in _ACTIONS.items()} | {
    "1": ItemAction.NEW, "3": ItemAction.UPDATE, "2": ItemAction.DELETE, "replace": ItemAction.UPDATE,
}  # fmt: skip
_CUSTOMS = "HS"  # UNTDID 7143: harmonised system
_WEIGHT = "AAA"  # UNTDID 6313: net weight of a unit
_STANDARD, _ZERO = "S", "Z"


def write_line(writer: XmlWriter, item: CatalogueItem, position: int, currency: str, language: str) -> None:
    with writer.group("cac:CatalogueLine"):
        writer.leaf("cbc:ID", str(position))
        writer.leaf("cbc:ActionCode", _ACTIONS[item.action])
        writer.leaf("cbc:OrderableUnit", item.order_unit)
        writer.leaf("cbc:ContentUnitQuantity", number(item.contents), unitCode=item.content_unit)
        writer.leaf("cbc:OrderQuantityIncrementNumeric", number(item.step))
        writer.leaf("cbc:MinimumOrderQuantity", number(item.minimum), unitCode=item.order_unit)
        writer.leaf("cbc:MaximumOrderQuantity", number(item.maximum), unitCode=item.order_unit)
        _write_period(writer, "cac:LineValidityPeriod", item.start, item.end)
        for at, price in enumerate(item.prices):
            _write_price(writer, price, item, currency, days=item.lead_time_days if not at else None)
        if not item.prices and item.lead_time_days is not None:
            with writer.group("cac:RequiredItemLocationQuantity"):
                writer.leaf("cbc:LeadTimeMeasure", str(item.lead_time_days), unitCode="DAY")
        with writer.group("cac:Item", keep=True):
            _write_item(writer, item, language)


def _write_period(writer: XmlWriter, tag: str, start: date | None, end: date | None) -> None:
    with writer.group(tag):
        writer.leaf("cbc:StartDate", day(start))
        writer.leaf("cbc:EndDate", day(end))


def _write_price(
    writer: XmlWriter, price: ScalePrice, item: CatalogueItem, currency: str, *, days: int | None
) -> None:  # fmt: skip
    unit = price.unit or item.order_unit
    with writer.group("cac:RequiredItemLocationQuantity"):
        writer.leaf("cbc:LeadTimeMeasure", "" if days is None else str(days), unitCode="DAY")
        starts = "" if price.from_quantity == 1 else number(price.from_quantity)
        writer.leaf("cbc:MinimumQuantity", starts, unitCode=unit)
        if price.territory:
            with writer.group("cac:ApplicableTerritoryAddress"), writer.group("cac:Country"):
                writer.leaf("cbc:IdentificationCode", price.territory)
        with writer.group("cac:Price"):
            writer.leaf("cbc:PriceAmount", number(price.amount), currencyID=price.currency or currency)
            writer.leaf("cbc:BaseQuantity", number(price.base_quantity), unitCode=unit)
            writer.leaf("cbc:PriceType", price.kind)
            _write_period(writer, "cac:ValidityPeriod", price.start, price.end)
        if price.vat_rate is not None:
            with writer.group("cac:ApplicableTaxCategory"):
                _write_tax(writer, "", price.vat_rate)


def _write_tax(writer: XmlWriter, category: str, rate: Decimal | None) -> None:
    writer.leaf("cbc:ID", category or (_STANDARD if rate else _ZERO))
    writer.leaf("cbc:Percent", number(rate))
    with writer.group("cac:TaxScheme"):
        writer.leaf("cbc:ID", "VAT")


def _write_item(writer: XmlWriter, item: CatalogueItem, language: str) -> None:
    for tongue, text in (item.descriptions or {}).items():
        writer.leaf("cbc:Description", text, languageID=tongue)
    name = language if language in item.names else next(iter(item.names), "")
    writer.leaf("cbc:Name", item.names.get(name, ""), languageID=name)
    for word in item.keywords:
        writer.leaf("cbc:Keyword", word)
    writer.leaf("cbc:BrandName", item.brand)
    write_reference(writer, "cac:BuyersItemIdentification", item.ids.buyer_sku)
    write_reference(writer, "cac:SellersItemIdentification", item.ids.sku)
    write_reference(writer, "cac:ManufacturersItemIdentification", item.ids.manufacturer_sku)
    if item.ids.gtin:
        with writer.group("cac:StandardItemIdentification"):
            writer.leaf("cbc:ID", item.ids.gtin, schemeID="0160")
    for file in item.media:
        _write_media(writer, file)
    if item.country_of_origin:
        with writer.group("cac:OriginCountry"):
            writer.leaf("cbc:IdentificationCode", item.country_of_origin)
    customs = (Classification(item.customs_number, _CUSTOMS),) if item.customs_number else ()
    for one in (*item.classifications, *customs):
        with writer.group("cac:CommodityClassification"):
            writer.leaf("cbc:ItemClassificationCode", one.code, listID=one.scheme, listVersionID=one.version)
    if item.vat_rate is not None or item.vat_category:
        with writer.group("cac:ClassifiedTaxCategory"):
            _write_tax(writer, item.vat_category, item.vat_rate)
    for feature in item.features:
        _write_feature(writer, feature)
    if item.manufacturer:
        with writer.group("cac:ManufacturerParty"), writer.group("cac:PartyName"):
            writer.leaf("cbc:Name", item.manufacturer)
    if item.weight_kg is not None:
        with writer.group("cac:Dimension"):
            writer.leaf("cbc:AttributeID", _WEIGHT)
            writer.leaf("cbc:Measure", number(item.weight_kg), unitCode="KGM")


def _write_media(writer: XmlWriter, file: MediaFile) -> None:
    with writer.group("cac:ItemSpecificationDocumentReference"):
        writer.leaf("cbc:ID", file.source)
        writer.leaf("cbc:DocumentTypeCode", file.purpose)
        writer.leaf("cbc:DocumentDescription", file.title)
        with writer.group("cac:Attachment"), writer.group("cac:ExternalReference"):
            writer.leaf("cbc:URI", file.source)
            writer.leaf("cbc:MimeCode", file.media_type)


def _write_feature(writer: XmlWriter, feature: Feature) -> None:
    """A feature with several values stands there once for each; the unit is a qualifier of the value."""
    for value in feature.values:
        with writer.group("cac:AdditionalItemProperty"):
            writer.leaf("cbc:Name", feature.name)
            writer.leaf("cbc:NameCode", feature.code)
            writer.leaf("cbc:Value", value)
            writer.leaf("cbc:ValueQualifier", feature.unit)


def read_line(node: Node, currency: str) -> CatalogueItem:
    item = node.need("cac:Item")
    locations = list(node.all("cac:RequiredItemLocationQuantity"))
    unit = node.text("cbc:OrderableUnit") or node.attribute("cbc:MinimumOrderQuantity", "unitCode")
    classes = read_classifications(item)
    customs = next((one.code for one in classes if one.scheme == _CUSTOMS), "")
    language = item.attribute("cbc:Name", "languageID")
    days = next((one for location in locations if (one := _days(location)) is not None), None)
    return CatalogueItem(
        ids=read_ids(item),
        names={language: name} if (name := item.text("cbc:Name")) else {},
        action=_READ_ACTIONS.get(node.text("cbc:ActionCode").lower(), ItemAction.NEW),
        descriptions={one.attribute("", "languageID"): one.own_text() for one in item.all("cbc:Description")} or None,
        order_unit=unit,
        content_unit=node.attribute("cbc:ContentUnitQuantity", "unitCode"),
        contents=node.number("cbc:ContentUnitQuantity"),
        minimum=node.number("cbc:MinimumOrderQuantity"),
        step=node.number("cbc:OrderQuantityIncrementNumeric"),
        maximum=node.number("cbc:MaximumOrderQuantity"),
        lead_time_days=days,
        prices=tuple(price for one in locations if (price := _price(one, unit, currency)) is not None),
        vat_rate=item.number("cac:ClassifiedTaxCategory/cbc:Percent"),
        vat_category=_category(item),
        classifications=tuple(one for one in classes if (one.scheme, one.code) != (_CUSTOMS, customs)),
        features=_features(item),
        media=tuple(_media(item)),
        manufacturer=item.text("cac:ManufacturerParty/cac:PartyName/cbc:Name"),
        brand=item.text("cbc:BrandName"),
        keywords=tuple(text for one in item.all("cbc:Keyword") if (text := one.own_text())),
        country_of_origin=item.text("cac:OriginCountry/cbc:IdentificationCode"),
        customs_number=customs,
        weight_kg=_weight(item),
        start=node.day("cac:LineValidityPeriod/cbc:StartDate"),
        end=node.day("cac:LineValidityPeriod/cbc:EndDate"),
    )  # fmt: skip


def _category(item: Node) -> str:
    """Empty where the rate tells it."""
    found, rate = item.text("cac:ClassifiedTaxCategory/cbc:ID"), item.number("cac:ClassifiedTaxCategory/cbc:Percent")
    return "" if rate is not None and found == (_STANDARD if rate else _ZERO) else found


def _days(location: Node) -> int | None:
    found = location.number("cbc:LeadTimeMeasure")
    is_days = location.attribute("cbc:LeadTimeMeasure", "unitCode") == "DAY"
    return int(found) if found is not None and is_days and found == found.to_integral_value() else None


def _price(location: Node, unit: str, currency: str) -> ScalePrice | None:
    price = location.find("cac:Price")
    if price is None:
        return None
    own_unit = price.attribute("cbc:BaseQuantity", "unitCode") or location.attribute("cbc:MinimumQuantity", "unitCode")
    own_currency = price.attribute("cbc:PriceAmount", "currencyID")
    return ScalePrice(
        amount=price.need_number("cbc:PriceAmount"),
        from_quantity=location.number("cbc:MinimumQuantity") or Decimal(1),
        base_quantity=price.number("cbc:BaseQuantity"),
        unit="" if own_unit == unit else own_unit,
        currency="" if own_currency == currency else own_currency,
        kind=price.text("cbc:PriceType") or price.text("cbc:PriceTypeCode"),
        start=price.day("cac:ValidityPeriod/cbc:StartDate"),
        end=price.day("cac:ValidityPeriod/cbc:EndDate"),
        vat_rate=location.number("cac:ApplicableTaxCategory/cbc:Percent"),
        territory=location.text("cac:ApplicableTerritoryAddress/cac:Country/cbc:IdentificationCode"),
    )


def _features(item: Node) -> tuple[Feature, ...]:
    """Values of one feature that follow each other belong together."""
    found: list[Feature] = []
    for part in item.all("cac:AdditionalItemProperty"):
        name, code, unit = part.text("cbc:Name"), part.text("cbc:NameCode"), part.text("cbc:ValueQualifier")
        unit = unit or part.attribute("cbc:ValueQuantity", "unitCode")
        value = part.text("cbc:Value") or part.text("cbc:ValueQuantity")
        last = found[-1] if found else None
        if last is not None and (last.name, last.code, last.unit) == (name, code, unit):
            found[-1] = Feature(name=name, values=(*last.values, value), unit=unit, code=code)
        else:
            found.append(Feature(name=name, values=(value,), unit=unit, code=code))
    return tuple(found)


def _media(item: Node) -> Iterator[MediaFile]:
    outside = "cac:Attachment/cac:ExternalReference/cbc:"
    for one in item.all("cac:ItemSpecificationDocumentReference"):
        source = one.text(f"{outside}URI") or one.text("cbc:ID")
        if source:
            yield MediaFile(
                source=source, purpose=one.text("cbc:DocumentTypeCode"), media_type=one.text(f"{outside}MimeCode"),
                title=one.text("cbc:DocumentDescription"),
            )  # fmt: skip


def _weight(item: Node) -> Decimal | None:
    for one in item.all("cac:Dimension"):
        if one.text("cbc:AttributeID") == _WEIGHT and one.attribute("cbc:Measure", "unitCode") == "KGM":
            return one.number("cbc:Measure")
    return None
