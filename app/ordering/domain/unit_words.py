"""Which unit a buyer means by what he wrote: a code of UN/ECE Recommendation 20 or 21, or a word in four languages."""

from __future__ import annotations

from collections.abc import Iterable

_WORDS = {
    "H87": "piece pieces pc pcs pce ea each stk stück stueck шт штук штука штуки од",
    "C62": "unit units",
    "PR": "pair pairs prs paar пара пары пар пари",
    "SET": "set sets satz набор наборов комплект компл набір",
    "DZN": "dozen dz dtz dutzend дюжина",
    "KGM": "kg kilo kilogram кг",
    "GRM": "g gr gram г",
    "TNE": "t tonne т тонна",
    "MTR": "m meter metre mtr м метр пог",
    "MTK": "m2 m² qm м2 м²",
    "MTQ": "m3 m³ cbm м3 м³",
    "LTR": "l litre liter л литр",
    "RM": "ream reams ries пачка пачек пачки",
    "XRO": "roll rolls rolle rollen рул рулон рулонов",
    "XPK": "pack packs package packung pkg pak упак уп упаковка пакунок",
    "XBX": "box boxes schachtel kiste kst кор коробка коробок",
    "XCT": "carton cartons ctn karton kartons картон ящик",
    "XBG": "bag bags beutel мешок пакет мішок",
    "XPX": "pallet pallets palette paletten pal палета паллета поддон",
    "XBO": "bottle bottles flasche бут бутылка пляшка",
    "XCA": "can cans dose банка",
    "XTU": "tube tubes тюбик",
}
_CODES = {word: code for code, words in _WORDS.items() for word in words.split()}
# Packs that people mix up freely: what one calls a box, another calls a carton.
_ALIKE = {
    "XBX": ("XBX", "XCT", "XPK"),
    "XCT": ("XCT", "XBX", "XPK"),
    "XPK": ("XPK", "XBX", "XCT"),
    "C62": ("C62", "H87"),
}


def unit_of(written: str, units: Iterable[str]) -> str | None:
    """The one of an article's units that is meant; None when it is not among them."""
    offered = tuple(units)
    code = written.strip().upper()
    if code in offered:
        return code
    word = _CODES.get(written.strip().strip(".").casefold())
    if word is None and code in _WORDS:
        word = code
    if word is None:
        return None
    return next((unit for unit in _ALIKE.get(word, (word,)) if unit in offered), None)
