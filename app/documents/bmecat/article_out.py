"""One article written, in the element order of 2005 or 1.2."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby

from lxml import etree

from app.documents.bmecat.article import ETIM, ONE
from app.documents.bmecat.names import clean, clean_text, long_language, write_unit
from app.documents.model.catalogue import Catalogue, CatalogueItem, CatalogueMode, Feature, ItemAction
from app.documents.model.line import Classification
from app.documents.model.reference import ScalePrice

_SHORT_TEXT = {"1.2": 80, "2005": 150}
_PRICE_TYPES = ("net_list", "gros_list", "net_customer", "nrp", "net_customer_exp")
_PURPOSES = ("thumbnail", "normal", "detail", "data_sheet", "logo", "others", "icon", "safety_data_sheet")
_LIST_PRICE = "net_list"
_OWN_PRICE, _NOT_WORD = re.compile(r"udp_[A-Za-z0-9]{1,16}"), re.compile("[^A-Za-z0-9]")
_VALUE = 60  # characters of a value of a feature


class ArticleWriter:
    """Writes the articles of one catalogue; `old` are the names of 1.2."""

    def __init__(self, catalogue: Catalogue, version: str) -> None:
        self._catalogue, self._version = catalogue, version
        self.is_old = version == "1.2"
        self._word, self._id = ("ARTICLE", "AID") if self.is_old else ("PRODUCT", "PID")

    def write(self, item: CatalogueItem) -> etree._Element:
        element = etree.Element(self._word)
        mode = self._catalogue.mode
        if mode is CatalogueMode.UPDATE_ITEMS:
            element.set("mode", item.action.value)
        elif mode is CatalogueMode.NEW:
            element.set("mode", ItemAction.NEW.value)
        self._leaf(element, f"SUPPLIER_{self._id}", item.ids.sku[:32])
        if mode is not CatalogueMode.UPDATE_PRICES:
            self._details(element, item)
            self._features(element, item)
            self._order(element, item)
        self._prices(element, item)
        if mode is not CatalogueMode.UPDATE_PRICES:
            self._media(element, item)
            self._logistics(element, item)
        return element

    def write_map(self, sku: str, group: str) -> etree._Element:
        is_update = self._catalogue.mode is CatalogueMode.UPDATE_ITEMS
        element = etree.Element(f"{self._word}_TO_CATALOGGROUP_MAP", {"mode": "new"} if is_update else {})
        self._leaf(element, "ART_ID" if self.is_old else "PROD_ID", sku[:32])
        self._leaf(element, "CATALOG_GROUP_ID", group)
        return element

    @staticmethod
    def _leaf(parent: etree._Element, tag: str, text: str, **attributes: str) -> None:
        if text:
            element: etree._Element = etree.SubElement(parent, tag)
            for name, value in attributes.items():
                if value:
                    element.set(name, clean(value))
            element.text = clean_text(text)

    def _number(self, parent: etree._Element, tag: str, value: Decimal | None) -> None:
        self._leaf(parent, tag, "" if value is None else format(value, "f"))

    def _texts(self, parent: etree._Element, tag: str, texts: dict[str, str], length: int) -> None:
        """The catalogue's language first; 1.2 has one language only."""
        own = self._catalogue.language
        for language in sorted(texts, key=lambda one: (one != own, one)):
            other = "" if language == own or self.is_old else long_language(language)
            self._leaf(parent, tag, texts[language][:length], lang=other)
            if self.is_old:
                return

    def _details(self, element: etree._Element, item: CatalogueItem) -> None:
        details = etree.SubElement(element, f"{self._word}_DETAILS")
        self._texts(details, "DESCRIPTION_SHORT", item.names or {"": item.ids.sku}, _SHORT_TEXT[self._version])
        self._texts(details, "DESCRIPTION_LONG", item.descriptions or {}, 64_000)
        if self.is_old:
            self._leaf(details, "EAN", item.ids.gtin)
        else:
            self._leaf(details, "INTERNATIONAL_PID", item.ids.gtin, type="gtin")
        self._leaf(details, f"BUYER_{self._id}", item.ids.buyer_sku[:50], type="buyer" if self.is_old else "")
        self._leaf(details, f"MANUFACTURER_{self._id}", item.ids.manufacturer_sku[:50])
        self._leaf(details, "MANUFACTURER_NAME", item.manufacturer[:50])
        self._leaf(details, "DELIVERY_TIME", "" if item.lead_time_days is None else str(item.lead_time_days))
        for keyword in item.keywords:
            self._leaf(details, "KEYWORD", keyword[:50])

    def _features(self, element: etree._Element, item: CatalogueItem) -> None:
        """Features with codes under their classification, the others under the first that has no codes of its own."""
        coded = [one for one in item.features if one.code]
        plain = [one for one in item.features if not one.code]
        blocks: list[tuple[Classification | None, list[Feature]]] = [(one, []) for one in item.classifications]
        home = next((at for at, (one, _) in enumerate(blocks) if one and one.scheme.upper() == ETIM), None)
        if coded and home is None:
            plain = list(item.features)
        elif home is not None:
            blocks[home] = (blocks[home][0], coded)
        other = next((at for at in range(len(blocks)) if at != home), None)
        if plain and other is not None:
            blocks[other] = (blocks[other][0], plain)
        elif plain:
            blocks.append((None, plain))
        words = {
            one.name.removeprefix("FDESCR:"): one.value for one in item.properties if one.name.startswith("FDESCR:")
        }
        for classification, features in blocks:
            block = etree.SubElement(element, f"{self._word}_FEATURES")
            if classification:
                system = (
                    f"{classification.scheme}-{classification.version}"
                    if classification.version
                    else classification.scheme
                )
                self._leaf(block, "REFERENCE_FEATURE_SYSTEM_NAME", system[:80])
                self._leaf(block, "REFERENCE_FEATURE_GROUP_ID", classification.code[:60])
            for feature in features:
                self._feature(block, feature, words.get(feature.name, ""), is_coded=features is coded)

    def _feature(self, block: etree._Element, feature: Feature, words: str, *, is_coded: bool) -> None:
        element = etree.SubElement(block, "FEATURE")
        self._leaf(element, "FNAME", (feature.code if is_coded else feature.name)[:60] or "-")
        for value in feature.values or ("-",):
            self._leaf(element, "FVALUE", value[:_VALUE])
        self._leaf(element, "FUNIT", feature.unit[:20])
        description = words or (feature.name if is_coded and feature.name != feature.code else "")
        self._leaf(element, "FDESCR", description[:250])

    def _order(self, element: etree._Element, item: CatalogueItem) -> None:
        order = etree.SubElement(element, f"{self._word}_ORDER_DETAILS")
        unit = write_unit(item.order_unit) or "C62"
        self._leaf(order, "ORDER_UNIT", unit)
        content = write_unit(item.content_unit)
        self._leaf(order, "CONTENT_UNIT", content or ("" if self.is_old else unit))
        self._number(order, "NO_CU_PER_OU", item.contents)
        base = self._base(item.prices)
        self._number(order, "PRICE_QUANTITY", base if base != 1 else None)
        self._number(order, "QUANTITY_MIN", item.minimum)
        self._number(order, "QUANTITY_INTERVAL", item.step)
        if not self.is_old:
            self._number(order, "QUANTITY_MAX", item.maximum)

    @staticmethod
    def _base(prices: Iterable[ScalePrice]) -> Decimal:
        """For how many order units the amounts are: the largest of the prices, which all others are brought to."""
        return max((one.base_quantity or ONE for one in prices), default=ONE)

    def _prices(self, element: etree._Element, item: CatalogueItem) -> None:
        base = ONE if self._catalogue.mode is CatalogueMode.UPDATE_PRICES else self._base(item.prices)
        for (start, end), prices in groupby(item.prices, key=lambda one: (one.start, one.end)):
            block = etree.SubElement(element, f"{self._word}_PRICE_DETAILS")
            for kind, day in (("valid_start_date", start), ("valid_end_date", end)):
                if day is not None:
                    self._leaf(etree.SubElement(block, "DATETIME", {"type": kind}), "DATE", day.isoformat())
            for price in prices:
                self._price(block, price, item, base)
        if not item.prices and not self.is_old and self._catalogue.mode is not CatalogueMode.UPDATE_PRICES:
            block = etree.SubElement(element, "PRODUCT_PRICE_DETAILS")
            etree.SubElement(block, "PRODUCT_PRICE", {"price_type": _LIST_PRICE})

    def _price(self, block: etree._Element, price: ScalePrice, item: CatalogueItem, base: Decimal) -> None:
        kind = price.kind or _LIST_PRICE
        is_known, own_kind = (
            kind in _PRICE_TYPES or bool(_OWN_PRICE.fullmatch(kind)),
            _NOT_WORD.sub("", kind)[:16] or "x",
        )
        element = etree.SubElement(
            block, f"{self._word}_PRICE", {"price_type": clean(kind) if is_known else f"udp_{own_kind}"}
        )
        own = price.base_quantity or ONE
        amount = price.amount if own == base else round(price.amount * base / own, 12).normalize()
        self._number(element, "PRICE_AMOUNT", amount)
        self._leaf(element, "PRICE_CURRENCY", price.currency if price.currency != self._catalogue.currency else "")
        rate = price.vat_rate if price.vat_rate is not None else item.vat_rate
        self._number(element, "TAX", None if rate is None else (rate / 100).normalize())
        self._number(element, "LOWER_BOUND", price.from_quantity if price.from_quantity != 1 else None)
        for territory in price.territory.split():
            self._leaf(element, "TERRITORY", territory)

    def _media(self, element: etree._Element, item: CatalogueItem) -> None:
        if not item.media:
            return
        block = etree.SubElement(element, "MIME_INFO")
        for one in item.media:
            mime = etree.SubElement(block, "MIME")
            self._leaf(mime, "MIME_TYPE", one.media_type.replace("/jpg", "/jpeg")[:30])
            self._leaf(mime, "MIME_SOURCE", one.source)
            self._leaf(mime, "MIME_DESCR", one.title[:250])
            self._leaf(
                mime, "MIME_PURPOSE", (one.purpose if one.purpose in _PURPOSES else "others") if one.purpose else ""
            )

    def _logistics(self, element: etree._Element, item: CatalogueItem) -> None:
        """1.2 has no place for them."""
        if self.is_old or not (item.customs_number or item.country_of_origin or item.weight_kg is not None):
            return
        block = etree.SubElement(element, "PRODUCT_LOGISTIC_DETAILS")
        if item.customs_number:
            self._leaf(etree.SubElement(block, "CUSTOMS_TARIFF_NUMBER"), "CUSTOMS_NUMBER", item.customs_number[:60])
        self._leaf(block, "COUNTRY_OF_ORIGIN", item.country_of_origin)
        if item.weight_kg is not None:
            self._number(etree.SubElement(block, "PRODUCT_DIMENSIONS"), "WEIGHT", item.weight_kg)
