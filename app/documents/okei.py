"""Units of goods between the Russian classification OKEI, by its numbers, and UN/ECE Recommendation 20 (and 21)."""

from __future__ import annotations

# OKEI number, Rec 20 code, short name in Russian. Of several numbers for one code the first is the one that is written.
_UNITS = (
    ("003", "MMT", "мм"), ("004", "CMT", "см"), ("005", "DMT", "дм"), ("006", "MTR", "м"), ("008", "KMT", "км"),
    ("039", "INH", "дюйм"), ("041", "FOT", "фут"), ("043", "YRD", "ярд"), ("047", "NMI", "миля"),
    ("050", "MMK", "мм2"), ("051", "CMK", "см2"), ("053", "DMK", "дм2"), ("055", "MTK", "м2"), ("059", "HAR", "га"),
    ("061", "KMK", "км2"), ("071", "INK", "дюйм2"), ("073", "FTK", "фут2"), ("075", "YDK", "ярд2"), ("109", "ARE", "а"),
    ("110", "MMQ", "мм3"), ("111", "MLT", "мл"), ("111", "CMQ", "см3"), ("112", "LTR", "л"), ("112", "DMQ", "дм3"),
    ("113", "MTQ", "м3"), ("118", "DLT", "дл"), ("122", "HLT", "гл"), ("126", "MAL", "Мл"),
    ("131", "INQ", "дюйм3"), ("132", "FTQ", "фут3"), ("133", "YDQ", "ярд3"),
    ("160", "HGM", "гг"), ("161", "MGM", "мг"), ("162", "CTM", "кар"), ("163", "GRM", "г"), ("166", "KGM", "кг"),
    ("168", "TNE", "т"), ("170", "KTN", "кт"), ("173", "CGM", "сг"), ("206", "DTN", "ц"),
    ("212", "WTT", "Вт"), ("214", "KWT", "кВт"), ("215", "MAW", "МВт"), ("222", "VLT", "В"), ("223", "KVT", "кВ"),
    ("227", "KVA", "кВА"), ("230", "KVR", "квар"), ("243", "WHR", "Вт.ч"), ("245", "KWH", "кВт.ч"), ("246", "MWH", "МВт.ч"),
    ("260", "AMP", "А"), ("263", "AMH", "А.ч"), ("270", "COU", "Кл"), ("271", "JOU", "Дж"), ("273", "KJO", "кДж"),
    ("274", "OHM", "Ом"), ("280", "CEL", "град. C"), ("281", "FAH", "град. F"), ("282", "CDL", "кд"), ("283", "LUX", "лк"),
    ("284", "LUM", "лм"), ("288", "KEL", "К"), ("289", "NEW", "Н"), ("290", "HTZ", "Гц"), ("291", "KHZ", "кГц"),
    ("292", "MHZ", "МГц"), ("294", "PAL", "Па"), ("297", "KPA", "кПа"), ("298", "MPA", "МПа"), ("300", "ATM", "атм"),
    ("309", "BAR", "бар"), ("314", "FAR", "Ф"), ("328", "MTS", "м/с"), ("331", "RPM", "об/мин"), ("333", "KMH", "км/ч"),
    ("354", "SEC", "с"), ("355", "MIN", "мин"), ("356", "HUR", "ч"), ("359", "DAY", "сут"), ("360", "WEE", "нед"),
    ("362", "MON", "мес"), ("364", "QAN", "кварт"), ("365", "SAN", "полгода"), ("366", "ANN", "год"),
    ("625", "LEF", "л."), ("626", "CLF", "100 л."), ("616", "XBB", "боб"), ("796", "H87", "шт"), ("796", "EA", "шт"),
    ("796", "PCE", "шт"), ("642", "C62", "ед"), ("657", "NAR", "изд"), ("704", "SET", "набор"), ("715", "PR", "пар"),
    ("715", "NPR", "пар"), ("730", "SCO", "20"), ("732", "TPR", "10 пар"), ("733", "DPR", "дюжина пар"),
    ("641", "DZN", "дюжина"), ("740", "DZN", "дюжина шт"), ("734", "NPL", "посыл"), ("735", "NPT", "часть"),
    ("736", "XRO", "рул"), ("745", "NCL", "элем"), ("778", "XPK", "упак"), ("780", "DZP", "дюжина упак"),
    ("797", "CEN", "100 шт"), ("798", "MIL", "тыс. шт"), ("799", "MIO", "млн шт"), ("800", "MLD", "млрд шт"),
    ("812", "XBX", "ящ"), ("821", "ASV", "креп. спирта по объему"), ("831", "LPA", "л 100% спирта"),
    ("839", "KT", "компл"), ("868", "XBO", "бут"), ("870", "XAM", "ампул"), ("872", "XVI", "флак"),
)  # fmt: skip

_FROM_OKEI: dict[str, str] = {}
_TO_OKEI: dict[str, tuple[str, str]] = {}
_FROM_NAME: dict[str, str] = {}
for _number, _unit, _name in _UNITS:
    _FROM_OKEI.setdefault(_number, _unit)
    _TO_OKEI.setdefault(_unit, (_number, _name))
    _FROM_NAME.setdefault(_name.casefold(), _unit)


def from_okei(number: str, name: str = "") -> str:
    """The Rec 20 code of an OKEI number, else of the short name; a number or name that is not known stays as it is."""
    return _FROM_OKEI.get(number) or _FROM_NAME.get(name.casefold().rstrip("."), "") or number or name


def to_okei(unit: str) -> str:
    """The OKEI number of a Rec 20 code, a number that came in as it is, or nothing."""
    if found := _TO_OKEI.get(unit):
        return found[0]
    return unit if unit.isascii() and unit.isdigit() and len(unit) in (3, 4) else ""


def okei_name(unit: str) -> str:
    """The short Russian name of a unit; what is not known is its own name."""
    found = _TO_OKEI.get(unit) or next((entry for code, entry in _TO_OKEI.items() if entry[0] == unit), None)
    return found[1] if found else unit
