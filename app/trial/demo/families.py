"""The invented range: families of articles, each a grid of sizes, with names in four languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product


@dataclass(frozen=True, slots=True)
class Family:
    """A grid of articles. `prices` grow from the first to the last combination; packs in base units.

    Names take the parts of the grid in braces: "Hex bolt {0}x{1}".
    """

    code: str
    category: str
    names: dict[str, str]
    grid: tuple[tuple[str, ...], ...]
    first_price: Decimal
    last_price: Decimal
    base_quantity: int = 1
    unit: str = "H87"
    box: int = 0
    pallet: int = 0
    step: int = 1
    brand: str = "Nordkontor"
    weight: str = "0.1"
    attributes: tuple[str, ...] = ()
    vat_class: str = "standard"


CATEGORIES: dict[str, dict[str, str]] = {
    "FA": {"en": "Fasteners", "ru": "Крепёж", "uk": "Кріплення", "de": "Befestigungstechnik"},
    "FA-BOLT": {"en": "Bolts", "ru": "Болты", "uk": "Болти", "de": "Schrauben"},
    "FA-NUT": {"en": "Nuts and washers", "ru": "Гайки и шайбы", "uk": "Гайки та шайби", "de": "Muttern und Scheiben"},
    "FA-WOOD": {"en": "Wood screws", "ru": "Шурупы по дереву", "uk": "Шурупи по дереву", "de": "Holzschrauben"},
    "FA-PLUG": {"en": "Plugs and anchors", "ru": "Дюбели и анкеры", "uk": "Дюбелі та анкери", "de": "Dübel und Anker"},
    "TO": {"en": "Tools", "ru": "Инструмент", "uk": "Інструмент", "de": "Werkzeug"},
    "TO-DRILL": {"en": "Drill bits", "ru": "Свёрла", "uk": "Свердла", "de": "Bohrer"},
    "TO-CUT": {"en": "Cutting discs", "ru": "Отрезные круги", "uk": "Відрізні диски", "de": "Trennscheiben"},
    "TO-HAND": {"en": "Hand tools", "ru": "Ручной инструмент", "uk": "Ручний інструмент", "de": "Handwerkzeug"},
    "EL": {"en": "Electrical", "ru": "Электрика", "uk": "Електрика", "de": "Elektro"},
    "EL-CABLE": {"en": "Cable", "ru": "Кабель", "uk": "Кабель", "de": "Kabel"},
    "EL-TIE": {"en": "Cable ties", "ru": "Кабельные стяжки", "uk": "Кабельні стяжки", "de": "Kabelbinder"},
    "SA": {"en": "Safety", "ru": "Защита труда", "uk": "Захист праці", "de": "Arbeitsschutz"},
    "SA-GLOVE": {"en": "Gloves", "ru": "Перчатки", "uk": "Рукавиці", "de": "Handschuhe"},
    "SA-VEST": {"en": "Vests and helmets", "ru": "Жилеты и каски", "uk": "Жилети та каски", "de": "Westen und Helme"},
    "PA": {"en": "Packaging", "ru": "Упаковка", "uk": "Пакування", "de": "Verpackung"},
    "PA-BOX": {"en": "Boxes", "ru": "Коробки", "uk": "Коробки", "de": "Kartons"},
    "PA-TAPE": {"en": "Tapes", "ru": "Ленты", "uk": "Стрічки", "de": "Klebebänder"},
    "OF": {"en": "Site office", "ru": "Офис на стройке", "uk": "Офіс на будівництві", "de": "Baubüro"},
}

_M = ("M5", "M6", "M8", "M10", "M12", "M16", "M20")
_LENGTHS = ("20", "25", "30", "40", "50", "60", "80", "100", "120", "150")
_D = Decimal

FAMILIES: tuple[Family, ...] = (
    Family("HB", "FA-BOLT",
           {"en": "Hex bolt DIN 933 {0}x{1} {2}", "ru": "Болт шестигранный DIN 933 {0}x{1} {2}",
            "uk": "Болт шестигранний DIN 933 {0}x{1} {2}", "de": "Sechskantschraube DIN 933 {0}x{1} {2}"},
           (_M, _LENGTHS, ("8.8 zn", "A2")), _D("4.20"), _D("186.00"), 100, box=100, pallet=12000, step=10,
           brand="Anvilor", weight="0.031", attributes=("thread", "length_mm", "class")),
    Family("SC", "FA-BOLT",
           {"en": "Socket cap screw DIN 912 {0}x{1} {2}", "ru": "Винт с внутренним шестигранником DIN 912 {0}x{1} {2}",
            "uk": "Гвинт із внутрішнім шестигранником DIN 912 {0}x{1} {2}", "de": "Zylinderschraube DIN 912 {0}x{1} {2}"},
           (_M[:5], _LENGTHS[:8], ("12.9", "A2")), _D("5.10"), _D("142.50"), 100, box=100, pallet=15000, step=10,
           brand="Anvilor", weight="0.022", attributes=("thread", "length_mm", "class")),
    Family("NU", "FA-NUT",
           {"en": "Hex nut DIN 934 {0} {1}", "ru": "Гайка шестигранная DIN 934 {0} {1}",
            "uk": "Гайка шестигранна DIN 934 {0} {1}", "de": "Sechskantmutter DIN 934 {0} {1}"},
           (_M, ("8 zn", "A2", "A4")), _D("1.10"), _D("48.00"), 100, box=200, pallet=40000, step=100,
           brand="Anvilor", weight="0.011", attributes=("thread", "class")),
    Family("WA", "FA-NUT",
           {"en": "Washer DIN 125 {0} {1}", "ru": "Шайба DIN 125 {0} {1}", "uk": "Шайба DIN 125 {0} {1}",
            "de": "Scheibe DIN 125 {0} {1}"},
           (_M, ("zn", "A2", "A4")), _D("0.60"), _D("21.50"), 100, box=500, pallet=60000, step=100,
           brand="Anvilor", weight="0.004", attributes=("thread", "class")),
    Family("WS", "FA-WOOD",
           {"en": "Wood screw TX {0}x{1} mm, countersunk", "ru": "Шуруп TX {0}x{1} мм, потайная головка",
            "uk": "Шуруп TX {0}x{1} мм, потайна головка", "de": "Holzschraube TX {0}x{1} mm, Senkkopf"},
           (("3.5", "4.0", "4.5", "5.0", "6.0"), ("20", "30", "40", "50", "60", "70", "80", "100", "120", "140", "160")),
           _D("2.40"), _D("38.90"), 100, box=200, pallet=24000, step=100, brand="Torvik", weight="0.006",
           attributes=("diameter_mm", "length_mm")),
    Family("PL", "FA-PLUG",
           {"en": "Wall plug {0} nylon {1}x{2}", "ru": "Дюбель {0} нейлон {1}x{2}", "uk": "Дюбель {0} нейлон {1}x{2}",
            "de": "Dübel {0} Nylon {1}x{2}"},
           (("S", "UX"), ("5", "6", "8", "10", "12"), ("25", "40", "60", "80")), _D("1.90"), _D("31.20"), 100,
           box=100, pallet=20000, step=50, brand="Torvik", weight="0.003", attributes=("type", "diameter_mm", "length_mm")),
    Family("DB", "TO-DRILL",
           {"en": "Twist drill HSS {1} {0} mm", "ru": "Сверло спиральное HSS {1} {0} мм",
            "uk": "Свердло спіральне HSS {1} {0} мм", "de": "Spiralbohrer HSS {1} {0} mm"},
           (tuple(f"{n / 2:.1f}" for n in range(2, 41)), ("G", "Co5")), _D("0.85"), _D("28.40"), box=10, pallet=3000,
           brand="Keldra", weight="0.05", attributes=("diameter_mm", "steel")),
    Family("SD", "TO-DRILL",
           {"en": "SDS-plus hammer bit {0}x{1} mm", "ru": "Бур SDS-plus {0}x{1} мм", "uk": "Бур SDS-plus {0}x{1} мм",
            "de": "SDS-plus Hammerbohrer {0}x{1} mm"},
           (("5", "6", "8", "10", "12", "14", "16", "18", "20"), ("110", "160", "210", "260", "310", "450")),
           _D("1.95"), _D("24.60"), box=10, pallet=1800, brand="Keldra", weight="0.15",
           attributes=("diameter_mm", "length_mm")),
    Family("CD", "TO-CUT",
           {"en": "Cutting disc {0}x{1} mm, {2}", "ru": "Круг отрезной {0}x{1} мм, {2}", "uk": "Диск відрізний {0}x{1} мм, {2}",
            "de": "Trennscheibe {0}x{1} mm, {2}"},
           (("115", "125", "150", "180", "230"), ("1.0", "1.6", "2.0", "2.5"), ("steel", "inox", "stone")),
           _D("0.72"), _D("4.95"), box=25, pallet=5000, step=5, brand="Keldra", weight="0.08",
           attributes=("diameter_mm", "thickness_mm", "for")),
    Family("SP", "TO-HAND",
           {"en": "Combination spanner {0} mm {1}", "ru": "Ключ комбинированный {0} мм {1}",
            "uk": "Ключ комбінований {0} мм {1}", "de": "Ringmaulschlüssel {0} mm {1}"},
           (tuple(str(n) for n in range(6, 33)), ("CrV", "CrV long")), _D("2.90"), _D("27.80"), box=6, pallet=600,
           brand="Ostrand", weight="0.2", attributes=("size_mm", "make")),
    Family("SR", "TO-HAND",
           {"en": "Screwdriver {0} x {1} mm", "ru": "Отвёртка {0} x {1} мм", "uk": "Викрутка {0} x {1} мм",
            "de": "Schraubendreher {0} x {1} mm"},
           (("PH0", "PH1", "PH2", "PH3", "PZ1", "PZ2", "PZ3", "TX10", "TX15", "TX20", "TX25", "TX30"),
            ("75", "100", "150")),
           _D("2.35"), _D("9.80"), box=12, pallet=1200, brand="Ostrand", weight="0.09", attributes=("tip", "length_mm")),
    Family("CA", "EL-CABLE",
           {"en": "Cable {0} {1} mm²", "ru": "Кабель {0} {1} мм²", "uk": "Кабель {0} {1} мм²", "de": "Leitung {0} {1} mm²"},
           (("NYM-J", "H07RN-F", "H05VV-F"), ("3x1.5", "3x2.5", "5x1.5", "5x2.5", "5x4", "5x6", "5x10")),
           _D("0.58"), _D("9.40"), unit="MTR", box=50, pallet=3000, step=5, brand="Lumenau", weight="0.14",
           attributes=("type", "section")),
    Family("CT", "EL-TIE",
           {"en": "Cable tie {0}x{1} mm, {2}", "ru": "Стяжка кабельная {0}x{1} мм, {2}", "uk": "Стяжка кабельна {0}x{1} мм, {2}",
            "de": "Kabelbinder {0}x{1} mm, {2}"},
           (("2.5", "3.6", "4.8", "7.6"), ("100", "140", "200", "290", "370", "450"), ("black", "natural")),
           _D("0.95"), _D("18.60"), 100, box=100, pallet=50000, step=100, brand="Lumenau", weight="0.002",
           attributes=("width_mm", "length_mm", "colour")),
    Family("GL", "SA-GLOVE",
           {"en": "Work gloves {0}, size {1}", "ru": "Перчатки рабочие {0}, размер {1}", "uk": "Рукавиці робочі {0}, розмір {1}",
            "de": "Arbeitshandschuhe {0}, Größe {1}"},
           (("Nitril", "Latex", "Leder", "Winter", "Cut D"), ("7", "8", "9", "10", "11")), _D("0.95"), _D("11.40"),
           unit="PR", box=12, pallet=2400, brand="Varmund", weight="0.07", attributes=("make", "size")),
    Family("VE", "SA-VEST",
           {"en": "High-visibility vest {0}, {1}", "ru": "Жилет сигнальный {0}, {1}", "uk": "Жилет сигнальний {0}, {1}",
            "de": "Warnweste {0}, {1}"},
           (("yellow", "orange"), ("S", "M", "L", "XL", "XXL")), _D("2.10"), _D("3.90"), box=20, pallet=3000,
           brand="Varmund", weight="0.15", attributes=("colour", "size")),
    Family("BX", "PA-BOX",
           {"en": "Folding box {0}x{1}x{2} mm", "ru": "Короб картонный {0}x{1}x{2} мм", "uk": "Короб картонний {0}x{1}x{2} мм",
            "de": "Faltkarton {0}x{1}x{2} mm"},
           (("200", "300", "400", "600"), ("150", "200", "300", "400"), ("100", "150", "200", "300")),
           _D("0.31"), _D("3.85"), box=20, pallet=800, step=20, brand="Pakkalund", weight="0.25",
           attributes=("length_mm", "width_mm", "height_mm")),
    Family("TP", "PA-TAPE",
           {"en": "Adhesive tape {0} mm x {1} m, {2}", "ru": "Лента клейкая {0} мм x {1} м, {2}",
            "uk": "Стрічка клейка {0} мм x {1} м, {2}", "de": "Klebeband {0} mm x {1} m, {2}"},
           (("19", "25", "38", "50", "75"), ("25", "50", "66"), ("clear", "brown", "white")), _D("0.55"), _D("4.20"),
           unit="XRO", box=36, pallet=2160, brand="Pakkalund", weight="0.2", attributes=("width_mm", "length_m", "colour")),
    Family("HP", "FA-BOLT",
           {"en": "Hex bolt, part thread, DIN 931 {0}x{1} {2}", "ru": "Болт с неполной резьбой DIN 931 {0}x{1} {2}",
            "uk": "Болт з неповною різьбою DIN 931 {0}x{1} {2}", "de": "Sechskantschraube mit Schaft DIN 931 {0}x{1} {2}"},
           (("M8", "M10", "M12", "M16", "M20", "M24"), ("60", "80", "100", "120", "150", "180", "200", "240"),
            ("8.8 zn", "10.9")),
           _D("14.20"), _D("412.00"), 100, box=50, pallet=6000, step=10, brand="Anvilor", weight="0.12",
           attributes=("thread", "length_mm", "class")),
    Family("TR", "FA-BOLT",
           {"en": "Threaded rod DIN 976 {0} {1} mm {2}", "ru": "Шпилька резьбовая DIN 976 {0} {1} мм {2}",
            "uk": "Шпилька різьбова DIN 976 {0} {1} мм {2}", "de": "Gewindestange DIN 976 {0} {1} mm {2}"},
           (_M, ("500", "1000", "2000", "3000"), ("4.8 zn", "8.8 zn", "A2", "A4")), _D("0.62"), _D("48.70"),
           box=10, pallet=600, brand="Anvilor", weight="0.8", attributes=("thread", "length_mm", "class")),
    Family("PC", "FA-PLUG",
           {"en": "Pipe clamp {0} mm, {1}", "ru": "Хомут трубный {0} мм, {1}", "uk": "Хомут трубний {0} мм, {1}",
            "de": "Rohrschelle {0} mm, {1}"},
           (("12", "15", "18", "22", "28", "32", "35", "42", "48", "54", "60", "76", "89", "108", "114", "125", "140",
             "160"), ("plain", "rubber lined", "double")),
           _D("0.48"), _D("9.15"), box=25, pallet=4000, step=5, brand="Torvik", weight="0.1",
           attributes=("diameter_mm", "make")),
    Family("SN", "TO-CUT",
           {"en": "Sanding disc {0} mm P{1}, {2} holes", "ru": "Круг шлифовальный {0} мм P{1}, отверстий: {2}",
            "uk": "Круг шліфувальний {0} мм P{1}, отворів: {2}", "de": "Schleifscheibe {0} mm P{1}, {2} Löcher"},
           (("115", "125", "150"), ("40", "60", "80", "100", "120", "150", "180", "240", "320", "400"), ("0", "6", "8")),
           _D("0.21"), _D("0.94"), box=50, pallet=20000, step=10, brand="Keldra", weight="0.01",
           attributes=("diameter_mm", "grit", "holes")),
    Family("GU", "OF",
           {"en": "Site handbook {0}, edition {1}", "ru": "Справочник строителя {0}, издание {1}",
            "uk": "Довідник будівельника {0}, видання {1}", "de": "Bauhandbuch {0}, Ausgabe {1}"},
           (("steel", "timber", "concrete", "electrics"), ("2025", "2026")), _D("24.00"), _D("36.00"), brand="Pakkalund",
           weight="0.6", attributes=("topic", "edition"), vat_class="reduced"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DemoArticle:
    """One article of the invented range; price for `base_quantity` base units, net in EUR."""

    sku: str
    names: dict[str, str]
    category: str
    brand: str
    mpn: str
    gtin: str
    unit: str
    box: int
    pallet: int
    step: int
    price: Decimal
    base_quantity: int
    weight: str
    vat_class: str
    index: int
    attributes: dict[str, str] = field(default_factory=dict)


def gtin13(first_twelve: str) -> str:
    """The number with its check digit (GS1 General Specifications, 7.9)."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(first_twelve))
    return first_twelve + str(-total % 10)


def range_of_articles() -> Iterator[DemoArticle]:
    """All articles, the same on every machine."""
    index = 0
    for family in FAMILIES:
        combinations = list(product(*family.grid))
        growth = (family.last_price - family.first_price) / max(len(combinations) - 1, 1)
        for place, parts in enumerate(combinations):
            index += 1
            yield DemoArticle(
                sku=f"{family.code}-{place + 1:04d}",
                names={code: pattern.format(*parts) for code, pattern in family.names.items()},
                category=family.category,
                brand=family.brand,
                mpn=f"{family.brand[:3].upper()}.{index:05d}",
                gtin=gtin13(f"29{index:010d}"),
                unit=family.unit,
                box=family.box,
                pallet=family.pallet,
                step=family.step,
                price=(family.first_price + growth * place).quantize(Decimal("0.01")),
                base_quantity=family.base_quantity,
                weight=family.weight,
                vat_class=family.vat_class,
                index=index,
                attributes=dict(zip(family.attributes, parts, strict=True)),
            )
