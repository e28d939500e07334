"""Units between UN/ECE Rec 20 and X12 element 355, where the codes differ."""

from __future__ import annotations

_TO_X12 = {
    "H87": "PC", "KGM": "KG", "GRM": "GR", "TNE": "MP", "LBR": "LB", "ONZ": "OZ", "LTR": "LT", "MLT": "ML", "GLL": "GA",
    "MTR": "MR", "CMT": "CM", "MMT": "MM", "FOT": "FT", "INH": "IN", "YRD": "YD", "MTK": "SM", "FTK": "SF", "MTQ": "CR",
    "FTQ": "CF", "DZN": "DZ", "PR": "PR", "SET": "ST", "HUR": "HR", "DAY": "DA", "MON": "MO", "XBX": "BX", "XCT": "CT",
    "XCS": "CA", "XPK": "PK", "XPX": "PF", "XRO": "RO", "XBG": "BG", "XBO": "BO", "XCA": "CN",
}  # fmt: skip
_FROM_X12 = {code: unit for unit, code in _TO_X12.items()}
_SAME = {"C62": "EA", "PCE": "EA", "NPR": "PR"}


def to_x12(unit: str) -> str:
    """The code X12 partners know; what has none stays as it is."""
    return _TO_X12.get(unit) or _SAME.get(unit, unit)


def from_x12(code: str) -> str:
    """The Rec 20 code, which invoices need."""
    return _FROM_X12.get(code, code)
