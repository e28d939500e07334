"""Articles: numbers, names by language, units and packs, order rules, VAT, attributes."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from app.catalog.domain.article_row import ArticleRow, PackRow
from app.catalog.domain.hazard import Hazard, read_hazard
from app.catalog.domain.pack_text import read_packs
from app.catalog.service.articles import upsert_articles
from app.core.actor import Actor
from app.core.errors import Invalid
from app.core.texts import N_
from app.exchange.domain.chunks import Chunk, Item
from app.exchange.domain.fields import LANGUAGES, Field, Shape, Variants
from app.exchange.domain.outcome import Outcome, RowState
from app.exchange.importers import IMPORTERS, Importer
from app.exchange.policy import Permission

FIELDS = (
    Field("sku", N_("Article number"), ("sku", "article", "article number", "article no", "item", "item number",
          "item no", "product code", "stock code", "Artikel", "Artikelnummer", "Artikel-Nr.", "артикул", "код товара",
          "номер артикула", "код товару"), is_required=True, length=60),
    Field("name", N_("Name"), ("name", "article name", "product name", "title", "Bezeichnung", "Artikelbezeichnung",
          "название", "наименование", "назва", "найменування"), variants=Variants.LANGUAGE, length=300),
    Field("description", N_("Description"), ("description", "text", "long text", "Beschreibung", "Langtext", "описание",
          "опис"), variants=Variants.LANGUAGE, length=20_000),
    Field("category", N_("Category"), ("category", "category code", "group", "Kategorie", "Warengruppe", "категория",
          "код категории", "группа", "категорія", "код категорії", "група"), length=40),
    Field("brand", N_("Brand"), ("brand", "Marke", "бренд", "марка"), length=100),
    Field("mpn", N_("Manufacturer's number"), ("mpn", "manufacturer number", "manufacturer part number",
          "Herstellernummer", "номер производителя", "номер виробника"), length=80),
    Field("gtin", N_("GTIN"), ("gtin", "ean", "upc", "barcode", "GTIN/EAN", "штрихкод", "штрих-код"), length=14),
    Field("base_unit", N_("Unit"), ("unit", "unit code", "base unit", "uom", "Einheit", "Mengeneinheit", "единица",
          "ед. изм.", "код единицы", "одиниця", "од. вим."), length=3),
    Field("box", N_("Units in a box"), ("box qty", "box quantity", "per box", "Stück je Karton", "Kartoninhalt",
          "в коробке", "в коробці"), shape=Shape.NUMBER),
    Field("pallet", N_("Units on a pallet"), ("pallet qty", "pallet quantity", "per pallet", "Stück je Palette",
          "на паллете", "на поддоне", "на палеті"), shape=Shape.NUMBER),
    Field("pack", N_("Units in another pack"), ("pack", "pack qty", "Packung", "упаковка"), shape=Shape.NUMBER,
          variants=Variants.CODE, is_plain_allowed=False),
    Field("pack_gtin", N_("GTIN of a pack"), ("pack gtin", "pack ean", "Packung GTIN", "gtin упаковки", "gtin пакування"),
          variants=Variants.CODE, is_plain_allowed=False, length=14),
    Field("pack_digits", N_("Digits after the decimal sign of a quantity in packs"), ("pack digits", "Packung Nachkommastellen",
          "знаков упаковки", "знаків пакування"), shape=Shape.WHOLE, variants=Variants.CODE, is_plain_allowed=False),
    *(
        Field(f"pack_{size}", label, (f"pack {size}", *headers), shape=Shape.NUMBER, variants=Variants.CODE,
              is_plain_allowed=False)
        for size, label, headers in (
            ("weight", N_("Weight of a pack, kg"), ("pack weight kg", "Packung Gewicht", "вес упаковки", "вага пакування")),
            ("length", N_("Length of a pack, mm"), ("pack length mm", "Packung Länge", "длина упаковки", "довжина пакування")),
            ("width", N_("Width of a pack, mm"), ("pack width mm", "Packung Breite", "ширина упаковки", "ширина пакування")),
            ("height", N_("Height of a pack, mm"), ("pack height mm", "Packung Höhe", "высота упаковки", "висота пакування")),
        )
    ),
    Field("minimum", N_("Smallest order"), ("min order qty", "minimum order quantity", "minimum", "moq",
          "Mindestbestellmenge", "Mindestmenge", "минимальный заказ", "мінімальне замовлення"), shape=Shape.NUMBER),
    Field("step", N_("Order step"), ("order increment", "increment", "multiple", "step", "Bestellschritt",
          "Staffelung", "кратность", "шаг заказа", "кратність", "крок замовлення"), shape=Shape.NUMBER),
    Field("maximum", N_("Largest order"), ("max order qty", "maximum order quantity", "maximum", "Höchstmenge",
          "максимальный заказ", "максимальне замовлення"), shape=Shape.NUMBER),
    Field("precision", N_("Digits after the decimal sign of a quantity"), ("precision", "quantity digits",
          "Nachkommastellen", "знаков после запятой", "знаків після коми"), shape=Shape.WHOLE),
    Field("vat_category", N_("VAT category"), ("vat category", "tax category", "USt-Kategorie", "категория НДС",
          "категорія ПДВ"), length=2),
    Field("vat_class", N_("VAT class"), ("vat class", "tax class", "Steuerklasse", "класс НДС", "клас ПДВ"), length=12),
    Field("weight_kg", N_("Net weight, kg"), ("net weight kg", "weight kg", "net weight", "weight", "Gewicht",
          "Nettogewicht", "вес", "вес нетто", "вага", "вага нетто"), shape=Shape.NUMBER),
    Field("length_mm", N_("Length, mm"), ("length mm", "Länge mm", "длина мм", "довжина мм"), shape=Shape.NUMBER),
    Field("width_mm", N_("Width, mm"), ("width mm", "Breite mm", "ширина мм"), shape=Shape.NUMBER),
    Field("height_mm", N_("Height, mm"), ("height mm", "Höhe mm", "высота мм", "висота мм"), shape=Shape.NUMBER),
    Field("lead_time_days", N_("Lead time, working days"), ("lead time days", "lead time", "Lieferzeit",
          "Lieferzeit Tage", "срок поставки", "термін постачання"), shape=Shape.WHOLE),
    Field("stock_policy", N_("When out of stock"), ("stock policy", "backorder", "Bestandsregel", "под заказ",
          "під замовлення")),
    Field("status", N_("Status"), ("status", "state", "статус", "состояние", "стан")),
    Field("successor_sku", N_("Successor"), ("successor sku", "successor", "replaced by", "Nachfolger",
          "Nachfolgeartikel", "замена", "заміна"), length=60),
    Field("discount_group", N_("Discount group"), ("discount group", "Rabattgruppe", "группа скидок", "група знижок"),
          length=10),
    Field("attributes", N_("Attributes, key=value;key=value"), ("attributes", "properties", "Merkmale", "Eigenschaften",
          "свойства", "характеристики", "властивості"), length=5_000),
    Field("variant_of", N_("Variant of"), ("variant of", "head", "head article", "parent sku", "parent article", "Variante von",
          "Hauptartikel", "вариант от", "вариант артикула", "варіант артикулу"), length=60),
    Field("axes", N_("Variants differ in, code;code"), ("axes", "variant axes", "variant attributes", "Variantenmerkmale",
          "оси вариантов", "отличия вариантов", "осі варіантів"), length=300),
    Field("packs", N_("All packs, unit=content; unit=content"), ("packs", "units and packs", "Verpackungen", "упаковки"),
          length=2_000),
    Field("anchor", N_("Steps are counted from zero or minimum"), ("anchor", "step anchor", "шаг от", "крок від"), length=7),
    Field("origin_country", N_("Country of origin"), ("origin country", "country of origin", "origin", "Ursprungsland",
          "страна происхождения", "країна походження"), length=2),
    Field("customs_code", N_("Customs code"), ("customs code", "commodity code", "hs code", "taric", "Zolltarifnummer",
          "код ТН ВЭД", "код УКТЗЕД"), length=20),
    Field("un_number", N_("UN number"), ("un number", "un no", "UN-Nummer", "номер ООН"), length=8),
    Field("hazard_class", N_("Hazard class"), ("hazard class", "adr class", "Gefahrgutklasse", "класс опасности",
          "клас небезпеки"), length=6),
    Field("packing_group", N_("Packing group"), ("packing group", "Verpackungsgruppe", "группа упаковки",
          "група пакування"), length=4),
    Field("ghs", N_("Pictograms (GHS)"), ("ghs", "pictograms", "GHS-Piktogramme", "пиктограммы", "піктограми"), length=100),
    Field("signal_word", N_("Signal word"), ("signal word", "Signalwort", "сигнальное слово", "сигнальне слово"), length=10),
    Field("custom", N_("Own field"), ("custom", "own field", "Eigenes Feld", "своё поле", "власне поле"),
          variants=Variants.CODE, is_plain_allowed=False, length=500),
)  # fmt: skip
_PAIRS = re.compile(r"(?<!\\);")
_HAZARD = ("un_number", "hazard_class", "packing_group", "ghs", "signal_word")
_BOX, _CARTON, _PALLET = "XBX", "XCT", "XPX"  # UN/ECE Rec 21
_PACKS = {"box": _BOX, "pallet": _PALLET}
# fields of an article that are taken as they stand
_PLAIN = ("description", "length_mm", "width_mm", "height_mm", "variant_of", "category", "brand", "mpn", "gtin", "minimum", "step", "maximum", "precision", "vat_class",
          "weight_kg", "lead_time_days", "successor_sku", "discount_group")  # fmt: skip
_OF_PACKS = {"pack_gtin": "gtin", "pack_digits": "precision", "pack_weight": "weight_kg", "pack_length": "length_mm",
             "pack_width": "width_mm", "pack_height": "height_mm"}  # fmt: skip
# where a problem of the article belongs in the file
_COLUMN_OF = {"units": "box"}


def apply(actor: Actor, chunk: Chunk) -> Outcome:
    outcome = Outcome()
    has_packs = any(key in _PACKS or key == "packs" or key.startswith("pack:") for key in chunk.plan.columns)
    good: list[tuple[Item, ArticleRow]] = []
    for item in chunk.items:
        attributes = _attributes(item.values.get("attributes", ""))
        if attributes is None:
            wrong = N_("Write attributes as key=value;key=value.")
            outcome.refuse(chunk.problem(item, "attributes", "not_pairs", wrong))
            continue
        try:
            good.append((item, _article(item.values, attributes, has_packs=has_packs)))
        except Invalid as error:
            outcome.refuse(chunk.problem(item, error.field, f"bad_{error.field}", error.message))
    results = upsert_articles(actor, [row for _item, row in good])
    for (item, _row), result in zip(good, results, strict=True):
        if result.problem is None:
            outcome.note(item.row, RowState(result.outcome))
        else:
            column = _COLUMN_OF.get(result.field, result.field)
            outcome.refuse(chunk.problem(item, column, f"bad_{result.field}", result.problem))
    return outcome


def _article(values: dict[str, Any], attributes: dict[str, str], *, has_packs: bool) -> ArticleRow:
    names = _by_language(values, "name")
    return ArticleRow(
        sku=values["sku"],
        name=values.get("name") or next(iter(names.values()), None),
        names=names or None,
        descriptions=_by_language(values, "description") or None,
        axes=_codes(values.get("axes")),
        base_unit=_upper(values.get("base_unit")),
        vat_category=_upper(values.get("vat_category")),
        status=_lower(values.get("status")),
        stock_policy=_lower(values.get("stock_policy")),
        attributes=attributes or None,
        units=read_packs(values["packs"]) if "packs" in values else _packs(values) if has_packs else None,
        anchor=_lower(values.get("anchor")),
        origin_country=_upper(values.get("origin_country")),
        customs_code="".join(values["customs_code"].split()) if "customs_code" in values else None,
        hazard=_hazard(values),
        custom=_own(values) or None,
        **{name: values.get(name) for name in _PLAIN},
    )


def _by_language(values: dict[str, Any], field: str) -> dict[str, str]:
    return {language: values[f"{field}:{language}"] for language in LANGUAGES if f"{field}:{language}" in values}


def _codes(text: str | None) -> tuple[str, ...] | None:
    """Codes of a cell, separated by semicolons or commas."""
    codes = [code.strip() for code in (text or "").replace(",", ";").split(";")]
    return tuple(code for code in codes if code) or None


def _upper(text: str | None) -> str | None:
    return text.upper() if text else None


def _lower(text: str | None) -> str | None:
    return text.lower() if text else None


def _hazard(values: dict[str, Any]) -> Hazard | None:
    """Hazard data replace what is known as a whole; a row without any leaves it."""
    if not any(name in values for name in _HAZARD):
        return None
    return read_hazard(**{name: values.get(name, "") for name in _HAZARD})


def _own(values: dict[str, Any]) -> dict[str, str]:
    return {key.partition(":")[2]: value for key, value in values.items() if key.startswith("custom:")}


def _packs(values: dict[str, Any]) -> tuple[PackRow, ...]:
    """Packs of the row with what is said of them; a pack of one base unit is none. A box of boxes is a carton."""
    said: dict[str, dict[str, Any]] = {}
    for key, value in values.items():
        name, sign, code = key.partition(":")
        if sign and name in _OF_PACKS:
            said.setdefault(code.upper(), {})[_OF_PACKS[name]] = value
    packs = []
    for key, quantity in values.items():
        unit = _PACKS.get(key) or (key[5:].upper() if key.startswith("pack:") else "")
        facts = said.get(unit, {})
        if unit == _BOX and _upper(values.get("base_unit")) == _BOX:
            unit = _CARTON
        if unit and quantity != Decimal(1):
            packs.append(PackRow(unit, *quantity.as_integer_ratio(), **facts))
    return tuple(packs)


def _attributes(text: str) -> dict[str, str] | None:
    """Pairs of a cell, a semicolon inside a value behind a backslash; None when it is not made of pairs."""
    pairs = [pair.replace("\\;", ";").partition("=") for pair in _PAIRS.split(text) if pair.strip()]
    if any(not key.strip() or not sign for key, sign, _value in pairs):
        return None
    return {key.strip(): value.strip() for key, _sign, value in pairs}


IMPORTERS.add(
    "products",
    Importer(
        code="products",
        label=N_("Articles"),
        about=N_(
            "One article a row. What the file does not say stays as it is; a new article needs its number only. "
            "Prices and stock of the same file are imports of their own."
        ),
        permission=Permission.CATALOGUE,
        fields=FIELDS,
        apply=apply,
    ),
)
