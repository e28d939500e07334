"""An invented range of articles of any size: the same number always gives the same article.

Every fifty articles go once through all families, so that a category holds a fiftieth of the range.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from stdnum import ean

from app.catalog.domain.article_row import ArticleRow, PackRow
from app.catalog.service.categories import CategoryRow


@dataclass(frozen=True, slots=True)
class Family:
    """Articles that differ by size, length, material and brand; one category."""

    en: str
    de: str
    ru: str
    prefix: str
    box: int = 0


FAMILIES = (
    Family("Hex bolt", "Sechskantschraube", "Болт шестигранный", "HB", 200),
    Family("Carriage bolt", "Schlossschraube", "Болт мебельный", "CB", 100),
    Family("Socket screw", "Zylinderschraube", "Винт с внутренним шестигранником", "SS", 200),
    Family("Wood screw", "Holzschraube", "Шуруп по дереву", "WS", 500),
    Family("Drywall screw", "Schnellbauschraube", "Саморез для гипсокартона", "DS", 1000),
    Family("Hex nut", "Sechskantmutter", "Гайка шестигранная", "HN", 500),
    Family("Lock nut", "Sicherungsmutter", "Гайка самоконтрящаяся", "LN", 250),
    Family("Flat washer", "Unterlegscheibe", "Шайба плоская", "FW", 1000),
    Family("Spring washer", "Federring", "Шайба пружинная", "SW", 1000),
    Family("Threaded rod", "Gewindestange", "Шпилька резьбовая", "TR"),
    Family("Twist drill", "Spiralbohrer", "Сверло спиральное", "TD", 10),
    Family("Masonry drill", "Steinbohrer", "Сверло по бетону", "MD", 10),
    Family("Step drill", "Stufenbohrer", "Сверло ступенчатое", "SD"),
    Family("Hole saw", "Lochsäge", "Коронка биметаллическая", "HS"),
    Family("Cutting disc", "Trennscheibe", "Круг отрезной", "CD", 25),
    Family("Grinding disc", "Schleifscheibe", "Круг шлифовальный", "GD", 10),
    Family("Sanding sheet", "Schleifpapier", "Лист шлифовальный", "SP", 50),
    Family("Hammer", "Hammer", "Молоток слесарный", "HA"),
    Family("Screwdriver", "Schraubendreher", "Отвёртка", "SC", 6),
    Family("Combination wrench", "Ringmaulschlüssel", "Ключ комбинированный", "CW"),
    Family("Pliers", "Zange", "Плоскогубцы", "PL"),
    Family("Tape measure", "Bandmaß", "Рулетка измерительная", "TM", 12),
    Family("Spirit level", "Wasserwaage", "Уровень строительный", "SL"),
    Family("Work gloves", "Arbeitshandschuhe", "Перчатки рабочие", "WG", 12),
    Family("Safety glasses", "Schutzbrille", "Очки защитные", "SG", 10),
    Family("Ear defenders", "Kapselgehörschutz", "Наушники противошумные", "ED"),
    Family("Dust mask", "Staubmaske", "Респиратор", "DM", 20),
    Family("Safety helmet", "Schutzhelm", "Каска защитная", "SH"),
    Family("Safety shoes", "Sicherheitsschuhe", "Ботинки защитные", "SB"),
    Family("Copper pipe", "Kupferrohr", "Труба медная", "CP"),
    Family("Pipe clamp", "Rohrschelle", "Хомут трубный", "PC", 50),
    Family("Ball valve", "Kugelhahn", "Кран шаровой", "BV", 10),
    Family("Hose", "Schlauch", "Шланг", "HO"),
    Family("Hose clip", "Schlauchschelle", "Хомут червячный", "HC", 50),
    Family("Sealing tape", "Dichtband", "Лента уплотнительная", "ST", 20),
    Family("Power cable", "Stromkabel", "Кабель силовой", "PK"),
    Family("Cable tie", "Kabelbinder", "Стяжка кабельная", "CT", 100),
    Family("Cable gland", "Kabelverschraubung", "Ввод кабельный", "CG", 50),
    Family("Terminal block", "Reihenklemme", "Клемма проходная", "TB", 50),
    Family("Wire ferrule", "Aderendhülse", "Наконечник втулочный", "WF", 500),
    Family("Circuit breaker", "Leitungsschutzschalter", "Выключатель автоматический", "CI"),
    Family("Wall socket", "Steckdose", "Розетка", "WO", 10),
    Family("LED lamp", "LED-Lampe", "Лампа светодиодная", "LL", 10),
    Family("Extension lead", "Verlängerungskabel", "Удлинитель", "EL"),
    Family("Adhesive", "Klebstoff", "Клей", "AD", 12),
    Family("Silicone sealant", "Silikon-Dichtstoff", "Герметик силиконовый", "SI", 12),
    Family("Spray paint", "Sprühlack", "Краска аэрозольная", "PA", 6),
    Family("Machine grease", "Maschinenfett", "Смазка", "MG", 12),
    Family("Packing tape", "Packband", "Лента упаковочная", "PT", 36),
    Family("Pallet box", "Palettenbox", "Ящик паллетный", "PB"),
)
ROOTS = ("Fasteners", "Threads", "Tools", "Hand tools", "Safety", "Pipes", "Sealing", "Electrics", "Light", "Supplies")
_PER_ROOT = len(FAMILIES) // len(ROOTS)
SIZES = tuple(f"M{size}" for size in (2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20, 22, 24, 27, 30, 33, 36, 39))
_LENGTHS = tuple(range(10, 260, 10))
MATERIALS = (
    ("galvanised steel", "Stahl verzinkt", "сталь оцинкованная"),
    ("stainless steel A2", "Edelstahl A2", "нержавеющая сталь A2"),
    ("brass", "Messing", "латунь"),
    ("plain steel", "Stahl blank", "сталь без покрытия"),
)
_FIRST = ("Anker", "Bor", "Cor", "Dra", "Elm", "Fal", "Gran", "Hol", "Ister", "Jur")
_LAST = ("mont", "tec", "vik", "gard", "hus", "line", "werk", "stal")
BRANDS = tuple(first + last for first in _FIRST for last in _LAST)
_STRIDE, _MODULUS = 7919, 10_000_019  # numbers that look drawn by lot, each once


def categories() -> list[CategoryRow]:
    """Ten roots with five families each."""
    roots = [CategoryRow(f"R{place:02d}", name=name, position=place) for place, name in enumerate(ROOTS, 1)]
    return roots + [
        CategoryRow(
            category_of(place), name=family.en, parent=f"R{1 + place // _PER_ROOT:02d}", position=place,
            names={"de": family.de, "ru": family.ru},
        )
        for place, family in enumerate(FAMILIES)
    ]  # fmt: skip


def category_of(family: int) -> str:
    return f"C{family:02d}"


def article(number: int) -> ArticleRow:
    """The article with a number from 0 on."""
    family, turn = FAMILIES[number % len(FAMILIES)], number // len(FAMILIES)
    size, length = SIZES[turn % len(SIZES)], _LENGTHS[turn // len(SIZES) % len(_LENGTHS)]
    material = MATERIALS[turn // (len(SIZES) * len(_LENGTHS)) % len(MATERIALS)]
    series = turn // (len(SIZES) * len(_LENGTHS) * len(MATERIALS))
    brand = BRANDS[number * 7 % len(BRANDS)]
    drawn = number * _STRIDE % _MODULUS
    digits = f"29{drawn:010d}"
    suffix = f" S{series}" if series else ""
    en, de, ru = (
        f"{word} {size}x{length} {made}{suffix}"
        for word, made in zip((family.en, family.de, family.ru), material, strict=True)
    )
    return ArticleRow(
        sku=f"{family.prefix}-{drawn:08d}",
        name=en,
        names={"en": en, "de": de, "ru": ru},
        category=category_of(number % len(FAMILIES)),
        brand=brand,
        mpn=f"{brand[:2].upper()}.{drawn % 9973:04d}/{turn}",
        gtin=digits + ean.calc_check_digit(digits),
        units=(PackRow("XBX", family.box),) if family.box else (),
        weight_kg=Decimal(drawn % 5000 + 1) / 1000,
        lead_time_days=drawn % 9 + 1,
        stock_policy="backorder" if drawn % 3 == 0 else "stock",
        attributes={"thread": size, "length_mm": str(length), "material": material[0]},
    )


def chunks(articles: int, size: int = 2000) -> Iterator[list[ArticleRow]]:
    """All articles of a range, in portions."""
    for start in range(0, articles, size):
        yield [article(number) for number in range(start, min(start + size, articles))]
