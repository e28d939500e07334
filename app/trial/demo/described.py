"""What the invented range is described by: typed attributes, templates, brands, families, a kit, what goes together."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from app.catalog.domain.article_row import ArticleRow
from app.catalog.service.articles import upsert_articles
from app.catalog.service.attributes import AttributeRow, set_template, upsert_attributes
from app.catalog.service.brands import BrandRow, upsert_brands
from app.catalog.service.kits import PartRow, RelationRow, upsert_kit_parts, upsert_relations
from app.core.actor import Actor
from app.pricing.service.lists import EntryRow, PriceListRow, upsert_entries, upsert_price_list
from app.trial.demo.families import FAMILIES, DemoArticle
from app.trial.demo.prices import GENERAL

_COLOURS = {
    "yellow": {"ru": "жёлтый", "uk": "жовтий", "de": "gelb"},
    "orange": {"ru": "оранжевый", "uk": "помаранчевий", "de": "orange"},
    "black": {"ru": "чёрный", "uk": "чорний", "de": "schwarz"},
    "natural": {"ru": "натуральный", "uk": "натуральний", "de": "natur"},
    "clear": {"ru": "прозрачный", "uk": "прозорий", "de": "klar"},
    "brown": {"ru": "коричневый", "uk": "коричневий", "de": "braun"},
    "white": {"ru": "белый", "uk": "білий", "de": "weiß"},
}
_MATERIALS = {
    "steel": {"ru": "сталь", "uk": "сталь", "de": "Stahl"},
    "inox": {"ru": "нержавеющая сталь", "uk": "нержавна сталь", "de": "Edelstahl"},
    "stone": {"ru": "камень", "uk": "камінь", "de": "Stein"},
}


def _attribute(code: str, names: str, kind: str = "text", unit: str = "", **more: object) -> AttributeRow:
    en, ru, uk, de = names.split("|")
    facts = {"is_facet": True} | more
    return AttributeRow(code, en, {"ru": ru, "uk": uk, "de": de}, kind, unit, **facts)  # type: ignore[arg-type]


ATTRIBUTES = (
    _attribute("thread", "Thread|Резьба|Різьба|Gewinde"),
    _attribute("length_mm", "Length|Длина|Довжина|Länge", "number", "MMT"),
    _attribute("class", "Strength class|Класс прочности|Клас міцності|Festigkeitsklasse"),
    _attribute("diameter_mm", "Diameter|Диаметр|Діаметр|Durchmesser", "number", "MMT"),
    _attribute("type", "Type|Тип|Тип|Typ"),
    _attribute("steel", "Steel|Сталь|Сталь|Stahl"),
    _attribute("thickness_mm", "Thickness|Толщина|Товщина|Dicke", "number", "MMT"),
    _attribute("for", "For|Для|Для|Für", "choice", choices=_MATERIALS),
    _attribute("size_mm", "Size|Размер|Розмір|Größe", "number", "MMT"),
    _attribute("make", "Make|Исполнение|Виконання|Ausführung"),
    _attribute("tip", "Tip|Шлиц|Шліц|Antrieb"),
    _attribute("section", "Cores and section, mm²|Жилы и сечение, мм²|Жили та переріз, мм²|Adern und Querschnitt, mm²"),
    _attribute("width_mm", "Width|Ширина|Ширина|Breite", "number", "MMT"),
    _attribute("colour", "Colour|Цвет|Колір|Farbe", "choice", choices=_COLOURS),
    _attribute("size", "Size|Размер|Розмір|Größe", "choice",
               choices={size: {} for size in ("7", "8", "9", "10", "11", "S", "M", "L", "XL", "XXL")}),
    _attribute("height_mm", "Height|Высота|Висота|Höhe", "number", "MMT"),
    _attribute("length_m", "Length|Длина|Довжина|Länge", "number", "MTR"),
    _attribute("grit", "Grit|Зернистость|Зернистість|Körnung", "number"),
    _attribute("holes", "Holes|Отверстия|Отвори|Löcher", "number"),
    _attribute("topic", "Topic|Тема|Тема|Thema"),
    _attribute("edition", "Edition|Издание|Видання|Ausgabe", is_facet=False),
)  # fmt: skip

# code of a family that becomes variants -> its head in four languages; the family's attributes are the axes
HEADS: dict[str, dict[str, str]] = {
    "GL": {"en": "Work gloves", "ru": "Перчатки рабочие", "uk": "Рукавиці робочі", "de": "Arbeitshandschuhe"},
    "VE": {"en": "High-visibility vest", "ru": "Жилет сигнальный", "uk": "Жилет сигнальний", "de": "Warnweste"},
    "TR": {"en": "Threaded rod DIN 976", "ru": "Шпилька резьбовая DIN 976", "uk": "Шпилька різьбова DIN 976",
           "de": "Gewindestange DIN 976"},
}  # fmt: skip
TEXTS: dict[str, dict[str, str]] = {
    "GL": {"en": "Five makes in sizes 7 to 11, EN 388. Order all sizes of a team in one go.",
           "ru": "Пять исполнений, размеры от 7 до 11, EN 388. Все размеры для бригады одним заказом.",
           "uk": "П'ять виконань, розміри від 7 до 11, EN 388. Усі розміри для бригади одним замовленням.",
           "de": "Fünf Ausführungen in den Größen 7 bis 11, EN 388. Alle Größen einer Mannschaft auf einmal bestellen."},
}  # fmt: skip
KIT = ArticleRow(
    "KIT-0001", "Safety set for a new colleague",
    {"ru": "Набор средств защиты для новичка", "uk": "Набір засобів захисту для новачка",
     "de": "Schutzausrüstung für neue Kollegen"},
    "Vest, gloves and a handbook in one box.", "SA", "Varmund", base_unit="SET",
)  # fmt: skip
_KIT_PRICE = Decimal("39.90")
_PARTS = (("VE-0003", 1), ("GL-0003", 2), ("GU-0001", 1))
_BRANDS = (
    BrandRow("ANV", "Anvilor", "Bolts, nuts and washers for steelwork.", "https://anvilor.example"),
    BrandRow("KEL", "Keldra", "Drills and discs that last a shift longer.", "https://keldra.example"),
    BrandRow("VAR", "Varmund", "Protective clothing.", "https://varmund.example"),
)


def add_descriptions(actor: Actor, items: Sequence[DemoArticle]) -> None:
    """Types and templates, then families, a kit and related articles among the articles that are there."""
    upsert_attributes(actor, ATTRIBUTES)
    templates: dict[str, dict[str, bool]] = {}
    for family in FAMILIES:
        others = [other.attributes for other in FAMILIES if other.category == family.category]
        wanted = templates.setdefault(family.category, {})
        wanted.update({code: all(code in codes for codes in others) for code in family.attributes})
    for category, wanted in templates.items():
        set_template(actor, category, wanted)
    upsert_brands(actor, _BRANDS)
    _make_families(actor, items)
    _make_kit(actor)
    _relate(actor, items)


def _make_families(actor: Actor, items: Sequence[DemoArticle]) -> None:
    heads = [
        ArticleRow(
            family.code, HEADS[family.code]["en"], HEADS[family.code], TEXTS.get(family.code, {}).get("en"), family.category,
            family.brand, base_unit=family.unit, axes=family.attributes, descriptions=TEXTS.get(family.code),
        )
        for family in FAMILIES if family.code in HEADS
    ]  # fmt: skip
    codes = {item.sku: item.sku.partition("-")[0] for item in items}
    variants = [ArticleRow(sku, variant_of=code) for sku, code in codes.items() if code in HEADS]
    upsert_articles(actor, [*heads, *variants], is_told=False)


def _make_kit(actor: Actor) -> None:
    upsert_articles(actor, [KIT])
    upsert_kit_parts(actor, [PartRow(KIT.sku, sku, Decimal(quantity)) for sku, quantity in _PARTS])
    general, _ = upsert_price_list(actor, PriceListRow(GENERAL, "General price list", "EUR"))
    upsert_entries(actor, general, [EntryRow(KIT.sku, _KIT_PRICE)])


def _relate(actor: Actor, items: Sequence[DemoArticle]) -> None:
    """Bolts go with nuts and washers of their thread; a zinc-plated one can be replaced by stainless steel."""
    by_thread: dict[tuple[str, str], str] = {}
    bolts: dict[tuple[str, str, str], str] = {}
    for item in items:
        code, thread = item.sku.partition("-")[0], item.attributes.get("thread", "")
        if code in ("NU", "WA"):
            by_thread.setdefault((code, thread), item.sku)
        if code == "HB":
            bolts[thread, item.attributes["length_mm"], item.attributes["class"]] = item.sku
    rows = []
    for (thread, length, strength), sku in bolts.items():
        rows += [RelationRow(sku, by_thread[code, thread], "complement") for code in ("NU", "WA")]
        other = bolts.get((thread, length, "A2" if strength != "A2" else "8.8 zn"))
        if other:
            rows.append(RelationRow(sku, other, "substitute"))
    upsert_relations(actor, rows)
