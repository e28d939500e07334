"""One article of a catalogue."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

from app.core.texts import N_
from app.documents.bmecat.header import Header, children, moment, text_of
from app.documents.bmecat.names import language, read_unit
from app.documents.bmecat.notes import Notes
from app.documents.codes import read_gtin
from app.documents.model.catalogue import CatalogueItem, CatalogueMode, Feature, ItemAction, MediaFile
from app.documents.model.line import Attribute, Classification
from app.documents.model.reference import ItemIds, ScalePrice
from app.documents.segments import Severity

_PATH = "/BMECAT/PRODUCT"
_ACTIONS = {action.value: action for action in ItemAction}
ONE = Decimal(1)
ETIM = "ETIM"
_GTIN_TYPES = ("", "ean", "gtin", "upc")


class ArticleReader:
    """Reads the articles of one catalogue. `values` gathers what one article says, by the fields of CatalogueItem."""

    def __init__(self, header: Header, mode: CatalogueMode, notes: Notes) -> None:
        self._header, self._mode, self._notes = header, mode, notes
        self._default = ItemAction.NEW if mode is CatalogueMode.NEW else ItemAction.UPDATE
        self._parts = {
            "PRODUCT_DETAILS": self._details, "PRODUCT_FEATURES": self._features, "PRODUCT_ORDER_DETAILS": self._order,
            "PRODUCT_PRICE_DETAILS": self._prices, "MIME_INFO": self._media, "PRODUCT_LOGISTIC_DETAILS": self._logistics,
        }  # fmt: skip

    def read(self, element: etree._Element, groups: tuple[str, ...] = ()) -> CatalogueItem | None:
        """The article; None, and a fault, where it has no number."""
        notes, found = self._notes, _Found()
        for name, child in children(element):
            part = self._parts.get(name)
            if part is not None:
                part(child, found)
            elif name == "SUPPLIER_PID":
                found.ids["sku"] = text_of(child)
            else:
                notes.leave(child, _PATH)
        if not found.ids.get("sku"):
            notes.fault("MISSING", N_("{path} is missing.", path="SUPPLIER_PID"), element)
            return None
        self._check(element, found)
        mode = (element.get("mode") or "").casefold()
        values: dict[str, Any] = found.values
        if "vat_rate" not in values and found.prices:
            values["vat_rate"] = found.prices[0].vat_rate
        return CatalogueItem(
            ids=ItemIds(**found.ids), names=found.names, descriptions=found.descriptions or None,
            action=_ACTIONS.get(mode, self._default), prices=self._per_order_unit(found), groups=groups,
            classifications=tuple(found.classifications), features=tuple(found.features), media=tuple(found.media),
            keywords=tuple(dict.fromkeys(found.keywords)), properties=tuple(found.properties), **values,
        )  # fmt: skip

    def _check(self, element: etree._Element, found: _Found) -> None:
        is_price_only = self._mode is CatalogueMode.UPDATE_PRICES
        is_deleted = (element.get("mode") or "").casefold() == "delete"
        if not found.names and not is_price_only and not is_deleted:
            self._notes.fault("MISSING", N_("{path} is missing.", path="DESCRIPTION_SHORT"), element, Severity.WARNING)
        if is_price_only and not found.prices:
            self._notes.fault("MISSING", N_("{path} is missing.", path="PRODUCT_PRICE"), element)

    def _per_order_unit(self, found: _Found) -> tuple[ScalePrice, ...]:
        """PRICE_QUANTITY says for how many order units the amounts are."""
        base = found.price_quantity
        if base is None or base in (0, 1):
            return tuple(found.prices)
        return tuple(
            ScalePrice(**{**{name: getattr(one, name) for name in ScalePrice.__slots__}, "base_quantity": base})
            for one in found.prices
        )

    def _details(self, element: etree._Element, found: _Found) -> None:
        for name, child in children(element):
            text = text_of(child)
            if not text:
                continue
            if name in ("DESCRIPTION_SHORT", "DESCRIPTION_LONG"):
                texts = found.names if name == "DESCRIPTION_SHORT" else found.descriptions
                texts.setdefault(self._language(child), text)
            elif name == "EAN" or (name == "INTERNATIONAL_PID" and child.get("type", "").casefold() in _GTIN_TYPES):
                self._gtin(child, text, found)
            elif name == "MANUFACTURER_PID":
                found.ids["manufacturer_sku"] = text
            elif name == "BUYER_PID" and "buyer_sku" not in found.ids:
                found.ids["buyer_sku"] = text
            elif name == "MANUFACTURER_NAME":
                found.values["manufacturer"] = text
            elif name == "KEYWORD":
                found.keywords.append(text)
            elif name == "DELIVERY_TIME":
                days = self._notes.number(child)
                found.values["lead_time_days"] = int(days) if days is not None and 0 <= days < 10_000 else None
            else:
                self._notes.leave(child, f"{_PATH}/PRODUCT_DETAILS")

    def _language(self, element: etree._Element) -> str:
        given = element.get("lang") or element.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
        return language(given) if given else self._header.language

    def _gtin(self, element: etree._Element, text: str, found: _Found) -> None:
        gtin = read_gtin(text)
        if gtin and "gtin" not in found.ids:
            found.ids["gtin"] = gtin
        else:
            self._notes.leave(element, f"{_PATH}/PRODUCT_DETAILS")

    def _features(self, element: etree._Element, found: _Found) -> None:
        path, system, codes, features = f"{_PATH}/PRODUCT_FEATURES", "", [], []
        for name, child in children(element):
            if name == "REFERENCE_FEATURE_SYSTEM_NAME":
                system = text_of(child)
            elif name == "REFERENCE_FEATURE_GROUP_ID" and text_of(child):
                codes.append(text_of(child))
            elif name == "FEATURE":
                features.append(child)
            else:
                self._notes.leave(child, path)
        scheme, _, number = system.rpartition("-") if "-" in system else (system, "", "")
        found.classifications += [Classification(code, scheme, number) for code in codes]
        for child in features:
            self._feature(child, found, is_etim=scheme.upper() == ETIM)

    def _feature(self, element: etree._Element, found: _Found, *, is_etim: bool) -> None:
        """In ETIM the name of a feature is its code (EF...), its words are the description."""
        path = f"{_PATH}/PRODUCT_FEATURES/FEATURE"
        names, values, unit, words, own_language = [], [], "", "", self._header.language
        for name, child in children(element):
            text = text_of(child)
            if name == "FNAME" and text:
                names.append((self._language(child) != own_language, text))
            elif name in ("FVALUE", "VALUE_IDREF") and text:
                if self._language(child) == own_language:
                    values.append(text)
                else:
                    self._notes.leave(child, path)
            elif name == "FUNIT":
                unit = text
            elif name == "FDESCR" and not words:
                words = text
            elif name == "FT_IDREF" and text:
                names.append((False, text))
            else:
                self._notes.leave(child, path)
        chosen = min(names, key=lambda pair: pair[0])[1] if names else ""
        if not chosen and not values:
            return
        code = chosen if is_etim and chosen.upper().startswith("EF") else ""
        found.features.append(
            Feature(name=words or chosen if code else chosen, values=tuple(values), unit=unit, code=code)
        )
        if words and not code:
            found.properties.append(Attribute(f"FDESCR:{chosen}", words))

    def _order(self, element: etree._Element, found: _Found) -> None:
        fields = {
            "NO_CU_PER_OU": "contents",
            "QUANTITY_MIN": "minimum",
            "QUANTITY_INTERVAL": "step",
            "QUANTITY_MAX": "maximum",
        }
        for name, child in children(element):
            if name == "ORDER_UNIT":
                found.values["order_unit"] = read_unit(text_of(child))
            elif name == "CONTENT_UNIT":
                found.values["content_unit"] = read_unit(text_of(child))
            elif field := fields.get(name):
                found.values[field] = self._notes.number(child)
            elif name == "PRICE_QUANTITY":
                found.price_quantity = self._notes.number(child)
            else:
                self._notes.leave(child, f"{_PATH}/PRODUCT_ORDER_DETAILS")

    def _prices(self, element: etree._Element, found: _Found) -> None:
        start = end = None
        prices = []
        for name, child in children(element):
            if name in ("DATETIME", "VALID_START_DATE", "VALID_END_DATE"):
                kind, day = moment(name, child, self._notes)
                start, end = (
                    (day, end) if kind == "valid_start_date" else (start, day if kind == "valid_end_date" else end)
                )
            elif name == "PRODUCT_PRICE":
                prices.append(child)
            else:
                self._notes.leave(child, f"{_PATH}/PRODUCT_PRICE_DETAILS")
        for child in prices:
            self._price(child, found, start, end)

    def _price(self, element: etree._Element, found: _Found, start: date | None, end: date | None) -> None:
        """Per order unit: PRICE_AMOUNT times PRICE_FACTOR, for PRICE_QUANTITY units."""
        notes, path = self._notes, f"{_PATH}/PRODUCT_PRICE_DETAILS/PRODUCT_PRICE"
        amount = tax = bound = None
        factor, currency, territories = ONE, self._header.currency, []
        for name, child in children(element):
            if name == "PRICE_AMOUNT":
                amount = notes.number(child)
            elif name == "PRICE_FACTOR":
                factor = notes.number(child) or ONE
            elif name == "PRICE_CURRENCY":
                currency = text_of(child) or currency
            elif name == "TAX":
                tax = self._tax(child)
            elif name == "TAX_DETAILS" and tax is None:
                tax = self._tax_details(child)
            elif name == "LOWER_BOUND":
                bound = notes.number(child)
            elif name == "TERRITORY":
                territories.append(text_of(child))
            else:
                notes.leave(child, path)
        if amount is None:
            if len(element):
                notes.fault("MISSING", N_("{path} is missing.", path="PRICE_AMOUNT"), element, Severity.WARNING)
            return
        found.prices.append(
            ScalePrice(
                amount=amount * factor if factor != 1 else amount, from_quantity=ONE if bound is None else bound,
                currency=currency, kind=element.get("price_type") or "", start=start, end=end, vat_rate=tax,
                territory=" ".join(text for text in territories if text),
            )
        )  # fmt: skip

    def _tax(self, element: etree._Element) -> Decimal | None:
        """A factor as per cent; what is 1 or more is a percentage already, which is warned of."""
        factor = self._notes.number(element)
        if factor is None:
            return None
        if factor >= 1:
            message = N_("{path}: {value} is read as per cent.", path="TAX", value=format(factor, "f"))
            self._notes.fault("TAX", message, element, Severity.WARNING)
            return factor
        return _short(factor * 100)

    def _tax_details(self, element: etree._Element) -> Decimal | None:
        rate = None
        for name, child in children(element):
            if name == "TAX":
                rate = self._tax(child)
            elif name not in ("TAX_CATEGORY", "TAX_TYPE", "CALCULATION_SEQUENCE"):
                self._notes.leave(child, f"{_PATH}/PRODUCT_PRICE_DETAILS/PRODUCT_PRICE/TAX_DETAILS")
        return rate

    def _media(self, element: etree._Element, found: _Found) -> None:
        fields = {"MIME_TYPE": "media_type", "MIME_SOURCE": "source", "MIME_PURPOSE": "purpose", "MIME_DESCR": "title"}
        for _, child in children(element):
            values: dict[str, str] = {}
            for name, one in children(child):
                field = fields.get(name)
                if field and field not in values:
                    values[field] = text_of(one)
                elif name != "MIME_ORDER" and text_of(one) != values.get("title"):
                    self._notes.leave(one, f"{_PATH}/MIME_INFO/MIME")
            if source := values.pop("source", ""):
                found.media.append(MediaFile(source=self._rooted(source), **values))

    def _rooted(self, source: str) -> str:
        root = self._header.mime_root
        is_whole = "://" in source or source.startswith(("/", "\\"))
        return source if not root or is_whole else f"{root.rstrip('/')}/{source}"

    def _logistics(self, element: etree._Element, found: _Found) -> None:
        path = f"{_PATH}/PRODUCT_LOGISTIC_DETAILS"
        for name, child in children(element):
            if name == "COUNTRY_OF_ORIGIN" and "country_of_origin" not in found.values:
                found.values["country_of_origin"] = text_of(child)
            elif name == "CUSTOMS_TARIFF_NUMBER" and "customs_number" not in found.values:
                numbers = [one for key, one in children(child) if key == "CUSTOMS_NUMBER"]
                found.values["customs_number"] = text_of(numbers[0]) if numbers else ""
            elif name == "PRODUCT_DIMENSIONS":
                for key, one in children(child):
                    if key == "WEIGHT":
                        found.values["weight_kg"] = self._notes.number(one)
                    else:
                        self._notes.leave(one, f"{path}/PRODUCT_DIMENSIONS")
            else:
                self._notes.leave(child, path)


def _short(value: Decimal) -> Decimal:
    """Without zeros at the end, and not as a power of ten."""
    short = value.normalize()
    return (
        short if short == short.to_integral_value() and short.as_tuple().exponent == 0 else Decimal(format(short, "f"))
    )


class _Found:
    """What one article says."""

    __slots__ = (
        "classifications", "descriptions", "features", "ids", "keywords", "media", "names", "price_quantity", "prices",
        "properties", "values",
    )  # fmt: skip

    def __init__(self) -> None:
        self.ids: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.descriptions: dict[str, str] = {}
        self.values: dict[str, Any] = {}
        self.prices: list[ScalePrice] = []
        self.price_quantity: Decimal | None = None
        self.classifications: list[Classification] = []
        self.features: list[Feature] = []
        self.media: list[MediaFile] = []
        self.keywords: list[str] = []
        self.properties: list[Attribute] = []
